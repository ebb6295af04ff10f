/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <inttypes.h>
#include <stdio.h>

#include <rte_dev.h>
#include <rte_ethdev.h>

#include "cfg.h"
#include "engine.h"
#include "port.h"
#include "say.h"
#include "show.h"
#include "stats.h"
#include "stream.h"
#include "xstats.h"

/* A row that a terminal of 80 columns wraps at worst. */
#define XSK_LINE 200

static void
throughput_print(uint16_t port, const struct rte_eth_stats *stats)
{
	struct tp_rates rates = tp_meter_look(&tp_ports[port].shown, stats);

	tp_say("\n  Throughput (since last show)\n");
	tp_say("  Rx-pps: %12.0f          Rx-bps: %12.0f\n  Tx-pps: %12.0f          Tx-bps: %12.0f\n",
	       rates.rx_pps, rates.rx_bps, rates.tx_pps, rates.tx_bps);
}

void
tp_show_stats(uint16_t port)
{
	struct rte_eth_stats stats;
	char line[XSK_LINE];
	int ret = rte_eth_stats_get(port, &stats);

	if (ret < 0) {
		tp_port_failed(port, "asked for its statistics", ret);
		return;
	}
	tp_say("\n  ######################## NIC statistics for port %-2u ########################\n",
	       port);
	tp_say("  RX-packets: %-10" PRIu64 " RX-missed: %-10" PRIu64 " RX-bytes:  %" PRIu64 "\n",
	       stats.ipackets, stats.imissed, stats.ibytes);
	tp_say("  RX-errors: %" PRIu64 "\n  RX-nombuf:  %-10" PRIu64 "\n", stats.ierrors,
	       stats.rx_nombuf);
	tp_say("  TX-packets: %-10" PRIu64 " TX-errors: %-10" PRIu64 " TX-bytes:  %" PRIu64 "\n",
	       stats.opackets, stats.oerrors, stats.obytes);
	throughput_print(port, &stats);
	tp_xstats_xsk_line(port, stats.ipackets + stats.opackets, line, sizeof(line));
	if (line[0] != '\0')
		tp_say("\n  XSK:%s\n", line);
	tp_xstats_chosen_print(port);
	tp_say("  ############################################################################\n");
}

void
tp_show_xstats(uint16_t port)
{
	struct tp_xstats xstats;
	int i;

	tp_say("###### NIC extended statistics for port %-2u\n", port);
	tp_xstats_read(port, &xstats);
	for (i = 0; i < xstats.count; i++)
		tp_say("%s: %" PRIu64 "\n", xstats.names[i].name, xstats.values[i].value);
	tp_xstats_free(&xstats);
}

void
tp_show_link(uint16_t port)
{
	char text[RTE_ETH_LINK_MAX_STR_LEN];
	struct rte_eth_link link;
	int ret = rte_eth_link_get_nowait(port, &link);

	if (ret < 0) {
		tp_port_failed(port, "asked for its link", ret);
		return;
	}
	rte_eth_link_to_str(text, sizeof(text), &link);
	tp_say("Port %u %s\n", port, text);
}

static void
link_lines(uint16_t port)
{
	struct rte_eth_link link;

	if (rte_eth_link_get_nowait(port, &link) < 0)
		return;
	tp_say("Link status: %s\nLink speed: %s\nLink duplex: %s\nAutoneg status: %s\n",
	       link.link_status ? "up" : "down", rte_eth_link_speed_to_str(link.link_speed),
	       link.link_duplex == RTE_ETH_LINK_FULL_DUPLEX ? "full-duplex" : "half-duplex",
	       link.link_autoneg == RTE_ETH_LINK_AUTONEG ? "On" : "Off");
}

static void
limit_lines(const char *way, uint16_t now, uint16_t most, const struct rte_eth_desc_lim *lim)
{
	tp_say("Current number of %s queues: %u\nMax possible %s queues: %u\n", way, now, way,
	       most);
	tp_say("Max possible number of %sDs per queue: %u\nMin possible number of %sDs per queue: %u\n",
	       way, lim->nb_max, way, lim->nb_min);
	tp_say("%sDs number alignment: %u\n", way, lim->nb_align);
}

