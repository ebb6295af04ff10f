/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <rte_branch_prediction.h>
#include <rte_prefetch.h>

#include "afx_compat.h"
#include "afx_ledger.h"
#include "afx_pool.h"
#include "afx_tx.h"
#include "afx_tx_debug.h"
#include "afx_tx_kick.h"
#include "afx_tx_prepare.h"

/* Completions freed at once: two batches of the default mempool cache flush. */
#define FREE_BATCH 64

/* As in Rx: a few header misses in flight, not more than the core can keep. */
#define PREFETCH_AHEAD 4

/*
 * The completed descriptors at the head of n, from index first on, that went
 * out on their mbuf's only reference. Such an mbuf is ours alone and goes back
 * unseen, not touched again: to done. Returns how many. A leaf, so that all it
 * uses stays in registers; what does not change is copied to locals, since the
 * stores could alias it as far as the compiler knows.
 */
static inline uint32_t
complete_sole(const struct afx_txq *q, uint32_t first, uint32_t n, void **done)
{
	const struct afx_ring comp = q->comp;
	const uintptr_t delta = q->delta;
	uint16_t *const ledger = q->ledger;
	uint32_t i;

	for (i = 0; i < n; i++) {
		const uint64_t addr = *afx_ring_addr(&comp, first + i);
		uint16_t *entry = &ledger[afx_ledger_index(addr)];

		if (unlikely(*entry != AFX_LEDGER_SOLE))
			break;
		if (AFX_DEBUG_CONSERVATION)
			afx_tx_debug_completed(q, afx_umem_mbuf(delta, addr));
		*entry = 0;
		done[i] = afx_umem_mbuf(delta, addr);
	}
	return i;
}

/* The completion at index, of an mbuf with more references, drops ours. NULL: nothing to free. */
static __rte_noinline struct rte_mbuf *
complete_shared(const struct afx_txq *q, uint32_t index)
{
	const uint64_t addr = *afx_ring_addr(&q->comp, index);

	if (AFX_DEBUG_CONSERVATION)
		afx_tx_debug_completed(q, afx_umem_mbuf(q->delta, addr));
	if (!afx_ledger_complete(&q->ledger[afx_ledger_index(addr)]))
		return NULL;
	return rte_pktmbuf_prefree_seg(afx_umem_mbuf(q->delta, addr));
}

/* Free n completed descriptors. */
static inline void
complete(struct afx_txq *q, uint32_t n)
{
	struct rte_mempool_cache *cache = rte_mempool_default_cache(q->mp, rte_lcore_id());
	void *spare[FREE_BATCH];
	void **done = afx_pool_room(cache, spare, n);
	uint32_t nb_done = 0;
	uint32_t i = 0;
	uint32_t run;

	while (i < n) {
		run = complete_sole(q, q->comp.own + i, n - i, done + nb_done);
		i += run;
		nb_done += run;
		if (likely(i == n))
			break;
		done[nb_done] = complete_shared(q, q->comp.own + i++);
		nb_done += done[nb_done] != NULL;
	}
	afx_ring_release(&q->comp, n);
	q->outstanding -= RTE_MIN(n, q->outstanding);
	afx_pool_give(q->mp, cache, done, spare, nb_done);
}

static void
reap(struct afx_txq *q, uint32_t n)
{
	while (n != 0) {
		uint32_t batch = RTE_MIN(n, (uint32_t)FREE_BATCH);

		complete(q, batch);
		n -= batch;
	}
}

void
afx_tx_reap(struct afx_txq *q)
{
	reap(q, afx_ring_avail(&q->comp, q->comp.size));
}

int
afx_tx_done_cleanup(void *queue, uint32_t free_cnt)
{
	struct afx_txq *q = queue;
	uint32_t n;

	if (q->outstanding != 0)
		afx_tx_kick(q);
	n = afx_ring_avail(&q->comp, q->comp.size);
	if (free_cnt != 0)
		n = RTE_MIN(n, free_cnt);
	reap(q, n);
	return n;
}

/*
 * The common case: one segment in the queue's own pool, on its only reference,
 * well formed, no request. The rearm word has data_off, refcnt and nb_segs. An
 * application that asks for fast free vouches for next; it is on a cache line
 * that is cold in forwarding.
 */
static __rte_always_inline bool
ready_in_place(const struct afx_txq *q, const struct rte_mbuf *m, uint64_t rearm,
	       const bool fast_free)
{
	const uint32_t data_off = rearm & UINT16_MAX;

	if ((!fast_free || AFX_DEBUG_CONSERVATION) && m->next != NULL)
		return false;
	return m->pool == q->mp && (uint32_t)(rearm >> 16) == AFX_MBUF_SOLE &&
		!(m->ol_flags & AFX_TX_FLAGS_SLOW) && m->pkt_len == m->data_len &&
		(uint32_t)m->data_len - AFX_FRAME_MIN <= q->max_len - AFX_FRAME_MIN &&
		data_off + m->data_len <= q->buf_len;
}

