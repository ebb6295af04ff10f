/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * What a port tells of its rings, step by step, by the calls of applications.
 */
#include <errno.h>

#include <rte_power_intrinsics.h>

#include "app.h"

/* One burst empties any ring here. */
#define BURST 512
#define FRAMES 10
#define FRAME_LEN 100
/* A veth completes in a softirq. */
#define SEND_MS 100

static struct app_port port;

/* How many places have each of the states 0, 1 and 2, and which state comes first. */
static int
states_say(int (*status)(uint16_t id, uint16_t queue, uint16_t offset), uint16_t nb_desc)
{
	unsigned int n[3] = { 0 };
	uint16_t i;
	int ret = 0;

	for (i = 0; i < nb_desc; i++) {
		ret = status(port.id, 0, i);
		if (ret < 0)
			return ret;
		n[ret]++;
	}
	for (i = 0; i < 3; i++)
		app_say_of("state", i, n[i]);
	app_say("first", status(port.id, 0, 0));
	app_say("beyond", status(port.id, 0, nb_desc));
	return 0;
}

static int
step_rx(void)
{
	app_say("count", rte_eth_rx_queue_count(port.id, 0));
	return states_say(rte_eth_rx_descriptor_status, port.rxd);
}

static int
step_tx(void)
{
	return states_say(rte_eth_tx_descriptor_status, port.txd);
}

/* As rte_power_monitor() does before it sleeps: 0 if it would. */
static int
step_monitor(void)
{
	struct rte_power_monitor_cond cond = { 0 };
	int ret = rte_eth_get_monitor_addr(port.id, 0, &cond);

	if (ret != 0 || cond.size != sizeof(uint32_t))
		return -EPROTO;
	return cond.fn(*(volatile uint32_t *)cond.addr, cond.opaque);
}

static int
step_receive(void)
{
	struct rte_mbuf *pkts[BURST];
	uint16_t n = rte_eth_rx_burst(port.id, 0, pkts, BURST);

	rte_pktmbuf_free_bulk(pkts, n);
	return n;
}

static int
step_send(void)
{
	struct rte_mbuf *pkts[FRAMES];
	uint16_t i;

	for (i = 0; i < FRAMES; i++)
		pkts[i] = app_frame_make(port.mp, i, FRAME_LEN);
	return rte_eth_tx_burst(port.id, 0, pkts, FRAMES);
}

static int
step_flush(void)
{
	unsigned int ms;

	for (ms = 0; ms < SEND_MS; ms++) {
		rte_eth_tx_burst(port.id, 0, NULL, 0);
		app_sleep_ms(1);
	}
	return 0;
}

static const struct app_step steps[] = {
	{ "rx", step_rx },           { "tx", step_tx },     { "monitor", step_monitor },
	{ "receive", step_receive }, { "send", step_send }, { "flush", step_flush },
};

int
app_desc(void)
{
	int ret;

	port = app_port_default(0, app_pool("a"));
	ret = app_port_open(&port);
	if (ret == 0)
		ret = app_steps(steps, RTE_DIM(steps));
	app_port_close(port.id);
	return ret;
}
