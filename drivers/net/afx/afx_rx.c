/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>

#include <rte_branch_prediction.h>
#include <rte_byteorder.h>

#include "afx_compat.h"
#include "afx_ledger.h"
#include "afx_pool.h"
#include "afx_rx.h"
#include "afx_tx_kick.h"

/* mbufs taken from the pool at once: half of a default cache flush, four cache lines of slots. */
#define REFILL_BATCH 32

/* data_off is the low half-word of the rearm word, so that it can be added to it. */
static_assert(RTE_BYTE_ORDER == RTE_LITTLE_ENDIAN, "rearm word is little endian");

/*
 * Post n pool mbufs in slots that lie in a row: the slots first, which take two
 * at a time, then the ledger, which lies anywhere. Here and in find_row(), what
 * does not change is copied to locals: a ledger's bytes may alias it as far as
 * the compiler knows.
 */
static inline void
fill_row(const struct afx_rxq *q, uint64_t *slots, void *const *mbufs, uint32_t n)
{
	const uintptr_t delta = q->delta;
	uint8_t *const ledger = q->ledger;
	uint32_t i;

	AFX_UNROLL
	for (i = 0; i < n / 2; i++)
		AFX_PAIR(slots, 2 * i) = AFX_PAIR(mbufs, 2 * i) - delta;
	if (n % 2 != 0)
		slots[n - 1] = afx_umem_base(delta, mbufs[n - 1]);
	AFX_UNROLL
	for (i = 0; i < n; i++)
		afx_ledger_fill(ledger, &slots[i]);
}

/* Post n pool mbufs; the caller has made sure of room. */
static inline void
fill(struct afx_rxq *q, void *const *mbufs, uint32_t n)
{
	const uint32_t row = afx_ring_run(&q->fill, q->fill.own, n);

	fill_row(q, afx_ring_addr(&q->fill, q->fill.own), mbufs, row);
	if (unlikely(row != n))
		fill_row(q, afx_ring_addr(&q->fill, q->fill.own + row), mbufs + row, n - row);
	afx_ring_submit(&q->fill, n);
}

/* Mbufs that may be posted; looks at the kernel's index only where fewer than want seem to be. */
static inline uint32_t
refill_room(struct afx_rxq *q, uint32_t want)
{
	const uint32_t out = q->fill.own - q->rx.own;

	return RTE_MIN(afx_ring_free(&q->fill, want), q->out_max - out);
}

/* Half of what the kernel is to have. */
static inline uint32_t
supply_half(const struct afx_rxq *q)
{
	return RTE_MIN(q->fill.size, q->out_max) / 2;
}

/* The pool can not give a whole batch: take what there is once the kernel is at half its supply. */
static __rte_noinline void
refill_scarce(struct afx_rxq *q)
{
	struct rte_mbuf *mbufs[REFILL_BATCH];
	uint32_t n;

	q->count.nombuf++;
	if (refill_room(q, q->fill.size) < supply_half(q))
		return;
	for (n = REFILL_BATCH / 2; n != 0; n /= 2) {
		if (rte_mempool_get_bulk(q->mp, (void **)mbufs, n) == 0) {
			fill(q, (void **)mbufs, n);
			return;
		}
	}
}

/*
 * Post a batch that the lcore's cache does not have. False: nor has the pool,
 * which is counted, and what it has was posted as far as that is due.
 */
static __rte_noinline bool
refill_uncached(struct afx_rxq *q, struct rte_mempool_cache *cache)
{
	struct rte_mbuf *mbufs[REFILL_BATCH];

	if (unlikely(rte_mempool_generic_get(q->mp, (void **)mbufs, REFILL_BATCH, cache) != 0)) {
		refill_scarce(q);
		return false;
	}
	fill(q, (void **)mbufs, REFILL_BATCH);
	return true;
}

/*
 * By deficit, in whole batches: as many as were received, rounded up, and one
 * more while the kernel has less than half its supply. The rest only as far as
 * the lcore's cache has it: reaching into the pool itself costs more, and the
 * mbufs that are freed a little later, which are still in the processor's cache,
 * would go there in turn.
 */
static inline void
refill(struct afx_rxq *q, uint32_t received)
{
	const uint32_t room = refill_room(q, REFILL_BATCH);
	uint32_t batches = (received + REFILL_BATCH - 1) / REFILL_BATCH;
	struct rte_mempool_cache *cache;
	void **mbufs;

	if (room < REFILL_BATCH)
		return;
	batches = RTE_MAX(batches, 1U) + (room > supply_half(q));
	cache = rte_mempool_default_cache(q->mp, rte_lcore_id());
	batches = RTE_MAX(batches, afx_pool_cached(cache) / REFILL_BATCH);
	do {
		mbufs = afx_pool_take_cached(cache, REFILL_BATCH);
		if (likely(mbufs != NULL))
			fill(q, mbufs, REFILL_BATCH);
		else if (!refill_uncached(q, cache))
			return;
	} while (--batches != 0 && refill_room(q, REFILL_BATCH) >= REFILL_BATCH);
}

