/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_bus.h>
#include <rte_cycles.h>
#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_ethdev.h>

#include "cfg.h"
#include "pool.h"
#include "port.h"
#include "say.h"
#include "stop.h"

/* testpmd waits 9 s in steps of 100 ms, longer than any autonegotiation takes. */
#define LINK_STEPS 90
#define LINK_STEP_MS 100

static bool removal;

static int
removal_note(uint16_t port, enum rte_eth_event_type type, void *arg, void *ret)
{
	RTE_SET_USED(type);
	RTE_SET_USED(arg);
	RTE_SET_USED(ret);
	__atomic_store_n(&tp_ports[port].removed, true, __ATOMIC_RELEASE);
	__atomic_store_n(&removal, true, __ATOMIC_RELEASE);
	return 0;
}

bool
tp_ports_removal(void)
{
	return __atomic_load_n(&removal, __ATOMIC_ACQUIRE);
}

static void
used_list_make(void)
{
	uint16_t port;

	tp_ports_used_nb = 0;
	RTE_ETH_FOREACH_DEV(port) {
		if (tp_ports[port].used)
			tp_ports_used[tp_ports_used_nb++] = port;
	}
}

static void
port_note(uint16_t port, bool used)
{
	struct tp_port *p = &tp_ports[port];
	struct rte_eth_dev_info info;

	*p = (struct tp_port){ .state = TP_PORT_STOPPED, .used = used };
	if (rte_eth_dev_info_get(port, &info) == 0)
		p->device = info.device;
	rte_eth_dev_get_name_by_port(port, p->name);
	rte_eth_dev_callback_register(port, RTE_ETH_EVENT_INTR_RMV, removal_note, NULL);
}

static bool
port_chosen(uint16_t port, unsigned int position)
{
	if (tp_cfg.portmask != 0)
		return port < TP_MASK_BITS && (tp_cfg.portmask >> port & 1) != 0;
	return tp_cfg.nb_ports == 0 || position < tp_cfg.nb_ports;
}

/* At the prompt it may be attached yet. */
static int
peers_check(void)
{
	uint16_t port;

	for (port = 0; port < RTE_MAX_ETHPORTS && !tp_cfg.interactive; port++) {
		if (tp_ports[port].state == TP_PORT_GONE &&
		    !rte_is_zero_ether_addr(&tp_cfg.peer[port])) {
			tp_error("--eth-peer=%u,...: there is no port %u", port, port);
			return -EINVAL;
		}
	}
	return 0;
}

static int
chosen_check(unsigned int found)
{
	unsigned int asked = __builtin_popcountll(tp_cfg.portmask);

	if (tp_cfg.nb_ports > found)
		tp_error("--nb-ports=%u: there %s %u port%s", tp_cfg.nb_ports,
			 found == 1 ? "is" : "are", found, found == 1 ? "" : "s");
	else if (asked > tp_ports_used_nb)
		tp_error("the mask or list of ports names %u of them, there %s %u of these", asked,
			 tp_ports_used_nb == 1 ? "is" : "are", tp_ports_used_nb);
	else if (found == 0 && !tp_cfg.interactive)
		tp_error("there is no port; give EAL a device, such as --vdev=net_afx0,iface=eth1");
	else
		return peers_check();
	return -EINVAL;
}

int
tp_ports_scan(void)
{
	unsigned int found = 0;
	uint16_t port;

	RTE_ETH_FOREACH_DEV(port)
		port_note(port, port_chosen(port, found++));
	used_list_make();
	return chosen_check(found);
}

/* All ports of a device go at once. */
static void
device_gone(const struct rte_device *device)
{
	uint16_t port;

	for (port = 0; port < RTE_MAX_ETHPORTS; port++) {
		if (tp_ports[port].device == device)
			tp_ports[port] = (struct tp_port){ .state = TP_PORT_GONE };
	}
	used_list_make();
}

/* The first port of a device in one of the states from least on, or RTE_MAX_ETHPORTS. */
static uint16_t
device_port(const struct rte_device *device, enum tp_port_state least)
{
	uint16_t port;

	for (port = 0; port < RTE_MAX_ETHPORTS; port++) {
		if (tp_ports[port].device == device && tp_ports[port].state >= least)
			break;
	}
	return port;
}

