/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Stop and start, each time with other ring sizes, queues, pool and MTU, under full
 * traffic of both directions; at every stop all mbufs are at home, and the fds the same.
 */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "holdings.h"
#include "soak.h"

/* In each cycle and port; on a loaded machine that takes longer. */
#define FRAMES_MIN 20
#define TRAFFIC_MS 10
#define TRAFFIC_MS_MAX 5000
/* Frames are counted so often; between, the wires stay full. */
#define JUDGE_EVERY 10
#define SETTLE_MS 1000
#define LOOKS 20

/*
 * After that part of the cycles, one in ten, every MTU has been set once, and the settings that
 * close restores are on record; what is open then, stays.
 */
#define WARM_UP 10
/* The configurations repeat: queues 20, rings 12, pools and MTUs 3, setup or not 3. */
#define PERIOD 60

static long
rss_kib(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	long size = 0;
	long pages = 0;

	if (f == NULL || fscanf(f, "%ld %ld", &size, &pages) != 2)
		soak_complain("no /proc/self/statm");
	if (f != NULL)
		fclose(f);
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* Everything differs from the cycle before, and the combinations do not repeat soon. */
static void
conf_next(struct soak_port *port, unsigned int cycle)
{
	static const uint16_t mtus[] = { 1500, 1400, 900 };
	const unsigned int i = cycle + (port - soak_ports) * 3;

	port->conf.nb_rx = 1 + i % SOAK_QUEUES;
	port->conf.nb_tx = 1 + i * 3 % 5 % SOAK_QUEUES;
	port->conf.rxd = 64 << i % 3;
	port->conf.txd = 64 << (i + 1) % 4;
	port->conf.mp = soak_pools[i % soak_nb_pools];
	port->conf.mtu = mtus[i % RTE_DIM(mtus)];
}

/* What each port received and sent, when the cycle began. */
static uint64_t received[SOAK_PORTS];
static uint64_t taken[SOAK_PORTS];

static bool
flowed(void)
{
	unsigned int i;

	for (i = 0; i < SOAK_PORTS; i++) {
		if (__atomic_load_n(&soak_ports[i].received, __ATOMIC_RELAXED) <
			    received[i] + FRAMES_MIN ||
		    __atomic_load_n(&soak_ports[i].taken, __ATOMIC_RELAXED) < taken[i] + FRAMES_MIN)
			return false;
	}
	return true;
}

static void
traffic_await(unsigned int cycle)
{
	unsigned int ms;

	for (ms = 0; ms < TRAFFIC_MS || (!flowed() && ms < TRAFFIC_MS_MAX); ms++)
		app_sleep_ms(1);
	if (!flowed())
		soak_complain("cycle %u: no traffic: port 0 received %" PRIu64 ", sent %" PRIu64
			      ", port 1 %" PRIu64 ", %" PRIu64,
			      cycle, soak_ports[0].received - received[0],
			      soak_ports[0].taken - taken[0], soak_ports[1].received - received[1],
			      soak_ports[1].taken - taken[1]);
}

static void
ports_start(unsigned int cycle)
{
	unsigned int i;

	for (i = 0; i < SOAK_PORTS; i++) {
		received[i] = soak_ports[i].received;
		taken[i] = soak_ports[i].taken;
		/* Every third time as it was. */
		if (cycle % 3 != 2) {
			conf_next(&soak_ports[i], cycle);
			soak_port_setup(&soak_ports[i]);
		}
		soak_port_start(&soak_ports[i]);
	}
}

/* In the middle of bursts, and frames keep coming. */
static void
ports_stop(unsigned int cycle)
{
	unsigned int wrong;
	unsigned int i;

	for (i = 0; i < SOAK_PORTS; i++)
		soak_port_stop(&soak_ports[i]);
	soak_workers_pause(true);
	wrong = app_pools_wrong();
	if (wrong != 0)
		soak_complain("cycle %u: %u mbufs are not at home", cycle, wrong);
}

/* A thread that reads the link has a socket open meanwhile: never in all of these looks. */
static unsigned int
fds_least(void)
{
	unsigned int least = app_fds();
	unsigned int i;

	for (i = 0; i < LOOKS; i++) {
		app_sleep_ms(1);
		least = RTE_MIN(least, app_fds());
	}
	return least;
}

static bool
fds_settle(unsigned int wanted)
{
	unsigned int ms;

	for (ms = 0; ms < SETTLE_MS && app_fds() != wanted; ms++)
		app_sleep_ms(1);
	return ms < SETTLE_MS;
}

/* Ports are stopped: no ring is mapped, and the heap is as it was with the same queues. */
static void
memory_check(unsigned int cycle, unsigned int since)
{
	static struct holdings first;
	const struct holdings now = holdings_get();

	if (now.rings != 0)
		soak_complain("cycle %u: %u rings are mapped", cycle, now.rings);
	if (cycle == since)
		first = now;
	else if ((cycle - since) % PERIOD == 0 &&
		 (now.heap != first.heap || now.memzones != first.memzones))
		soak_complain("cycle %u: heap %+d pieces, memzones %+d since cycle %u", cycle,
			      (int)(now.heap - first.heap), (int)(now.memzones - first.memzones),
			      since);
}

int
soak_cycles(void)
{
	const unsigned int cycles = app_arg("cycles", 100);
	const unsigned int warm = cycles / WARM_UP;
	unsigned int fds = 0;
	unsigned int i;
	long rss = 0;

	for (i = 0; i < cycles; i++) {
		soak_wires_send(true);
		ports_start(i);
		soak_workers_pause(false);
		traffic_await(i);
		if (i % JUDGE_EVERY == JUDGE_EVERY - 1 || soak_numbers_out())
			soak_quiet("calm");
		else
			ports_stop(i);
		if (i == warm) {
			fds = fds_least();
			rss = rss_kib();
		}
		if (i > warm && !fds_settle(fds))
			soak_complain("cycle %u: %u fds, %u before", i, app_fds(), fds);
		if (i >= warm)
			memory_check(i, warm);
	}
	app_say("cycles", i);
	app_say("rss_grown_kib", rss_kib() - rss);
	return 0;
}
