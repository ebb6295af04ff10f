/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Why the kernel refused: the capability that is missing, where it is that.
 */
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>

#include "afx_log.h"
#include "afx_prog_priv.h"

#define CAP_BIT(cap) (UINT64_C(1) << (cap))

static uint64_t
caps_effective(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capget, &head, data) != 0)
		return 0;
	return data[0].effective | (uint64_t)data[1].effective << 32;
}

/* A filter walks the packet by computed offsets, which the verifier grants with CAP_PERFMON only. */
static bool
needs_perfmon(const struct afx_cfg *cfg)
{
	return cfg->keep != AFX_KEEP_NONE || cfg->xdp_prog[0] != '\0';
}

static bool
caps_missing(const struct afx_cfg *cfg)
{
	uint64_t caps = caps_effective();
	uint64_t needed = CAP_BIT(CAP_NET_ADMIN);

	/* CAP_SYS_ADMIN stands for the two that were split off it in Linux 5.8. */
	if ((caps & CAP_BIT(CAP_SYS_ADMIN)) == 0) {
		needed |= CAP_BIT(CAP_BPF);
		if (needs_perfmon(cfg))
			needed |= CAP_BIT(CAP_PERFMON);
	}
	return (caps & needed) != needed;
}

void
afx_prog_error_log(const struct afx_prog *prog, const char *what, int err, const char *hint)
{
	const char *iface = prog->cfg.iface;
	const char *perfmon = needs_perfmon(&prog->cfg) ? ",cap_perfmon" : "";
	char exe[PATH_MAX] = "";

	if ((err != -EPERM && err != -EACCES) || !caps_missing(&prog->cfg)) {
		AFX_LOG(ERR, "%s: %s failed: %s%s", iface, what, strerror(-err), hint);
		return;
	}
	if (readlink("/proc/self/exe", exe, sizeof(exe) - 1) < 0)
		strcpy(exe, "PROGRAM");
	AFX_LOG(ERR,
		"%s: %s failed: %s; capabilities are missing (before Linux 5.8 CAP_SYS_ADMIN): run as root, or first: setcap " AFX_CAPABILITIES
		"%s+ep %s",
		iface, what, strerror(-err), perfmon, exe);
}
