/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <rte_cycles.h>

#include "afx_bind.h"
#include "afx_caps.h"
#include "afx_log.h"
#include "afx_queue.h"
#include "afx_reclaim.h"
#include "afx_rx.h"

/*
 * A worker of the kernel's releases a closed socket's queue, in 3 to 16 ms (measured, 6.18). Where
 * 14 threads want two CPUs it starts up to 0.4 s late and waits up to 0.7 s for the RTNL.
 */
#define BIND_RETRY_MS 1000
#define BIND_UNHELD_MS 5000
#define BIND_RETRY_US 1000

/* Who has a queue, with a process's name and number or the way to find it. */
#define HOLDER_LEN 160

/* The one step that takes mbufs. */
static const char step_fill[] = "filling the fill ring";

/* One try to bind: how, and the step that failed. */
struct attempt {
	const struct afx_umem *umem;
	bool zerocopy;
	int shared_fd; /* -1: with a registration of its own */
	const char *step;
};

/* False if it may be nobody, and the kernel yet to release the queue. */
static bool
queue_held(const struct afx_pair *pair)
{
	struct afx_netdev_xsk xsk;

	afx_netdev_xsk_get(pair->dev->info.ifindex, pair->queue, &xsk);
	return xsk.listed ? xsk.inode != 0 : afx_netdev_xsk_elsewhere();
}

/* Who is, and what to do about it; a process is named only if the socket is known to be its. */
static void
holder_describe(const struct afx_pair *pair, char *text, size_t len)
{
	char comm[AFX_NETDEV_COMM_LEN];
	struct afx_netdev_xsk xsk;
	pid_t pid;

	afx_netdev_xsk_get(pair->dev->info.ifindex, pair->queue, &xsk);
	if (afx_netdev_socket_holder(xsk.inode, &pid, comm, sizeof(comm)) == 0)
		snprintf(text, len,
			 "the queue is taken by another AF_XDP socket, of %s, pid %d: stop it",
			 comm, (int)pid);
	else if (xsk.listed && xsk.inode == 0)
		snprintf(text, len, "the kernel has not released the queue yet: try again");
	else
		snprintf(text, len,
			 "the queue is taken by another AF_XDP socket: stop its program, one of "
			 "those that this lists: lsof | grep 'protocol: XDP'");
}

/* What the user can do about a failed step; empty if nobody knows. */
static void
remedy_describe(const struct afx_pair *pair, const struct attempt *a, int ret, char *text,
		size_t len)
{
	const struct afx_cfg *cfg = &pair->dev->cfg;
	const uint64_t kib = a->umem->reg.len / 1024;
	char holder[HOLDER_LEN];

	text[0] = '\0';
	if (ret == -EPERM || ret == -EACCES)
		afx_caps_explain(ret, AFX_CAPS_SOCKET, cfg->keep != AFX_KEEP_NONE, text, len);
	else if (ret == -ENOBUFS)
		snprintf(text, len,
			 "; locked memory is limited, %" PRIu64 " KiB are needed: "
			 "ulimit -l unlimited, or capability cap_ipc_lock",
			 kib);
	else if (ret == -ENETDOWN)
		snprintf(text, len, "; run: ip link set dev %s up", cfg->iface);
	else if (ret == -ENOMEM && a->step == step_fill)
		snprintf(text, len,
			 "; mempool %s has too few free mbufs, each queue takes %u: "
			 "enlarge it (testpmd's --total-num-mbufs) or shrink the Rx rings (--rxd)",
			 a->umem->mp->name,
			 RTE_MIN(pair->rxq->out_max, pair->rxq->nb_desc * AFX_FILL_FACTOR));
	if (ret != -EBUSY)
		return;
	holder_describe(pair, holder, sizeof(holder));
	snprintf(text, len, "; %s, or choose other queues with start_queue=", holder);
}

/* The one log line of a failed start: what, where, why, and what to do about it. */
static void
attempt_explain(const struct afx_pair *pair, const struct attempt *a, int ret)
{
	char remedy[AFX_CAPS_TEXT_LEN];

	remedy_describe(pair, a, ret, remedy, sizeof(remedy));
	AFX_LOG(ERR, "%s: queue %u: %s%s: %s%s", pair->dev->cfg.iface, pair->queue, a->step,
		a->zerocopy ? " for zero-copy" : "", strerror(-ret), remedy);
}

static int
rings_create(struct afx_pair *pair)
{
	struct afx_sock_sizes sizes = { .fill = AFX_DESC_MIN, .comp = AFX_DESC_MIN };
	struct afx_ring unused;
	struct afx_rxq *rxq = pair->rxq;
	struct afx_txq *txq = pair->txq;

	if (rxq != NULL) {
		sizes.rx = rxq->nb_desc;
		sizes.fill = rxq->nb_desc * AFX_FILL_FACTOR;
	}
	if (txq != NULL)
		sizes.tx = sizes.comp = txq->nb_desc;
	return afx_sock_rings_create(&pair->sock, &sizes, rxq != NULL ? &rxq->rx : NULL,
				     txq != NULL ? &txq->tx : NULL,
				     rxq != NULL ? &rxq->fill : &unused,
				     txq != NULL ? &txq->comp : &unused);
}

static int
bind_for(struct afx_pair *pair, const struct attempt *a, unsigned int ms)
{
	const uint64_t deadline = rte_get_tsc_cycles() + rte_get_tsc_hz() / 1000 * ms;
	int ret;

	do {
		ret = afx_sock_bind(&pair->sock, pair->dev->info.ifindex, pair->queue, a->zerocopy,
				    a->shared_fd);
		if (ret != -EBUSY)
			break;
		/* A found socket must not close; who found none has no reason to hold others up. */
		if (a->shared_fd < 0)
			afx_umem_share_pause(BIND_RETRY_US);
		else
			usleep(BIND_RETRY_US);
	} while (rte_get_tsc_cycles() < deadline);
	return ret;
}

