/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The link: its state, speeds, up and down.
 */
#include <errno.h>
#include <string.h>

#include "afx_caps.h"
#include "afx_ifops.h"
#include "afx_log.h"
#include "afx_restore.h"

static int
link_read(struct rte_eth_dev *dev)
{
	const struct afx_dev *priv = dev->data->dev_private;
	struct rte_eth_link link = { .link_speed = RTE_ETH_SPEED_NUM_UNKNOWN };
	struct afx_netdev_link state;

	/* An interface that is gone has no link; that is not an error of the caller. */
	if (afx_netdev_link_get(priv->cfg.iface, &state) == 0) {
		link.link_status = state.up ? RTE_ETH_LINK_UP : RTE_ETH_LINK_DOWN;
		link.link_duplex =
			state.full_duplex ? RTE_ETH_LINK_FULL_DUPLEX : RTE_ETH_LINK_HALF_DUPLEX;
		link.link_autoneg = state.autoneg ? RTE_ETH_LINK_AUTONEG : RTE_ETH_LINK_FIXED;
		link.link_speed = state.speed_mbps;
	}
	return rte_eth_linkstatus_set(dev, &link);
}

/* ethdev's dev_started turns true some time after the start has looked. */
static int
link_note(struct rte_eth_dev *dev)
{
	const struct rte_eth_link down = { .link_speed = RTE_ETH_SPEED_NUM_NONE };
	const struct afx_dev *priv = dev->data->dev_private;

	return priv->started ? link_read(dev) : rte_eth_linkstatus_set(dev, &down);
}

void
afx_ifops_started_set(struct rte_eth_dev *dev, bool started)
{
	struct afx_dev *priv = dev->data->dev_private;

	pthread_mutex_lock(&priv->link_lock);
	priv->started = started;
	link_note(dev);
	pthread_mutex_unlock(&priv->link_lock);
}

int
afx_link_update(struct rte_eth_dev *dev, int wait_to_complete __rte_unused)
{
	struct afx_dev *priv = dev->data->dev_private;
	int ret;

	pthread_mutex_lock(&priv->link_lock);
	ret = link_note(dev);
	pthread_mutex_unlock(&priv->link_lock);
	return ret;
}

static int
up_set(struct rte_eth_dev *dev, bool up)
{
	struct afx_dev *priv = dev->data->dev_private;
	char caps[AFX_CAPS_TEXT_LEN];
	int ret;

	ret = afx_netdev_info_get(priv->cfg.iface, &priv->info);
	if (ret == 0 && priv->info.up != up)
		ret = afx_restore_up_change(priv, up);
	if (ret != 0) {
		afx_caps_explain(ret, AFX_CAPS_SETTING, false, caps, sizeof(caps));
		AFX_LOG(ERR, "%s: setting the link %s: %s%s", priv->cfg.iface, up ? "up" : "down",
			strerror(-ret), caps);
		return ret;
	}
	/* The watcher raises it only for what is news to it. */
	if (afx_link_update(dev, 0) == 0 && priv->started)
		rte_eth_dev_callback_process(dev, RTE_ETH_EVENT_INTR_LSC, NULL);
	return 0;
}

int
afx_link_up_set(struct rte_eth_dev *dev)
{
	return up_set(dev, true);
}

int
afx_link_down_set(struct rte_eth_dev *dev)
{
	return up_set(dev, false);
}

int
afx_ifops_link_start(struct rte_eth_dev *dev)
{
	struct afx_dev *priv = dev->data->dev_private;
	const struct afx_state_setting *up = &priv->before.settings[AFX_STATE_UP];
	const bool ours = up->has && up->set == 0 && priv->before.ifindex == priv->info.ifindex;

	return priv->info.up || !ours ? 0 : up_set(dev, true);
}

static int
speed_add(const struct afx_netdev_speed *speed, void *opaque)
{
	uint32_t *capa = opaque;

	*capa |= rte_eth_speed_bitflag(speed->mbps, speed->full_duplex);
	return 0;
}

static uint32_t
speed_now(const struct afx_dev *priv)
{
	struct afx_netdev_link link;

	if (afx_netdev_link_get(priv->cfg.iface, &link) != 0)
		return 0;
	return rte_eth_speed_bitflag(link.speed_mbps, link.full_duplex);
}

void
afx_ifops_speeds_read(struct afx_dev *priv)
{
	priv->speed_capa = 0;
	afx_netdev_speeds_get(priv->cfg.iface, speed_add, &priv->speed_capa);
	/* Without link modes, as on veth, the one it has. */
	if (priv->speed_capa == 0)
		priv->speed_capa = speed_now(priv);
}

int
afx_ifops_speeds_check(const struct afx_dev *priv, uint32_t link_speeds)
{
	const uint32_t wanted = link_speeds & ~RTE_ETH_LINK_SPEED_FIXED;
	const uint32_t now = speed_now(priv);

	/* All that it has is what it does by itself. Without carrier, nobody knows the speed. */
	if (link_speeds == RTE_ETH_LINK_SPEED_AUTONEG || link_speeds == priv->speed_capa ||
	    (wanted != 0 && (wanted == now || (now == 0 && (wanted & priv->speed_capa) == wanted))))
		return 0;
	AFX_LOG(ERR,
		"%s: link_speeds 0x%x: the driver leaves speed and duplex to the interface; run: "
		"ethtool -s %s speed N duplex full",
		priv->cfg.iface, link_speeds, priv->cfg.iface);
	return -ENOTSUP;
}
