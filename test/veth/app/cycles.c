/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Ports that start, stop, close and come back while frames come and go.
 */
#include <errno.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_dev.h>

#include "app.h"

#define BURST 32
/* Own frames in each turn, beside those that are sent back. */
#define OWN_FRAMES 4
#define TRAFFIC_MS 30
/* A cycle without traffic would prove nothing; on a loaded machine that takes longer. */
#define RECEIVED_MIN 100
#define TRAFFIC_MS_MAX 2000
/* Time for frames that are on their way into a buffer. */
#define STOPPED_MS 20
/* Ring sizes go through 64 << 0 to 64 << 4. */
#define RING_MIN 64
#define RING_SIZES 5

/* Over all cycles. */
static struct {
	uint64_t received;
	uint64_t damaged;
	uint64_t taken; /* by tx_burst */
	uint64_t wrong; /* mbufs, at any stop */
	uint64_t written; /* mbufs, after any stop */
	struct rte_eth_stats stats;
} sum;

static uint32_t next_number;

static void
transmit(uint16_t id, struct rte_mbuf **pkts, uint16_t n)
{
	uint16_t taken = rte_eth_tx_burst(id, 0, pkts, n);

	sum.taken += taken;
	if (taken < n)
		rte_pktmbuf_free_bulk(pkts + taken, n - taken);
}

static void
turn(const struct app_port *port)
{
	struct rte_mbuf *pkts[BURST + OWN_FRAMES];
	uint16_t n = rte_eth_rx_burst(port->id, 0, pkts, BURST);
	uint16_t i;

	sum.received += n;
	for (i = 0; i < n; i++) {
		sum.damaged += !app_received_whole(pkts[i], port->id);
		app_frame_swap(pkts[i]);
	}
	for (i = 0; i < OWN_FRAMES; i++, next_number++) {
		pkts[n] = app_frame_make(port->mp, next_number, 60 + next_number % 1400);
		n += pkts[n] != NULL;
	}
	transmit(port->id, pkts, n);
}

static void
stats_take(uint16_t id)
{
	struct rte_eth_stats stats;

	rte_eth_stats_get(id, &stats);
	rte_eth_stats_reset(id);
	sum.stats.ipackets += stats.ipackets;
	sum.stats.opackets += stats.opackets;
	sum.stats.oerrors += stats.oerrors;
}

/* From a stopped port to a stopped port, in the middle of bursts of both sides. */
static int
cycle(const struct app_port *port)
{
	const uint64_t ms = rte_get_tsc_hz() / 1000;
	const uint64_t start = rte_get_tsc_cycles();
	const uint64_t enough = sum.received + RECEIVED_MIN;
	uint64_t now = start;
	int ret = rte_eth_dev_start(port->id);

	if (ret != 0)
		return ret;
	while (now < start + ms * TRAFFIC_MS ||
	       (sum.received < enough && now < start + ms * TRAFFIC_MS_MAX)) {
		turn(port);
		now = rte_get_tsc_cycles();
	}
	ret = rte_eth_dev_stop(port->id);
	sum.wrong += app_pools_wrong();
	sum.written += app_pools_written(STOPPED_MS);
	stats_take(port->id);
	return ret;
}

static void
sum_say(void)
{
	app_say("received", sum.received);
	app_say("damaged", sum.damaged);
	app_say("taken", sum.taken);
	app_say("wrong_at_stop", sum.wrong);
	app_say("written_after_stop", sum.written);
	app_say("ipackets", sum.stats.ipackets);
	app_say("opackets", sum.stats.opackets);
	app_say("oerrors", sum.stats.oerrors);
}

/* Same port, other ring sizes and pools; each third time just as it was. */
int
app_restarts(void)
{
	struct rte_mempool *mp[] = { app_pool("a"), app_pool_sized("b", 6000, 4096) };
	struct app_port port = app_port_default(0, mp[0]);
	const unsigned int cycles = app_arg("cycles", 20);
	unsigned int fds = 0;
	unsigned int i;
	int ret = 0;

	app_checkpoint("ready");
	for (i = 0; i < cycles && ret == 0; i++) {
		if (i % 3 != 2) {
			port.mp = mp[i % RTE_DIM(mp)];
			port.rxd = RING_MIN << i % RING_SIZES;
			port.txd = RING_MIN << (i + 2) % RING_SIZES;
			ret = app_port_setup(&port);
		}
		if (ret == 0)
			ret = cycle(&port);
		if (i == 0)
			fds = app_fds();
	}
	sum_say();
	app_say("fds_grown", app_fds() - fds);
	app_say("cycles", i);
	app_checkpoint("stopped");
	return ret != 0 ? ret : rte_eth_dev_close(port.id);
}

/* Probe, start, stop, close, remove. The argument: again=NAME,iface=... */
int
app_reopens(void)
{
	const char *devargs = app_arg_nth("again", 0);
	const unsigned int cycles = app_arg("cycles", 20);
	struct app_port port = app_port_default(0, app_pool("a"));
	struct rte_eth_dev_info info;
	unsigned int fds = 0;
	unsigned int i;
	int ret = 0;

	app_checkpoint("ready");
	for (i = 0; i < cycles && ret == 0; i++) {
		ret = rte_dev_probe(devargs);
		if (ret == 0)
			ret = app_port_setup(&port);
		if (ret == 0)
			ret = rte_eth_promiscuous_enable(port.id);
		if (ret == 0)
			ret = cycle(&port);
		rte_eth_dev_info_get(port.id, &info);
		if (ret == 0)
			ret = rte_eth_dev_close(port.id);
		if (ret == 0)
			ret = rte_dev_remove(info.device);
		if (i == 0)
			fds = app_fds();
	}
	sum_say();
	app_say("fds_grown", app_fds() - fds);
	app_say("cycles", i);
	return ret;
}
