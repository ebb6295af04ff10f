/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_lcore.h>

#include "cfg.h"
#include "engine.h"
#include "json.h"
#include "live.h"
#include "port.h"
#include "report.h"
#include "say.h"
#include "show.h"
#include "stats.h"
#include "stream.h"

static void
queue_print(const char *way, bool there, uint16_t port, uint16_t queue)
{
	if (there)
		tp_say(" %s P=%u/Q=%u", way, port, queue);
}

static void
stream_layout(const struct tp_stream *s)
{
	tp_say("\n ");
	queue_print("RX",
		    s->has_rx && (tp_cfg.engine->flags & (TP_ENGINE_RX | TP_ENGINE_TAKES)) != 0,
		    s->rx_port, s->rx_queue);
	if ((tp_cfg.engine->flags & TP_ENGINE_TX) == 0 || !s->has_tx)
		return;
	queue_print("-> TX", true, s->tx_port, s->tx_queue);
	tp_say(" peer=" RTE_ETHER_ADDR_PRT_FMT, RTE_ETHER_ADDR_BYTES(&s->dst));
}

static unsigned int
lcores_busy(void)
{
	return RTE_MIN(tp_lcores_nb, tp_streams_nb);
}

void
tp_report_layout(void)
{
	unsigned int i, k;

	tp_say("%s packet forwarding - ports=%u - cores=%u - streams=%u\n", tp_cfg.engine->name,
	       tp_ports_used_nb, lcores_busy(), tp_streams_nb);
	for (i = 0; i < lcores_busy(); i++) {
		tp_say("Logical Core %u (socket %u) forwards packets on %u streams:",
		       tp_lcores[i].id, rte_lcore_to_socket_id(tp_lcores[i].id),
		       tp_lcores[i].count);
		for (k = 0; k < tp_lcores[i].count; k++)
			stream_layout(&tp_lcores[i].streams[k]);
		tp_say("\n");
	}
	tp_say("\n");
	tp_show_config();
}

void
tp_report_period(void)
{
	unsigned int i;

	if (tp_cfg.json) {
		tp_json_period();
	} else if (isatty(fileno(tp_out()))) {
		tp_live_draw();
	} else {
		tp_say("\nPort statistics ====================================");
		for (i = 0; i < tp_ports_used_nb; i++)
			tp_show_stats(tp_ports_used[i]);
	}
}

/* The two commonest sizes besides empty bursts, the others together, as testpmd has it. */
static void
bursts_line(const char *way, const uint64_t *count)
{
	unsigned int size, first = 0, second = 0;
	uint64_t total = count[0], other;

	for (size = 1; size <= TP_BURST_MAX; size++) {
		total += count[size];
		if (first == 0 || count[size] > count[first]) {
			second = first;
			first = size;
		} else if (second == 0 || count[size] > count[second]) {
			second = size;
		}
	}
	if (total == 0)
		return;
	other = total - count[0] - count[first] - count[second];
	tp_say("  %s-bursts : %" PRIu64 " [%" PRIu64 "%% of 0 pkts + %" PRIu64
	       "%% of %u pkts + %" PRIu64 "%% of %u pkts + %" PRIu64 "%% of other]\n",
	       way, total, count[0] * 100 / total, count[first] * 100 / total, first,
	       count[second] * 100 / total, second, other * 100 / total);
}

static void
stream_print(const struct tp_stream *s)
{
	struct tp_sums sums = { s->rx_packets - s->base.rx, s->tx_packets - s->base.tx,
				s->dropped - s->base.dropped };

	if (sums.rx + sums.tx + sums.dropped == 0)
		return;
	tp_say("\n  ------- Forward Stats for RX Port=%2u/Queue=%2u -> TX Port=%2u/Queue=%2u -------\n",
	       s->rx_port, s->rx_queue, s->tx_port, s->tx_queue);
	tp_say("  RX-packets: %-14" PRIu64 " TX-packets: %-14" PRIu64 " TX-dropped: %-14" PRIu64
	       "\n",
	       sums.rx, sums.tx, sums.dropped);
	if (s->bursts != NULL) {
		bursts_line("RX", s->bursts->rx);
		bursts_line("TX", s->bursts->tx);
	}
}

static void
directions_print(const struct rte_eth_stats *stats, uint64_t tx_dropped)
{
	tp_say("  RX-packets: %-14" PRIu64 " RX-dropped: %-14" PRIu64 "RX-total: %" PRIu64 "\n",
	       stats->ipackets, stats->imissed, stats->ipackets + stats->imissed);
	if (stats->ierrors + stats->rx_nombuf > 0)
		tp_say("  RX-error: %" PRIu64 "\n  RX-nombufs: %-14" PRIu64 "\n", stats->ierrors,
		       stats->rx_nombuf);
	tp_say("  TX-packets: %-14" PRIu64 " TX-dropped: %-14" PRIu64 "TX-total: %" PRIu64 "\n",
	       stats->opackets, tx_dropped, stats->opackets + tx_dropped);
}

static void
port_print(uint16_t port, struct rte_eth_stats *sum, uint64_t *sum_dropped)
{
	struct rte_eth_stats stats;
	uint64_t dropped;

	if (tp_stats_get(port, &stats) < 0)
		return;
	dropped = tp_stats_dropped(port) + stats.oerrors;
	tp_say("\n  ---------------------- Forward statistics for port %-2u ----------------------\n",
	       port);
	directions_print(&stats, dropped);
	tp_say("  ----------------------------------------------------------------------------\n");
	sum->ipackets += stats.ipackets;
	sum->imissed += stats.imissed;
	sum->opackets += stats.opackets;
	sum->ierrors += stats.ierrors;
	sum->rx_nombuf += stats.rx_nombuf;
	*sum_dropped += dropped;
}

static void
cycles_print(const struct tp_engine *engine)
{
	bool makes = (engine->flags & TP_ENGINE_MAKES) != 0;
	struct tp_sums sums;
	uint64_t cycles = 0, packets;
	unsigned int i;

	for (i = 0; i < tp_streams_nb; i++)
		cycles += tp_streams[i].cycles;
	tp_stats_sums(&sums);
	packets = makes ? sums.tx : sums.rx;
	if (packets > 0)
		tp_say("\n  CPU cycles/packet=%.2F (total cycles=%" PRIu64
		       " / total %s packets=%" PRIu64 ") at %" PRIu64 " MHz Clock\n",
		       (double)cycles / packets, cycles, engine->name, packets,
		       rte_get_tsc_hz() / 1000000);
}

void
tp_report_blocks(const struct tp_engine *engine)
{
	struct rte_eth_stats sum = { .ipackets = 0 };
	uint64_t dropped = 0;
	unsigned int i;

	for (i = 0; i < tp_streams_nb && (tp_streams_nb > tp_ports_used_nb || tp_cfg.record_bursts);
	     i++)
		stream_print(&tp_streams[i]);
	for (i = 0; i < tp_ports_used_nb; i++)
		port_print(tp_ports_used[i], &sum, &dropped);
	tp_say("\n  +++++++++++++++ Accumulated forward statistics for all ports+++++++++++++++\n");
	directions_print(&sum, dropped);
	tp_say("  ++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++\n");
	if (tp_cfg.record_cycles && engine->idle == NULL)
		cycles_print(engine);
}

void
tp_report_summary(const struct tp_engine *engine)
{
	tp_report_blocks(engine);
	if (engine->print != NULL)
		engine->print();
	if (tp_cfg.json)
		tp_json_final(engine);
}