static void
identity_lines(uint16_t port, const struct rte_eth_dev_info *info)
{
	struct rte_ether_addr mac;
	uint16_t mtu;

	if (rte_eth_macaddr_get(port, &mac) == 0)
		tp_say("MAC address: " RTE_ETHER_ADDR_PRT_FMT "\n", RTE_ETHER_ADDR_BYTES(&mac));
	tp_say("Device name: %s\nDriver name: %s\n", tp_ports[port].name, info->driver_name);
	if (rte_dev_devargs(info->device) != NULL && rte_dev_devargs(info->device)->args != NULL)
		tp_say("Devargs: %s\n", rte_dev_devargs(info->device)->args);
	tp_say("Connect to socket: %d\n", rte_eth_dev_socket_id(port));
	link_lines(port);
	if (rte_eth_dev_get_mtu(port, &mtu) == 0)
		tp_say("MTU: %u\n", mtu);
	tp_say("Promiscuous mode: %s\nAllmulticast mode: %s\n",
	       rte_eth_promiscuous_get(port) == 1 ? "enabled" : "disabled",
	       rte_eth_allmulticast_get(port) == 1 ? "enabled" : "disabled");
}

void
tp_show_info(uint16_t port)
{
	struct rte_eth_dev_info info;
	int ret = rte_eth_dev_info_get(port, &info);

	if (ret < 0) {
		tp_port_failed(port, "asked for its abilities", ret);
		return;
	}
	tp_say("\n********************* Infos for port %-2u *********************\n", port);
	identity_lines(port, &info);
	tp_say("Minimum size of RX buffer: %u\nMaximum configurable length of RX packet: %u\n",
	       info.min_rx_bufsize, info.max_rx_pktlen);
	limit_lines("RX", info.nb_rx_queues, info.max_rx_queues, &info.rx_desc_lim);
	limit_lines("TX", info.nb_tx_queues, info.max_tx_queues, &info.tx_desc_lim);
	tp_say("Max segment number per packet: %u\n", info.tx_desc_lim.nb_seg_max);
	tp_say("Rx Offloads=0x%" PRIx64 " Tx Offloads=0x%" PRIx64 "\n", info.rx_offload_capa,
	       info.tx_offload_capa);
}

static void
rate_print(void)
{
	if (tp_cfg.txrate.value > 0)
		tp_say("  rate=%" PRIu64 " %s a port\n", tp_cfg.txrate.value,
		       tp_cfg.txrate.bits ? "bit/s" : "packets/s");
}

/* What the port was configured with, not what was asked for. */
static void
rss_print(uint16_t port)
{
	struct rte_eth_conf conf;
	uint64_t rss = 0;

	if (rte_eth_dev_conf_get(port, &conf) == 0 && conf.rxmode.mq_mode == RTE_ETH_MQ_RX_RSS)
		rss = conf.rx_adv_conf.rss_conf.rss_hf;
	tp_say("    RSS: %s%s\n", (rss & RTE_ETH_RSS_IP) != 0 ? "IP addresses" : "none",
	       (rss & RTE_ETH_RSS_UDP) != 0 ? ", UDP ports" : "");
}

void
tp_show_config(void)
{
	struct rte_eth_rxq_info rxq;
	struct rte_eth_txq_info txq;
	unsigned int i;
	uint16_t port;

	tp_say("  %s packet forwarding packets/burst=%u\n", tp_cfg.engine->name, tp_cfg.burst);
	if ((tp_cfg.engine->flags & TP_ENGINE_MAKES) != 0) {
		tp_say("  packet len=%u - nb packet segments=%u\n", tp_cfg.pkt_len, tp_cfg.segs);
		rate_print();
	}
	tp_say("  nb forwarding cores=%u - nb forwarding ports=%u\n", tp_lcores_nb,
	       tp_ports_used_nb);
	for (i = 0; i < tp_ports_used_nb; i++) {
		port = tp_ports_used[i];
		tp_say("  port %u: RX queue number: %u Tx queue number: %u\n", port,
		       tp_ports[port].rxq, tp_ports[port].txq);
		if (tp_ports[port].rxq > 1)
			rss_print(port);
		if (tp_ports[port].rxq > 0 && rte_eth_rx_queue_info_get(port, 0, &rxq) == 0)
			tp_say("    RX queue: 0\n      RX desc=%u - RX free threshold=%u\n",
			       rxq.nb_desc, rxq.conf.rx_free_thresh);
		if (tp_ports[port].txq > 0 && rte_eth_tx_queue_info_get(port, 0, &txq) == 0)
			tp_say("    TX queue: 0\n      TX desc=%u - TX free threshold=%u\n",
			       txq.nb_desc, txq.conf.tx_free_thresh);
	}
}
