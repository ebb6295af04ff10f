/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * A port that several processes use, each its own queue: the primary, which
 * makes port and pool, or a secondary one, which finds both.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_bus_vdev.h>
#include <rte_dev.h>
#include <rte_eal.h>
#include <rte_launch.h>
#include <rte_lcore.h>

#include "app.h"

#define BURST 32
#define POOL "a"

/* 2 s: much more than a process needs that goes on. */
#define START_TRIES 100
#define START_PAUSE_MS 20

static uint64_t received;
static uint64_t sent;
static uint64_t damaged;
static bool ended;
static unsigned int lcore;
static struct app_port port;

static int
reflect(void *arg __rte_unused)
{
	const uint16_t queue = app_arg("queue", 0);
	struct rte_mbuf *pkts[BURST];
	uint16_t n;
	uint16_t i;

	while (!__atomic_load_n(&ended, __ATOMIC_ACQUIRE)) {
		n = rte_eth_rx_burst(port.id, queue, pkts, BURST);
		for (i = 0; i < n; i++) {
			damaged += !app_received_whole(pkts[i], port.id);
			app_frame_swap(pkts[i]);
		}
		received += n;
		damaged += n - rte_eth_tx_prepare(port.id, queue, pkts, n);
		if (n != 0)
			sent += app_send(port.id, queue, pkts, n);
		else
			rte_eth_tx_burst(port.id, queue, NULL, 0);
	}
	return 0;
}

static int
serve(void)
{
	ended = false;
	return rte_eal_remote_launch(reflect, NULL, lcore);
}

static int
idle(void)
{
	__atomic_store_n(&ended, true, __ATOMIC_RELEASE);
	rte_eal_wait_lcore(lcore);
	app_say("received", received);
	app_say("sent", sent);
	app_say("damaged", damaged);
	return 0;
}

static int
start(void)
{
	return rte_eth_dev_start(port.id);
}

/* As a user does who has done what the refusal said. */
static int
start_soon(void)
{
	unsigned int tries = START_TRIES;
	int ret;

	do {
		ret = start();
		app_sleep_ms(START_PAUSE_MS);
	} while (ret == -EBUSY && tries-- != 0);
	return ret;
}

static int
stop(void)
{
	return rte_eth_dev_stop(port.id);
}

static int
rx_stop(void)
{
	return rte_eth_dev_rx_queue_stop(port.id, 0);
}

static int
rx_start(void)
{
	return rte_eth_dev_rx_queue_start(port.id, 0);
}

static int
tx_stop(void)
{
	return rte_eth_dev_tx_queue_stop(port.id, 0);
}

static int
tx_start(void)
{
	return rte_eth_dev_tx_queue_start(port.id, 0);
}

static int
setup(void)
{
	return app_port_setup(&port);
}

/* Of a port that there is now: poll it at once, here and on the other lcore. */
static int
on_new(uint16_t id, enum rte_eth_event_type type __rte_unused, void *arg __rte_unused,
       void *result __rte_unused)
{
	const uint16_t queue = app_arg("queue", 0);
	struct rte_mbuf *pkts[BURST];

	app_say("early", rte_eth_rx_burst(id, queue, pkts, BURST));
	app_say("early_count", rte_eth_rx_queue_count(id, queue));
	return serve();
}

/* Give the port up in this process, and have it again. */
static int
rejoin(void)
{
	char name[RTE_ETH_NAME_MAX_LEN];
	int ret;

	ret = rte_eth_dev_get_name_by_port(port.id, name);
	if (ret == 0)
		ret = rte_vdev_uninit(name);
	if (ret == 0)
		ret = rte_eth_dev_callback_register(RTE_ETH_ALL, RTE_ETH_EVENT_NEW, on_new, NULL);
	return ret != 0 ? ret : rte_vdev_init(name, NULL);
}

static int
close_port(void)
{
	return rte_eth_dev_close(port.id);
}

