/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Rights and limits of a program started the way this one was.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <linux/capability.h>

#include <rte_common.h>

#include "afx_state.h"

#include "caps.h"
#include "doctor.h"

/* The smallest pool of one queue at DPDK's default ring sizes: 4096 mbufs of 2.4 KiB. */
#define MEMLOCK_LEAST (10 * 1024 * 1024)

/* EAL, rings and events of a port take some dozens, each queue a few more. */
#define FILES_BASE 64
#define FILES_PER_QUEUE 8

/* Names of all capabilities that matter. */
#define NAMES_LEN 96

static const struct doctor_topic capabilities = {
	"process.capabilities",
	DOCTOR_PROCESS,
	"capabilities",
	"Sockets take cap_net_raw, attaching cap_net_admin, loading the program cap_bpf.",
};
static const struct doctor_topic perfmon = {
	"process.perfmon",
	DOCTOR_PROCESS,
	"keep=, xdp_prog=",
	"The filter of keep=, and most programs of your own, are verified for cap_perfmon only.",
};
static const struct doctor_topic memlock = {
	"process.memlock",
	DOCTOR_PROCESS,
	"locked memory",
	"The whole mempool is pinned, and counts against ulimit -l without cap_ipc_lock.",
};
static const struct doctor_topic files = {
	"process.files",
	DOCTOR_PROCESS,
	"open files",
	"Each queue is a socket, and links are watched through others.",
};
static const struct doctor_topic state = {
	"process.state",
	DOCTOR_PROCESS,
	"noting settings",
	"MTU, MAC address, link state, flow control, FEC and RSS that a program changes are noted in " AFX_STATE_DIR
	", to be put back after a kill.",
};

static const struct {
	int cap;
	const char *name;
} needed[] = {
	{ CAP_NET_RAW, "cap_net_raw" },
	{ CAP_NET_ADMIN, "cap_net_admin" },
	{ CAP_BPF, "cap_bpf" },
};

static void
capabilities_check(struct doctor *d)
{
	char names[NAMES_LEN] = "";
	struct doctor_finding *f;
	size_t i;

	for (i = 0; i < RTE_DIM(needed); i++) {
		if (!caps_has(needed[i].cap))
			snprintf(names + strlen(names), sizeof(names) - strlen(names), " %s",
				 needed[i].name);
	}
	if (names[0] == '\0') {
		doctor_add(d, &capabilities, DOCTOR_OK, "all there");
	} else {
		f = doctor_add(d, &capabilities, DOCTOR_FAIL, "missing:%s", names);
		doctor_fix(f, "setcap " CAPS_START ",cap_perfmon+ep PROGRAM");
	}
	if (caps_has(CAP_PERFMON)) {
		doctor_add(d, &perfmon, DOCTOR_OK, "cap_perfmon is there");
		return;
	}
	if (!d->keep_mgmt) {
		doctor_add(d, &perfmon, DOCTOR_OK,
			   "cap_perfmon is missing, and not needed without");
		return;
	}
	f = doctor_add(d, &perfmon, DOCTOR_FAIL, "missing: cap_perfmon");
	doctor_fix(f, "setcap " CAPS_START ",cap_perfmon+ep PROGRAM");
}

static void
memlock_check(struct doctor *d)
{
	struct rlimit limit = { 0 };
	struct doctor_finding *f;

	if (caps_has(CAP_IPC_LOCK)) {
		doctor_add(d, &memlock, DOCTOR_OK, "no limit, by cap_ipc_lock");
		return;
	}
	getrlimit(RLIMIT_MEMLOCK, &limit);
	if (limit.rlim_cur == RLIM_INFINITY) {
		doctor_add(d, &memlock, DOCTOR_OK, "no limit");
		return;
	}
	f = doctor_add(d, &memlock, limit.rlim_cur < MEMLOCK_LEAST ? DOCTOR_FAIL : DOCTOR_WARN,
		       "%lu KiB: a mempool of one queue takes %u KiB and more",
		       (unsigned long)limit.rlim_cur / 1024, MEMLOCK_LEAST / 1024);
	doctor_fix(f, "ulimit -l unlimited");
}

static void
files_check(struct doctor *d)
{
	const unsigned long need = FILES_BASE + d->queue_count * FILES_PER_QUEUE;
	struct rlimit limit = { 0 };
	struct doctor_finding *f;

	getrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur >= need) {
		doctor_add(d, &files, DOCTOR_OK, "up to %lu", (unsigned long)limit.rlim_cur);
		return;
	}
	f = doctor_add(d, &files, DOCTOR_WARN, "up to %lu, %u queues may take %lu",
		       (unsigned long)limit.rlim_cur, d->queue_count, need);
	doctor_fix(f, "ulimit -n %lu", need);
}

/* The folder is made when first needed. */
static void
state_check(struct doctor *d)
{
	struct doctor_finding *f;
	int ret = access(AFX_STATE_DIR, W_OK) == 0 ? 0 : -errno;

	if (ret == -ENOENT)
		ret = access("/run", W_OK) == 0 ? 0 : -errno;
	if (ret == 0) {
		doctor_add(d, &state, DOCTOR_OK, "possible");
		return;
	}
	f = doctor_add(d, &state, DOCTOR_WARN, "%s", strerror(-ret));
	if (ret == -EROFS)
		doctor_fix(f, "mount -o remount,rw /run");
	else
		doctor_note(f, "start the program as root");
}

void
doctor_check_process(struct doctor *d)
{
	capabilities_check(d);
	memlock_check(d);
	files_check(d);
	state_check(d);
}
