/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * usage: driver-cost EAL-OPTIONS -- [key=value]...
 *   mode=rx,fwd,tx,split,look   split: rx on one lcore, tx on another, at the
 *          same time; look: print the first frame received
 *   burst=1,32  touch=0,1  lists, as mode is: each combination is measured
 *   windows=20  packets=1000000   of each measurement
 *   rxd=512 txd=512 fastfree=1 len=64
 *   offloads=0   1: the port has those of IPv4 and UDP checksums and of VLAN tags
 *   ask=none     headers: frames that are allocated get headers of UDP over IPv4;
 *          cksum, vlan: and ask the port for that
 *   mbufs=8192 cache=256 fifo=0   of the pool; how many mbufs the application keeps
 *   pools=1   2: each port has its own
 *   rxoffloads=0,0x2  RTE_ETH_RX_OFFLOAD_* of each port in turn; ports with
 *          different ones count as different drivers
 * Ports of one driver are used together: of two, it receives on the first and
 * sends on the second.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_debug.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_lcore.h>
#include <rte_malloc.h>

#include "cost.h"

static struct cost_group groups[COST_GROUPS_MAX];
static unsigned int nb_groups;

static void
must(int ret, const char *what)
{
	if (ret != 0)
		rte_exit(EXIT_FAILURE, "%s: %s\n", what, rte_strerror(-ret));
}

