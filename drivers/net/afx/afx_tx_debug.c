/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <string.h>

#include <rte_lcore.h>
#include <rte_ring.h>

#include "afx_ledger.h"
#include "afx_tx_debug.h"

/* DPDK's own mempool drivers with a ring: ring_mp_mc, ring_sp_sc and so on. */
static const char ring_ops[] = "ring_";
/* The one of them whose ring keeps its head elsewhere. */
static const char ring_ops_rts[] = "ring_mt_rts";

static bool
in_cache(const struct rte_mbuf *m)
{
	const struct rte_mempool_cache *cache = rte_mempool_default_cache(m->pool, rte_lcore_id());
	uint32_t i;

	for (i = 0; cache != NULL && i < cache->len; i++) {
		if (cache->objs[i] == m)
			return true;
	}
	return false;
}

/* What its owner took out, others can only move further away. */
static bool
in_ring(const struct rte_mbuf *m)
{
	const char *ops = rte_mempool_get_ops(m->pool->ops_index)->name;
	const struct rte_ring *ring = m->pool->pool_data;
	const void *const *slots = (const void *const *)&ring[1];
	uint32_t end;
	uint32_t i;

	if (strncmp(ops, ring_ops, strlen(ring_ops)) != 0 || strcmp(ops, ring_ops_rts) == 0)
		return false;
	/* In this order, end is never behind i, whatever other lcores take and give meanwhile. */
	i = __atomic_load_n(&ring->cons.head, __ATOMIC_ACQUIRE);
	end = __atomic_load_n(&ring->prod.tail, __ATOMIC_ACQUIRE);
	for (; i != end; i++) {
		if (slots[i & ring->mask] == m)
			return true;
	}
	return false;
}

static bool
is_free(const struct rte_mbuf *m)
{
	return in_cache(m) || in_ring(m);
}

static bool
in_fill_ring(const struct afx_txq *q, size_t index)
{
	const struct afx_rxq *rxq = q->pair != NULL ? q->pair->rxq : NULL;

	return rxq != NULL && rxq->mp == q->mp && rxq->ledger != NULL && rxq->ledger[index] != 0;
}

void
afx_tx_debug_given(const struct afx_txq *q, const struct rte_mbuf *m)
{
	size_t index;

	if (is_free(m))
		rte_panic("afx: mbuf %p of mempool %s was given to Tx, but is free\n",
			  (const void *)m, m->pool->name);
	if (m->pool != q->mp || q->ledger == NULL)
		return;
	index = afx_ledger_index(afx_umem_base(q->delta, m));
	if (in_fill_ring(q, index))
		rte_panic("afx: mbuf %p of mempool %s was given to Tx, but is in the fill ring\n",
			  (const void *)m, m->pool->name);
	if (afx_ledger_tx_out(q->ledger[index]) >= rte_mbuf_refcnt_read(m))
		rte_panic("afx: mbuf %p of mempool %s was given to Tx, but is in the Tx ring "
			  "already, with %u references\n",
			  (const void *)m, m->pool->name, rte_mbuf_refcnt_read(m));
}

void
afx_tx_debug_completed(const struct afx_txq *q, const struct rte_mbuf *m)
{
	const size_t index = afx_ledger_index(afx_umem_base(q->delta, m));

	if (afx_ledger_tx_out(q->ledger[index]) > rte_mbuf_refcnt_read(m) || is_free(m))
		rte_panic("afx: mbuf %p of mempool %s was freed while it was in the Tx ring\n",
			  (const void *)m, m->pool->name);
}
