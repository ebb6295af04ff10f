/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <rte_branch_prediction.h>

#include "afx_compat.h"
#include "afx_ledger.h"
#include "afx_pool.h"
#include "afx_tx_debug.h"
#include "afx_tx_kick.h"
#include "afx_tx_reap.h"

/* Completions freed at once: a quarter of a usual mempool cache, which so can make room for them. */
#define FREE_BATCH 64

/* nothing is 0, which a loop has in a register. */
static inline void
complete_one(const struct afx_txq *q, uint16_t *entry, uint64_t addr, uint16_t nothing)
{
	if (AFX_DEBUG_CONSERVATION) {
		if (*entry != AFX_LEDGER_SOLE)
			rte_panic("afx: the kernel completed a chunk twice\n");
		afx_tx_debug_completed(q, afx_umem_mbuf(q->delta, addr));
	}
	*entry = nothing;
}

/* The next four as in complete_sole(), or none. That they are four different ones is the kernel's word. */
static __rte_always_inline bool
complete_four(const struct afx_txq *q, uint16_t *ledger, uintptr_t delta, const uint64_t *addrs,
	      void **done, uint16_t nothing)
{
	uint16_t *entries[4];
	uint32_t i;

	AFX_UNROLL
	for (i = 0; i < 4; i++)
		entries[i] = &ledger[afx_ledger_index_at(&addrs[i])];
	if (unlikely(!(*entries[0] & *entries[1] & *entries[2] & *entries[3] & AFX_LEDGER_SOLE)))
		return false;
	AFX_UNROLL
	for (i = 0; i < 4; i++)
		complete_one(q, entries[i], addrs[i], nothing);
	AFX_PAIR(done, 0) = afx_umem_mbuf_pair(delta, AFX_PAIR(addrs, 0));
	AFX_PAIR(done, 2) = afx_umem_mbuf_pair(delta, AFX_PAIR(addrs, 2));
	return true;
}

/*
 * The completed descriptors at the head of n, which lie in a row, that went
 * out on their mbuf's only reference. Such an mbuf is ours alone and goes back
 * unseen, not touched again: to done. Returns how many. A function of its own,
 * so that all it uses stays in registers; what does not change is copied to
 * locals, since the stores could alias it as far as the compiler knows.
 */
static __rte_noinline uint32_t
complete_sole(const struct afx_txq *q, const uint64_t *addrs, uint32_t n, void **done)
{
	const uintptr_t delta = q->delta;
	uint16_t *const ledger = q->ledger;
	const uint16_t nothing = afx_opaque(0);
	const uint64_t *const fours = addrs + RTE_ALIGN_FLOOR(n, 4U);
	const uint64_t *const end = addrs + n;
	const uint64_t *at = addrs;
	uint16_t *entry;

	for (; at != fours && complete_four(q, ledger, delta, at, done, nothing); at += 4)
		done += 4;
	for (; at != end; at++, done++) {
		entry = &ledger[afx_ledger_index_at(at)];
		if (*entry != AFX_LEDGER_SOLE)
			break;
		complete_one(q, entry, *at, nothing);
		*done = afx_umem_mbuf(delta, *at);
	}
	return at - addrs;
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

/*
 * Read n completed descriptors; the mbufs to free go to done. Returns how many.
 * always_inline, since with two callers gcc calls it from the common one too.
 */
static __rte_always_inline uint32_t
complete_to(struct afx_txq *q, void **done, uint32_t n)
{
	uint32_t nb_done = 0;
	uint32_t i = 0;
	uint32_t run;
	uint32_t row;

	while (i < n) {
		row = afx_ring_run(&q->comp, q->comp.own + i, n - i);
		run = complete_sole(q, afx_ring_addr(&q->comp, q->comp.own + i), row,
				    done + nb_done);
		i += run;
		nb_done += run;
		if (likely(run == row))
			continue;
		done[nb_done] = complete_shared(q, q->comp.own + i++);
		nb_done += done[nb_done] != NULL;
	}
	afx_ring_release(&q->comp, n);
	q->outstanding -= RTE_MIN(n, q->outstanding);
	return nb_done;
}

/* Free n completed descriptors that the lcore's cache has no room for. */
static __rte_noinline void
complete_overflow(struct afx_txq *q, struct rte_mempool_cache *cache, uint32_t n)
{
	void *spare[FREE_BATCH];
	void **done = afx_pool_room_make(q->mp, cache, spare, n);

	afx_pool_give(q->mp, cache, done, spare, complete_to(q, done, n));
}

/* Free n completed descriptors. What seldom happens, and wants a large stack, is elsewhere. */
static inline void
complete(struct afx_txq *q, uint32_t n)
{
	struct rte_mempool_cache *cache = rte_mempool_default_cache(q->mp, rte_lcore_id());
	void **done = afx_pool_room_cached(cache, n);

	if (likely(done != NULL))
		afx_pool_give_cached(cache, complete_to(q, done, n));
	else
		complete_overflow(q, cache, n);
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
