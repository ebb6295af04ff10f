/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_errno.h>
#include <rte_ethdev.h>

#include "cfg.h"
#include "engine.h"
#include "pool.h"
#include "port.h"
#include "say.h"

struct tp_port tp_ports[RTE_MAX_ETHPORTS];
uint16_t tp_ports_used[RTE_MAX_ETHPORTS];
unsigned int tp_ports_used_nb;

int
tp_port_failed(uint16_t port, const char *what, int ret)
{
	tp_error("port %u (%s) can not be %s: %s; the lines of its driver say more", port,
		 tp_ports[port].name, what, rte_strerror(-ret));
	return ret;
}

bool
tp_port_check(uint16_t port)
{
	if (port < RTE_MAX_ETHPORTS && tp_ports[port].state != TP_PORT_GONE)
		return true;
	tp_error("there is no port %u", port);
	return false;
}

static uint64_t
rss_wanted(const struct rte_eth_dev_info *info)
{
	uint64_t wanted = tp_cfg.rss_udp ? RTE_ETH_RSS_IP | RTE_ETH_RSS_UDP : RTE_ETH_RSS_IP;

	return tp_cfg.rxq > 1 && !tp_cfg.no_rss ? wanted & info->flow_type_rss_offloads : 0;
}

static uint64_t
tx_offloads_wanted(const struct rte_eth_dev_info *info)
{
	uint64_t wanted = tp_cfg.segs > 1 ? RTE_ETH_TX_OFFLOAD_MULTI_SEGS : 0;

	/* It promises mbufs of one pool and one reference; ports on two sockets have two pools. */
	if (tp_pools_nb() == 1 && wanted == 0 && !tp_cfg.scatter)
		wanted |= RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE;
	return wanted & info->tx_offload_capa;
}

/* Bytes of a frame, with its FCS, that an MTU does not count. */
static uint32_t
overhead_of(const struct rte_eth_dev_info *info)
{
	if (info->max_mtu != UINT16_MAX && info->max_rx_pktlen > info->max_mtu)
		return info->max_rx_pktlen - info->max_mtu;
	return RTE_ETHER_HDR_LEN + RTE_ETHER_CRC_LEN;
}

static uint16_t
mtu_wanted(uint16_t port, const struct rte_eth_dev_info *info)
{
	uint16_t mtu = RTE_ETHER_MTU;

	if (tp_cfg.max_pkt_len != 0)
		return tp_cfg.max_pkt_len - overhead_of(info);
	/* An interface's MTU is its owner's: DPDK would configure 1500. */
	rte_eth_dev_get_mtu(port, &mtu);
	return mtu;
}

static void
conf_make(uint16_t port, const struct rte_eth_dev_info *info, struct rte_eth_conf *conf)
{
	uint64_t rss = rss_wanted(info);

	*conf = (struct rte_eth_conf){
		.rxmode.mq_mode = rss != 0 ? RTE_ETH_MQ_RX_RSS : RTE_ETH_MQ_RX_NONE,
		.rxmode.mtu = mtu_wanted(port, info),
		.rx_adv_conf.rss_conf.rss_hf = rss,
		.txmode.offloads = tx_offloads_wanted(info),
	};
	if (tp_cfg.scatter)
		conf->rxmode.offloads |= RTE_ETH_RX_OFFLOAD_SCATTER & info->rx_offload_capa;
}

static int
queues_check(uint16_t port, const struct rte_eth_dev_info *info)
{
	const char *way = tp_cfg.rxq > info->max_rx_queues ? "Rx" : "Tx";
	bool rx = tp_cfg.rxq > info->max_rx_queues;
	unsigned int most = rx ? info->max_rx_queues : info->max_tx_queues;

	if (!rx && tp_cfg.txq <= info->max_tx_queues)
		return 0;
	tp_error("port %u (%s) has %u %s queue%s, --%s=%u asks for more%s", port,
		 tp_ports[port].name, most, way, most == 1 ? "" : "s", rx ? "rxq" : "txq",
		 rx ? tp_cfg.rxq : tp_cfg.txq,
		 strcmp(info->driver_name, "net_afx") == 0 ? ": add queue_count= to its --vdev"
							   : "");
	return -EINVAL;
}

