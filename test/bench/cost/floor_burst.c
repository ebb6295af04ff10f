/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <rte_branch_prediction.h>
#include <rte_debug.h>
#include <rte_prefetch.h>

#include "afx_compat.h"
#include "afx_pool.h"
#include "afx_umem.h"
#include "floor.h"

/* As net_afx has it: the second lines of mbufs, looked at without fast free. */
#define PREFETCH_AHEAD 4

/* Taken from the mempool and given back at once: parts that its cache has, and has room for. */
#define BATCH 64

static inline struct rte_mbuf *
mbuf_of(uint64_t addr)
{
	return (struct rte_mbuf *)(uintptr_t)(addr & AFX_ADDR_BASE_MASK);
}

/* A mempool's objects are what the ring takes: mbufs, by their addresses. */
static inline void
fill_row(struct floor_rxq *q, void *const *mbufs, uint32_t n)
{
	memcpy(afx_ring_addr(&q->fill, q->fill.own), mbufs, n * sizeof(mbufs[0]));
	afx_ring_submit(&q->fill, n);
}

static __rte_noinline void
fill_uncached(struct floor_rxq *q, struct rte_mempool_cache *cache, uint32_t n)
{
	void *spare[BATCH];

	if (rte_mempool_generic_get(q->mp, spare, n, cache) != 0)
		rte_panic("net_floor: no mbufs\n");
	fill_row(q, spare, n);
}

static inline void
fill(struct floor_rxq *q, uint32_t n)
{
	struct rte_mempool_cache *cache = rte_mempool_default_cache(q->mp, rte_lcore_id());
	void **mbufs;
	uint32_t row;

	while (n != 0) {
		row = afx_ring_run(&q->fill, q->fill.own, RTE_MIN(n, (uint32_t)BATCH));
		mbufs = afx_pool_take_cached(cache, row);
		if (likely(mbufs != NULL))
			fill_row(q, mbufs, row);
		else
			fill_uncached(q, cache, row);
		n -= row;
	}
}

static inline void
receive_row(const struct floor_rxq *q, const struct xdp_desc *descs, struct rte_mbuf **pkts,
	    uint32_t n)
{
	const afx_words_t rearm = { q->rearm, 0 };
	uint32_t i;

	AFX_UNROLL
	for (i = 0; i < n; i++)
		pkts[i] = mbuf_of(descs[i].addr);
	AFX_UNROLL
	for (i = 0; i < n; i++) {
		*AFX_MBUF_REARM_AND_FLAGS(pkts[i]) = rearm;
		*AFX_MBUF_RX_FIELDS(pkts[i]) = afx_desc_rx_fields(*AFX_DESC_WORDS(&descs[i]));
	}
}

uint16_t
floor_rx_burst(void *queue, struct rte_mbuf **pkts, uint16_t n)
{
	struct floor_rxq *q = queue;
	uint32_t row;

	n = RTE_MIN(afx_ring_avail(&q->rx, n), (uint32_t)n);
	if (n == 0) {
		recvfrom(q->fd, NULL, 0, MSG_DONTWAIT, NULL, NULL);
		return 0;
	}
	row = afx_ring_run(&q->rx, q->rx.own, n);
	receive_row(q, afx_ring_desc(&q->rx, q->rx.own), pkts, row);
	if (unlikely(row != n))
		receive_row(q, afx_ring_desc(&q->rx, q->rx.own + row), pkts + row, n - row);
	afx_ring_release(&q->rx, n);
	fill(q, n);
	return n;
}

/* How the mbuf is freed has to be known: by fast free's promise, or by a look at it. */
static __rte_always_inline void
post_row(struct rte_mbuf *const *pkts, struct xdp_desc *descs, uint32_t n, const bool fast_free)
{
	uint32_t i;

	for (i = 0; i < n; i++) {
		const struct rte_mbuf *m = pkts[i];
		const uint64_t offset = sizeof(*m) + m->data_off;

		if (!fast_free) {
			if (i + PREFETCH_AHEAD < n)
				rte_prefetch0(&pkts[i + PREFETCH_AHEAD]->next);
			if (unlikely(*AFX_MBUF_REFS(m) != AFX_MBUF_SOLE || m->next != NULL))
				rte_panic("net_floor frees mbufs of one segment and reference\n");
		}
		descs[i].addr = (uintptr_t)m | offset << AFX_ADDR_OFFSET_SHIFT;
		*AFX_DESC_LEN_AND_OPTIONS(&descs[i]) = m->pkt_len;
	}
}

