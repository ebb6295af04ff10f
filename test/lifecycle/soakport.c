/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <rte_bus_vdev.h>
#include <rte_dev.h>

#include "soak.h"

/* About a burst. */
#define PARK_US 50

void
soak_lock(rte_spinlock_t *lock)
{
	while (!rte_spinlock_trylock(lock))
		usleep(PARK_US);
}

void
soak_half_park(struct soak_half *half)
{
	__atomic_store_n(&half->wanted, true, __ATOMIC_RELAXED);
	soak_lock(&half->lock);
}

void
soak_half_unpark(struct soak_half *half)
{
	__atomic_store_n(&half->wanted, false, __ATOMIC_RELAXED);
	rte_spinlock_unlock(&half->lock);
}

void
soak_park(struct soak_port *port)
{
	unsigned int i;

	for (i = 0; i < SOAK_QUEUES; i++) {
		soak_half_park(&port->rx[i]);
		soak_half_park(&port->tx[i]);
	}
}

void
soak_unpark(struct soak_port *port)
{
	unsigned int i;

	for (i = 0; i < SOAK_QUEUES; i++) {
		soak_half_unpark(&port->rx[i]);
		soak_half_unpark(&port->tx[i]);
	}
}

static void
halves_set(struct soak_port *port, bool run)
{
	unsigned int i;

	for (i = 0; i < SOAK_QUEUES; i++) {
		port->rx[i].runs = run && i < port->conf.nb_rx;
		port->tx[i].runs = run && i < port->conf.nb_tx;
	}
}

/* A stopped port's counters end with its queues. */
static void
carry_add(struct rte_eth_stats *carry, const struct rte_eth_stats *before,
	  const struct rte_eth_stats *now)
{
	carry->ipackets += before->ipackets - now->ipackets;
	carry->ibytes += before->ibytes - now->ibytes;
	carry->imissed += before->imissed - now->imissed;
	carry->opackets += before->opackets - now->opackets;
	carry->obytes += before->obytes - now->obytes;
	carry->oerrors += before->oerrors - now->oerrors;
}

struct rte_eth_stats
soak_port_stats(const struct soak_port *port)
{
	static const struct rte_eth_stats none;
	struct rte_eth_stats stats = { 0 };

	rte_eth_stats_get(port->conf.id, &stats);
	carry_add(&stats, &port->carry, &none);
	return stats;
}

int
soak_port_probe(struct soak_port *port)
{
	int ret;

	soak_lock(&port->control);
	ret = soak_expect("probe", port, rte_eal_hotplug_add("vdev", port->name, port->devargs), 0);
	if (ret == 0)
		ret = rte_eth_dev_get_port_by_name(port->name, &port->conf.id);
	rte_spinlock_unlock(&port->control);
	return ret;
}

int
soak_port_remove(struct soak_port *port)
{
	static const struct rte_eth_stats none;
	struct rte_eth_stats before = { 0 };
	int ret;

	soak_lock(&port->control);
	soak_park(port);
	halves_set(port, false);
	port->detached++;
	soak_expect("stop", port, rte_eth_dev_stop(port->conf.id), 0);
	rte_eth_stats_get(port->conf.id, &before);
	carry_add(&port->carry, &before, &none);
	ret = soak_expect("remove", port, rte_eal_hotplug_remove("vdev", port->name), 0);
	soak_unpark(port);
	rte_spinlock_unlock(&port->control);
	return ret;
}

int
soak_port_setup(struct soak_port *port)
{
	struct rte_eth_stats before = { 0 };
	struct rte_eth_stats now = { 0 };
	int ret;

	soak_lock(&port->control);
	rte_eth_stats_get(port->conf.id, &before);
	ret = soak_expect("setup", port, app_port_setup(&port->conf), 0);
	rte_eth_stats_get(port->conf.id, &now);
	carry_add(&port->carry, &before, &now);
	rte_spinlock_unlock(&port->control);
	return ret;
}

int
soak_port_start(struct soak_port *port)
{
	int ret;

	soak_lock(&soak_makers);
	soak_park(port);
	ret = soak_expect("start", port, rte_eth_dev_start(port->conf.id), 0);
	halves_set(port, ret == 0);
	soak_unpark(port);
	rte_spinlock_unlock(&soak_makers);
	return ret;
}

int
soak_port_stop(struct soak_port *port)
{
	int ret;

	soak_park(port);
	halves_set(port, false);
	ret = soak_expect("stop", port, rte_eth_dev_stop(port->conf.id), 0);
	soak_unpark(port);
	return ret;
}

int
soak_half_start(struct soak_port *port, uint16_t queue, bool rx)
{
	int ret;

	soak_lock(&soak_makers);
	if (rx)
		ret = rte_eth_dev_rx_queue_start(port->conf.id, queue);
	else
		ret = rte_eth_dev_tx_queue_start(port->conf.id, queue);
	rte_spinlock_unlock(&soak_makers);
	(rx ? &port->rx[queue] : &port->tx[queue])->runs = ret == 0;
	return soak_expect(rx ? "Rx queue start" : "Tx queue start", port, ret, 0);
}

int
soak_half_stop(struct soak_port *port, uint16_t queue, bool rx)
{
	int ret;

	(rx ? &port->rx[queue] : &port->tx[queue])->runs = false;
	if (rx)
		ret = rte_eth_dev_rx_queue_stop(port->conf.id, queue);
	else
		ret = rte_eth_dev_tx_queue_stop(port->conf.id, queue);
	return soak_expect(rx ? "Rx queue stop" : "Tx queue stop", port, ret, 0);
}

void
soak_halves_start(struct soak_port *port)
{
	uint16_t i;

	soak_park(port);
	for (i = 0; i < SOAK_QUEUES; i++) {
		if (i < port->conf.nb_tx && !port->tx[i].runs)
			soak_half_start(port, i, false);
		if (i < port->conf.nb_rx && !port->rx[i].runs)
			soak_half_start(port, i, true);
	}
	soak_unpark(port);
}

/* Of one queue that is stopped; errors are the port's, and no burst adds any. */
static struct rte_eth_stats
queue_stats(const struct soak_port *port, uint16_t queue)
{
	struct rte_eth_stats stats = { 0 };

	rte_eth_stats_get(port->conf.id, &stats);
	stats.ipackets = stats.q_ipackets[queue];
	stats.ibytes = stats.q_ibytes[queue];
	stats.imissed = stats.q_errors[queue];
	stats.opackets = stats.q_opackets[queue];
	stats.obytes = stats.q_obytes[queue];
	return stats;
}

int
soak_queue_resetup(struct soak_port *port, uint16_t queue, uint16_t nb_desc, struct rte_mempool *mp)
{
	const struct rte_eth_stats before = queue_stats(port, queue);
	struct rte_eth_stats now;
	int ret = 0;

	if (queue < port->conf.nb_rx)
		ret = rte_eth_rx_queue_setup(port->conf.id, queue, nb_desc, SOCKET_ID_ANY, NULL,
					     mp);
	if (queue < port->conf.nb_tx && ret == 0)
		ret = rte_eth_tx_queue_setup(port->conf.id, queue, nb_desc, SOCKET_ID_ANY, NULL);
	now = queue_stats(port, queue);
	carry_add(&port->carry, &before, &now);
	return ret;
}
