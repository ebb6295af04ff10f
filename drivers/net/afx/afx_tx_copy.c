/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <string.h>

#include <rte_branch_prediction.h>
#include <rte_memcpy.h>

#include "afx_ledger.h"
#include "afx_pool.h"
#include "afx_tx_copy.h"
#include "afx_tx_debug.h"
#include "afx_tx_prepare.h"

/* Copied at once: a usual burst, and an eighth of a default mempool cache. */
#define COPY_BATCH 32

/* A clone may stand for an mbuf of our pool, which goes out in place. */
#define FLAGS_OTHER (AFX_TX_FLAGS_REQUESTS | RTE_MBUF_F_INDIRECT)

/*
 * Frames longer than this are copied by the C library, which picks its instructions
 * on the machine, where rte_memcpy() has those of the build, but is inlined: the
 * gain of 512 bytes and more was measured, 64 bytes are a call saved.
 */
#define COPY_INLINE_MAX 128

static inline void
copy_frame(void *to, const void *from, uint32_t len)
{
	if (len <= COPY_INLINE_MAX)
		rte_memcpy(to, from, len);
	else
		memcpy(to, from, len);
}

static inline bool
copyable(const struct rte_mempool *mp, const struct rte_mbuf *m, uint32_t max_len)
{
	return m->pool != mp && m->nb_segs == 1 && m->next == NULL &&
		!(m->ol_flags & FLAGS_OTHER) && m->pkt_len == m->data_len &&
		m->data_len >= AFX_FRAME_MIN && m->data_len <= max_len &&
		(uint32_t)m->data_off + m->data_len <= m->buf_len;
}

static uint32_t
copyable_count(const struct afx_txq *q, struct rte_mbuf *const *pkts, uint32_t n)
{
	const uint32_t max_len = __atomic_load_n(&q->max_len, __ATOMIC_RELAXED);
	const struct rte_mempool *mp = q->mp;
	uint32_t i;

	for (i = 0; i < n && copyable(mp, pkts[i], max_len); i++) {
		/* post_row has looked at the first one. */
		if (AFX_DEBUG_CONSERVATION && i != 0)
			afx_tx_debug_given(q, pkts[i]);
	}
	return i;
}

uint32_t
afx_tx_copy_row(struct afx_txq *q, struct rte_mbuf **pkts, struct xdp_desc *descs, uint32_t n)
{
	const size_t data =
		sizeof(struct rte_mbuf) + rte_pktmbuf_priv_size(q->mp) + RTE_PKTMBUF_HEADROOM;
	const uint64_t offset = (uint64_t)(AFX_CHUNK_LEAD + RTE_PKTMBUF_HEADROOM)
		<< AFX_ADDR_OFFSET_SHIFT;
	void *spare[COPY_BATCH];
	uint64_t bytes = 0;
	uint32_t i;
	void **to;

	n = copyable_count(q, pkts, RTE_MIN(n, (uint32_t)COPY_BATCH));
	if (n == 0)
		return 0;
	to = afx_pool_take(q->mp, rte_mempool_default_cache(q->mp, rte_lcore_id()), spare, n);
	if (unlikely(to == NULL))
		return 0;
	/* The header of a pool mbuf is as one that is free has it, and goes back like that. */
	for (i = 0; i < n; i++) {
		const uint64_t base = afx_umem_base(q->delta, to[i]);
		const uint32_t len = pkts[i]->data_len;

		copy_frame(RTE_PTR_ADD(to[i], data), rte_pktmbuf_mtod(pkts[i], void *), len);
		descs[i].addr = base + offset;
		*AFX_DESC_LEN_AND_OPTIONS(&descs[i]) = len;
		afx_ledger_send_sole(&q->ledger[afx_ledger_index(base)], AFX_LEDGER_SOLE);
		bytes += len;
	}
	rte_pktmbuf_free_bulk(pkts, n);
	q->count.bytes += bytes;
	q->count.copied += n;
	return n;
}
