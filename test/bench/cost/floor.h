/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * net_floor: the least that a driver of AF_XDP rings and mbufs can do, on the
 * ideal NIC. Its UMEM is all of memory and a chunk's address is its mbuf's, so
 * that nothing is computed; it checks nothing of what it sends, counts nothing,
 * and does not know what the kernel has. No AF_XDP driver can do that for real:
 * what one costs beyond this is what it has to know. Started once in its life.
 */
#ifndef FLOOR_H
#define FLOOR_H

#include <stdbool.h>

#include <rte_mbuf.h>

#include "afx_ring.h"

struct floor_rxq {
	struct afx_ring fill;
	struct afx_ring rx;
	int fd; /* to call the NIC by */
	struct rte_mempool *mp;
	uint64_t rearm; /* rearm_data of a received mbuf */
};

struct floor_txq {
	struct afx_ring tx;
	struct afx_ring comp;
	int fd;
	bool fast_free;
};

/* eth_rx_burst_t and eth_tx_burst_t. */
uint16_t floor_rx_burst(void *queue, struct rte_mbuf **pkts, uint16_t n);
uint16_t floor_tx_burst(void *queue, struct rte_mbuf **pkts, uint16_t n);

/* Fill the fill ring; 0, or -ENOMEM with nothing taken. */
int floor_rx_start(struct floor_rxq *q);
/* Free what is in the rings. The NIC is paused and holds nothing back: ideal_nic_flush() was called. */
void floor_rx_stop(struct floor_rxq *q);
void floor_tx_stop(struct floor_txq *q);

#endif /* FLOOR_H */
