/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The control path: what is refused at set-up, and what a port does to its interface.
 */
#include <errno.h>

#include "app.h"

/* Steps one by one until one fails; the test knows which one should. */
int
app_setup(void)
{
	struct app_port port = app_port_default(0, app_pool("a"));
	const uint16_t mtu_later = app_arg("mtu_later", 0);
	int ret;

	app_checkpoint("ready");
	ret = app_port_setup(&port);
	app_say("setup", ret);
	if (ret == 0 && mtu_later != 0) {
		ret = rte_eth_dev_set_mtu(port.id, mtu_later);
		app_say("mtu", ret);
	}
	if (ret == 0) {
		ret = rte_eth_dev_start(port.id);
		app_say("start", ret);
		rte_eth_dev_stop(port.id);
	}
	app_checkpoint("refused");
	return rte_eth_dev_close(port.id);
}

static void
step(const char *name, int ret)
{
	app_say(name, ret);
	app_checkpoint(name);
}

int
app_control(void)
{
	struct rte_ether_addr mac = { .addr_bytes = { 2, 0xaf, 0, 0, 0, 1 } };
	struct app_port port = app_port_default(0, app_pool("a"));
	int ret;

	ret = app_port_setup(&port);
	if (ret == 0)
		ret = rte_eth_dev_start(port.id);
	if (ret != 0)
		return ret;
	app_checkpoint("started");
	step("promisc_on", rte_eth_promiscuous_enable(port.id));
	step("promisc_off", rte_eth_promiscuous_disable(port.id));
	step("allmulti_on", rte_eth_allmulticast_enable(port.id));
	step("allmulti_off", rte_eth_allmulticast_disable(port.id));
	rte_eth_promiscuous_enable(port.id);
	step("both_on", rte_eth_allmulticast_enable(port.id));
	step("mtu_set", rte_eth_dev_set_mtu(port.id, 1400));
	step("mac_set", rte_eth_dev_default_mac_addr_set(port.id, &mac));
	rte_eth_dev_stop(port.id);
	app_checkpoint("stopped");
	rte_eth_dev_close(port.id);
	app_checkpoint("closed");
	return 0;
}
