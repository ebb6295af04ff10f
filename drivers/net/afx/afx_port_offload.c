/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <ethdev_driver.h>

#include "afx_burst.h"
#include "afx_port_offload.h"
#include "afx_tx_offload.h"

/* Done by the CPU: what the application configures, and what mbufs may then ask for. */
static const struct {
	uint64_t offload;
	uint64_t offers;
} tx_by_cpu[] = {
	{ RTE_ETH_TX_OFFLOAD_IPV4_CKSUM, RTE_MBUF_F_TX_IP_CKSUM },
	{ RTE_ETH_TX_OFFLOAD_TCP_CKSUM, AFX_TX_OFFER_L4(RTE_MBUF_F_TX_TCP_CKSUM) },
	{ RTE_ETH_TX_OFFLOAD_UDP_CKSUM, AFX_TX_OFFER_L4(RTE_MBUF_F_TX_UDP_CKSUM) },
	{ RTE_ETH_TX_OFFLOAD_VLAN_INSERT, RTE_MBUF_F_TX_VLAN },
	{ RTE_ETH_TX_OFFLOAD_QINQ_INSERT, RTE_MBUF_F_TX_QINQ },
};

void
afx_port_offload_tx_info(struct rte_eth_dev_info *info)
{
	size_t i;

	info->tx_queue_offload_capa = RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
	/* The rest is of the port, not of a queue: the burst function is the port's. */
	info->tx_offload_capa = RTE_ETH_TX_OFFLOAD_MULTI_SEGS | RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE;
	for (i = 0; i < RTE_DIM(tx_by_cpu); i++)
		info->tx_offload_capa |= tx_by_cpu[i].offload;
}

uint64_t
afx_port_offload_tx_offers(const struct rte_eth_dev *dev)
{
	const uint64_t configured = dev->data->dev_conf.txmode.offloads;
	uint64_t offers = 0;
	size_t i;

	for (i = 0; i < RTE_DIM(tx_by_cpu); i++) {
		if (configured & tx_by_cpu[i].offload)
			offers |= tx_by_cpu[i].offers;
	}
	return offers == 0 ? 0 : offers | AFX_TX_OFFER_L4(0);
}

const struct afx_burst *
afx_port_offload_tx_burst(const struct rte_eth_dev *dev, bool copies)
{
	const uint64_t configured = dev->data->dev_conf.txmode.offloads;
	const bool fast_free = configured & RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE;

	return afx_burst_tx(fast_free, afx_port_offload_tx_offers(dev) != 0, copies);
}