static int
descriptors_check(uint16_t port, const char *option, uint16_t count,
		  const struct rte_eth_desc_lim *lim)
{
	if (count == 0 ||
	    (count <= lim->nb_max && count >= lim->nb_min &&
	     (lim->nb_align == 0 || count % lim->nb_align == 0)))
		return 0;
	tp_error("--%s=%u: port %u (%s) takes %u to %u descriptors, a multiple of %u", option,
		 count, port, tp_ports[port].name, lim->nb_min, lim->nb_max, lim->nb_align);
	return -EINVAL;
}

static int
sizes_check(uint16_t port, const struct rte_eth_dev_info *info)
{
	uint32_t overhead = overhead_of(info);
	uint32_t least = info->min_rx_bufsize + RTE_PKTMBUF_HEADROOM;

	if (tp_cfg.max_pkt_len != 0 &&
	    (tp_cfg.max_pkt_len < info->min_mtu + overhead ||
	     tp_cfg.max_pkt_len > info->max_mtu + overhead))
		tp_error("--max-pkt-len=%u: port %u (%s) takes %u to %u bytes", tp_cfg.max_pkt_len,
			 port, tp_ports[port].name, info->min_mtu + overhead,
			 info->max_mtu + overhead);
	else if (tp_cfg.rxq > 0 && tp_cfg.mbuf_size < least)
		tp_error("--mbuf-size=%u: port %u (%s) wants %u bytes or more", tp_cfg.mbuf_size,
			 port, tp_ports[port].name, least);
	else
		return 0;
	return -EINVAL;
}

static int
info_get(uint16_t port, struct rte_eth_dev_info *info)
{
	int ret = rte_eth_dev_info_get(port, info);

	if (ret < 0)
		return tp_port_failed(port, "asked for its abilities", ret);
	ret = queues_check(port, info);
	if (ret == 0)
		ret = descriptors_check(port, "rxd", tp_cfg.rxd, &info->rx_desc_lim);
	if (ret == 0)
		ret = descriptors_check(port, "txd", tp_cfg.txd, &info->tx_desc_lim);
	if (ret == 0)
		ret = sizes_check(port, info);
	return ret;
}

static int
queues_setup(uint16_t port, const struct rte_eth_conf *conf)
{
	int socket = rte_eth_dev_socket_id(port);
	struct rte_mempool *pool = tp_pool_of(port);
	struct rte_eth_dev_info info;
	struct rte_eth_rxconf rx;
	struct rte_eth_txconf tx;
	uint16_t queue;
	int ret;

	ret = rte_eth_dev_info_get(port, &info);
	rx = info.default_rxconf;
	tx = info.default_txconf;
	rx.offloads = conf->rxmode.offloads;
	tx.offloads = conf->txmode.offloads;
	for (queue = 0; ret == 0 && queue < tp_cfg.rxq; queue++)
		ret = rte_eth_rx_queue_setup(port, queue, tp_cfg.rxd, socket, &rx, pool);
	for (queue = 0; ret == 0 && queue < tp_cfg.txq; queue++)
		ret = rte_eth_tx_queue_setup(port, queue, tp_cfg.txd, socket, &tx);
	return ret;
}