static inline void
describe(struct xdp_desc *desc, uint64_t base, uint64_t offset, uint32_t len)
{
	desc->addr = base | offset << AFX_ADDR_OFFSET_SHIFT;
	desc->len = len;
	desc->options = 0;
}

/*
 * Post those at the head of pkts that can go out as they are, from index first
 * on; returns how many. A leaf with its values in locals, as complete_sole().
 */
static __rte_always_inline uint32_t
post_in_place(struct afx_txq *q, struct rte_mbuf *const *pkts, uint32_t first, uint32_t n,
	      const bool fast_free)
{
	const struct afx_ring tx = q->tx;
	const uintptr_t delta = q->delta;
	uint16_t *const ledger = q->ledger;
	uint64_t bytes = 0;
	uint32_t i;

	for (i = 0; i < n; i++) {
		struct rte_mbuf *m = pkts[i];
		const uint64_t base = afx_umem_base(delta, m);
		const uint64_t rearm = *AFX_MBUF_REARM(m);
		const uint32_t len = m->data_len;

		if (!fast_free && i + PREFETCH_AHEAD < n)
			rte_prefetch0(&pkts[i + PREFETCH_AHEAD]->next);
		if (AFX_DEBUG_CONSERVATION)
			afx_tx_debug_given(q, m);
		if (unlikely(!ready_in_place(q, m, rearm, fast_free)))
			break;
		describe(afx_ring_desc(&tx, first + i), base, AFX_CHUNK_LEAD + (rearm & UINT16_MAX),
			 len);
		afx_ledger_send_sole(ledger, base);
		bytes += len;
	}
	q->count.bytes += bytes;
	return i;
}

/*
 * Make an mbuf sendable that is not in place; the mbuf to copy to may be among
 * those that have completed and wait to be freed.
 */
static enum afx_tx_verdict
prepare(struct afx_txq *q, struct afx_tx_frame *frame)
{
	enum afx_tx_verdict verdict = afx_tx_prepare(q, frame);

	if (verdict != AFX_TX_NOMBUF)
		return verdict;
	afx_tx_reap(q);
	verdict = afx_tx_prepare(q, frame);
	if (verdict == AFX_TX_NOMBUF)
		q->count.nombuf++;
	return verdict;
}

/* Post an mbuf that is not ready as it is. */
static __rte_noinline enum afx_tx_verdict
post_prepared(struct afx_txq *q, struct rte_mbuf *m, uint32_t index)
{
	struct afx_tx_frame frame = { .m = m, .sole = true };
	enum afx_tx_verdict verdict = prepare(q, &frame);
	uint64_t base;

	if (verdict != AFX_TX_READY)
		return verdict;
	base = afx_umem_base(q->delta, frame.m);
	describe(afx_ring_desc(&q->tx, index), base, frame.offset, frame.len);
	if (frame.sole)
		afx_ledger_send_sole(q->ledger, base);
	else
		afx_ledger_send_shared(q->ledger, base);
	q->count.bytes += frame.len;
	return AFX_TX_READY;
}

/* Post pkts while slots last; returns how many mbufs were taken, *posted how many went out. */
static __rte_always_inline uint16_t
post_burst(struct afx_txq *q, struct rte_mbuf **pkts, uint32_t n, uint32_t *posted,
	   const bool fast_free)
{
	/* What is out fits the Tx ring and the completion ring, so neither can overflow. */
	const uint32_t room = q->tx.size - q->outstanding;
	enum afx_tx_verdict verdict;
	uint32_t out = 0;
	uint32_t i = 0;
	uint32_t run;

	while (i < n && out < room) {
		run = post_in_place(q, pkts + i, q->tx.own + out, RTE_MIN(n - i, room - out),
				    fast_free);
		i += run;
		out += run;
		if (i == n || out == room)
			break;
		verdict = post_prepared(q, pkts[i], q->tx.own + out);
		if (verdict == AFX_TX_NOMBUF)
			break;
		i++;
		out += verdict == AFX_TX_READY;
	}
	*posted = out;
	return i;
}

/* fast_free is a compile-time constant; always_inline, since gcc keeps one generic body otherwise. */
static __rte_always_inline uint16_t
tx_burst_tmpl(struct afx_txq *q, struct rte_mbuf **pkts, uint16_t n, const bool fast_free)
{
	uint32_t posted;
	uint16_t taken;

	if (q->outstanding >= q->reap_from || n == 0)
		afx_tx_reap(q);
	taken = post_burst(q, pkts, n, &posted, fast_free);
	if (posted != 0) {
		q->outstanding += posted;
		q->count.packets += posted;
		afx_ring_submit(&q->tx, posted);
	}
	if (q->outstanding != 0)
		afx_tx_kick(q);
	afx_ledger_check_tx(q->ledger, afx_umem_ledger_len(&q->umem), q->outstanding);
	return taken;
}

uint16_t
afx_tx_burst(void *queue, struct rte_mbuf **pkts, uint16_t n)
{
	return tx_burst_tmpl(queue, pkts, n, false);
}

uint16_t
afx_tx_burst_fast_free(void *queue, struct rte_mbuf **pkts, uint16_t n)
{
	return tx_burst_tmpl(queue, pkts, n, true);
}
