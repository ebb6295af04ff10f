/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The link while ethdev is still busy with a start: the driver has started, the
 * port does not count as started yet.
 */
#include <ethdev_driver.h>

#include "app.h"

/* What an LSC user gets to see: nobody asks the driver again. */
static void
link_say(const char *key, const struct rte_eth_dev *dev)
{
	struct rte_eth_link link;

	rte_eth_linkstatus_get(dev, &link);
	app_say(key, link.link_status);
}

int
app_link(void)
{
	struct app_port port = app_port_default(0, app_pool("a"));
	struct rte_eth_dev *dev = &rte_eth_devices[0];
	int ret;

	ret = app_port_setup(&port);
	if (ret == 0)
		ret = dev->dev_ops->dev_start(dev);
	if (ret != 0)
		return ret;
	link_say("link_started", dev);
	app_checkpoint("started");
	link_say("link_down", dev);
	app_checkpoint("down");
	link_say("link_up", dev);
	app_checkpoint("up");
	ret = dev->dev_ops->dev_stop(dev);
	link_say("link_stopped", dev);
	return ret != 0 ? ret : rte_eth_dev_close(port.id);
}
