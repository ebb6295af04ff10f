/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Forward error correction.
 */
#include <errno.h>

#include "afx_ifops.h"
#include "afx_restore.h"

static_assert(AFX_NETDEV_FEC_OFF == RTE_ETH_FEC_MODE_CAPA_MASK(NOFEC) &&
		      AFX_NETDEV_FEC_AUTO == RTE_ETH_FEC_MODE_CAPA_MASK(AUTO) &&
		      AFX_NETDEV_FEC_BASER == RTE_ETH_FEC_MODE_CAPA_MASK(BASER) &&
		      AFX_NETDEV_FEC_RS == RTE_ETH_FEC_MODE_CAPA_MASK(RS),
	      "modes are ethdev's");

#define FEC_ALL                                                                                \
	(AFX_NETDEV_FEC_OFF | AFX_NETDEV_FEC_AUTO | AFX_NETDEV_FEC_BASER | AFX_NETDEV_FEC_RS | \
	 AFX_NETDEV_FEC_LLRS)

/* What a speed can have (IEEE 802.3 clauses 74, 91, 108 and 134, 25G Ethernet Consortium). */
static const struct {
	uint32_t link_speed; /* of speed_capa */
	uint32_t mbps;
	uint32_t modes;
} speeds[] = {
	{ RTE_ETH_LINK_SPEED_10G, RTE_ETH_SPEED_NUM_10G, AFX_NETDEV_FEC_BASER },
	{ RTE_ETH_LINK_SPEED_25G, RTE_ETH_SPEED_NUM_25G,
	  AFX_NETDEV_FEC_BASER | AFX_NETDEV_FEC_RS | AFX_NETDEV_FEC_LLRS },
	{ RTE_ETH_LINK_SPEED_40G, RTE_ETH_SPEED_NUM_40G, AFX_NETDEV_FEC_BASER },
	{ RTE_ETH_LINK_SPEED_50G, RTE_ETH_SPEED_NUM_50G,
	  AFX_NETDEV_FEC_BASER | AFX_NETDEV_FEC_RS | AFX_NETDEV_FEC_LLRS },
	{ RTE_ETH_LINK_SPEED_100G, RTE_ETH_SPEED_NUM_100G,
	  AFX_NETDEV_FEC_RS | AFX_NETDEV_FEC_LLRS },
	{ RTE_ETH_LINK_SPEED_200G, RTE_ETH_SPEED_NUM_200G,
	  AFX_NETDEV_FEC_RS | AFX_NETDEV_FEC_LLRS },
};

int
afx_fec_capability_get(struct rte_eth_dev *dev, struct rte_eth_fec_capa *capa, unsigned int n)
{
	const struct afx_dev *priv = dev->data->dev_private;
	unsigned int entries = 0;
	uint32_t modes;
	size_t i;
	int ret;

	ret = afx_ifops_answered(priv, "FEC", afx_netdev_fec_modes_get(priv->cfg.iface, &modes));
	if (ret != 0)
		return ret;
	for (i = 0; i < RTE_DIM(speeds); i++) {
		if ((speeds[i].link_speed & priv->speed_capa) == 0)
			continue;
		if (entries < n) {
			capa[entries].speed = speeds[i].mbps;
			capa[entries].capa = AFX_NETDEV_FEC_AUTO |
				(modes & (speeds[i].modes | AFX_NETDEV_FEC_OFF));
		}
		entries++;
	}
	return entries != 0 ? (int)entries : -ENOTSUP;
}

int
afx_fec_get(struct rte_eth_dev *dev, uint32_t *modes)
{
	const struct afx_dev *priv = dev->data->dev_private;
	struct afx_netdev_fec fec;
	int ret;

	ret = afx_ifops_answered(priv, "FEC", afx_netdev_fec_get(priv->cfg.iface, &fec));
	if (ret != 0)
		return ret;
	*modes = fec.active != 0 ? fec.active : fec.configured;
	return 0;
}

int
afx_fec_set(struct rte_eth_dev *dev, uint32_t modes)
{
	struct afx_dev *priv = dev->data->dev_private;
	struct afx_netdev_fec now;
	int ret;

	if ((modes & ~FEC_ALL) != 0)
		return -EINVAL;
	ret = afx_netdev_info_get(priv->cfg.iface, &priv->info);
	if (ret == 0)
		ret = afx_netdev_fec_get(priv->cfg.iface, &now);
	if (ret == 0 && now.configured != modes)
		ret = afx_restore_fec_change(priv, &now, modes);
	return afx_ifops_answered(priv, "FEC", ret);
}
