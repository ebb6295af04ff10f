/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * What the kernel has completed goes back to the mempool.
 */
#ifndef AFX_TX_REAP_H
#define AFX_TX_REAP_H

#include "afx.h"

/*
 * Free what the kernel has completed. The Tx lcore, or control while the queue
 * is not in use.
 */
void afx_tx_reap(struct afx_txq *q);

/*
 * eth_tx_done_cleanup_t. Kicks what waits and frees completions, free_cnt of
 * them, or all for 0. Tx lcore. Returns how many packets were freed.
 */
int afx_tx_done_cleanup(void *queue, uint32_t free_cnt);

#endif /* AFX_TX_REAP_H */
