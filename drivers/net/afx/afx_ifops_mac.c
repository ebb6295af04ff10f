/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Addresses that the interface receives.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "afx_caps.h"
#include "afx_ifops.h"
#include "afx_log.h"
#include "afx_restore.h"

static_assert(sizeof(struct rte_ether_addr) == AFX_NETDEV_MAC_LEN, "lists of addresses have gaps");

int
afx_mac_addr_set(struct rte_eth_dev *dev, struct rte_ether_addr *addr)
{
	struct afx_dev *priv = dev->data->dev_private;
	char caps[AFX_CAPS_TEXT_LEN];
	int ret;

	ret = afx_netdev_info_get(priv->cfg.iface, &priv->info);
	/* ethdev sets the address again at each start. */
	if (ret == 0 && memcmp(priv->info.mac, addr->addr_bytes, AFX_NETDEV_MAC_LEN) == 0)
		return 0;
	if (ret == 0)
		ret = afx_restore_mac_change(priv, addr->addr_bytes);
	if (ret == 0)
		return 0;
	afx_caps_explain(ret, AFX_CAPS_SETTING, false, caps, sizeof(caps));
	AFX_LOG(ERR, "%s: MAC address " RTE_ETHER_ADDR_PRT_FMT ": %s%s", priv->cfg.iface,
		RTE_ETHER_ADDR_BYTES(addr), strerror(-ret), caps);
	return ret;
}

static int
address_set(struct afx_dev *priv, const struct rte_ether_addr *addr, bool on)
{
	char caps[AFX_CAPS_TEXT_LEN];
	int ret;

	ret = afx_netdev_address_set(&priv->membership_fd, priv->info.ifindex, addr->addr_bytes,
				     on);
	if (ret == 0)
		return 0;
	afx_caps_explain(ret, AFX_CAPS_SOCKET, false, caps, sizeof(caps));
	AFX_LOG(ERR, "%s: receiving for " RTE_ETHER_ADDR_PRT_FMT ": %s%s", priv->cfg.iface,
		RTE_ETHER_ADDR_BYTES(addr), strerror(-ret), caps);
	return ret;
}

int
afx_mac_addr_add(struct rte_eth_dev *dev, struct rte_ether_addr *addr, uint32_t index __rte_unused,
		 uint32_t pool)
{
	/* Of VMDq; there is the one. */
	if (pool != 0)
		return -EINVAL;
	return address_set(dev->data->dev_private, addr, true);
}

void
afx_mac_addr_remove(struct rte_eth_dev *dev, uint32_t index)
{
	address_set(dev->data->dev_private, &dev->data->mac_addrs[index], false);
}

static int
multicast_join(struct afx_dev *priv, const struct rte_ether_addr *addrs, uint32_t n)
{
	char caps[AFX_CAPS_TEXT_LEN];
	int ret;

	ret = afx_netdev_addresses_set(&priv->multicast_fd, priv->info.ifindex,
				       (const uint8_t *)addrs, n);
	if (ret == 0) {
		priv->multicast_ifindex = priv->info.ifindex;
		return 0;
	}
	afx_caps_explain(ret, AFX_CAPS_SOCKET, false, caps, sizeof(caps));
	AFX_LOG(ERR, "%s: receiving for %u multicast addresses: %s%s", priv->cfg.iface, n,
		strerror(-ret), caps);
	return ret;
}

int
afx_mc_addr_list_set(struct rte_eth_dev *dev, struct rte_ether_addr *addrs, uint32_t n)
{
	struct afx_dev *priv = dev->data->dev_private;
	struct rte_ether_addr *copy = NULL;
	uint32_t i;
	int ret;

	for (i = 0; i < n; i++)
		if (!rte_is_multicast_ether_addr(&addrs[i]))
			return -EINVAL;
	if (n != 0) {
		copy = malloc(n * sizeof(*copy));
		if (copy == NULL)
			return -ENOMEM;
		memcpy(copy, addrs, n * sizeof(*copy));
	}
	ret = multicast_join(priv, copy, n);
	if (ret != 0) {
		free(copy);
		return ret;
	}
	free(priv->multicast);
	priv->multicast = copy;
	priv->nb_multicast = n;
	return 0;
}

int
afx_ifops_multicast_start(struct afx_dev *priv)
{
	if (priv->nb_multicast == 0 || priv->multicast_ifindex == priv->info.ifindex)
		return 0;
	return multicast_join(priv, priv->multicast, priv->nb_multicast);
}

void
afx_ifops_multicast_drop(struct afx_dev *priv)
{
	afx_netdev_addresses_set(&priv->multicast_fd, 0, NULL, 0);
	free(priv->multicast);
	priv->multicast = NULL;
	priv->nb_multicast = 0;
}
