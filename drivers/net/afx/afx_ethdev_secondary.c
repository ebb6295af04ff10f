/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * A port as a secondary process has it: bursts and what there is to see.
 * Settings are the primary's.
 */
#include <errno.h>

#include <ethdev_driver.h>
#include <ethdev_vdev.h>

#include "afx.h"
#include "afx_compat.h"
#include "afx_dump.h"
#include "afx_ethdev_secondary.h"
#include "afx_log.h"
#include "afx_mp_guest.h"
#include "afx_port.h"
#include "afx_stats.h"
#include "afx_xstats.h"

/*
 * What is shown is the primary's memory: as long as it has the port. Close and
 * its exit take first the pairs, then the rest.
 */
static int
shown(const struct rte_eth_dev *dev)
{
	const struct afx_dev *priv = dev->data->dev_private;

	return priv == NULL || priv->pairs == NULL ? -ENODEV : 0;
}

static int
infos_get(struct rte_eth_dev *dev, struct rte_eth_dev_info *info)
{
	int ret = shown(dev);

	return ret != 0 ? ret : afx_port_infos_get(dev, info);
}

static int
stats_get(AFX_STATS_GET_ARGS)
{
	int ret = shown(dev);

	return ret != 0 ? ret : afx_stats_get(AFX_STATS_GET_PASS);
}

static int
xstats_names_get(struct rte_eth_dev *dev, struct rte_eth_xstat_name *names, unsigned int n)
{
	int ret = shown(dev);

	return ret != 0 ? ret : afx_xstats_names_get(dev, names, n);
}

static int
xstats_get(struct rte_eth_dev *dev, struct rte_eth_xstat *xstats, unsigned int n)
{
	int ret = shown(dev);

	return ret != 0 ? ret : afx_xstats_get(dev, xstats, n);
}

static int
priv_dump(struct rte_eth_dev *dev, FILE *file)
{
	int ret = shown(dev);

	return ret != 0 ? ret : afx_priv_dump(dev, file);
}

/* The link is as the primary last saw it: the interface may be in its namespace only. */
static int
link_update(struct rte_eth_dev *dev, int wait_to_complete __rte_unused)
{
	return shown(dev);
}

static int
guest_close(struct rte_eth_dev *dev)
{
	afx_mp_guest_close(dev);
	return 0;
}

/* Also where a secondary process learns that it can not receive or send. */
static int
rx_burst_mode_get(struct rte_eth_dev *dev, uint16_t queue __rte_unused,
		  struct rte_eth_burst_mode *mode)
{
	const void *rx, *tx;
	int ret = shown(dev);

	if (ret == 0)
		ret = afx_mp_guest_burst(dev, &rx, &tx);
	return ret != 0 ? ret : afx_port_burst_mode_get(rx, mode);
}

static int
tx_burst_mode_get(struct rte_eth_dev *dev, uint16_t queue __rte_unused,
		  struct rte_eth_burst_mode *mode)
{
	const void *rx, *tx;
	int ret = shown(dev);

	if (ret == 0)
		ret = afx_mp_guest_burst(dev, &rx, &tx);
	return ret != 0 ? ret : afx_port_burst_mode_get(tx, mode);
}

static const struct eth_dev_ops secondary_ops = {
	.dev_close = guest_close,
	.dev_infos_get = infos_get,
	.link_update = link_update,
	.rx_burst_mode_get = rx_burst_mode_get,
	.tx_burst_mode_get = tx_burst_mode_get,
	.stats_get = stats_get,
	.xstats_get_names = xstats_names_get,
	.xstats_get = xstats_get,
	.eth_dev_priv_dump = priv_dump,
};

int
afx_ethdev_secondary_probe(struct rte_vdev_device *vdev)
{
	const char *name = rte_vdev_device_name(vdev);
	struct rte_eth_dev *dev = rte_eth_dev_attach_secondary(name);
	int ret;

	if (dev == NULL) {
		AFX_LOG(ERR, "%s: no such port in the primary process", name);
		return -ENODEV;
	}
	dev->device = &vdev->device;
	dev->dev_ops = &secondary_ops;
	ret = afx_mp_guest_open(dev);
	if (ret != 0) {
		AFX_LOG(ERR, "%s: no memory for a port in a secondary process", name);
		rte_eth_dev_release_port(dev);
		return ret;
	}
	rte_eth_dev_probing_finish(dev);
	afx_mp_guest_finish(dev);
	return 0;
}
