/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "afx_caps.h"
#include "afx_ifops.h"
#include "afx_log.h"
#include "afx_queue.h"
#include "afx_restore.h"

static void
mtu_explain(const struct afx_dev *priv, uint32_t mtu, int ret)
{
	char caps[AFX_CAPS_TEXT_LEN];

	afx_caps_explain(ret, AFX_CAPS_SETTING, false, caps, sizeof(caps));
	if (caps[0] != '\0')
		AFX_LOG(ERR, "%s: MTU %u: %s%s", priv->cfg.iface, mtu, strerror(-ret), caps);
	else if (priv->info.max_mtu != 0)
		AFX_LOG(ERR,
			"%s: MTU %u: %s; allowed are %u to %u, less while an XDP program is attached",
			priv->cfg.iface, mtu, strerror(-ret), priv->info.min_mtu,
			priv->info.max_mtu);
	else
		AFX_LOG(ERR, "%s: MTU %u: %s; less is allowed while an XDP program is attached",
			priv->cfg.iface, mtu, strerror(-ret));
}

int
afx_ifops_mtu_apply(struct afx_dev *priv, uint32_t mtu)
{
	int ret;

	/* The administrator may have changed it since. */
	ret = afx_netdev_info_get(priv->cfg.iface, &priv->info);
	if (ret == 0 && mtu != priv->info.mtu)
		ret = afx_restore_mtu_change(priv, mtu);
	if (ret != 0)
		mtu_explain(priv, mtu, ret);
	return ret;
}

int
afx_mtu_set(struct rte_eth_dev *dev, uint16_t mtu)
{
	struct afx_dev *priv = dev->data->dev_private;
	uint16_t i;
	int ret;

	ret = afx_queue_mtu_check(priv, mtu);
	if (ret == 0)
		ret = afx_ifops_mtu_apply(priv, mtu);
	if (ret != 0)
		return ret;
	for (i = 0; i < priv->cfg.queue_count; i++) {
		if (priv->pairs[i].txq != NULL && priv->pairs[i].bound)
			afx_txq_max_len_set(priv->pairs[i].txq, mtu);
	}
	return 0;
}

static int
membership_log(const struct afx_dev *priv, const char *what, int ret)
{
	char caps[AFX_CAPS_TEXT_LEN];

	if (ret == 0)
		return 0;
	afx_caps_explain(ret, AFX_CAPS_SOCKET, false, caps, sizeof(caps));
	AFX_LOG(ERR, "%s: %s mode: %s%s", priv->cfg.iface, what, strerror(-ret), caps);
	return ret;
}

static int
promiscuous(struct rte_eth_dev *dev, bool on)
{
	struct afx_dev *priv = dev->data->dev_private;

	return membership_log(priv, "promiscuous",
			      afx_netdev_promisc_set(&priv->membership_fd, priv->info.ifindex, on));
}

static int
allmulticast(struct rte_eth_dev *dev, bool on)
{
	struct afx_dev *priv = dev->data->dev_private;

	return membership_log(priv, "allmulticast",
			      afx_netdev_allmulti_set(&priv->membership_fd, priv->info.ifindex,
						      on));
}

int
afx_promiscuous_enable(struct rte_eth_dev *dev)
{
	return promiscuous(dev, true);
}

int
afx_promiscuous_disable(struct rte_eth_dev *dev)
{
	return promiscuous(dev, false);
}

int
afx_allmulticast_enable(struct rte_eth_dev *dev)
{
	return allmulticast(dev, true);
}

int
afx_allmulticast_disable(struct rte_eth_dev *dev)
{
	return allmulticast(dev, false);
}

void
afx_ifops_restore(struct afx_dev *priv)
{
	afx_restore_all(priv);
	afx_ifops_multicast_drop(priv);
	if (priv->membership_fd >= 0)
		close(priv->membership_fd);
	priv->membership_fd = -1;
}
