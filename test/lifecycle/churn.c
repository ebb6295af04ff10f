/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * A port's life, over and over, in phases with a name each; traffic comes and
 * goes in most of them. A timer sends the signal kill= in round kill_round=, in
 * phase kill_phase=, when kill_permille= of the time is over that the phase took
 * in the round before.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <rte_cycles.h>
#include <rte_dev.h>

#include "app.h"
#include "poller.h"
#include "run.h"

/* What phases of the first round are taken to last: probe and start are of that order. */
#define LASTS_NS 20000000
#define TRAFFIC_MS 20
/* A start without traffic is none; the test's sender has no CPU of its own. */
#define TRAFFIC_MS_MAX 5000
#define ROUNDS 4
#define NS_PER_S 1000000000

enum phase {
	PROBE,
	SETUP,
	START,
	TRAFFIC,
	MTU,
	MAC,
	PROMISC,
	RX_QUEUE,
	TX_QUEUE,
	STOP,
	RESTART,
	TRAFFIC_AGAIN,
	CLOSE,
	REMOVE,
	NB_PHASES
};

static struct app_port port;
static struct rte_device *device;
static unsigned int round_now;
static timer_t killer;
static bool to_prove; /* the first start still has to be looked at */
static uint64_t set_up_ns; /* probe and setup of this round */

static uint64_t
now_ns(void)
{
	return rte_get_tsc_cycles() * (double)NS_PER_S / rte_get_tsc_hz();
}

static int
probe(void)
{
	return rte_dev_probe(app_arg_nth("again", 0));
}

static int
setup(void)
{
	struct rte_eth_dev_info info;
	int ret;

	port.id = rte_eth_find_next(0);
	ret = rte_eth_dev_info_get(port.id, &info);
	device = info.device;
	return ret != 0 ? ret : app_port_setup(&port);
}

/* The port is started; wait for frames, unless the test is to look first. */
static int
run_traffic(void)
{
	const uint64_t received = poller_counted(POLLER_RECEIVED);
	unsigned int ms;
	int ret;

	ret = rte_eth_promiscuous_enable(port.id);
	if (ret != 0 || to_prove)
		return ret;
	poller_run();
	for (ms = 0; ms < TRAFFIC_MS_MAX && poller_counted(POLLER_RECEIVED) == received; ms++)
		app_sleep_ms(1);
	return ms < TRAFFIC_MS_MAX ? 0 : -ETIMEDOUT;
}

/* From probe on, without the test's looks between: what a user waits for. */
static int
first_start(void)
{
	const uint64_t from = now_ns();
	int ret;

	ret = rte_eth_dev_start(port.id);
	if (ret == 0)
		app_say(round_now == 0 ? "first_us" : "later_us",
			(set_up_ns + now_ns() - from) / 1000);
	return ret != 0 ? ret : run_traffic();
}

static int
restart(void)
{
	int ret;

	ret = rte_eth_dev_start(port.id);
	return ret != 0 ? ret : run_traffic();
}

static int
traffic(void)
{
	const uint64_t received = poller_counted(POLLER_RECEIVED);
	const uint64_t taken = poller_counted(POLLER_TAKEN);
	unsigned int ms;

	for (ms = 0; ms < TRAFFIC_MS_MAX; ms++) {
		app_sleep_ms(1);
		if (ms >= TRAFFIC_MS && poller_counted(POLLER_RECEIVED) != received &&
		    poller_counted(POLLER_TAKEN) != taken)
			return poller_counted(POLLER_DAMAGED) == 0 ? 0 : -EILSEQ;
	}
	return -ETIMEDOUT;
}

static int
mtu(void)
{
	return rte_eth_dev_set_mtu(port.id, 1400 + round_now);
}

static int
mac(void)
{
	struct rte_ether_addr addr = { .addr_bytes = { 2, 0xaf, 0, 0, 0, 1 + round_now } };

	return rte_eth_dev_default_mac_addr_set(port.id, &addr);
}

static int
promisc(void)
{
	int ret;

	ret = rte_eth_promiscuous_disable(port.id);
	if (ret == 0)
		ret = rte_eth_allmulticast_enable(port.id);
	return ret != 0 ? ret : rte_eth_promiscuous_enable(port.id);
}

