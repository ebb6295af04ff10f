/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <rte_branch_prediction.h>
#include <rte_prefetch.h>

#include "afx_compat.h"
#include "afx_ledger.h"
#include "afx_tx.h"
#include "afx_tx_copy.h"
#include "afx_tx_debug.h"
#include "afx_tx_kick.h"
#include "afx_tx_offload.h"
#include "afx_tx_prepare.h"
#include "afx_tx_reap.h"

/* As in Rx: a few header misses in flight, not more than the core can keep. */
#define PREFETCH_AHEAD 4

/* The test of flags is a shorter one. */
static_assert((AFX_TX_FLAGS_SLOW & UINT32_MAX) == 0, "requests are in the upper half of ol_flags");

/* Bits of a variant, which is a compile-time constant. */
#define FAST_FREE 1
#define OFFLOADS 2
#define COPY_MODE 4

/* What an mbuf may not have to go out in place. */
#define FLAGS_SLOW(variant) \
	((variant)&OFFLOADS ? AFX_TX_FLAGS_SLOW & ~AFX_TX_FLAGS_OFFLOAD : AFX_TX_FLAGS_SLOW)

/* What an mbuf is compared with. */
struct tx_row {
	const struct rte_mempool *mp;
	uint32_t len_span; /* longest frame less the shortest */
	uint32_t buf_len;
	uint32_t sole; /* refcnt and nb_segs of such an mbuf, whose lower half the ledger has */
};
static_assert((uint16_t)AFX_MBUF_SOLE == AFX_LEDGER_SOLE, "one register for both");

/*
 * The common case: one segment in the queue's own pool, on its only reference,
 * well formed, no request. An application that asks for fast free vouches for
 * next; it is on a cache line that is cold in forwarding.
 */
static __rte_always_inline bool
ready_in_place(const struct tx_row *row, const struct rte_mbuf *m, const unsigned int variant)
{
	const uint32_t len = m->pkt_len;

	if ((!(variant & FAST_FREE) || AFX_DEBUG_CONSERVATION) && m->next != NULL)
		return false;
	/* Apart from the others, so that the compiler sees which way is the common one. */
	if (unlikely(m->pool != row->mp))
		return false;
	return *AFX_MBUF_REFS(m) == row->sole &&
		!((uint32_t)(m->ol_flags >> 32) & (uint32_t)(FLAGS_SLOW(variant) >> 32)) &&
		len - AFX_FRAME_MIN <= row->len_span && m->data_len == (uint16_t)len &&
		m->data_off + len <= row->buf_len;
}

/* A frame of len bytes, offset bytes behind a ring address. options 0 comes with len */
static inline void
describe(struct xdp_desc *desc, uint64_t addr, uint64_t offset, uint32_t len)
{
	desc->addr = addr + (offset << AFX_ADDR_OFFSET_SHIFT);
	*AFX_DESC_LEN_AND_OPTIONS(desc) = len;
}

/*
 * Post those at the head of n mbufs that can go out as they are, in slots that
 * lie in a row, or as they are once they have what they ask for; returns how
 * many. always_inline, since gcc keeps one generic body otherwise.
 */
