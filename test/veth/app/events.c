/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * What a port tells of its interface, and what its bursts do when that one goes.
 * A worker lcore sends back all it receives, and with own=1 frames of its own.
 * steps=a,b,...: what the main thread does, with a checkpoint of that name after each.
 */
#include <string.h>

#include <rte_cycles.h>
#include <rte_launch.h>
#include <rte_lcore.h>

#include "app.h"

#define BURST 32
/* A veth peer's socket holds what comes at this pace for seconds. */
#define OWN_FRAMES 8
#define OWN_INTERVAL_MS 1
/* How long an event may take on a loaded machine, and a second one that should not come. */
#define EVENT_MS_MAX 4000
#define AGAIN_MS 200
/* Time for many bursts. */
#define COUNT_MS 100

static struct app_port port;

/* Worker lcore's. */
static struct {
	uint64_t bursts;
	uint64_t received;
	uint64_t damaged;
	uint64_t taken;
	uint64_t unsent;
} count;

/* Interrupt thread's. */
static struct {
	unsigned int up;
	unsigned int down;
	unsigned int removed;
} events;

static bool pause_wanted;
static bool paused;
static bool ended;
static bool released; /* the interrupt thread, with hold=1 */

static void
add(uint64_t *counter, uint64_t n)
{
	__atomic_fetch_add(counter, n, __ATOMIC_RELAXED);
}

static uint16_t
own_frames_make(struct rte_mbuf **pkts)
{
	static uint64_t due;
	static uint32_t number;
	const uint64_t now = rte_get_tsc_cycles();
	uint16_t n = 0;
	uint16_t i;

	if (!app_arg("own", 0) || now < due)
		return 0;
	due = now + rte_get_tsc_hz() / 1000 * OWN_INTERVAL_MS;
	for (i = 0; i < OWN_FRAMES; i++, number++) {
		pkts[n] = app_frame_make(port.mp, number, 60 + number % 1400);
		n += pkts[n] != NULL;
	}
	return n;
}

static void
turn(void)
{
	struct rte_mbuf *pkts[BURST + OWN_FRAMES];
	uint16_t n = rte_eth_rx_burst(port.id, 0, pkts, BURST);
	uint16_t taken;
	uint16_t i;

	add(&count.bursts, 1);
	add(&count.received, n);
	for (i = 0; i < n; i++) {
		add(&count.damaged, !app_received_whole(pkts[i], port.id));
		app_frame_swap(pkts[i]);
	}
	n += own_frames_make(pkts + n);
	taken = rte_eth_tx_burst(port.id, 0, pkts, n);
	if (taken < n)
		rte_pktmbuf_free_bulk(pkts + taken, n - taken);
	add(&count.taken, taken);
	add(&count.unsent, n - taken);
}

static int
work(void *arg __rte_unused)
{
	while (!__atomic_load_n(&ended, __ATOMIC_ACQUIRE)) {
		if (__atomic_load_n(&pause_wanted, __ATOMIC_ACQUIRE)) {
			__atomic_store_n(&paused, true, __ATOMIC_RELEASE);
			continue;
		}
		__atomic_store_n(&paused, false, __ATOMIC_RELEASE);
		turn();
	}
	return 0;
}

/* No burst runs from here on. */
static void
worker_pause(void)
{
	__atomic_store_n(&pause_wanted, true, __ATOMIC_RELEASE);
	while (!__atomic_load_n(&paused, __ATOMIC_ACQUIRE))
		app_sleep_ms(1);
}

static int
step_stop(void)
{
	worker_pause();
	return rte_eth_dev_stop(port.id);
}

/* What the application is told of the port from then on, too. */
static int
step_reset(void)
{
	const int ret = rte_eth_dev_reset(port.id);
	char text[RTE_ETHER_ADDR_FMT_SIZE];
	struct rte_ether_addr mac;
	uint16_t mtu;

	rte_eth_macaddr_get(port.id, &mac);
	rte_ether_format_addr(text, sizeof(text), &mac);
	rte_eth_dev_get_mtu(port.id, &mtu);
	app_say_str("reset_mac", text);
	app_say("reset_mtu", mtu);
	return ret;
}

static int
step_setup(void)
{
	return app_port_setup(&port);
}

static int
step_start(void)
{
	int ret = rte_eth_dev_start(port.id);

	if (ret == 0)
		__atomic_store_n(&pause_wanted, false, __ATOMIC_RELEASE);
	return ret;
}

static int
step_close(void)
{
	return rte_eth_dev_close(port.id);
}

static int
step_mac(void)
{
	struct rte_ether_addr mac = { .addr_bytes = { 2, 0xaf, 0, 0, 0, 1 } };

	return rte_eth_dev_default_mac_addr_set(port.id, &mac);
}

/* One more of each kind. */
static int
step_addresses(void)
{
	struct rte_ether_addr mac = { .addr_bytes = { 2, 0xaf, 0, 0, 1, 1 } };
	struct rte_ether_addr group = { .addr_bytes = { 1, 0, 0x5e, 0x7f, 0xaf, 1 } };
	int ret = rte_eth_dev_mac_addr_add(port.id, &mac, 0);

	if (ret == 0)
		ret = rte_eth_dev_set_mc_addr_list(port.id, &group, 1);
	/* Refused, the list stays. */
	if (ret == 0 && rte_eth_dev_set_mc_addr_list(port.id, &mac, 1) != -EINVAL)
		ret = -EPROTO;
	return ret;
}