static int
rx_queue(void)
{
	int ret;

	poller_stand();
	ret = rte_eth_dev_rx_queue_stop(port.id, 0);
	if (ret == 0)
		ret = rte_eth_dev_rx_queue_start(port.id, 0);
	poller_run();
	return ret;
}

static int
tx_queue(void)
{
	int ret;

	poller_stand();
	ret = rte_eth_dev_tx_queue_stop(port.id, 0);
	if (ret == 0)
		ret = rte_eth_dev_tx_queue_start(port.id, 0);
	poller_run();
	return ret;
}

static int
stop(void)
{
	poller_stand();
	return rte_eth_dev_stop(port.id);
}

static int
close_port(void)
{
	int ret = stop();

	return ret != 0 ? ret : rte_eth_dev_close(port.id);
}

static int
remove_port(void)
{
	return rte_dev_remove(device);
}

static const struct {
	const char *name;
	int (*run)(void);
} phases[NB_PHASES] = {
	[PROBE] = { "probe", probe },
	[SETUP] = { "setup", setup },
	[START] = { "start", first_start },
	[TRAFFIC] = { "traffic", traffic },
	[MTU] = { "mtu", mtu },
	[MAC] = { "mac", mac },
	[PROMISC] = { "promisc", promisc },
	[RX_QUEUE] = { "rx_queue", rx_queue },
	[TX_QUEUE] = { "tx_queue", tx_queue },
	[STOP] = { "stop", stop },
	[RESTART] = { "restart", restart },
	[TRAFFIC_AGAIN] = { "traffic_again", traffic },
	[CLOSE] = { "close", close_port },
	[REMOVE] = { "remove", remove_port },
};

static int
killer_make(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = app_arg("kill", 0) };

	if (event.sigev_signo == 0)
		return 0;
	return timer_create(CLOCK_MONOTONIC, &event, &killer) != 0 ? -errno : 0;
}

/* lasts: how long the phase is thought to last. */
static int
killer_arm(enum phase phase, uint64_t lasts)
{
	const uint64_t ns = 1 + lasts * app_arg("kill_permille", 0) / 1000;
	const struct itimerspec when = { .it_value = { .tv_sec = ns / NS_PER_S,
						       .tv_nsec = ns % NS_PER_S } };

	if (app_arg("kill", 0) == 0 || round_now != app_arg("kill_round", 0) ||
	    strcmp(phases[phase].name, app_arg_nth("kill_phase", 0)) != 0)
		return 0;
	return timer_settime(killer, 0, &when, NULL) != 0 ? -errno : 0;
}

/* The first start is looked at by the test, if it wants to. */
static void
look(enum phase phase)
{
	if (!to_prove)
		return;
	if (phase == PROBE)
		app_checkpoint("probed");
	if (phase != START)
		return;
	to_prove = false;
	poller_run();
	app_checkpoint("started");
}

static int
round_run(uint64_t *lasts)
{
	enum phase phase;
	uint64_t from;
	int ret = 0;

	for (phase = 0; phase < NB_PHASES && ret == 0; phase++) {
		app_say_str("phase", phases[phase].name);
		if (round_now == 1 && phase == TRAFFIC)
			poller_send(POLLER_ENDLESS, POLLER_TYPE_FLOOD);
		ret = killer_arm(phase, lasts[phase]);
		from = now_ns();
		if (ret == 0)
			ret = phases[phase].run();
		lasts[phase] = now_ns() - from;
		if (phase == SETUP)
			set_up_ns = lasts[PROBE] + lasts[SETUP];
		if (ret == 0)
			look(phase);
	}
	return ret;
}

int
run_churn(void)
{
	uint64_t lasts[NB_PHASES];
	unsigned int i;
	int ret;

	for (i = 0; i < NB_PHASES; i++)
		lasts[i] = LASTS_NS;
	port = app_port_default(0, app_pool("a"));
	to_prove = app_arg("prove", 0);
	ret = killer_make();
	if (ret == 0)
		ret = poller_launch(&port);
	app_checkpoint("ready");
	for (round_now = 0; round_now < ROUNDS && ret == 0; round_now++) {
		app_say("round", round_now);
		ret = round_run(lasts);
	}
	for (i = 0; i < POLLER_NB_COUNTS; i++)
		app_say(poller_count_names[i], poller_counted(i));
	poller_end();
	return ret;
}
