/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * What the kernel can do, from what was tried in the lab.
 */
#include <errno.h>
#include <string.h>
#include <sys/utsname.h>

#include <rte_common.h>

#include "doctor.h"
#include "lab.h"

/* One try: what its absence means. */
struct ability {
	enum lab_try what;
	enum doctor_status missing;
	int expected; /* the errno that is no surprise: 0, or why a veth pair says no */
	const char *since; /* Linux that brought it */
	const char *yes;
	struct doctor_topic topic;
};

static const struct doctor_topic release = {
	"kernel.release",
	DOCTOR_KERNEL,
	"release",
	"It is named for bug reports; abilities are tried, never concluded from it.",
};

static const struct doctor_topic lab_topic = {
	"kernel.lab",
	DOCTOR_KERNEL,
	"trial run",
	"What the kernel can do is found out on a veth pair in a network namespace of its own.",
};

static const struct ability abilities[] = {
	{ LAB_SOCKET,
	  DOCTOR_FAIL,
	  0,
	  "4.18 with CONFIG_XDP_SOCKETS",
	  "yes",
	  { "kernel.af_xdp", DOCTOR_KERNEL, "AF_XDP sockets", "Every queue of a port is one." } },
	{ LAB_NATIVE,
	  DOCTOR_WARN,
	  0,
	  "5.9",
	  "yes",
	  { "kernel.native", DOCTOR_KERNEL, "native XDP",
	    "A program in the driver sees frames before the network stack spends time on them." } },
	{ LAB_GENERIC,
	  DOCTOR_FAIL,
	  0,
	  "5.9",
	  "yes",
	  { "kernel.generic", DOCTOR_KERNEL, "generic XDP",
	    "It is the way for interfaces whose driver has no native XDP." } },
	{ LAB_LINK,
	  DOCTOR_FAIL,
	  0,
	  "5.9",
	  "yes: the program went with its link",
	  { "kernel.bpf_link", DOCTOR_KERNEL, "bpf_link",
	    "It takes the XDP program off when the process ends, however it ends." } },
	{ LAB_FILTER,
	  DOCTOR_WARN,
	  0,
	  "5.9",
	  "yes",
	  { "kernel.keep", DOCTOR_KERNEL, "keep= filter",
	    "The filter that leaves ssh and ARP to the kernel is a larger program to verify." } },
	{ LAB_UNALIGNED,
	  DOCTOR_FAIL,
	  0,
	  "5.4",
	  "yes",
	  { "kernel.unaligned", DOCTOR_KERNEL, "unaligned chunks",
	    "The mempool itself is the memory of the sockets, and mbufs lie as DPDK laid them." } },
	{ LAB_COPY,
	  DOCTOR_FAIL,
	  0,
	  "5.4",
	  "yes",
	  { "kernel.copy", DOCTOR_KERNEL, "copy mode", "It works on every interface." } },
	{ LAB_ARRIVAL,
	  DOCTOR_FAIL,
	  0,
	  "5.4",
	  "a frame came through program and socket",
	  { "kernel.arrival", DOCTOR_KERNEL, "end to end",
	    "Each part can be there, and something between them still be in the way." } },
	{ LAB_WAKEUP,
	  DOCTOR_FAIL,
	  0,
	  "5.4",
	  "yes",
	  { "kernel.need_wakeup", DOCTOR_KERNEL, "need_wakeup",
	    "The kernel says when it wants a system call, and none is made otherwise." } },
	{ LAB_SHARED,
	  DOCTOR_WARN,
	  0,
	  "5.10",
	  "yes, over queues and interfaces",
	  { "kernel.shared_umem", DOCTOR_KERNEL, "shared UMEM",
	    "Queues on one mempool register its memory once, and ports forward without a copy." } },
	{ LAB_BUDGET,
	  DOCTOR_WARN,
	  0,
	  "6.17",
	  "yes: a burst is one system call",
	  { "kernel.tx_budget", DOCTOR_KERNEL, "Tx budget",
	    "Without it a system call sends at most 32 frames in copy mode." } },
	{ LAB_ZEROCOPY,
	  DOCTOR_OK,
	  EOPNOTSUPP,
	  "",
	  "yes",
	  { "kernel.zerocopy", DOCTOR_KERNEL, "zero-copy",
	    "It is a driver's ability, which a veth does not have; see the interface below." } },
	{ LAB_MULTI,
	  DOCTOR_OK,
	  0,
	  "6.6",
	  "yes",
	  { "kernel.multi_buffer", DOCTOR_KERNEL, "multi-buffer",
	    "One packet in several buffers is what frames beyond a page take." } },
	{ LAB_TXMETA,
	  DOCTOR_OK,
	  0,
	  "6.11",
	  "yes",
	  { "kernel.tx_metadata", DOCTOR_KERNEL, "Tx metadata",
	    "Checksums and time stamps of sent frames are asked for there." } },
	{ LAB_KFUNCS,
	  DOCTOR_OK,
	  0,
	  "6.3",
	  "yes",
	  { "kernel.metadata_kfuncs", DOCTOR_KERNEL, "Rx metadata",
	    "An XDP program asks the driver for hash, time stamp and VLAN tag by these functions." } },
	{ LAB_NETLINK,
	  DOCTOR_OK,
	  0,
	  "6.3",
	  "yes",
	  { "kernel.netdev_netlink", DOCTOR_KERNEL, "netdev netlink",
	    "It says what a driver can do, without trying it on the interface." } },
	{ LAB_DIAG,
	  DOCTOR_OK,
	  0,
	  "6.16, or one with CONFIG_XDP_SOCKETS_DIAG",
	  "yes",
	  { "kernel.queue_use", DOCTOR_KERNEL, "use of queues",
	    "The kernel tells which queues have a socket already." } },
};

