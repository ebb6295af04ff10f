/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The VLAN filter of a NIC by software.
 */
#ifndef AFX_RX_FILTER_H
#define AFX_RX_FILTER_H

#include <stdint.h>

struct afx_rxq;
struct rte_mbuf;

/*
 * Of n mbufs just received and counted, free those whose VLAN is not in the
 * filter, and count them as filtered besides. Untagged frames, those of VLAN 0,
 * which is a priority alone, and service tags pass. Returns how many are left,
 * in order. vids has a bit for each VLAN, and control may change it meanwhile.
 * Rx lcore, no syscalls.
 */
uint16_t afx_rx_filter(struct afx_rxq *q, const uint64_t *vids, struct rte_mbuf **pkts, uint16_t n);

#endif /* AFX_RX_FILTER_H */