static int
step_promisc_off(void)
{
	return rte_eth_promiscuous_disable(port.id);
}

/* Bursts, and what they did, in a while. */
static int
step_count(void)
{
	const uint64_t bursts = __atomic_load_n(&count.bursts, __ATOMIC_RELAXED);
	const uint64_t received = __atomic_load_n(&count.received, __ATOMIC_RELAXED);
	const uint64_t taken = __atomic_load_n(&count.taken, __ATOMIC_RELAXED);
	const uint64_t unsent = __atomic_load_n(&count.unsent, __ATOMIC_RELAXED);

	app_sleep_ms(COUNT_MS);
	app_say("bursts_now", __atomic_load_n(&count.bursts, __ATOMIC_RELAXED) - bursts);
	app_say("received_now", __atomic_load_n(&count.received, __ATOMIC_RELAXED) - received);
	app_say("taken_now", __atomic_load_n(&count.taken, __ATOMIC_RELAXED) - taken);
	app_say("unsent_now", __atomic_load_n(&count.unsent, __ATOMIC_RELAXED) - unsent);
	return 0;
}

/* Until there has been one of these events; others may follow it for a while. */
static int
event_await(const unsigned int *event)
{
	unsigned int ms;

	for (ms = 0; ms < EVENT_MS_MAX && __atomic_load_n(event, __ATOMIC_ACQUIRE) == 0; ms++)
		app_sleep_ms(1);
	app_sleep_ms(AGAIN_MS);
	return __atomic_load_n(event, __ATOMIC_ACQUIRE);
}

/* Until a burst leaves something unsent: the Tx ring of an interface that is gone fills up. */
static int
step_full(void)
{
	const uint64_t unsent = __atomic_load_n(&count.unsent, __ATOMIC_RELAXED);
	unsigned int ms = 0;

	while (__atomic_load_n(&count.unsent, __ATOMIC_RELAXED) == unsent && ms++ < EVENT_MS_MAX)
		app_sleep_ms(1);
	return ms < EVENT_MS_MAX;
}

static int
step_down(void)
{
	return event_await(&events.down);
}

static int
step_up(void)
{
	return event_await(&events.up);
}

static int
step_release(void)
{
	__atomic_store_n(&released, true, __ATOMIC_RELEASE);
	app_sleep_ms(AGAIN_MS);
	return 0;
}

static int
step_removed(void)
{
	return event_await(&events.removed);
}

static const struct app_step steps[] = {
	{ "stop", step_stop },       { "reset", step_reset },
	{ "setup", step_setup },     { "mac", step_mac },
	{ "start", step_start },     { "close", step_close },
	{ "up", step_up },           { "down", step_down },
	{ "removed", step_removed }, { "count", step_count },
	{ "release", step_release }, { "promisc_off", step_promisc_off },
	{ "full", step_full },       { "addresses", step_addresses },
};

/* Each is allowed to close the port, as some applications do, out of the driver's own call. */
static void
close_in_event(const char *event)
{
	const char *wanted = app_arg_nth("close_in", 0);

	if (wanted == NULL || strcmp(wanted, event) != 0)
		return;
	app_say("stop", step_stop());
	app_say("close", step_close());
}

static int
on_link(uint16_t id, enum rte_eth_event_type type __rte_unused, void *arg __rte_unused,
	void *out __rte_unused)
{
	struct rte_eth_link link = { 0 };

	rte_eth_link_get_nowait(id, &link);
	__atomic_fetch_add(link.link_status ? &events.up : &events.down, 1, __ATOMIC_RELEASE);
	if (link.link_status)
		return 0;
	close_in_event("down");
	while (app_arg("hold", 0) && !__atomic_load_n(&released, __ATOMIC_ACQUIRE))
		app_sleep_ms(1);
	return 0;
}

static int
on_removal(uint16_t id __rte_unused, enum rte_eth_event_type type __rte_unused,
	   void *arg __rte_unused, void *out __rte_unused)
{
	close_in_event("removed");
	__atomic_fetch_add(&events.removed, 1, __ATOMIC_RELEASE);
	return 0;
}

static int
callbacks_register(void)
{
	int ret;

	ret = rte_eth_dev_callback_register(port.id, RTE_ETH_EVENT_INTR_LSC, on_link, NULL);
	if (ret != 0)
		return ret;
	return rte_eth_dev_callback_register(port.id, RTE_ETH_EVENT_INTR_RMV, on_removal, NULL);
}

int
app_events(void)
{
	const unsigned int lcore = rte_get_next_lcore(-1, true, false);
	int ret;

	port = app_port_default(0, app_pool("a"));
	port.events = true;
	ret = callbacks_register();
	if (ret == 0)
		ret = app_port_open(&port);
	if (ret == 0)
		ret = rte_eal_remote_launch(work, NULL, lcore);
	if (ret != 0)
		return ret;
	app_checkpoint("running");
	ret = app_steps(steps, RTE_DIM(steps));
	__atomic_store_n(&ended, true, __ATOMIC_RELEASE);
	rte_eal_wait_lcore(lcore);
	app_say("received", count.received);
	app_say("damaged", count.damaged);
	app_say("ups", events.up);
	app_say("downs", events.down);
	app_say("removals", events.removed);
	return ret;
}
