/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <rte_cycles.h>

#include "afx_ledger.h"
#include "afx_log.h"
#include "afx_reclaim.h"
#include "afx_tx_kick.h"
#include "afx_tx_reap.h"

/* Between looks at a draining ring: about what a NIC needs for a batch. */
#define DRAIN_POLL_US 100

/*
 * A zero-copy queue is given at least that long, whatever the deadline has left:
 * on a loaded machine its release took up to 1.1 s (afx_bind.c), and mbufs that
 * are not waited for are lost.
 */
#define RELEASE_MS_MIN 1500

void
afx_reclaim_tx_drain(struct afx_txq *q, uint64_t deadline)
{
	int ret;

	while (q->outstanding != 0) {
		ret = afx_tx_kick(q);
		afx_tx_reap(q);
		if (q->outstanding == 0 || ret == -ENETDOWN || ret == -ENXIO ||
		    rte_get_tsc_cycles() >= deadline)
			break;
		usleep(DRAIN_POLL_US);
	}
}

void
afx_reclaim_tx_unsent(struct afx_txq *q)
{
	q->unsent += afx_tx_waiting(q);
	q->unsent_bytes += afx_tx_waiting_bytes(q);
}

void
afx_reclaim_rx_unread(struct afx_rxq *q)
{
	const uint32_t n = afx_ring_avail(&q->rx, q->rx.size);
	uint32_t i;

	for (i = 0; i < n; i++) {
		uint64_t base = afx_ring_desc(&q->rx, q->rx.own + i)->addr & AFX_ADDR_BASE_MASK;

		afx_ledger_receive(q->ledger, &base);
		rte_mempool_put(q->mp, afx_umem_mbuf(q->delta, base));
	}
	afx_ring_release(&q->rx, n);
	q->missed += n;
}

bool
afx_reclaim_wait(const struct afx_pair *pair, uint64_t deadline)
{
	const uint64_t now = rte_get_tsc_cycles();
	uint64_t ms = now < deadline ? (deadline - now) * 1000 / rte_get_tsc_hz() : 0;
	int ret;

	ret = afx_sock_released_wait(pair->dev->info.ifindex, pair->queue,
				     RTE_MAX(ms, (uint64_t)RELEASE_MS_MIN));
	if (ret == 0 || ret == -ENODEV || ret == -ENXIO)
		return true;
	AFX_LOG(ERR,
		"%s: queue %u: the kernel still holds the zero-copy queue after close (%s): its "
		"mbufs stay out of their mempool, which must not be freed",
		pair->dev->cfg.iface, pair->queue, strerror(-ret));
	pair->dev->unreleased = true;
	return false;
}

/* An mbuf of the fill ring was never initialised: it goes back as it came. */
static void
reclaim_rx_object(struct rte_mempool *mp, void *queue, void *obj, unsigned int index __rte_unused)
{
	struct afx_rxq *q = queue;

	if (q->ledger[afx_ledger_index(afx_umem_base(q->delta, obj))] != 0)
		rte_mempool_put(mp, obj);
}

/* One reference for each descriptor. */
static void
reclaim_tx_object(struct rte_mempool *mp __rte_unused, void *queue, void *obj,
		  unsigned int index __rte_unused)
{
	struct afx_txq *q = queue;
	uint16_t n = afx_ledger_tx_out(q->ledger[afx_ledger_index(afx_umem_base(q->delta, obj))]);

	while (n-- != 0)
		rte_pktmbuf_free_seg(obj);
}

void
afx_reclaim_rx(struct afx_rxq *q)
{
	rte_mempool_obj_iter(q->mp, reclaim_rx_object, q);
	memset(q->ledger, 0, afx_umem_ledger_len(&q->umem) * sizeof(q->ledger[0]));
}

void
afx_reclaim_tx(struct afx_txq *q)
{
	rte_mempool_obj_iter(q->mp, reclaim_tx_object, q);
	memset(q->ledger, 0, afx_umem_ledger_len(&q->umem) * sizeof(q->ledger[0]));
	q->outstanding = 0;
}
