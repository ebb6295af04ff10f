/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * One port, and commands of a word and a number, each answered with key=value
 * lines and at=WORD. "go" ends it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_dev.h>

#include "app.h"
#include "calls.h"
#include "poller.h"
#include "run.h"

#define LINE_MAX_LEN 64
/* A window of bursts, so that what is counted does not depend on the machine's load. */
#define WINDOW_BURSTS 1000
/* Waits for the poller; it has no CPU of its own. */
#define WAIT_MS_MAX 20000
/* More than any pool of the tests has. */
#define HELD_MAX 16384

static struct app_port port;
static struct rte_mbuf *held[HELD_MAX];
static unsigned int nb_held;

/* Interrupt thread's. */
static struct {
	unsigned int up;
	unsigned int down;
	unsigned int removed;
} events;

/* Until so many more bursts were made; false if that takes too long. */
static bool
bursts_await(uint64_t n)
{
	const uint64_t end = poller_counted(POLLER_BURSTS) + n;
	unsigned int ms;

	for (ms = 0; ms < WAIT_MS_MAX && poller_counted(POLLER_BURSTS) < end; ms++)
		app_sleep_ms(1);
	return ms < WAIT_MS_MAX;
}

static void
counts_take(uint64_t *counts)
{
	unsigned int i;

	for (i = 0; i < POLLER_NB_COUNTS; i++)
		counts[i] = poller_counted(i);
}

static void
counts_say(void)
{
	unsigned int i;

	for (i = 0; i < POLLER_NB_COUNTS; i++)
		app_say(poller_count_names[i], poller_counted(i));
	app_say("ups", __atomic_load_n(&events.up, __ATOMIC_ACQUIRE));
	app_say("downs", __atomic_load_n(&events.down, __ATOMIC_ACQUIRE));
	app_say("removals", __atomic_load_n(&events.removed, __ATOMIC_ACQUIRE));
}

/* What a window of bursts does. */
static int
cmd_count(unsigned long arg __rte_unused)
{
	uint64_t before[POLLER_NB_COUNTS];
	char key[32];
	unsigned int i;
	bool in_time;

	poller_maxima_reset();
	counts_take(before);
	in_time = bursts_await(WINDOW_BURSTS * port.nb_rx);
	for (i = 0; i < POLLER_RX_CALLS_MAX; i++) {
		snprintf(key, sizeof(key), "%s_now", poller_count_names[i]);
		app_say(key, poller_counted(i) - before[i]);
	}
	counts_say();
	return in_time ? 0 : -ETIMEDOUT;
}

/* Until no burst of a window takes anything, though there is something to send. */
static int
cmd_full(unsigned long arg __rte_unused)
{
	uint64_t taken, unsent;
	unsigned int tries;

	for (tries = 0; tries < WAIT_MS_MAX; tries++) {
		taken = poller_counted(POLLER_TAKEN);
		unsent = poller_counted(POLLER_UNSENT);
		if (!bursts_await(WINDOW_BURSTS * port.nb_rx))
			break;
		if (poller_counted(POLLER_TAKEN) == taken &&
		    poller_counted(POLLER_UNSENT) != unsent)
			return 0;
	}
	return -ETIMEDOUT;
}

/* Until everything that was to be sent is taken. */
static int
cmd_taken(unsigned long arg __rte_unused)
{
	unsigned int ms;

	for (ms = 0; ms < WAIT_MS_MAX && poller_backlog() != 0; ms++)
		app_sleep_ms(1);
	return ms < WAIT_MS_MAX ? 0 : -ETIMEDOUT;
}

static int
cmd_send(unsigned long frames)
{
	poller_send(frames, POLLER_TYPE_PLAIN);
	return 0;
}

static int
cmd_flood(unsigned long on)
{
	poller_send(on ? POLLER_ENDLESS : 0, POLLER_TYPE_FLOOD);
	return 0;
}

static int
cmd_refuse(unsigned long error)
{
	calls_refuse(error);
	return 0;
}

