/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * mbufs that are in two places at once, in debug builds: panics, with the mbuf.
 */
#ifndef AFX_TX_DEBUG_H
#define AFX_TX_DEBUG_H

#include "afx.h"

/*
 * An mbuf that the application hands to the queue is free, in the fill ring, or
 * more often in the Tx ring than it has references. Tx lcore; looks through
 * the mempool's ring and this lcore's cache.
 */
void afx_tx_debug_given(const struct afx_txq *q, const struct rte_mbuf *m);

/* One that the kernel has sent was freed by somebody else meanwhile. Tx lcore. */
void afx_tx_debug_completed(const struct afx_txq *q, const struct rte_mbuf *m);

#endif /* AFX_TX_DEBUG_H */
