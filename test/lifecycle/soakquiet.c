/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Points of the run where nothing moves, and all is counted.
 */
#include <stdio.h>
#include <string.h>

#include "holdings.h"
#include "soak.h"

/* No frame in that time: the wire is empty. */
#define STILL_MS 40
#define STILL_MS_MAX 5000
/* For the softirqs of a loaded machine to deliver what was sent. */
#define ARRIVE_MS_MAX 2000
/* A notification is read by EAL's interrupt thread, on a socket that is open meanwhile. */
#define SETTLE_MS 1000

static struct rte_eth_stats stats[SOAK_PORTS];

static void
say(unsigned int port, const char *what, uint64_t value)
{
	char key[32];

	snprintf(key, sizeof(key), "p%u_%s", port, what);
	app_say(key, value);
}

static uint64_t
received(void)
{
	uint64_t n = 0;
	unsigned int i;

	for (i = 0; i < SOAK_PORTS; i++)
		n += __atomic_load_n(&soak_ports[i].received, __ATOMIC_RELAXED);
	return n;
}

/* Until the ports have received what there was. */
static void
still_await(void)
{
	uint64_t before = received();
	unsigned int still = 0;
	unsigned int ms;

	for (ms = 0; ms < STILL_MS_MAX && still < STILL_MS; ms++) {
		app_sleep_ms(1);
		still = received() == before ? still + 1 : 0;
		before = received();
	}
}

/* Until the peers have what the ports say they sent, and then nothing more comes. */
static void
arrival_await(unsigned int port)
{
	unsigned int ms;

	for (ms = 0; ms < ARRIVE_MS_MAX && soak_wire_came(port) < stats[port].opackets; ms++)
		app_sleep_ms(1);
}

static void
numbers_say(unsigned int i)
{
	struct soak_port *port = &soak_ports[i];
	struct soak_wire_count wire = soak_wire_take(i);

	say(i, "received", port->received);
	say(i, "taken", port->taken);
	say(i, "ipackets", stats[i].ipackets);
	say(i, "imissed", stats[i].imissed);
	say(i, "opackets", stats[i].opackets);
	say(i, "oerrors", stats[i].oerrors);
	say(i, "wire_sent", wire.sent);
	say(i, "wire_came", wire.came);
	say(i, "wire_damaged", wire.damaged);
	say(i, "passed", wire.passed);
	say(i, "detached", port->detached);
	port->detached = 0;
	port->received = 0;
	port->taken = 0;
	rte_eth_stats_reset(port->conf.id);
	port->carry = (struct rte_eth_stats){ 0 };
}

void
soak_quiet(const char *kind)
{
	unsigned int i;

	soak_wires_send(false);
	soak_workers_hold(false);
	for (i = 0; i < SOAK_PORTS; i++)
		soak_halves_start(&soak_ports[i]);
	still_await();
	soak_workers_pause(true);
	soak_stats_reset(false);
	for (i = 0; i < SOAK_PORTS; i++) {
		soak_port_stop(&soak_ports[i]);
		stats[i] = soak_port_stats(&soak_ports[i]);
		arrival_await(i);
	}
	app_sleep_ms(STILL_MS);
	soak_wires_drain();
	for (i = 0; i < SOAK_PORTS; i++)
		numbers_say(i);
	app_say("excess", soak_table_excess());
	app_say("damaged", soak_workers_damaged());
	app_say("disorder", soak_workers_disorder());
	app_say("mbufs_wrong", app_pools_wrong());
	app_say("external", soak_make_alive());
	soak_ask("judge %s", kind);
}

void
soak_loud(void)
{
	unsigned int i;

	for (i = 0; i < SOAK_PORTS; i++) {
		soak_ports[i].detached = 0;
		soak_port_start(&soak_ports[i]);
	}
	soak_workers_pause(false);
	soak_wires_send(true);
}

void
soak_resources_check(void)
{
	static struct holdings first;
	static bool known;
	struct holdings now;
	unsigned int ms;

	if (!known) {
		first = holdings_get();
		known = true;
	}
	for (ms = 0; ms < SETTLE_MS; ms++) {
		now = holdings_get();
		if (memcmp(&now, &first, sizeof(now)) == 0)
			return;
		app_sleep_ms(1);
	}
	soak_complain("left: fds %+d, rings %+d, memzones %+d, heap %+d",
		      (int)(now.fds - first.fds), (int)(now.rings - first.rings),
		      (int)(now.memzones - first.memzones), (int)(now.heap - first.heap));
}