static struct rte_mempool *
pool_make(uint16_t port)
{
	char name[RTE_MEMPOOL_NAMESIZE];
	struct rte_mempool *mp;

	snprintf(name, sizeof(name), "port%u", port);
	mp = rte_pktmbuf_pool_create(name, cost_arg("mbufs", 8192), cost_arg("cache", 256), 0,
				     RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	if (mp == NULL)
		rte_exit(EXIT_FAILURE, "pool %s: %s\n", name, rte_strerror(rte_errno));
	return mp;
}

/* Of the port with that number, in the order of probing; 0 behind the end of the list. */
static uint64_t
rx_offloads(uint16_t id)
{
	char word[COST_WORD_MAX];

	return cost_arg_nth("rxoffloads", "0", id, word) ? strtoul(word, NULL, 0) : 0;
}

static struct cost_group *
group_of(const char *driver, uint64_t offloads)
{
	char pmd[sizeof(groups[0].pmd)];
	unsigned int i;

	snprintf(pmd, sizeof(pmd), offloads != 0 ? "%s,%#" PRIx64 : "%s", driver, offloads);

	for (i = 0; i < nb_groups; i++) {
		if (strcmp(groups[i].pmd, pmd) == 0)
			return &groups[i];
	}
	if (nb_groups == COST_GROUPS_MAX)
		rte_exit(EXIT_FAILURE, "more than %u drivers\n", COST_GROUPS_MAX);
	snprintf(groups[i].pmd, sizeof(groups[i].pmd), "%s", pmd);
	nb_groups++;
	return &groups[i];
}

static void
port_start(uint16_t id)
{
	struct rte_eth_conf conf = { 0 };
	struct rte_eth_dev_info info;
	uint16_t rxd = cost_arg("rxd", 512);
	uint16_t txd = cost_arg("txd", 512);
	struct cost_group *group;
	struct rte_mempool *mp;

	must(rte_eth_dev_info_get(id, &info), "device information");
	conf.rxmode.offloads = rx_offloads(id);
	if (conf.rxmode.offloads & RTE_ETH_RX_OFFLOAD_RSS_HASH) {
		conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
		conf.rx_adv_conf.rss_conf.rss_hf = info.flow_type_rss_offloads;
	}
	group = group_of(info.driver_name, conf.rxmode.offloads);
	if (group->nb_ports == COST_PORTS_MAX)
		rte_exit(EXIT_FAILURE, "more than %u ports\n", COST_PORTS_MAX);
	mp = group->nb_ports == 0 || cost_arg("pools", 1) > 1 ? pool_make(id) : group->pools[0];
	group->pools[group->nb_ports] = mp;
	group->ports[group->nb_ports++] = id;
	if (cost_arg("fastfree", 1) != 0)
		conf.txmode.offloads = info.tx_offload_capa & RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE;
	if (cost_arg("offloads", 0) != 0)
		conf.txmode.offloads |= RTE_ETH_TX_OFFLOAD_IPV4_CKSUM |
			RTE_ETH_TX_OFFLOAD_UDP_CKSUM | RTE_ETH_TX_OFFLOAD_VLAN_INSERT;
	must(rte_eth_dev_configure(id, 1, 1, &conf), "configuration");
	must(rte_eth_dev_adjust_nb_rx_tx_desc(id, &rxd, &txd), "ring sizes");
	must(rte_eth_rx_queue_setup(id, 0, rxd, SOCKET_ID_ANY, NULL, mp), "Rx queue");
	must(rte_eth_tx_queue_setup(id, 0, txd, SOCKET_ID_ANY, NULL), "Tx queue");
	must(rte_eth_dev_start(id), "start");
}

static uint64_t
ask_flags(const char *ask)
{
	if (strcmp(ask, "cksum") == 0)
		return RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM | RTE_MBUF_F_TX_UDP_CKSUM;
	return strcmp(ask, "vlan") == 0 ? RTE_MBUF_F_TX_VLAN : 0;
}

static void
lane_set(struct cost_group *group, unsigned int index, enum cost_mode mode, uint16_t burst,
	 bool touch)
{
	struct cost_lane *lane = &group->lanes[index];
	struct rte_mbuf **fifo = lane->fifo;
	char ask[COST_WORD_MAX];

	cost_arg_nth("ask", "none", 0, ask);
	*lane = (struct cost_lane){
		.mode = mode,
		.rx_port = group->ports[0],
		.tx_port = group->ports[group->nb_ports - 1],
		.burst = RTE_MIN(burst, COST_BURST_MAX),
		.touch = touch,
		.len = cost_arg("len", 64),
		.headers = strcmp(ask, "none") != 0,
		.flags = ask_flags(ask),
		.mp = group->pools[group->nb_ports - 1],
		.rx_mp = group->pools[0],
		.fifo = fifo,
		.fifo_size = cost_arg("fifo", 0),
	};
	if (lane->fifo_size == 0 || fifo != NULL)
		return;
	lane->fifo = rte_malloc(NULL, lane->fifo_size * sizeof(*lane->fifo), 0);
	if (lane->fifo == NULL || !rte_is_power_of_2(lane->fifo_size))
		rte_exit(EXIT_FAILURE, "fifo=%u: no power of two, or no memory\n", lane->fifo_size);
}

static void
measure(const char *mode, uint16_t burst, bool touch)
{
	const bool split = strcmp(mode, "split") == 0;
	enum cost_mode first = COST_RX;
	unsigned int i;

	if (strcmp(mode, "fwd") == 0)
		first = COST_FWD;
	else if (strcmp(mode, "tx") == 0)
		first = COST_TX;
	else if (strcmp(mode, "rx") != 0 && !split)
		rte_exit(EXIT_FAILURE, "mode=%s: rx, fwd, tx, split or look\n", mode);
	for (i = 0; i < nb_groups; i++) {
		lane_set(&groups[i], 0, first, burst, touch);
		if (split)
			lane_set(&groups[i], 1, COST_TX, burst, touch);
	}
	cost_measure(groups, nb_groups, split ? 2 : 1);
	cost_report(groups, nb_groups, split ? 2 : 1);
}

static void
measure_all(void)
{
	char mode[COST_WORD_MAX], burst[COST_WORD_MAX], touch[COST_WORD_MAX];
	unsigned int i, j, k;

	for (i = 0; cost_arg_nth("mode", "rx,fwd,tx", i, mode); i++) {
		if (strcmp(mode, "look") == 0) {
			for (j = 0; j < nb_groups; j++)
				cost_look(&groups[j]);
			continue;
		}
		for (j = 0; cost_arg_nth("burst", "32", j, burst); j++) {
			for (k = 0; cost_arg_nth("touch", "0", k, touch); k++)
				measure(mode, atoi(burst), atoi(touch) != 0);
		}
	}
}

/* Stop and close all ports; every mbuf has to be in its pool again. */
static void
finish(void)
{
	unsigned int i, j;

	for (i = 0; i < nb_groups; i++) {
		for (j = 0; j < groups[i].nb_ports; j++) {
			must(rte_eth_dev_stop(groups[i].ports[j]), "stop");
			must(rte_eth_dev_close(groups[i].ports[j]), "close");
		}
		for (j = 0; j < groups[i].nb_ports; j++)
			printf("{\"pool\": \"%s\", \"missing\": %u}\n", groups[i].pmd,
			       rte_mempool_in_use_count(groups[i].pools[j]));
	}
}

int
main(int argc, char **argv)
{
	int nb_eal = rte_eal_init(argc, argv);
	uint16_t id;

	if (nb_eal < 0)
		rte_exit(EXIT_FAILURE, "EAL: %s\n", rte_strerror(rte_errno));
	cost_args_set(argc - nb_eal, argv + nb_eal);
	RTE_ETH_FOREACH_DEV(id)
		port_start(id);
	measure_all();
	finish();
	return rte_eal_cleanup() == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
