/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Tx of mbufs that live in another mempool, many at once.
 */
#ifndef AFX_TX_COPY_H
#define AFX_TX_COPY_H

#include "afx.h"

/*
 * Copy the frames at the head of n mbufs that are one well-formed segment
 * outside of the queue's pool, describe the copies in slots that lie in a row,
 * enter them in the ledger and free the originals. Returns how many: 0 if the
 * first one is of another kind, or the pool has too few mbufs; nothing has
 * happened then. Tx lcore, no syscall.
 */
uint32_t
afx_tx_copy_row(struct afx_txq *q, struct rte_mbuf **pkts, struct xdp_desc *descs, uint32_t n);

#endif /* AFX_TX_COPY_H */
