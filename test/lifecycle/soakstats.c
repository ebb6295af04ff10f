/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <pthread.h>

#include "soak.h"

static pthread_t thread;
static bool reset_wanted;
static bool ended;

static void
look(struct soak_port *port)
{
	struct rte_eth_stats stats;
	struct rte_eth_link link;

	if (!rte_spinlock_trylock(&port->control))
		return;
	if (rte_eth_dev_is_valid_port(port->conf.id)) {
		rte_eth_stats_get(port->conf.id, &stats);
		rte_eth_link_get_nowait(port->conf.id, &link);
		if (__atomic_load_n(&reset_wanted, __ATOMIC_ACQUIRE))
			rte_eth_stats_reset(port->conf.id);
	}
	rte_spinlock_unlock(&port->control);
}

static void *
stats_run(void *arg __rte_unused)
{
	unsigned int i;

	soak_run_anywhere();
	while (!__atomic_load_n(&ended, __ATOMIC_ACQUIRE)) {
		for (i = 0; i < SOAK_PORTS; i++)
			look(&soak_ports[i]);
		app_sleep_ms(1);
	}
	return NULL;
}

int
soak_stats_start(void)
{
	return -pthread_create(&thread, NULL, stats_run, NULL);
}

void
soak_stats_reset(bool reset)
{
	unsigned int i;

	__atomic_store_n(&reset_wanted, reset, __ATOMIC_RELEASE);
	/* No reset that began before is still under way. */
	for (i = 0; i < SOAK_PORTS; i++) {
		soak_lock(&soak_ports[i].control);
		rte_spinlock_unlock(&soak_ports[i].control);
	}
}

void
soak_stats_end(void)
{
	__atomic_store_n(&ended, true, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
}