static __rte_always_inline uint32_t
post_row_tmpl(struct afx_txq *q, struct rte_mbuf *const *pkts, struct xdp_desc *descs, uint32_t n,
	      const unsigned int variant)
{
	const struct tx_row row = {
		.mp = q->mp,
		.len_span = __atomic_load_n(&q->max_len, __ATOMIC_RELAXED) - AFX_FRAME_MIN,
		.buf_len = q->buf_len,
		.sole = afx_opaque(AFX_MBUF_SOLE),
	};
	struct rte_mbuf *const *const first = pkts;
	struct rte_mbuf *const *const end = pkts + n;
	struct rte_mbuf *const *const prefetched = end - RTE_MIN(n, (uint32_t)PREFETCH_AHEAD);
	/* From an mbuf's address to that of its buffer in a ring: its chunk, and the lead as offset. */
	const uint64_t lead = (uint64_t)AFX_CHUNK_LEAD << AFX_ADDR_OFFSET_SHIFT;
	const uint64_t to_buf = afx_opaque_sum(lead - q->delta);
	/* The ledger, less how far into it such an address goes for its offset. */
	const uint64_t ledger = afx_opaque_sum((uintptr_t)q->ledger - afx_ledger_bytes(lead));
	uint64_t bytes = 0;

	for (; pkts != end; pkts++, descs++) {
		const struct rte_mbuf *m = *pkts;
		const uint64_t buf = (uintptr_t)m + to_buf;
		uint32_t len = m->pkt_len;

		if (!(variant & FAST_FREE) && pkts < prefetched)
			rte_prefetch0(&pkts[PREFETCH_AHEAD]->next);
		if (AFX_DEBUG_CONSERVATION)
			afx_tx_debug_given(q, m);
		if (unlikely(!ready_in_place(&row, m, variant)))
			break;
		if ((variant & OFFLOADS) && (m->ol_flags & AFX_TX_FLAGS_OFFLOAD)) {
			if (!afx_tx_offload_in_place(q, *pkts))
				break;
			len = m->data_len;
		}
		describe(descs, buf, m->data_off, len);
		afx_ledger_send_sole((uint16_t *)(ledger + afx_ledger_bytes(buf)), row.sole);
		bytes += len;
	}
	q->count.bytes += bytes;
	return pkts - first;
}

/* Functions of their own, so that what a loop uses has registers of its own. */
static __rte_noinline uint32_t
post_row(struct afx_txq *q, struct rte_mbuf *const *pkts, struct xdp_desc *descs, uint32_t n)
{
	return post_row_tmpl(q, pkts, descs, n, 0);
}

static __rte_noinline uint32_t
post_row_fast_free(struct afx_txq *q, struct rte_mbuf *const *pkts, struct xdp_desc *descs,
		   uint32_t n)
{
	return post_row_tmpl(q, pkts, descs, n, FAST_FREE);
}

static __rte_noinline uint32_t
post_row_offloads(struct afx_txq *q, struct rte_mbuf *const *pkts, struct xdp_desc *descs,
		  uint32_t n)
{
	return post_row_tmpl(q, pkts, descs, n, OFFLOADS);
}

static __rte_noinline uint32_t
post_row_fast_free_offloads(struct afx_txq *q, struct rte_mbuf *const *pkts, struct xdp_desc *descs,
			    uint32_t n)
{
	return post_row_tmpl(q, pkts, descs, n, FAST_FREE | OFFLOADS);
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
	uint16_t *entry;
	uint64_t base;

	if (verdict != AFX_TX_READY)
		return verdict;
	base = afx_umem_base(q->delta, frame.m);
	describe(afx_ring_desc(&q->tx, index), base, frame.offset, frame.len);
	entry = &q->ledger[afx_ledger_index(base)];
	if (frame.sole)
		afx_ledger_send_sole(entry, AFX_LEDGER_SOLE);
	else
		afx_ledger_send_shared(entry);
	q->count.bytes += frame.len;
	return AFX_TX_READY;
}

static __rte_always_inline uint32_t
post_row_of(struct afx_txq *q, struct rte_mbuf *const *pkts, struct xdp_desc *descs, uint32_t n,
	    const unsigned int variant)
{
	switch (variant & (FAST_FREE | OFFLOADS)) {
	case FAST_FREE:
		return post_row_fast_free(q, pkts, descs, n);
	case OFFLOADS:
		return post_row_offloads(q, pkts, descs, n);
	case FAST_FREE | OFFLOADS:
		return post_row_fast_free_offloads(q, pkts, descs, n);
	default:
		return post_row(q, pkts, descs, n);
	}
}

/*
 * In copy mode the kernel reads these frames one by one, hundreds of ns apart,
 * and waits for each, longest for what another core wrote last. Asked for all at
 * once, they arrive meanwhile. To the second cache: a burst of long ones is more
 * than the first. What was not received, this core has just written.
 */
