/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The application keeps every mbuf it can get, for as long as the test wants.
 */
#include <errno.h>

#include <rte_launch.h>
#include <rte_lcore.h>

#include "app.h"

/* More than any pool of the tests has. */
#define HELD_MAX 16384
#define BURST 32
/* Polls after the release until frames count on buffers: the driver may refill by and by. */
#define REFILL_POLLS 64

static struct rte_mempool *mp;
static struct rte_mbuf *held[HELD_MAX];
static unsigned int nb_held;
static uint64_t damaged;
static bool release;
static bool ended;
static unsigned int polls; /* after the release */

static uint16_t
receive(struct rte_mbuf **pkts, uint16_t n)
{
	uint16_t i;

	n = rte_eth_rx_burst(0, 0, pkts, n);
	for (i = 0; i < n; i++) {
		damaged += !app_received_whole(pkts[i], 0);
		app_frame_swap(pkts[i]);
	}
	return n;
}

static int
hold(void *arg __rte_unused)
{
	struct rte_mbuf *pkts[BURST];
	uint16_t n;

	while (app_arg("grab", 0) && (held[nb_held] = rte_pktmbuf_alloc(mp)) != NULL)
		nb_held++;
	while (!__atomic_load_n(&release, __ATOMIC_ACQUIRE))
		nb_held += receive(&held[nb_held], RTE_MIN(BURST, (int)(HELD_MAX - nb_held)));
	rte_pktmbuf_free_bulk(held, nb_held);
	while (!__atomic_load_n(&ended, __ATOMIC_ACQUIRE)) {
		n = receive(pkts, BURST);
		if (n != 0)
			app_send(0, 0, pkts, n);
		__atomic_fetch_add(&polls, 1, __ATOMIC_RELAXED);
	}
	return 0;
}

int
app_hold(void)
{
	const unsigned int lcore = rte_get_next_lcore(-1, true, false);
	struct app_port port;
	int ret;

	mp = app_pool("a");
	port = app_port_default(0, mp);
	ret = app_port_open(&port);
	if (ret == 0)
		ret = rte_eal_remote_launch(hold, NULL, lcore);
	if (ret != 0)
		return ret;
	app_checkpoint("holding");
	__atomic_store_n(&release, true, __ATOMIC_RELEASE);
	while (__atomic_load_n(&polls, __ATOMIC_RELAXED) < REFILL_POLLS)
		app_sleep_ms(1);
	app_checkpoint("released");
	__atomic_store_n(&ended, true, __ATOMIC_RELEASE);
	rte_eal_wait_lcore(lcore);
	app_say("held", nb_held);
	app_say("damaged", damaged);
	app_port_say(0);
	return app_port_close(0);
}
