/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * What a stopped queue still holds, and how it goes back. Control thread; no
 * lcore polls the queue any more.
 */
#ifndef AFX_RECLAIM_H
#define AFX_RECLAIM_H

#include "afx.h"

/*
 * Send what is in the Tx ring and free what completes, until nothing is out,
 * the interface is down or gone, or deadline (TSC) is over.
 */
void afx_reclaim_tx_drain(struct afx_txq *q, uint64_t deadline);

/* Before the socket closes: frames still in the Tx ring become unsent. */
void afx_reclaim_tx_unsent(struct afx_txq *q);

/* Frames in the Rx ring that nobody will read: back to the pool, and missed. */
void afx_reclaim_rx_unread(struct afx_rxq *q);

/*
 * After the close of a zero-copy socket: wait until the kernel has given the
 * queue up, so that the NIC writes to none of our mbufs. False, loudly, if it
 * has not by the deadline: the mbufs must then never be used again.
 */
bool afx_reclaim_wait(const struct afx_pair *pair, uint64_t deadline);

/* Put every mbuf of the ledger back into its pool and clear it. The socket is closed. */
void afx_reclaim_rx(struct afx_rxq *q);
void afx_reclaim_tx(struct afx_txq *q);

#endif /* AFX_RECLAIM_H */
