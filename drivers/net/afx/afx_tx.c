/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <rte_branch_prediction.h>
#include <rte_prefetch.h>

#include "afx_ledger.h"
#include "afx_tx.h"
#include "afx_tx_debug.h"
#include "afx_tx_kick.h"
#include "afx_tx_prepare.h"

/* Completions freed at once: two batches of the default mempool cache flush. */
#define FREE_BATCH 64

/* As in Rx: a few header misses in flight, not more than the core can keep. */
#define PREFETCH_AHEAD 4

/* Free n completed descriptors; those of mbufs with more references only drop theirs. */
static inline void
complete(struct afx_txq *q, uint32_t n)
{
	struct rte_mbuf *done[FREE_BATCH];
	uint32_t nb_done = 0;
	uint32_t i;

	for (i = 0; i < n; i++) {
		uint64_t addr = *afx_ring_addr(&q->comp, q->comp.own + i);
		struct rte_mbuf *m = afx_umem_mbuf(q->delta, addr);

		if (i + PREFETCH_AHEAD < n)
			rte_prefetch0(afx_umem_mbuf(
				q->delta,
				*afx_ring_addr(&q->comp, q->comp.own + i + PREFETCH_AHEAD)));
		if (AFX_DEBUG_CONSERVATION)
			afx_tx_debug_completed(q, m);
		afx_ledger_complete(q->ledger, addr);
		m = rte_pktmbuf_prefree_seg(m);
		if (likely(m != NULL))
			done[nb_done++] = m;
	}
	afx_ring_release(&q->comp, n);
	q->outstanding -= n;
	if (nb_done != 0)
		rte_mempool_put_bulk(q->mp, (void **)done, nb_done);
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

/* Post one descriptor at index: len bytes at offset into the chunk of m. */
static inline void
post(struct afx_txq *q, uint32_t index, uint64_t base, uint32_t offset, uint32_t len)
{
	struct xdp_desc *desc = afx_ring_desc(&q->tx, index);

	desc->addr = base | (uint64_t)offset << AFX_ADDR_OFFSET_SHIFT;
	desc->len = len;
	desc->options = 0;
	q->count.bytes += len;
}

/* The common case: one segment in the queue's own pool, well formed, no request. */
static inline bool
ready_in_place(const struct afx_txq *q, const struct rte_mbuf *m)
{
	/* next lies on the mbuf's other cache line, which the free after completion needs anyway. */
	return m->pool == q->mp && m->nb_segs == 1 && m->next == NULL &&
		!(m->ol_flags & AFX_TX_FLAGS_SLOW) && m->pkt_len == m->data_len &&
		m->data_len >= AFX_FRAME_MIN && m->data_len <= q->max_len &&
		(uint32_t)m->data_off + m->data_len <= q->buf_len;
}

/*
 * Make an mbuf sendable that is not in place; the mbuf to copy to may be among
 * those that have completed and wait to be freed.
 */
static __rte_noinline enum afx_tx_verdict
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

/* Post pkts while slots last; returns how many mbufs were taken, *posted how many went out. */
static inline uint16_t
post_burst(struct afx_txq *q, struct rte_mbuf **pkts, uint16_t n, uint32_t room, uint32_t *posted)
{
	const uint32_t first = q->tx.own;
	uint32_t out = 0;
	uint16_t i;

	for (i = 0; i < n && out < room; i++) {
		struct afx_tx_frame frame = { .m = pkts[i] };
		uint64_t base;

		if (AFX_DEBUG_CONSERVATION)
			afx_tx_debug_given(q, pkts[i]);
		if (likely(ready_in_place(q, pkts[i]))) {
			frame.offset = AFX_CHUNK_LEAD + pkts[i]->data_off;
			frame.len = pkts[i]->data_len;
		} else {
			enum afx_tx_verdict verdict = prepare(q, &frame);

			if (verdict == AFX_TX_NOMBUF)
				break;
			if (verdict == AFX_TX_REFUSED)
				continue;
		}
		base = afx_umem_base(q->delta, frame.m);
		afx_ledger_send(q->ledger, base);
		post(q, first + out, base, frame.offset, frame.len);
		out++;
	}
	*posted = out;
	return i;
}

uint16_t
afx_tx_burst(void *queue, struct rte_mbuf **pkts, uint16_t n)
{
	struct afx_txq *q = queue;
	uint32_t posted;
	uint16_t taken;

	if (q->outstanding >= q->reap_from || n == 0)
		afx_tx_reap(q);
	/* What is out fits the Tx ring and the completion ring, so neither can overflow. */
	taken = post_burst(q, pkts, n, q->tx.size - q->outstanding, &posted);
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