static __rte_noinline void
prefetch_frames(struct rte_mbuf *const *pkts, uint32_t n)
{
	const char *line;
	const char *end;
	uint32_t i;

	for (i = 0; i < n; i++) {
		if (pkts[i]->port == RTE_MBUF_PORT_INVALID)
			continue;
		line = rte_pktmbuf_mtod(pkts[i], const char *);
		end = line + pkts[i]->data_len;
		line = RTE_PTR_ALIGN_FLOOR(line, RTE_CACHE_LINE_SIZE);
		for (; line < end; line += RTE_CACHE_LINE_SIZE)
			rte_prefetch1(line);
	}
}

/* Post pkts while slots last; returns how many mbufs were taken, *posted how many went out. */
static __rte_always_inline uint16_t
post_burst(struct afx_txq *q, struct rte_mbuf **pkts, uint32_t n, uint32_t *posted,
	   const unsigned int variant)
{
	/* What is out fits the Tx ring and the completion ring, so neither can overflow. */
	const uint32_t room = q->tx.size - q->outstanding;
	enum afx_tx_verdict verdict;
	struct xdp_desc *descs;
	uint32_t out = 0;
	uint32_t i = 0;
	uint32_t run;
	uint32_t row;

	while (i < n && out < room) {
		descs = afx_ring_desc(&q->tx, q->tx.own + out);
		row = afx_ring_run(&q->tx, q->tx.own + out, RTE_MIN(n - i, room - out));
		run = post_row_of(q, pkts + i, descs, row, variant);
		if (variant & COPY_MODE)
			prefetch_frames(pkts + i, run);
		i += run;
		out += run;
		if (likely(run == row))
			continue;
		run = afx_tx_copy_row(q, pkts + i, descs + run, row - run);
		if (run != 0) {
			i += run;
			out += run;
			continue;
		}
		verdict = post_prepared(q, pkts[i], q->tx.own + out);
		if (verdict == AFX_TX_NOMBUF)
			break;
		i++;
		out += verdict == AFX_TX_READY;
	}
	*posted = out;
	return i;
}

/*
 * Completions are looked at once a burst: behind the kick, which in copy mode
 * has brought them about, so that their mbufs go back to the pool while they are
 * in the cache; ahead of it only where there is no room else.
 */
static __rte_always_inline uint16_t
tx_burst_tmpl(struct afx_txq *q, struct rte_mbuf **pkts, uint16_t n, const unsigned int variant)
{
	uint32_t posted;
	uint16_t taken;

	if (unlikely(q->tx.size - q->outstanding < n))
		afx_tx_reap(q);
	taken = post_burst(q, pkts, n, &posted, variant);
	if (posted != 0) {
		q->outstanding += posted;
		q->count.packets += posted;
		afx_ring_submit(&q->tx, posted);
	}
	if (q->outstanding != 0)
		afx_tx_kick(q);
	if (q->outstanding >= q->reap_from || n == 0)
		afx_tx_reap(q);
	afx_ledger_check_tx(q->ledger, afx_umem_ledger_len(&q->umem), q->outstanding);
	return taken;
}

#define TX_BURST(name, variant)                                        \
	uint16_t name(void *queue, struct rte_mbuf **pkts, uint16_t n) \
	{                                                              \
		return tx_burst_tmpl(queue, pkts, n, variant);         \
	}

TX_BURST(afx_tx_burst, 0)
TX_BURST(afx_tx_burst_fast_free, FAST_FREE)
TX_BURST(afx_tx_burst_offloads, OFFLOADS)
TX_BURST(afx_tx_burst_fast_free_offloads, FAST_FREE | OFFLOADS)
TX_BURST(afx_tx_burst_copy, COPY_MODE)
TX_BURST(afx_tx_burst_copy_fast_free, COPY_MODE | FAST_FREE)
TX_BURST(afx_tx_burst_copy_offloads, COPY_MODE | OFFLOADS)
TX_BURST(afx_tx_burst_copy_fast_free_offloads, COPY_MODE | FAST_FREE | OFFLOADS)
