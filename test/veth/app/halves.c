/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Rx and Tx half of queue 0 stop, change and start by themselves; queue 1 runs.
 */
#include <errno.h>

#include <rte_launch.h>
#include <rte_lcore.h>

#include "app.h"

#define QUEUES 2
#define BURST 32
/* Sent by queue 0 while its Rx half is stopped; fewer than the driver waits for to reap. */
#define OWN_FRAMES 20
#define OWN_LEN 100
#define OTHER_DESC 1024

static bool polled[QUEUES]; /* by the worker */
static bool ended;
static unsigned int lcore;

static int
reflect(void *arg __rte_unused)
{
	struct rte_mbuf *pkts[BURST];
	uint16_t queue;
	uint16_t n;
	uint16_t i;

	while (!__atomic_load_n(&ended, __ATOMIC_ACQUIRE)) {
		for (queue = 0; queue < QUEUES; queue++) {
			n = polled[queue] ? rte_eth_rx_burst(0, queue, pkts, BURST) : 0;
			for (i = 0; i < n; i++)
				app_frame_swap(pkts[i]);
			if (n != 0)
				app_send(0, queue, pkts, n);
		}
	}
	return 0;
}

/* Let the worker serve queue 1, and queue 0 if so wanted, while the test looks on. */
static int
serve(const char *name, bool queue0)
{
	int ret;

	polled[0] = queue0;
	polled[1] = true;
	ended = false;
	ret = rte_eal_remote_launch(reflect, NULL, lcore);
	if (ret != 0)
		return ret;
	app_checkpoint(name);
	__atomic_store_n(&ended, true, __ATOMIC_RELEASE);
	return rte_eal_wait_lcore(lcore);
}

static int
rx_setup(uint16_t nb_desc, struct rte_mempool *mp)
{
	return rte_eth_rx_queue_setup(0, 0, nb_desc, SOCKET_ID_ANY, NULL, mp);
}

static int
tx_setup_thresh(uint16_t nb_desc, uint16_t free_thresh)
{
	const struct rte_eth_txconf conf = { .tx_free_thresh = free_thresh };

	return rte_eth_tx_queue_setup(0, 0, nb_desc, SOCKET_ID_ANY, &conf);
}

static int
tx_setup(uint16_t nb_desc)
{
	return tx_setup_thresh(nb_desc, 0);
}

/* All but one descriptor free or freed: each burst reaps what was completed before it. */
static void
tx_thresh_change(const struct app_port *port)
{
	struct rte_eth_txq_info info = { 0 };

	app_say("tx_thresh_too_high", tx_setup_thresh(port->txd, port->txd));
	app_say("tx_thresh", tx_setup_thresh(port->txd, port->txd - 1));
	rte_eth_tx_queue_info_get(0, 0, &info);
	app_say("tx_thresh_is", info.conf.tx_free_thresh);
}

static void
own_frames_send(struct rte_mempool *mp)
{
	struct rte_mbuf *pkts[OWN_FRAMES];
	uint16_t i;

	for (i = 0; i < OWN_FRAMES; i++)
		pkts[i] = app_frame_make(mp, i, OWN_LEN);
	app_send(0, 0, pkts, OWN_FRAMES);
}

/* By bursts alone: of two frames, the second's burst must free the first. */
static int
own_frames_reaped(struct rte_mempool *mp)
{
	const uint32_t before = rte_mempool_avail_count(mp);
	struct rte_mbuf *m;
	uint16_t i;

	for (i = 0; i < OWN_FRAMES; i++) {
		m = app_frame_make(mp, i, OWN_LEN);
		if (app_send(0, 0, &m, 1) != 1)
			return -EIO;
		app_sleep_ms(1);
	}
	app_say("tx_unreaped", before - rte_mempool_avail_count(mp));
	return 0;
}

static int
rx_half_alone(const struct app_port *port, struct rte_mempool *other)
{
	int ret = rte_eth_dev_rx_queue_stop(0, 0);

	if (ret != 0)
		return ret;
	own_frames_send(port->mp);
	app_say("rx_other_pool", rx_setup(port->rxd, other));
	app_say("rx_other_size", rx_setup(OTHER_DESC, port->mp));
	app_say("rx_same", rx_setup(port->rxd, port->mp));
	ret = serve("rx_stopped", false);
	if (ret == 0)
		ret = rte_eth_dev_rx_queue_start(0, 0);
	return ret != 0 ? ret : serve("rx_again", true);
}

static int
tx_half_alone(const struct app_port *port)
{
	int ret = rte_eth_dev_tx_queue_stop(0, 0);

	if (ret != 0)
		return ret;
	app_say("tx_other_size", tx_setup(OTHER_DESC));
	app_say("tx_same", tx_setup(port->txd));
	tx_thresh_change(port);
	ret = serve("tx_stopped", false);
	if (ret == 0)
		ret = rte_eth_dev_tx_queue_start(0, 0);
	if (ret != 0)
		return ret;
	ret = own_frames_reaped(port->mp);
	return ret != 0 ? ret : serve("tx_again", true);
}

static int
both_stop(void)
{
	int ret = rte_eth_dev_rx_queue_stop(0, 0);

	return ret != 0 ? ret : rte_eth_dev_tx_queue_stop(0, 0);
}

/* A stopped pair has nothing of its pool, although the port runs. */
static int
on_other_pool(struct rte_mempool *other)
{
	int ret = both_stop();

	if (ret != 0)
		return ret;
	app_say("both_other", rx_setup(OTHER_DESC, other) | tx_setup(OTHER_DESC));
	ret = rte_eth_dev_rx_queue_start(0, 0);
	if (ret == 0)
		ret = rte_eth_dev_tx_queue_start(0, 0);
	if (ret == 0)
		ret = serve("other_pool", true);
	if (ret != 0)
		return ret;
	rte_eth_tx_done_cleanup(0, 0, 0);
	own_frames_send(other);
	app_say("cleaned", rte_eth_tx_done_cleanup(0, 0, 0));
	ret = both_stop();
	app_say("wrong_other", app_pool_wrong(other));
	return ret != 0 ? ret : serve("both_stopped", false);
}

int
app_halves(void)
{
	struct rte_mempool *other = app_pool("other");
	struct app_port port = app_port_default(0, app_pool("a"));
	int ret;

	lcore = rte_get_next_lcore(-1, true, false);
	ret = app_port_open(&port);
	if (ret == 0)
		ret = serve("started", true);
	if (ret == 0)
		ret = rx_half_alone(&port, other);
	if (ret == 0)
		ret = tx_half_alone(&port);
	if (ret == 0)
		ret = on_other_pool(other);
	if (ret != 0)
		return ret;
	app_port_say(0);
	return app_port_close(0);
}
