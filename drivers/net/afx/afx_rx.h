/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#ifndef AFX_RX_H
#define AFX_RX_H

#include "afx.h"

/*
 * eth_rx_burst_t. Up to n received frames, each in an mbuf of the queue's pool
 * that the caller owns from then on; tops up the fill ring from the pool. One
 * lcore a queue. At most one recvfrom, only if the ring is empty and the driver
 * sleeps on the fill ring, and one sendto for a Tx kick overdue by 100 us.
 */
uint16_t afx_rx_burst(void *queue, struct rte_mbuf **pkts, uint16_t n);

/* The same for preferred busy polling: an empty poll has the kernel poll the driver, by one recvfrom. */
uint16_t afx_rx_burst_busy(void *queue, struct rte_mbuf **pkts, uint16_t n);

/*
 * How many mbufs the kernel is to have, for rings just made, before prefill. In
 * zero-copy a full fill ring, beside what the NIC holds. In copy mode as many as
 * the Rx ring has places, and the batch that a refill may be behind: a frame that
 * finds no place is lost, whatever there is to copy it to (net/xdp/xsk.c,
 * __xsk_rcv), and the fewer mbufs go round, the more of them are found in a cache.
 */
void afx_rx_supply_set(struct afx_rxq *q, bool zerocopy);

/*
 * Give the kernel all that it is to have: before bind, by the control thread, and
 * before its Rx lcore sleeps. Nothing else uses q. 0, or -ENOMEM if the pool
 * has too few mbufs: all it had are posted.
 */
int afx_rx_prefill(struct afx_rxq *q);

#endif /* AFX_RX_H */