static bool
is_permission(int ret)
{
	return ret == -EPERM || ret == -EACCES;
}

static void
missing_report(struct doctor *d, const struct ability *a, const struct lab_result *result)
{
	struct doctor_finding *f;

	if (is_permission(result->ret)) {
		doctor_fix(doctor_unseen(d, &a->topic, "not tried: %s", strerror(-result->ret)),
			   "sudo afx-doctor %s", d->word.word);
		return;
	}
	if (result->ret == -ENOBUFS) {
		f = doctor_add(d, &a->topic, DOCTOR_FAIL,
			       "32 KiB of locked memory are beyond the limit");
		doctor_fix(f, "ulimit -l unlimited");
		return;
	}
	if (a->expected != 0 && result->ret == -a->expected) {
		doctor_add(d, &a->topic, DOCTOR_OK, "not on a veth, as expected");
		return;
	}
	f = doctor_add(d, &a->topic, a->missing, "no: %s",
		       result->text[0] != '\0' ? result->text : strerror(-result->ret));
	if (a->missing != DOCTOR_OK && a->since[0] != '\0')
		doctor_note(f, "boot Linux %s, or newer", a->since);
}

static void
ability_report(struct doctor *d, const struct ability *a, const struct lab *lab)
{
	const struct lab_result *result = &lab->tries[a->what];

	if (!result->tried)
		doctor_unseen(d, &a->topic, "not tried: something before it was refused");
	else if (result->ret == 0)
		doctor_add(d, &a->topic, DOCTOR_OK, "%s", a->yes);
	else
		missing_report(d, a, result);
}

static void
release_report(struct doctor *d)
{
	struct utsname name;

	if (uname(&name) == 0)
		doctor_add(d, &release, DOCTOR_OK, "%s %s (%s)", name.sysname, name.release,
			   name.machine);
}

void
doctor_check_kernel(struct doctor *d)
{
	struct doctor_finding *f;
	struct lab lab;
	size_t i;

	release_report(d);
	lab_run(&lab);
	if (lab.ret != 0) {
		f = doctor_unseen(d, &lab_topic, "no namespace or veth pair to be had: %s",
				  strerror(-lab.ret));
		if (is_permission(lab.ret))
			doctor_fix(f, "sudo afx-doctor %s", d->word.word);
		return;
	}
	for (i = 0; i < RTE_DIM(abilities); i++)
		ability_report(d, &abilities[i], &lab);
}