/*
 * Turn one descriptor into an mbuf. Pool mbufs have next NULL, and the kernel
 * wrote the frame behind the mbuf, so that two stores make it complete: ol_flags
 * 0 comes with the rearm word, to which data_off is added; packet_type, vlan_tci
 * and hash 0 with the lengths. Returns the latter, in whose second word the length is.
 */
static inline afx_words_t
receive_one(struct rte_mbuf *m, const struct xdp_desc *desc, afx_words_t rearm)
{
	const afx_words_t words = *AFX_DESC_WORDS(desc);
	const afx_words_t fields = afx_desc_rx_fields(words);

	*AFX_MBUF_REARM_AND_FLAGS(m) = rearm + afx_desc_offset(words);
	*AFX_MBUF_RX_FIELDS(m) = fields;
	return fields;
}

/* The mbufs of n descriptors that lie in a row, which leave the ledger. */
static inline void
find_row(const struct afx_rxq *q, const struct xdp_desc *descs, struct rte_mbuf **pkts, uint32_t n)
{
	const uintptr_t delta = q->delta;
	uint8_t *const ledger = q->ledger;
	uint32_t i;

	AFX_UNROLL
	for (i = 0; i < n / 2; i++) {
		const afx_words_t addrs = { descs[2 * i].addr, descs[2 * i + 1].addr };

		AFX_PAIR(pkts, 2 * i) = afx_umem_mbuf_pair(delta, addrs);
		afx_ledger_receive(ledger, &descs[2 * i].addr);
		afx_ledger_receive(ledger, &descs[2 * i + 1].addr);
	}
	if (n % 2 != 0) {
		pkts[n - 1] = afx_umem_mbuf(delta, descs[n - 1].addr);
		afx_ledger_receive(ledger, &descs[n - 1].addr);
	}
}

/*
 * Receive n descriptors that lie in a row; returns the bytes of their frames.
 * The mbufs are written in a loop of their own: stores to them, most of which miss
 * the first cache, would hold up those behind them. Nothing here reads an mbuf, so
 * no prefetch: it was measured to cost more than it saves, also where each mbuf
 * comes out of main memory.
 */
static inline uint64_t
receive_row(const struct afx_rxq *q, const struct xdp_desc *descs, struct rte_mbuf **pkts,
	    uint32_t n)
{
	const afx_words_t rearm = { q->rearm - AFX_CHUNK_LEAD, 0 };
	afx_words_t fields = { 0, 0 };
	uint32_t i;

	find_row(q, descs, pkts, n);
	AFX_UNROLL
	for (i = 0; i < n; i++)
		fields += receive_one(pkts[i], &descs[i], rearm);
	return fields[1];
}

static inline void
receive(struct afx_rxq *q, struct rte_mbuf **pkts, uint32_t n)
{
	const uint32_t row = afx_ring_run(&q->rx, q->rx.own, n);
	uint64_t bytes;

	bytes = receive_row(q, afx_ring_desc(&q->rx, q->rx.own), pkts, row);
	if (unlikely(row != n))
		bytes +=
			receive_row(q, afx_ring_desc(&q->rx, q->rx.own + row), pkts + row, n - row);
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

void
afx_rx_supply_set(struct afx_rxq *q, bool zerocopy)
{
	q->out_max = zerocopy ? UINT32_MAX : q->rx.size + REFILL_BATCH;
}

/*
 * Past the cache of a control thread, in which whole batches would stay that
 * nobody else can take; what is there already is taken last.
 */
static int
take_uncached(struct rte_mempool *mp, void **mbufs, uint32_t n)
{
	if (rte_mempool_generic_get(mp, mbufs, n, NULL) == 0)
		return 0;
	return rte_mempool_get_bulk(mp, mbufs, n);
}

int
afx_rx_prefill(struct afx_rxq *q)
{
	struct rte_mbuf *mbufs[REFILL_BATCH];
	uint32_t batch = REFILL_BATCH;
	uint32_t n;

	while ((n = RTE_MIN(refill_room(q, q->fill.size), batch)) != 0) {
		if (take_uncached(q->mp, (void **)mbufs, n) != 0) {
			batch = n / 2;
			continue;
		}
		fill(q, (void **)mbufs, n);
	}
	return batch != 0 ? 0 : -ENOMEM;
}
