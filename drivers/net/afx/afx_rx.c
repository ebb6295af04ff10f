/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>

#include <rte_branch_prediction.h>
#include <rte_byteorder.h>
#include <rte_prefetch.h>

#include "afx_compat.h"
#include "afx_ledger.h"
#include "afx_pool.h"
#include "afx_rx.h"
#include "afx_tx_kick.h"

/* mbufs taken from the pool at once: half of a default cache flush, four cache lines of slots. */
#define REFILL_BATCH 32

/* Batches a burst may add beyond what it received, to make good failed refills. */
#define REFILL_CATCH_UP 2

/* data_off is the low half-word of the rearm word, so that it can be added to it. */
static_assert(RTE_BYTE_ORDER == RTE_LITTLE_ENDIAN, "rearm word is little endian");

/*
 * Post n pool mbufs; the caller has made sure of room, and submits. Here and in
 * receive(), what does not change is copied to locals: a ledger's bytes may
 * alias it as far as the compiler knows.
 */
static inline void
fill_slots(struct afx_rxq *q, void *const *mbufs, uint32_t n)
{
	const struct afx_ring fill = q->fill;
	const uintptr_t delta = q->delta;
	uint8_t *const ledger = q->ledger;
	uint32_t i;

	for (i = 0; i < n; i++) {
		uint64_t addr = afx_umem_base(delta, mbufs[i]);

		*afx_ring_addr(&fill, fill.own + i) = addr;
		afx_ledger_fill(ledger, addr);
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
			fill_slots(q, (void **)mbufs, n);
			afx_ring_submit(&q->fill, n);
			return;
		}
	}
}

/* By deficit: whole batches while the fill ring has room for them, and a bounded number of them. */
static inline void
refill(struct afx_rxq *q, uint32_t received)
{
	uint32_t batches = received / REFILL_BATCH + REFILL_CATCH_UP;
	void *spare[REFILL_BATCH];
	void **mbufs;

	while (batches-- != 0 && afx_ring_free(&q->fill, REFILL_BATCH) >= REFILL_BATCH) {
		mbufs = afx_pool_take(q->mp, spare, REFILL_BATCH);
		if (unlikely(mbufs == NULL)) {
			refill_scarce(q);
			return;
		}
		fill_slots(q, mbufs, REFILL_BATCH);
		afx_ring_submit(&q->fill, REFILL_BATCH);
	}
}

/*
 * Turn one descriptor into an mbuf. Pool mbufs have next NULL, and the kernel
 * wrote the frame behind the mbuf, so that four stores make it complete:
 * packet_type 0 comes with pkt_len, vlan_tci 0 with data_len.
 */
static inline void
receive_one(struct rte_mbuf *m, const struct xdp_desc *desc, uint64_t rearm)
{
	*AFX_MBUF_REARM(m) = rearm + (desc->addr >> AFX_ADDR_OFFSET_SHIFT) - AFX_CHUNK_LEAD;
	m->ol_flags = 0;
	*AFX_MBUF_TYPE_AND_LEN(m) = (uint64_t)desc->len << 32;
	*AFX_MBUF_DATA_LEN_AND_VLAN(m) = desc->len;
}

/* Twice over the descriptors, so that the mbufs' cache lines are on their way all at once. */
static inline void
receive(struct afx_rxq *q, struct rte_mbuf **pkts, uint32_t n)
{
	const struct afx_ring rx = q->rx;
	const uintptr_t delta = q->delta;
	const uint64_t rearm = q->rearm;
	uint8_t *const ledger = q->ledger;
	uint64_t bytes = 0;
	uint32_t i;

	for (i = 0; i < n; i++) {
		const uint64_t addr = afx_ring_desc(&rx, rx.own + i)->addr;

		pkts[i] = afx_umem_mbuf(delta, addr);
		rte_prefetch0(pkts[i]);
		afx_ledger_receive(ledger, addr);
	}
	for (i = 0; i < n; i++) {
		const struct xdp_desc desc = *afx_ring_desc(&rx, rx.own + i);

		bytes += desc.len;
		receive_one(pkts[i], &desc, rearm);
	}
	afx_ring_release(&q->rx, n);
	q->count.packets += n;
	q->count.bytes += bytes;
}

/*
 * Nothing received: wake the driver if it sleeps until it gets buffers, or poll
 * it ourselves. A flag that is seen late is seen by the next empty poll, so no
 * fence. Errors (interface down or gone) show in link state, not here.
 */
static inline void
wake_driver(struct afx_rxq *q, const bool busy)
{
	if (!busy && likely(!afx_ring_wants_wakeup(&q->fill)))
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
	uint32_t batch = REFILL_BATCH;
	uint32_t n;

	while ((n = RTE_MIN(afx_ring_free(&q->fill, q->fill.size), batch)) != 0) {
		if (rte_mempool_get_bulk(q->mp, (void **)mbufs, n) != 0) {
			batch = n / 2;
			continue;
		}
		fill_slots(q, (void **)mbufs, n);
		afx_ring_submit(&q->fill, n);
	}
	return batch != 0 ? 0 : -ENOMEM;
}