static int
device_remove(uint16_t port)
{
	struct rte_device *device = tp_ports[port].device;
	int ret = device != NULL ? rte_dev_remove(device) : -ENODEV;

	if (ret < 0)
		return tp_port_failed(port, "detached", ret);
	device_gone(device);
	return 0;
}

static int
attached_setup(uint16_t port)
{
	int ret = 0;

	if (tp_ports[port].state == TP_PORT_CLOSED &&
	    device_port(tp_ports[port].device, TP_PORT_STOPPED) == RTE_MAX_ETHPORTS)
		ret = device_remove(port);
	if (ret < 0)
		return ret;
	port_note(port, true);
	used_list_make();
	ret = tp_pools_make();
	if (ret == 0)
		ret = tp_port_configure(port);
	if (ret < 0) {
		tp_ports[port].used = false;
		used_list_make();
		return ret;
	}
	tp_say("Port %u is attached. Now total ports is %u\nDone\n", port,
	       rte_eth_dev_count_avail());
	return 0;
}

int
tp_port_attach(const char *devargs)
{
	struct rte_dev_iterator iterator;
	unsigned int found = 0;
	uint16_t port;
	int ret;

	tp_say("Attaching a new port...\n");
	ret = rte_dev_probe(devargs);
	if (ret < 0) {
		tp_error("%s can not be attached: %s; the lines of its driver say more", devargs,
			 rte_strerror(-ret));
		return ret;
	}
	RTE_ETH_FOREACH_MATCHING_DEV(port, devargs, &iterator)
	{
		if (tp_ports[port].state > TP_PORT_CLOSED || ret < 0)
			continue;
		ret = attached_setup(port);
		found++;
	}
	if (found > 0)
		return ret;
	/* EAL does not call that an error. */
	tp_error("%s brings no new port: is a device of that name there? port detach it first",
		 devargs);
	return -EEXIST;
}

int
tp_port_detach(uint16_t port)
{
	uint16_t started = device_port(tp_ports[port].device, TP_PORT_STARTED);
	int ret;

	if (started != RTE_MAX_ETHPORTS) {
		tp_error("port %u (%s) is started: port stop %u first", started,
			 tp_ports[started].name, started);
		return -EBUSY;
	}
	tp_say("Removing a device...\n");
	ret = device_remove(port);
	if (ret < 0)
		return ret;
	tp_say("Device of port %u is detached\nNow total ports is %u\nDone\n", port,
	       rte_eth_dev_count_avail());
	return 0;
}

bool
tp_ports_reap(void)
{
	uint16_t port;

	if (!__atomic_exchange_n(&removal, false, __ATOMIC_ACQ_REL))
		return false;
	RTE_ETH_FOREACH_DEV(port) {
		if (!__atomic_exchange_n(&tp_ports[port].removed, false, __ATOMIC_ACQ_REL))
			continue;
		tp_say("\nPort %u: device removal event\n", port);
		if (tp_port_stop(port) == 0)
			tp_port_detach(port);
	}
	return true;
}

static bool
links_up(void)
{
	struct rte_eth_link link;
	unsigned int i;

	for (i = 0; i < tp_ports_used_nb; i++) {
		if (tp_ports[tp_ports_used[i]].state == TP_PORT_STARTED &&
		    rte_eth_link_get_nowait(tp_ports_used[i], &link) == 0 &&
		    link.link_status == RTE_ETH_LINK_DOWN)
			return false;
	}
	return true;
}

void
tp_ports_link_wait(void)
{
	char text[RTE_ETH_LINK_MAX_STR_LEN];
	struct rte_eth_link link;
	unsigned int i;

	tp_say("Checking link statuses...\n");
	for (i = 0; i < LINK_STEPS && !links_up() && !tp_stop_asked(); i++)
		rte_delay_us_sleep(LINK_STEP_MS * 1000);
	for (i = 0; i < tp_ports_used_nb; i++) {
		if (rte_eth_link_get_nowait(tp_ports_used[i], &link) == 0) {
			rte_eth_link_to_str(text, sizeof(text), &link);
			tp_say("Port %u %s\n", tp_ports_used[i], text);
		}
	}
	tp_say("Done\n");
}

void
tp_ports_close_all(void)
{
	uint16_t port;

	RTE_ETH_FOREACH_DEV(port) {
		tp_say("\nStopping port %u...\n", port);
		tp_port_stop(port);
	}
	RTE_ETH_FOREACH_DEV(port) {
		tp_say("\nShutting down port %u...\n", port);
		tp_port_close(port);
	}
}
