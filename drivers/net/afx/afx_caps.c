/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "afx_caps.h"

/* As setcap and setpriv call them; cap_ipc_lock also stands in for a high enough ulimit -l. */
static const struct {
	unsigned int cap;
	const char *name;
} names[] = {
	{ CAP_NET_RAW, "cap_net_raw" }, { CAP_NET_ADMIN, "cap_net_admin" },
	{ CAP_BPF, "cap_bpf" },         { CAP_IPC_LOCK, "cap_ipc_lock" },
	{ CAP_PERFMON, "cap_perfmon" },
};

/* The initial user namespace has this inode on every kernel (PROC_USER_INIT_INO). */
#define USER_NS_INITIAL UINT32_C(0xeffffffd)

/* Room for all names and commas. */
#define LIST_LEN 80

uint64_t
afx_caps_effective(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };
	uint64_t caps;

	if (syscall(SYS_capget, &head, data) != 0)
		return 0;
	caps = data[0].effective | (uint64_t)data[1].effective << 32;
	if (caps & AFX_CAP_BIT(CAP_SYS_ADMIN))
		caps |= AFX_CAP_BIT(CAP_BPF) | AFX_CAP_BIT(CAP_PERFMON);
	return caps;
}

static void
caps_list(uint64_t caps, char *text, size_t len)
{
	size_t used = 0;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (caps & AFX_CAP_BIT(names[i].cap))
			used += snprintf(text + used, len - used, "%s%s", used == 0 ? "" : ",",
					 names[i].name);
	}
}

/* Of a container without root's rights outside, for one. False if /proc does not tell. */
static bool
in_user_namespace(void)
{
	struct stat st;

	return stat("/proc/self/ns/user", &st) == 0 && st.st_ino != USER_NS_INITIAL;
}

void
afx_caps_explain(int err, uint64_t cause, bool filter, char *text, size_t len)
{
	const uint64_t needed = AFX_CAPS_SOCKET | AFX_CAPS_PROG | (filter ? AFX_CAPS_FILTER : 0);
	const uint64_t effective = afx_caps_effective();
	const uint64_t missing = (needed | cause) & ~effective;
	char missing_list[LIST_LEN] = "";
	char list[LIST_LEN] = "";
	char exe[PATH_MAX] = "";

	text[0] = '\0';
	if (err == -EPERM && (cause & AFX_CAP_BIT(CAP_BPF)) && in_user_namespace()) {
		snprintf(
			text, len,
			"; XDP programs take their capabilities in the initial user namespace, and "
			"this process is in another one: run it outside, not in a rootless container");
		return;
	}
	if ((err != -EPERM && err != -EACCES) || (missing & cause) == 0)
		return;
	caps_list(missing, missing_list, sizeof(missing_list));
	/* setcap replaces what the file has: a custom program may need what is there already. */
	caps_list(needed | cause | (effective & AFX_CAPS_FILTER) | AFX_CAP_BIT(CAP_IPC_LOCK), list,
		  sizeof(list));
	if (readlink("/proc/self/exe", exe, sizeof(exe) - 1) < 0)
		strcpy(exe, "PROGRAM");
	snprintf(text, len, "; capability missing: %s%s: run as root, or first: setcap %s+ep %s",
		 missing_list,
		 missing & (AFX_CAP_BIT(CAP_BPF) | AFX_CAPS_FILTER)
			 ? " (before Linux 5.8 cap_sys_admin)"
			 : "",
		 list, exe);
}
