/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include "afx_tx_offload.h"

/* at: of a frame that asks for checksums. */
static void
finish(struct afx_txq *q, struct rte_mbuf *m, const struct afx_tx_cksum *at)
{
	if (m->ol_flags & AFX_TX_FLAGS_CKSUM)
		afx_tx_cksum_write(rte_pktmbuf_mtod(m, char *), m->ol_flags, at);
	q->count.offloads++;
}

bool
afx_tx_offload_in_place(struct afx_txq *q, struct rte_mbuf *m)
{
	struct afx_tx_cksum at;

	if (!afx_tx_offload_offered(q, m->ol_flags))
		return false;
	if ((m->ol_flags & AFX_TX_FLAGS_CKSUM) && afx_tx_cksum_find(m, &at) != 0)
		return false;
	finish(q, m, &at);
	return true;
}

void
afx_tx_offload_copied(struct afx_txq *q, struct rte_mbuf *copy, const struct rte_mbuf *from)
{
	struct afx_tx_cksum at;

	copy->ol_flags = from->ol_flags & RTE_MBUF_F_TX_OFFLOAD_MASK;
	copy->tx_offload = from->tx_offload;
	/* Data that somebody writes to at the same time may not be what was checked. */
	if ((copy->ol_flags & AFX_TX_FLAGS_CKSUM) && afx_tx_cksum_find(copy, &at) != 0)
		copy->ol_flags &= ~AFX_TX_FLAGS_CKSUM;
	finish(q, copy, &at);
}
