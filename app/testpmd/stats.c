/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <string.h>

#include <rte_cycles.h>

#include "port.h"
#include "stats.h"
#include "stream.h"

/* When the run began: rates of the first look are since then. */
static uint64_t base_tsc;

void
tp_stats_base(void)
{
	unsigned int i;
	uint16_t port;

	base_tsc = rte_rdtsc();
	for (i = 0; i < tp_ports_used_nb; i++) {
		port = tp_ports_used[i];
		if (rte_eth_stats_get(port, &tp_ports[port].base) < 0)
			memset(&tp_ports[port].base, 0, sizeof(tp_ports[port].base));
		tp_meter_look(&tp_ports[port].shown, &tp_ports[port].base);
	}
	for (i = 0; i < tp_streams_nb; i++)
		tp_streams[i].base =
			(struct tp_sums){ tp_streams[i].rx_packets, tp_streams[i].tx_packets,
					  tp_streams[i].dropped };
}

int
tp_stats_get(uint16_t port, struct rte_eth_stats *stats)
{
	const struct rte_eth_stats *base = &tp_ports[port].base;
	int ret = rte_eth_stats_get(port, stats);

	if (ret < 0)
		return ret;
	stats->ipackets -= base->ipackets;
	stats->opackets -= base->opackets;
	stats->ibytes -= base->ibytes;
	stats->obytes -= base->obytes;
	stats->imissed -= base->imissed;
	stats->ierrors -= base->ierrors;
	stats->oerrors -= base->oerrors;
	stats->rx_nombuf -= base->rx_nombuf;
	return 0;
}

static void
stream_add(const struct tp_stream *stream, bool rx, bool tx, struct tp_sums *sums)
{
	if (rx)
		sums->rx +=
			__atomic_load_n(&stream->rx_packets, __ATOMIC_RELAXED) - stream->base.rx;
	if (tx) {
		sums->tx +=
			__atomic_load_n(&stream->tx_packets, __ATOMIC_RELAXED) - stream->base.tx;
		sums->dropped +=
			__atomic_load_n(&stream->dropped, __ATOMIC_RELAXED) - stream->base.dropped;
	}
}

void
tp_stats_sums(struct tp_sums *sums)
{
	unsigned int i;

	*sums = (struct tp_sums){ 0, 0, 0 };
	for (i = 0; i < tp_streams_nb; i++)
		stream_add(&tp_streams[i], true, true, sums);
}

uint64_t
tp_stats_dropped(uint16_t port)
{
	struct tp_sums sums = { 0, 0, 0 };
	unsigned int i;

	for (i = 0; i < tp_streams_nb; i++)
		stream_add(&tp_streams[i], false, tp_streams[i].tx_port == port, &sums);
	return sums.dropped;
}

void
tp_stats_queue(uint16_t port, uint16_t queue, struct tp_sums *sums)
{
	const struct tp_stream *stream;
	unsigned int i;

	*sums = (struct tp_sums){ 0, 0, 0 };
	for (i = 0; i < tp_streams_nb; i++) {
		stream = &tp_streams[i];
		stream_add(stream, stream->rx_port == port && stream->rx_queue == queue,
			   stream->tx_port == port && stream->tx_queue == queue, sums);
	}
}

bool
tp_stats_moved(bool makes)
{
	struct rte_eth_stats stats;
	struct tp_sums sums;
	unsigned int i;

	tp_stats_sums(&sums);
	if (!makes && sums.rx > 0)
		return true;
	for (i = 0; i < tp_ports_used_nb; i++) {
		if (tp_stats_get(tp_ports_used[i], &stats) < 0 ? sums.tx > 0 : stats.opackets > 0)
			return true;
	}
	return false;
}

static double
per_second(uint64_t now, uint64_t before, double seconds)
{
	/* Counters may have been cleared. */
	return now > before && seconds > 0 ? (now - before) / seconds : 0;
}

struct tp_rates
tp_rates_over(const struct rte_eth_stats *stats, double seconds)
{
	return (struct tp_rates){
		.rx_pps = per_second(stats->ipackets, 0, seconds),
		.tx_pps = per_second(stats->opackets, 0, seconds),
		.rx_bps = 8 * per_second(stats->ibytes, 0, seconds),
		.tx_bps = 8 * per_second(stats->obytes, 0, seconds),
	};
}

struct tp_rates
tp_meter_look(struct tp_meter *meter, const struct rte_eth_stats *stats)
{
	uint64_t tsc = rte_rdtsc();
	struct tp_rates rates;
	double seconds;

	if (meter->tsc < base_tsc)
		*meter = (struct tp_meter){ .tsc = base_tsc };
	seconds = (double)(tsc - meter->tsc) / rte_get_tsc_hz();
	rates = (struct tp_rates){
		.rx_pps = per_second(stats->ipackets, meter->rx, seconds),
		.tx_pps = per_second(stats->opackets, meter->tx, seconds),
		.rx_bps = 8 * per_second(stats->ibytes, meter->rx_bytes, seconds),
		.tx_bps = 8 * per_second(stats->obytes, meter->tx_bytes, seconds),
	};

	*meter = (struct tp_meter){ tsc, stats->ipackets, stats->opackets, stats->ibytes,
				    stats->obytes };
	return rates;
}
