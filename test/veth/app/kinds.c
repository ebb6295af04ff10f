/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Tx of every kind of mbuf, of every burst size, and of mbufs that several
 * queues send at once.
 */
#include <errno.h>
#include <stdio.h>

#include "kinds.h"

#define BURST 32
/* Of each port in the scenario "shared". */
#define QUEUES 2

static struct kinds_pools pools;
static uint32_t next_number;

static int
port_open(struct app_port *port)
{
	pools.own = app_pool("own");
	pools.foreign = app_pool("foreign");
	pools.heads = app_pool_sized("heads", 4096, 0);
	*port = app_port_default(0, pools.own);
	return app_port_open(port);
}

static uint32_t
send_kind(kinds_make_t make, const struct app_port *port, uint32_t count)
{
	struct rte_mbuf *pkts[BURST];
	uint32_t sent = 0;
	uint32_t n;
	uint32_t i;

	for (; count != 0; count -= n) {
		n = RTE_MIN(count, (uint32_t)BURST);
		for (i = 0; i < n; i++, next_number++)
			pkts[i] = make(&pools, next_number, app_frame_len(next_number));
		sent += app_send(port->id, next_number / BURST % port->nb_tx, pkts, n);
	}
	return sent;
}

/* Stopped after each kind, the port has given back every mbuf. */
int
app_kinds(void)
{
	const uint32_t count = app_arg("count", 330);
	struct app_port port;
	char key[64];
	unsigned int i;
	int ret;

	ret = port_open(&port);
	for (i = 0; i < kinds_nb_makers && ret == 0; i++) {
		app_say("first", next_number);
		app_say("count", send_kind(kinds_makers[i].make, &port, count));
		app_checkpoint(kinds_makers[i].name);
		ret = rte_eth_dev_stop(port.id);
		snprintf(key, sizeof(key), "wrong_%s", kinds_makers[i].name);
		app_say(key, app_pools_wrong());
		snprintf(key, sizeof(key), "external_%s", kinds_makers[i].name);
		app_say(key, kinds_external_alive);
		if (ret == 0)
			ret = rte_eth_dev_start(port.id);
	}
	if (ret != 0)
		return ret;
	app_port_say(port.id);
	return app_port_close(port.id);
}

/* Numbered in order; short enough that the test's socket buffer holds them all. */
int
app_bursts(void)
{
	struct rte_mbuf *pkts[APP_BURST_MAX];
	struct app_port port;
	uint32_t sent = 0;
	uint16_t size;
	uint16_t i;
	int ret;

	ret = port_open(&port);
	if (ret != 0)
		return ret;
	app_checkpoint("ready");
	for (size = 1; size <= APP_BURST_MAX; size++) {
		for (i = 0; i < size; i++, next_number++)
			pkts[i] = app_frame_make(pools.own, next_number, 60 + next_number % 64);
		sent += app_send(port.id, 0, pkts, size);
	}
	app_say("count", sent);
	app_checkpoint("sent");
	app_port_say(port.id);
	return app_port_close(port.id);
}

/* Numbered frames, each to every queue of ports first to last. */
static uint32_t
send_shared(uint16_t first, uint16_t last, uint32_t count)
{
	const uint16_t end = (last + 1) * QUEUES;
	struct rte_mbuf *pkts[BURST];
	uint32_t sent = 0;
	uint32_t n;
	uint32_t i;

	for (; count != 0; count -= n) {
		n = RTE_MIN(count, (uint32_t)BURST);
		for (i = 0; i < n; i++, next_number++) {
			pkts[i] =
				app_frame_make(pools.own, next_number, app_frame_len(next_number));
			rte_mbuf_refcnt_update(pkts[i], end - first * QUEUES - 1);
		}
		for (i = first * QUEUES; i < end; i++)
			sent += app_send(i / QUEUES, i % QUEUES, pkts, n);
	}
	return sent;
}

/*
 * The same mbufs in the Tx rings of two queues of two ports; then each port
 * goes while the other one, which may use its registration, stays.
 */
static int
shared_phases(void)
{
	static const struct {
		const char *name;
		uint16_t first; /* ports that send */
		uint16_t last;
		int stop; /* port to stop before, or -1 */
		int start;
	} phases[] = {
		{ "both", 0, 1, -1, -1 },        { "second_alone", 1, 1, 0, -1 },
		{ "both_again", 0, 1, -1, 0 },   { "first_alone", 0, 0, 1, -1 },
		{ "both_at_last", 0, 1, -1, 1 },
	};
	const uint32_t count = app_arg("count", 1000);
	unsigned int i;
	int ret = 0;

	for (i = 0; i < RTE_DIM(phases) && ret == 0; i++) {
		if (phases[i].stop >= 0)
			ret = rte_eth_dev_stop(phases[i].stop);
		if (phases[i].start >= 0)
			ret = rte_eth_dev_start(phases[i].start);
		app_say("first", next_number);
		app_say("count", send_shared(phases[i].first, phases[i].last, count));
		app_checkpoint(phases[i].name);
	}
	return ret;
}

int
app_shared(void)
{
	struct app_port port[2];
	int ret;

	ret = port_open(&port[0]);
	if (ret != 0)
		return ret;
	port[1] = app_port_default(1, app_arg("pools", 1) > 1 ? pools.foreign : pools.own);
	ret = app_port_open(&port[1]);
	if (ret == 0)
		ret = shared_phases();
	app_port_say(0);
	app_port_say(1);
	if (ret == 0)
		ret = app_port_close(0);
	return ret != 0 ? ret : app_port_close(1);
}