/* A queue that no process is seen to hold is one that the kernel has yet to release. */
static int
bind_patiently(struct afx_pair *pair, const struct attempt *a)
{
	int ret;

	ret = bind_for(pair, a, BIND_RETRY_MS);
	if (ret == -EBUSY && !queue_held(pair))
		ret = bind_for(pair, a, BIND_UNHELD_MS);
	return ret;
}

/* False: the kernel keeps the queue, and with it the mbufs. */
static bool
attempt_undo(struct afx_pair *pair, bool nic_has_buffers)
{
	bool released = true;

	afx_sock_close(&pair->sock);
	if (nic_has_buffers)
		released = afx_reclaim_wait(pair, 0);
	if (released && pair->rxq != NULL)
		afx_reclaim_rx(pair->rxq);
	if (pair->rxq != NULL)
		afx_rxq_disconnect(pair->rxq);
	if (pair->txq != NULL)
		afx_txq_disconnect(pair->txq);
	return released;
}

/* The fill ring is filled before bind: some drivers look at it there, once (ice). */
static int
attempt_run(struct afx_pair *pair, struct attempt *a)
{
	bool bound = false;
	int ret;

	a->step = "socket(AF_XDP)";
	ret = afx_sock_open(&pair->sock);
	if (ret == 0 && a->shared_fd < 0) {
		a->step = "UMEM registration";
		ret = afx_sock_umem_register(&pair->sock, &a->umem->reg);
	}
	if (ret == 0) {
		a->step = "creation of the rings";
		ret = rings_create(pair);
	}
	if (ret == 0 && pair->rxq != NULL) {
		a->step = step_fill;
		afx_rx_supply_set(pair->rxq, a->zerocopy);
		ret = afx_rx_prefill(pair->rxq);
	}
	if (ret == 0) {
		a->step = a->shared_fd < 0 ? "bind" : "bind on a shared UMEM";
		ret = bind_patiently(pair, a);
		bound = ret == 0;
	}
	if (ret == 0) {
		a->step = "entry in the sharing registry";
		ret = afx_umem_share_join(a->umem, pair->sock.fd, a->zerocopy);
	}
	/* With its mbufs gone there is nothing to try again with. */
	if (ret != 0 && !attempt_undo(pair, bound && a->zerocopy))
		ret = -EBUSY;
	return ret;
}

/*
 * Bind in one mode: on the registration of another queue of the same mempool
 * that runs in this very mode, else on one of our own. In zero-copy, the bind
 * itself is the probe; copy is asked for only where zero-copy was refused or
 * is out of the question, so that the start order does not matter.
 */
static int
bind_mode(struct afx_pair *pair, struct attempt *a)
{
	const bool may_share = pair->dev->cfg.share != AFX_SHARE_OFF;
	int ret;

	a->shared_fd = afx_umem_share_find(a->umem, a->zerocopy);
	if (!may_share)
		a->shared_fd = -1;
	ret = attempt_run(pair, a);
	pair->shared = ret == 0 && a->shared_fd >= 0;
	if (ret != 0 && ret != -EBUSY && a->shared_fd >= 0) {
		a->shared_fd = -1;
		ret = attempt_run(pair, a);
	}
	afx_umem_share_done();
	return ret;
}

/* NULL, or why zero-copy is not even tried. */
static const char *
zerocopy_excluded(const struct afx_pair *pair, const struct afx_umem *umem)
{
	const struct afx_dev *dev = pair->dev;
	bool capable;

	if (dev->cfg.copy == AFX_COPY_FORCE)
		return "copy mode was asked for";
	if (afx_prog_path_get(dev->prog) == AFX_PROG_GENERIC)
		return "the program is attached in generic mode";
	afx_netdev_zerocopy_get(dev->info.ifindex, &capable);
	if (!capable)
		return "its driver has none";
	if (pair->rxq != NULL && afx_umem_may_split(umem, dev->info.mtu + AFX_FRAME_OVERHEAD))
		return "NICs may round the mempool's frame length down to whole KiB, which is less "
		       "than the MTU needs; enlarge the data room (testpmd's --mbuf-size)";
	return umem->no_zerocopy;
}

int
afx_bind(struct afx_pair *pair, const struct afx_umem *umem)
{
	const struct afx_cfg *cfg = &pair->dev->cfg;
	struct attempt a = { .umem = umem, .zerocopy = true };
	const char *why = zerocopy_excluded(pair, umem);
	int ret = -EOPNOTSUPP;

	if (why == NULL) {
		ret = bind_mode(pair, &a);
		if (ret == 0)
			return 0;
		why = strerror(-ret);
		/*
		 * These say nothing about zero-copy, and fail in copy mode just as well, or,
		 * where the pool has too few mbufs, ask for more of them rather than for less speed.
		 */
		if (cfg->copy == AFX_COPY_NEVER || ret == -EBUSY || ret == -ENETDOWN ||
		    ret == -EPERM || a.step == step_fill) {
			attempt_explain(pair, &a, ret);
			return ret;
		}
	} else if (cfg->copy == AFX_COPY_NEVER) {
		AFX_LOG(ERR, "%s: queue %u: mode=zc: no zero-copy: %s", cfg->iface, pair->queue,
			why);
		return ret;
	}
	if (cfg->copy == AFX_COPY_AUTO)
		AFX_LOG(INFO, "%s: queue %u: copy mode, no zero-copy: %s", cfg->iface, pair->queue,
			why);
	a.zerocopy = false;
	ret = bind_mode(pair, &a);
	if (ret != 0)
		attempt_explain(pair, &a, ret);
	return ret;
}