/* All mbufs but what the worker's cache holds: those of the pool, and what is received from now on. */
static int
cmd_hold(unsigned long arg __rte_unused)
{
	poller_hoard(true);
	while (nb_held < HELD_MAX && (held[nb_held] = rte_pktmbuf_alloc(port.mp)) != NULL)
		nb_held++;
	return 0;
}

static int
cmd_release(unsigned long arg __rte_unused)
{
	poller_hoard(false);
	rte_pktmbuf_free_bulk(held, nb_held);
	nb_held = 0;
	return 0;
}

static int
cmd_stop(unsigned long arg __rte_unused)
{
	poller_stand();
	return rte_eth_dev_stop(port.id);
}

static int
cmd_start(unsigned long arg __rte_unused)
{
	int ret = rte_eth_dev_start(port.id);

	if (ret == 0)
		poller_run();
	return ret;
}

static int
cmd_stats(unsigned long arg __rte_unused)
{
	app_port_say(port.id);
	counts_say();
	return 0;
}

static const struct {
	const char *word;
	int (*run)(unsigned long arg); /* what it returns is said as WORD= */
} commands[] = {
	{ "count", cmd_count },     { "full", cmd_full },   { "taken", cmd_taken },
	{ "send", cmd_send },       { "flood", cmd_flood }, { "refuse", cmd_refuse },
	{ "hold", cmd_hold },       { "stop", cmd_stop },   { "start", cmd_start },
	{ "release", cmd_release }, { "stats", cmd_stats },
};

static void
command_run(const char *word, unsigned long arg)
{
	unsigned int i;

	for (i = 0; i < RTE_DIM(commands); i++) {
		if (strcmp(commands[i].word, word) == 0)
			app_say(word, commands[i].run(arg));
	}
	app_say_str("at", word);
}

static void
commands_run(void)
{
	char line[LINE_MAX_LEN];
	char *arg;

	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		arg = strchr(line, ' ');
		if (arg != NULL)
			*arg++ = '\0';
		if (strcmp(line, "go") == 0)
			return;
		command_run(line, arg != NULL ? strtoul(arg, NULL, 0) : 0);
	}
	exit(EXIT_FAILURE);
}

static int
on_link(uint16_t id, enum rte_eth_event_type type __rte_unused, void *arg __rte_unused,
	void *out __rte_unused)
{
	struct rte_eth_link link = { 0 };

	rte_eth_link_get_nowait(id, &link);
	__atomic_fetch_add(link.link_status ? &events.up : &events.down, 1, __ATOMIC_RELEASE);
	return 0;
}

static int
on_removal(uint16_t id __rte_unused, enum rte_eth_event_type type __rte_unused,
	   void *arg __rte_unused, void *out __rte_unused)
{
	__atomic_fetch_add(&events.removed, 1, __ATOMIC_RELEASE);
	return 0;
}

static int
port_open(void)
{
	int ret;

	ret = rte_dev_probe(app_arg_nth("vdev", 0));
	if (ret != 0)
		return ret;
	port = app_port_default(0, app_pool("a"));
	port.events = true;
	ret = rte_eth_dev_callback_register(port.id, RTE_ETH_EVENT_INTR_LSC, on_link, NULL);
	if (ret == 0)
		ret = rte_eth_dev_callback_register(port.id, RTE_ETH_EVENT_INTR_RMV, on_removal,
						    NULL);
	if (ret == 0)
		ret = app_port_open(&port);
	return ret != 0 ? ret : poller_launch(&port);
}

int
run_commands(void)
{
	int ret = port_open();

	if (ret != 0)
		return ret;
	poller_run();
	app_say_str("at", "running");
	commands_run();
	poller_end();
	rte_pktmbuf_free_bulk(held, nb_held);
	rte_eth_dev_stop(port.id);
	app_port_say(port.id);
	counts_say();
	return rte_eth_dev_close(port.id);
}
