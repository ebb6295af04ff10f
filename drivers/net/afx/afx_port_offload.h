/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The offloads that a port has, and what the application chose of them.
 */
#ifndef AFX_PORT_OFFLOAD_H
#define AFX_PORT_OFFLOAD_H

#include <stdint.h>

struct afx_burst;
struct rte_eth_dev;
struct rte_eth_dev_info;

/* Fill in the Tx offloads of the port, and those that a queue may have by itself. */
void afx_port_offload_tx_info(struct rte_eth_dev_info *info);

/* The Tx function for what is configured; copies: the kernel copies what is sent. */
const struct afx_burst *afx_port_offload_tx_burst(const struct rte_eth_dev *dev, bool copies);

/* What mbufs may ask of a queue of this port, for afx_txq.offers. */
uint64_t afx_port_offload_tx_offers(const struct rte_eth_dev *dev);

#endif /* AFX_PORT_OFFLOAD_H */