/* With Rx interrupts where the engine would use them and the driver does not refuse them. */
static int
configure(uint16_t port, struct rte_eth_conf *conf)
{
	int ret;

	if ((tp_cfg.engine->flags & TP_ENGINE_RX_INTR) != 0 && tp_cfg.rxq > 0) {
		conf->intr_conf.rxq = 1;
		ret = rte_eth_dev_configure(port, tp_cfg.rxq, tp_cfg.txq, conf);
		if (ret == 0) {
			tp_ports[port].intr = true;
			return 0;
		}
		conf->intr_conf.rxq = 0;
	}
	tp_ports[port].intr = false;
	return rte_eth_dev_configure(port, tp_cfg.rxq, tp_cfg.txq, conf);
}

int
tp_port_configure(uint16_t port)
{
	struct tp_port *p = &tp_ports[port];
	struct rte_eth_dev_info info;
	struct rte_eth_conf conf;
	int ret;

	ret = info_get(port, &info);
	if (ret < 0)
		return ret;
	conf_make(port, &info, &conf);
	ret = configure(port, &conf);
	if (ret == 0)
		ret = queues_setup(port, &conf);
	if (ret < 0)
		return tp_port_failed(port, "configured", ret);
	rte_eth_macaddr_get(port, &p->mac);
	p->rxq = tp_cfg.rxq;
	p->txq = tp_cfg.txq;
	p->state = TP_PORT_STOPPED;
	return 0;
}

static int
open_check(uint16_t port)
{
	if (tp_ports[port].state != TP_PORT_CLOSED)
		return 0;
	tp_error("port %u (%s) is closed: port detach %u, and port attach it again", port,
		 tp_ports[port].name, port);
	return -ENODEV;
}

int
tp_port_start(uint16_t port)
{
	struct tp_port *p = &tp_ports[port];
	bool wants_intr = (tp_cfg.engine->flags & TP_ENGINE_RX_INTR) != 0;
	int ret = open_check(port);

	if (p->state == TP_PORT_STARTED)
		return 0;
	if (ret < 0)
		return ret;
	if (p->rxq != tp_cfg.rxq || p->txq != tp_cfg.txq || wants_intr != p->intr)
		ret = tp_port_configure(port);
	if (ret < 0)
		return ret;
	ret = rte_eth_dev_start(port);
	if (ret < 0)
		return tp_port_failed(port, "started", ret);
	p->state = TP_PORT_STARTED;
	/* A tester wants to see what is on the wire; ports without the mode work as well. */
	rte_eth_promiscuous_enable(port);
	rte_eth_macaddr_get(port, &p->mac);
	tp_say("Port %u: " RTE_ETHER_ADDR_PRT_FMT "\n", port, RTE_ETHER_ADDR_BYTES(&p->mac));
	return 0;
}

int
tp_port_stop(uint16_t port)
{
	int ret;

	if (tp_ports[port].state != TP_PORT_STARTED)
		return 0;
	ret = rte_eth_dev_stop(port);
	if (ret < 0)
		return tp_port_failed(port, "stopped", ret);
	tp_ports[port].state = TP_PORT_STOPPED;
	return 0;
}

int
tp_port_close(uint16_t port)
{
	int ret;

	if (tp_ports[port].state == TP_PORT_CLOSED)
		return 0;
	ret = tp_port_stop(port);
	if (ret == 0) {
		ret = rte_eth_dev_close(port);
		if (ret < 0)
			return tp_port_failed(port, "closed", ret);
		tp_ports[port].state = TP_PORT_CLOSED;
	}
	return ret;
}

int
tp_port_reset(uint16_t port)
{
	int ret = open_check(port);

	if (ret == 0)
		ret = tp_port_stop(port);
	if (ret < 0)
		return ret;
	ret = rte_eth_dev_reset(port);
	if (ret < 0)
		return tp_port_failed(port, "reset", ret);
	return tp_port_configure(port);
}

int
tp_port_mtu(uint16_t port, uint16_t mtu)
{
	int ret = open_check(port);

	if (ret < 0)
		return ret;
	ret = rte_eth_dev_set_mtu(port, mtu);
	return ret < 0 ? tp_port_failed(port, "given that MTU", ret) : 0;
}
