/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>

#include <rte_branch_prediction.h>
#include <rte_byteorder.h>
#include <rte_prefetch.h>

#include "afx_compat.h"
#include "afx_ledger.h"
#include "afx_rx.h"
#include "afx_tx_kick.h"

/* mbufs taken from the pool at once: half of a default cache flush, four cache lines of slots. */
#define REFILL_BATCH 32

/* Batches a burst may add beyond what it received, to make good failed refills. */
#define REFILL_CATCH_UP 2

/* mbuf headers fetched ahead: as many cache misses as a core keeps in flight is about ten. */
#define PREFETCH_AHEAD 4

/* data_off is the low half-word of the rearm word, so that it can be added to it. */
static_assert(RTE_BYTE_ORDER == RTE_LITTLE_ENDIAN, "rearm word is little endian");

/* Post n pool mbufs; the caller has made sure of room, and submits. */
static inline void
fill_slots(struct afx_rxq *q, struct rte_mbuf *const *mbufs, uint32_t first, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++) {
		uint64_t addr = afx_umem_base(q->delta, mbufs[i]);

		*afx_ring_addr(&q->fill, first + i) = addr;
		afx_ledger_fill(q->ledger, addr);
	}
}

/* The pool can not give a whole batch: take what there is once the kernel is at half its supply. */
static __rte_noinline void
refill_scarce(struct afx_rxq *q)
{
	struct rte_mbuf *mbufs[REFILL_BATCH];
	uint32_t n;

	q->count.nombuf++;
	if (afx_ring_free(&q->fill, q->fill.size) < q->fill.size / 2)
		return;
	for (n = REFILL_BATCH / 2; n != 0; n /= 2) {
		if (rte_mempool_get_bulk(q->mp, (void **)mbufs, n) == 0) {
			fill_slots(q, mbufs, q->fill.own, n);
			afx_ring_submit(&q->fill, n);
			return;
		}
	}
}

/* By deficit: whole batches while the fill ring has room for them, and a bounded number of them. */
static inline void
refill(struct afx_rxq *q, uint32_t received)
{
	struct rte_mbuf *mbufs[REFILL_BATCH];
	uint32_t batches = received / REFILL_BATCH + REFILL_CATCH_UP;

	while (batches-- != 0 && afx_ring_free(&q->fill, REFILL_BATCH) >= REFILL_BATCH) {
		if (unlikely(rte_mempool_get_bulk(q->mp, (void **)mbufs, REFILL_BATCH) != 0)) {
			refill_scarce(q);
			return;
		}
		fill_slots(q, mbufs, q->fill.own, REFILL_BATCH);
		afx_ring_submit(&q->fill, REFILL_BATCH);
	}
}

/*
 * Turn one descriptor into an mbuf. Pool mbufs have next NULL, and the kernel
 * wrote the frame behind the mbuf, so that four stores make it complete.
 */
static inline struct rte_mbuf *
receive_one(struct afx_rxq *q, const struct xdp_desc *desc)
{
	struct rte_mbuf *m = afx_umem_mbuf(q->delta, desc->addr);

	afx_ledger_receive(q->ledger, desc->addr);
	*AFX_MBUF_REARM(m) = q->rearm + (desc->addr >> AFX_ADDR_OFFSET_SHIFT) - AFX_CHUNK_LEAD;
	m->ol_flags = 0;
	m->packet_type = 0;
	m->pkt_len = desc->len;
	m->data_len = desc->len;
	m->vlan_tci = 0;
	return m;
}

static inline void
receive(struct afx_rxq *q, struct rte_mbuf **pkts, uint32_t n)
{
	const uint32_t first = q->rx.own;
	uint64_t bytes = 0;
	uint32_t i;

	for (i = 0; i < n; i++) {
		if (i + PREFETCH_AHEAD < n)
			rte_prefetch0(afx_umem_mbuf(
				q->delta, afx_ring_desc(&q->rx, first + i + PREFETCH_AHEAD)->addr));
		pkts[i] = receive_one(q, afx_ring_desc(&q->rx, first + i));
		bytes += pkts[i]->pkt_len;
	}
	afx_ring_release(&q->rx, n);
	q->count.packets += n;
	q->count.bytes += bytes;
}

/*
 * Nothing received: wake the driver if it sleeps until it gets buffers, or poll
 * it ourselves. Errors (interface down or gone) show in link state, not here.
 */
static inline void
wake_driver(struct afx_rxq *q, const bool busy)
{
	if (!busy && likely(!afx_ring_needs_wakeup(&q->fill)))
		return;
	q->count.wakeups++;
	afx_sock_rx_kick(q->fd);
}

/* busy is a compile-time constant; always_inline, since gcc keeps one generic body otherwise. */
static __rte_always_inline uint16_t
rx_burst_tmpl(struct afx_rxq *q, struct rte_mbuf **pkts, uint16_t n, const bool busy)
{
	uint32_t received = RTE_MIN(afx_ring_avail(&q->rx, n), (uint32_t)n);
	uint64_t since;

	if (received != 0)
		receive(q, pkts, received);
	refill(q, received);
	if (received == 0)
		wake_driver(q, busy);
	since = __atomic_load_n(&q->kick->since, __ATOMIC_RELAXED);
	if (unlikely(since != 0))
		afx_tx_kick_overdue(q->kick, since);
	afx_ledger_check_rx(q->ledger, afx_umem_ledger_len(&q->umem), q->fill.own - q->rx.own);
	return received;
}

uint16_t
afx_rx_burst(void *queue, struct rte_mbuf **pkts, uint16_t n)
{
	return rx_burst_tmpl(queue, pkts, n, false);
}

uint16_t
afx_rx_burst_busy(void *queue, struct rte_mbuf **pkts, uint16_t n)
{
	return rx_burst_tmpl(queue, pkts, n, true);
}

int
afx_rx_prefill(struct afx_rxq *q)
{
	struct rte_mbuf *mbufs[REFILL_BATCH];
	uint32_t n;

	while ((n = afx_ring_free(&q->fill, q->fill.size)) != 0) {
		n = RTE_MIN(n, (uint32_t)REFILL_BATCH);
		if (rte_mempool_get_bulk(q->mp, (void **)mbufs, n) != 0)
			return -ENOMEM;
		fill_slots(q, mbufs, q->fill.own, n);
		afx_ring_submit(&q->fill, n);
	}
	return 0;
}
