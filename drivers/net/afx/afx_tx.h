/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#ifndef AFX_TX_H
#define AFX_TX_H

#include "afx.h"

/*
 * eth_tx_burst_t. Takes the first mbufs of pkts, as many as it returns: each is
 * from then on the driver's, to be sent and freed on completion, or freed and
 * counted as refused if it can never be sent. The rest stays the caller's:
 * there is no room, or no mbuf to copy to. One lcore a queue. At most
 * 1 + outstanding / kernel batch sendto calls, and none unless the ring asks.
 * With n = 0: only completions and kick.
 */
uint16_t afx_tx_burst(void *queue, struct rte_mbuf **pkts, uint16_t n);

/* The same for RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE: mbufs of one segment end there, unchecked. */
uint16_t afx_tx_burst_fast_free(void *queue, struct rte_mbuf **pkts, uint16_t n);

/*
 * Both for a port with offloads done by the CPU: an mbuf gets what it asks for
 * once it has a slot, so that one which is not taken is as it was.
 */
uint16_t afx_tx_burst_offloads(void *queue, struct rte_mbuf **pkts, uint16_t n);
uint16_t afx_tx_burst_fast_free_offloads(void *queue, struct rte_mbuf **pkts, uint16_t n);

/* Each of them for a kernel that copies the frames in the kick: prefetches them for it. */
uint16_t afx_tx_burst_copy(void *queue, struct rte_mbuf **pkts, uint16_t n);
uint16_t afx_tx_burst_copy_fast_free(void *queue, struct rte_mbuf **pkts, uint16_t n);
uint16_t afx_tx_burst_copy_offloads(void *queue, struct rte_mbuf **pkts, uint16_t n);
uint16_t afx_tx_burst_copy_fast_free_offloads(void *queue, struct rte_mbuf **pkts, uint16_t n);

#endif /* AFX_TX_H */