static int
dump(void)
{
	FILE *file = fopen("/dev/null", "w");
	int ret;

	if (file == NULL)
		return -errno;
	ret = rte_eth_dev_priv_dump(port.id, file);
	fclose(file);
	return ret;
}

/* What this process knows of its bursts, interrupts, and the driver's own counters. */
static int
look(void)
{
	struct rte_eth_burst_mode mode = { 0 };
	struct rte_eth_xstat_name names[256];
	struct rte_eth_xstat xstats[256];
	struct rte_eth_stats stats;
	struct rte_eth_dev_info info;
	int ret;

	ret = rte_eth_rx_burst_mode_get(port.id, 0, &mode);
	app_say("mode", ret);
	app_say_str("mode_name", mode.info);
	app_say("intr", rte_eth_dev_rx_intr_enable(port.id, 0));
	app_say("count", rte_eth_rx_queue_count(port.id, app_arg("queue", 0)));
	app_say("xstats", rte_eth_xstats_get(port.id, xstats, RTE_DIM(xstats)));
	app_say("names", rte_eth_xstats_get_names(port.id, names, RTE_DIM(names)));
	app_say("stats", rte_eth_stats_get(port.id, &stats));
	app_say("info", rte_eth_dev_info_get(port.id, &info));
	app_say("dump", dump());
	return 0;
}

/* Frames of the second queue that found its Rx ring full. */
static int
lost(void)
{
	uint64_t value = 0;
	uint64_t id;
	int ret;

	ret = rte_eth_xstats_get_id_by_name(port.id, "rx_q1_ring_full", &id);
	if (ret == 0 && rte_eth_xstats_get_by_id(port.id, &id, &value, 1) != 1)
		ret = -EIO;
	app_say("ring_full", value);
	return ret;
}

static int
clear(void)
{
	return rte_eth_xstats_reset(port.id);
}

static void
pool_count(struct rte_mempool *mp __rte_unused, void *arg)
{
	++*(unsigned int *)arg;
}

static int
pools(void)
{
	unsigned int n = 0;

	rte_mempool_walk(pool_count, &n);
	app_say("number", n);
	return 0;
}

/* The port anew, by the same arguments. */
static int
again(void)
{
	struct rte_eth_dev_info info;
	char name[RTE_ETH_NAME_MAX_LEN];
	char *args = NULL;
	int ret;

	ret = rte_eth_dev_get_name_by_port(port.id, name);
	if (ret == 0)
		ret = rte_eth_dev_info_get(port.id, &info);
	if (ret == 0)
		args = strdup(rte_dev_devargs(info.device)->args);
	if (ret == 0)
		ret = rte_vdev_uninit(name);
	if (ret == 0)
		ret = rte_vdev_init(name, args);
	free(args);
	return ret != 0 ? ret : app_port_open(&port);
}

static int
port_take(void)
{
	lcore = rte_get_next_lcore(-1, true, false);
	if (rte_eal_process_type() == RTE_PROC_SECONDARY)
		return rte_eth_dev_is_valid_port(port.id) ? 0 : -ENODEV;
	port = app_port_default(0, app_pool(POOL));
	return app_port_open(&port);
}

int
app_multi(void)
{
	static const struct app_step steps[] = {
		{ "serve", serve },      { "idle", idle },
		{ "start", start },      { "stop", stop },
		{ "setup", setup },      { "look", look },
		{ "close", close_port }, { "start_soon", start_soon },
		{ "rx_stop", rx_stop },  { "rx_start", rx_start },
		{ "tx_stop", tx_stop },  { "tx_start", tx_start },
		{ "rejoin", rejoin },    { "lost", lost },
		{ "clear", clear },      { "pools", pools },
		{ "again", again },
	};
	int ret = port_take();

	if (ret != 0)
		return ret;
	app_checkpoint("ready");
	return app_steps(steps, RTE_DIM(steps));
}
