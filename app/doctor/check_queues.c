/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Queues: how many, spread over by RSS, taken by whom; and which to bind.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_common.h>

#include "doctor.h"

/* A program's name, its number and a queue's. */
#define HOLDER_LEN 96

static const struct doctor_topic channels = {
	"interface.channels",
	DOCTOR_INTERFACE,
	"queues",
	"What arrives on a queue that is not bound stays with the kernel, so all are to be bound.",
};
static const struct doctor_topic rss = {
	"interface.rss",
	DOCTOR_INTERFACE,
	"RSS",
	"The NIC spreads flows over the queues that its table names; those have to be the bound ones.",
};
static const struct doctor_topic sockets = {
	"interface.sockets",
	DOCTOR_INTERFACE,
	"AF_XDP sockets",
	"A queue has one AF_XDP socket; a second one is refused.",
};

/* Queues in sequence that nobody has. */
struct run {
	uint32_t start;
	uint32_t len;
};

struct survey {
	struct run best; /* the longest, the first of them */
	uint32_t taken;
	int ret; /* the kernel would not say */
	char holder[HOLDER_LEN]; /* of the first one taken */
	pid_t pid;
	bool listed; /* sockets are, by the kernel (XDP_DIAG) */
};

static uint32_t
usable(const struct doctor *d)
{
	uint32_t n = RTE_MIN(d->info.rx_queues, d->info.tx_queues);

	return RTE_MIN(n, (uint32_t)AFX_QUEUES_MAX);
}

static void
holder_note(struct survey *s, uint32_t queue, const struct afx_netdev_xsk *xsk)
{
	char comm[AFX_NETDEV_COMM_LEN];

	if (s->taken++ != 0)
		return;
	s->listed = xsk->listed;
	if (afx_netdev_socket_holder(xsk->inode, &s->pid, comm, sizeof(comm)) == 0)
		snprintf(s->holder, sizeof(s->holder), "queue %u by %s, process %d", queue, comm,
			 (int)s->pid);
	else if (!xsk->listed)
		snprintf(s->holder, sizeof(s->holder),
			 "queue %u by a process that the kernel does not name", queue);
	else
		snprintf(s->holder, sizeof(s->holder), "queue %u by a process that is not visible",
			 queue);
}

static void
survey_run(const struct doctor *d, struct survey *s)
{
	struct run run = { 0 };
	struct afx_netdev_xsk xsk;
	uint32_t queue;

	*s = (struct survey){ 0 };
	for (queue = 0; queue < usable(d); queue++) {
		s->ret = afx_netdev_xsk_get(d->info.ifindex, queue, &xsk);
		if (xsk.taken) {
			holder_note(s, queue, &xsk);
			run = (struct run){ .start = queue + 1 };
			continue;
		}
		run.len++;
		if (run.len > s->best.len)
			s->best = run;
	}
}

static void
sockets_check(struct doctor *d, const struct survey *s)
{
	struct doctor_finding *f;
	enum doctor_status status = d->queue_count == 0 ? DOCTOR_FAIL : DOCTOR_WARN;

	if (s->taken == 0 && s->ret != 0) {
		doctor_unseen(d, &sockets, "the kernel does not say%s: %s",
			      d->info.up ? "" : " while it is down", strerror(-s->ret));
		return;
	}
	if (s->taken == 0) {
		doctor_add(d, &sockets, DOCTOR_OK, "none");
		return;
	}
	f = doctor_add(d, &sockets, status, "on %u of %u queues: %s%s", s->taken, usable(d),
		       s->holder, s->taken > 1 ? " and others" : "");
	if (s->pid != 0)
		doctor_fix(f, "kill %d", (int)s->pid);
	else if (s->listed)
		doctor_fix(f, "ss -a --xdp -p");
	else
		doctor_fix(f, "lsof | grep 'protocol: XDP'");
}

static void
channels_check(struct doctor *d)
{
	char command[DOCTOR_FIX_LEN];
	struct doctor_finding *f;
	uint32_t n = usable(d);

	if (n == 0) {
		f = doctor_add(d, &channels, DOCTOR_FAIL, "%u Rx and %u Tx queues",
			       d->info.rx_queues, d->info.tx_queues);
		doctor_fix(f, "ethtool -l %s", d->word.word);
		return;
	}
	if (d->info.rx_queues <= n) {
		doctor_add(d, &channels, DOCTOR_OK, "%u Rx, %u Tx", d->info.rx_queues,
			   d->info.tx_queues);
		return;
	}
	afx_netdev_channels_command(d->word.word, &d->info, n, command, sizeof(command));
	f = doctor_add(
		d, &channels, DOCTOR_WARN,
		"%u Rx, %u Tx: %u pairs can be bound, flows of the other Rx queues stay with "
		"the kernel",
		d->info.rx_queues, d->info.tx_queues, n);
	doctor_fix(f, "%s", command);
}

static void
rss_check(struct doctor *d)
{
	const uint32_t end = d->start_queue + d->queue_count;
	struct doctor_finding *f;
	uint32_t used, first, last;
	int ret;

	ret = doctor_ethtool_rss(d->iface, &used, &first, &last);
	if (ret == 0 && (first < d->start_queue || last > end)) {
		f = doctor_add(d, &rss, DOCTOR_WARN, "spreads over %u queues, %u to %u", used,
			       first, last - 1);
		doctor_fix(f, "ethtool -X %s start %u equal %u", d->word.word, d->start_queue,
			   d->queue_count);
	} else if (ret == 0) {
		doctor_add(d, &rss, DOCTOR_OK, "over %u of %u queues", used, d->info.rx_queues);
	} else if (d->info.rx_queues > 1) {
		doctor_add(d, &rss, DOCTOR_OK, "no table: the driver spreads in its own way");
	} else {
		doctor_add(d, &rss, DOCTOR_OK, "one queue, nothing to spread");
	}
}

void
doctor_check_queues(struct doctor *d)
{
	struct survey s;

	survey_run(d, &s);
	d->start_queue = s.best.start;
	d->queue_count = s.best.len;
	channels_check(d);
	sockets_check(d, &s);
	if (d->queue_count != 0)
		rss_check(d);
}