static __rte_always_inline void
post(struct floor_txq *q, struct rte_mbuf **pkts, uint32_t n, const bool fast_free)
{
	const uint32_t row = afx_ring_run(&q->tx, q->tx.own, n);

	post_row(pkts, afx_ring_desc(&q->tx, q->tx.own), row, fast_free);
	if (unlikely(row != n))
		post_row(pkts + row, afx_ring_desc(&q->tx, q->tx.own + row), n - row, fast_free);
	afx_ring_submit(&q->tx, n);
}

static inline void
mbufs_of(const uint64_t *addrs, void **done, uint32_t n)
{
	uint32_t i;

	AFX_UNROLL
	for (i = 0; i < n / 2; i++)
		AFX_PAIR(done, 2 * i) = AFX_PAIR(addrs, 2 * i) & AFX_ADDR_BASE_MASK;
	if (n % 2 != 0)
		done[n - 1] = mbuf_of(addrs[n - 1]);
}

static __rte_noinline void
free_overflow(struct rte_mempool *mp, struct rte_mempool_cache *cache, const uint64_t *addrs,
	      uint32_t n)
{
	void *spare[BATCH];
	void **done = afx_pool_room_make(mp, cache, spare, n);

	mbufs_of(addrs, done, n);
	afx_pool_give(mp, cache, done, spare, n);
}

static inline void
free_row(const uint64_t *addrs, uint32_t n)
{
	struct rte_mempool *mp = mbuf_of(addrs[0])->pool;
	struct rte_mempool_cache *cache = rte_mempool_default_cache(mp, rte_lcore_id());
	void **done = afx_pool_room_cached(cache, n);

	if (unlikely(done == NULL)) {
		free_overflow(mp, cache, addrs, n);
		return;
	}
	mbufs_of(addrs, done, n);
	afx_pool_give_cached(cache, n);
}

static inline void
reap(struct floor_txq *q)
{
	uint32_t n = afx_ring_avail(&q->comp, q->comp.size);
	uint32_t row;

	while (n != 0) {
		row = afx_ring_run(&q->comp, q->comp.own, RTE_MIN(n, (uint32_t)BATCH));
		free_row(afx_ring_addr(&q->comp, q->comp.own), row);
		afx_ring_release(&q->comp, row);
		n -= row;
	}
}

uint16_t
floor_tx_burst(void *queue, struct rte_mbuf **pkts, uint16_t n)
{
	struct floor_txq *q = queue;

	n = RTE_MIN(q->tx.size - (q->tx.own - q->comp.own), (uint32_t)n);
	if (q->fast_free)
		post(q, pkts, n, true);
	else
		post(q, pkts, n, false);
	sendto(q->fd, NULL, 0, MSG_DONTWAIT, NULL, 0);
	reap(q);
	return n;
}

/* Past the lcore's cache, as net_afx: more than it could give at once. */
int
floor_rx_start(struct floor_rxq *q)
{
	if (rte_mempool_generic_get(q->mp, q->fill.slots, q->fill.size, NULL) != 0)
		return -ENOMEM;
	afx_ring_submit(&q->fill, q->fill.size);
	return 0;
}

void
floor_rx_stop(struct floor_rxq *q)
{
	uint32_t n;

	for (n = afx_ring_pending(&q->fill); n != 0; n--)
		rte_pktmbuf_free(mbuf_of(*afx_ring_addr(&q->fill, q->fill.own - n)));
	for (n = afx_ring_avail(&q->rx, q->rx.size); n != 0; n--) {
		rte_pktmbuf_free(mbuf_of(afx_ring_desc(&q->rx, q->rx.own)->addr));
		afx_ring_release(&q->rx, 1);
	}
}

void
floor_tx_stop(struct floor_txq *q)
{
	reap(q);
}
