/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * What a port offers of a NIC's Rx offloads by software, and what of that it was
 * asked for. All are the port's, none a queue's. Control thread.
 */
#ifndef AFX_PORT_OFFLOAD_RX_H
#define AFX_PORT_OFFLOAD_RX_H

#include <ethdev_driver.h>

#include "afx.h"
#include "afx_compat.h"

/* Adds Rx offloads, hash types and key size to what info has. */
void afx_port_offload_rx_info(struct rte_eth_dev_info *info);

/* Whether the port was configured to have the hash. */
bool afx_port_offload_rx_hashes(const struct rte_eth_dev *dev);

/* At configure, behind afx_rss_configure: the hash key and types, which are only valid then. 0, or -EINVAL, logged. */
int afx_port_offload_rx_configure(struct rte_eth_dev *dev);

/* Of a key for the hash, if the port has that and conf a key: 0, or -EINVAL, logged, for its length. */
int
afx_port_offload_rx_key_check(const struct rte_eth_dev *dev, const struct rte_eth_rss_conf *conf);

/*
 * If the port has the hash: its types, and its key, if conf has one, which was
 * checked. The port may run: frames are hashed in the old way or in the new one,
 * unless an Rx lcore is at one frame during the whole of two such updates.
 */
void afx_port_offload_rx_hash_update(struct rte_eth_dev *dev, const struct rte_eth_rss_conf *conf);

/* Types and, if there is room, key of a port that has the hash. */
void afx_port_offload_rx_hash_get(const struct rte_eth_dev *dev, struct rte_eth_rss_conf *conf);

/*
 * At start: settles what the pass of afx_rx_meta will do, and whether there is
 * one (afx_offload_rx.meta): else the port runs without it until the next start.
 */
void afx_port_offload_rx_start(struct rte_eth_dev *dev);

/*
 * eth_dev_supported_ptypes_get_t. All that the parser knows; nothing for a port
 * that was started without the pass. To ask is to want them, unless
 * afx_ptypes_set said otherwise: applications ask before start, or after.
 */
const uint32_t *afx_ptypes_get(AFX_PTYPES_GET_ARGS);

/* eth_dev_ptypes_set_t. At once if the pass runs, else from the next start on. 0. */
int afx_ptypes_set(struct rte_eth_dev *dev, uint32_t mask);

/*
 * vlan_offload_set_t: VLAN and QinQ strip and VLAN filter as dev->data says. At
 * once if the pass runs or the port is stopped; else -EBUSY, logged, to switch
 * one on.
 */
int afx_vlan_offload_set(struct rte_eth_dev *dev, int mask);

/* vlan_filter_set_t. 0: the table that ethdev keeps is the one that the pass looks at. */
int afx_vlan_filter_set(struct rte_eth_dev *dev, uint16_t vlan_id, int on);

#endif /* AFX_PORT_OFFLOAD_RX_H */
