/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Offloads of a NIC by software: one pass over the frames just received.
 */
#ifndef AFX_RX_META_H
#define AFX_RX_META_H

#include <stdint.h>

#include "afx_rx_hash.h"

struct rte_mbuf;

/* What the pass does. */
enum {
	AFX_RX_META_VLAN_STRIP = 1 << 0,
	AFX_RX_META_QINQ_STRIP = 1 << 1,
	AFX_RX_META_IP_CKSUM = 1 << 2,
	AFX_RX_META_UDP_CKSUM = 1 << 3,
	AFX_RX_META_TCP_CKSUM = 1 << 4,
	AFX_RX_META_COMPLETE = 1 << 5, /* checksums that the sender left to an offload */
	AFX_RX_META_HASH = 1 << 6,
	AFX_RX_META_VLAN_FILTER = 1 << 7, /* by afx_rx_filter.h, ahead of the pass */
};

/* Of a port. The Rx lcores read it; control sets it before start, and what, ptypes and hash_at at any time. */
struct afx_rx_meta {
	uint32_t what;
	uint32_t ptypes; /* RTE_PTYPE_*_MASK of the layers whose types are told */
	const uint64_t *vids; /* VLANs that pass the filter, a bit each */
	uint32_t
		hash_at; /* which of hash is in use; the other one is to be filled, and then becomes it */
	struct afx_rx_hash hash[2];
};

/*
 * Complete the n mbufs: tags taken off, packet_type, checksum flags, hash. They
 * are as the plain burst left them, of one segment and the caller's; data_off
 * grows by the tags, and AFX_RX_META_COMPLETE writes to the frame. Rx lcore, no
 * syscalls.
 */
void afx_rx_meta(const struct afx_rx_meta *meta, struct rte_mbuf **pkts, uint32_t n);

/* eth_rx_burst_t. afx_rx_burst or afx_rx_burst_busy, the VLAN filter if asked for, and that pass. */
uint16_t afx_rx_burst_meta(void *queue, struct rte_mbuf **pkts, uint16_t n);
uint16_t afx_rx_burst_busy_meta(void *queue, struct rte_mbuf **pkts, uint16_t n);

#endif /* AFX_RX_META_H */
