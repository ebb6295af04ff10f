/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The operations. Each leaves its port running, though perhaps not all of its queues.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "soak.h"

/* Between operations, so that traffic flows in most states. */
#define REST_MS_MAX 30
/* Ring sizes go through 64 << 0 to 64 << 3; Tx-only ports are rare, as they receive nothing. */
#define RING_MIN 64
#define RING_SIZES 4
#define NO_RX_ONE_IN 12
/* As many as the largest pool has. */
#define GRABBED_MAX 32768
#define STARVE_MS_MAX 100
/* How long a removal may take to be told on a loaded machine. */
#define REMOVAL_MS_MAX 4000

static const uint16_t mtus[] = { 1500, 1400, 1280, 900 };

/* Those of which every maker has some, in a stopped or running state of the port. */
static uint16_t
ring_pick(uint64_t *random)
{
	return RING_MIN << soak_pick(random, RING_SIZES);
}

static struct rte_mempool *
pool_pick(uint64_t *random)
{
	return soak_pools[soak_pick(random, soak_nb_pools)];
}

void
soak_conf_pick(struct soak_port *port, uint64_t *random)
{
	struct app_port *conf = &port->conf;

	conf->nb_rx = 1 + soak_pick(random, SOAK_QUEUES);
	if (soak_pick(random, NO_RX_ONE_IN) == 0)
		conf->nb_rx = 0;
	conf->nb_tx = 1 + soak_pick(random, SOAK_QUEUES);
	conf->rxd = ring_pick(random);
	conf->txd = ring_pick(random);
	conf->mtu = mtus[soak_pick(random, RTE_DIM(mtus))];
	conf->mp = pool_pick(random);
}

static void
rest(uint64_t *random)
{
	app_sleep_ms(1 + soak_pick(random, REST_MS_MAX));
}

static void
op_rest(struct soak_port *port __rte_unused, uint64_t *random)
{
	rest(random);
}

static void
op_restart(struct soak_port *port, uint64_t *random __rte_unused)
{
	soak_port_stop(port);
	soak_port_start(port);
}

static void
op_reconfigure(struct soak_port *port, uint64_t *random)
{
	soak_port_stop(port);
	soak_conf_pick(port, random);
	soak_port_setup(port);
	soak_port_start(port);
}

static void
op_reprobe(struct soak_port *port, uint64_t *random)
{
	soak_port_remove(port);
	rest(random);
	soak_conf_pick(port, random);
	soak_port_probe(port);
	soak_port_setup(port);
	soak_port_start(port);
}

static void
reset_and_start(struct soak_port *port)
{
	port->detached++;
	soak_lock(&port->control);
	soak_expect("reset", port, rte_eth_dev_reset(port->conf.id), 0);
	rte_spinlock_unlock(&port->control);
	soak_port_setup(port);
	soak_port_start(port);
}

static void
op_reset(struct soak_port *port, uint64_t *random)
{
	soak_port_stop(port);
	soak_conf_pick(port, random);
	reset_and_start(port);
}

/* One half of one queue; it stays stopped until some later operation. */
static void
op_half_stop(struct soak_port *port, uint64_t *random)
{
	const bool rx = soak_pick(random, 2) != 0;
	const uint16_t queue = soak_pick(random, SOAK_QUEUES);
	struct soak_half *half = rx ? &port->rx[queue] : &port->tx[queue];

	soak_half_park(half);
	if (half->runs)
		soak_half_stop(port, queue, rx);
	soak_half_unpark(half);
	rest(random);
}

static void
op_halves_start(struct soak_port *port, uint64_t *random)
{
	soak_halves_start(port);
	rest(random);
}

/* As long as the other half runs, nothing can change. */
static void
half_resetup(struct soak_port *port, uint16_t queue, bool rx)
{
	const uint16_t other = RING_MIN << RING_SIZES;
	int ret;

	soak_half_stop(port, queue, rx);
	if (rx)
		ret = rte_eth_rx_queue_setup(port->conf.id, queue, other, SOCKET_ID_ANY, NULL,
					     port->conf.mp);
	else
		ret = rte_eth_tx_queue_setup(port->conf.id, queue, other, SOCKET_ID_ANY, NULL);
	soak_expect("half set up anew", port, ret, -EBUSY);
	soak_half_start(port, queue, rx);
}

static void
op_half_resetup(struct soak_port *port, uint64_t *random)
{
	const bool rx = soak_pick(random, 2) != 0;
	const uint16_t queue = soak_pick(random, SOAK_QUEUES);

	soak_park(port);
	if (port->rx[queue].runs && port->tx[queue].runs)
		half_resetup(port, queue, rx);
	soak_unpark(port);
	rest(random);
}

static void
queue_stop(struct soak_port *port, uint16_t queue)
{
	if (port->rx[queue].runs)
		soak_half_stop(port, queue, true);
	if (port->tx[queue].runs)
		soak_half_stop(port, queue, false);
}

static void
queue_start(struct soak_port *port, uint16_t queue)
{
	if (queue < port->conf.nb_tx)
		soak_half_start(port, queue, false);
	if (queue < port->conf.nb_rx)
		soak_half_start(port, queue, true);
}

/* Queue 0's pool is that of the Tx queues without an Rx half, too. */
static int
resetup_result(const struct soak_port *port, uint16_t queue, const struct rte_mempool *mp)
{
	struct rte_eth_rxq_info info = { 0 };
	uint16_t i;

	if (queue != 0 || port->conf.nb_rx == 0)
		return 0;
	rte_eth_rx_queue_info_get(port->conf.id, 0, &info);
	for (i = port->conf.nb_rx; i < port->conf.nb_tx; i++) {
		if (port->tx[i].runs && info.mp != mp)
			return -EBUSY;
	}
	return 0;
}

/* Other ring sizes and pool, of one queue, while the others run. */
static void
op_resetup(struct soak_port *port, uint64_t *random)
{
	const uint16_t queue = soak_pick(random, RTE_MAX(port->conf.nb_rx, port->conf.nb_tx));
	struct rte_mempool *mp = pool_pick(random);
	const uint16_t nb_desc = ring_pick(random);
	int wanted;
	int ret;

	soak_park(port);
	queue_stop(port, queue);
	wanted = resetup_result(port, queue, mp);
	soak_lock(&port->control);
	ret = soak_expect("queue set up anew", port, soak_queue_resetup(port, queue, nb_desc, mp),
			  wanted);
	rte_spinlock_unlock(&port->control);
	if (ret == 0)
		queue_start(port, queue);
	soak_unpark(port);
	if (ret != 0)
		op_reconfigure(port, random);
	rest(random);
}

static void
op_tx_cleanup(struct soak_port *port, uint64_t *random)
{
	const uint16_t queue = soak_pick(random, SOAK_QUEUES);
	int ret;

	soak_half_park(&port->tx[queue]);
	if (port->tx[queue].runs) {
		ret = rte_eth_tx_done_cleanup(port->conf.id, queue, soak_pick(random, 64));
		soak_expect("tx_done_cleanup", port, RTE_MIN(ret, 0), 0);
	}
	soak_half_unpark(&port->tx[queue]);
}

static void
op_filter(struct soak_port *port, uint64_t *random)
{
	struct rte_ether_addr mac = { .addr_bytes = { 2, 0xaf, 0, 0, 0 } };

	mac.addr_bytes[5] = soak_pick(random, 256);
	switch (soak_pick(random, 5)) {
	case 0:
		soak_expect("promisc on", port, rte_eth_promiscuous_enable(port->conf.id), 0);
		break;
	case 1:
		soak_expect("promisc off", port, rte_eth_promiscuous_disable(port->conf.id), 0);
		break;
	case 2:
		soak_expect("allmulti on", port, rte_eth_allmulticast_enable(port->conf.id), 0);
		break;
	case 3:
		soak_expect("allmulti off", port, rte_eth_allmulticast_disable(port->conf.id), 0);
		break;
	default:
		soak_expect("MAC", port, rte_eth_dev_default_mac_addr_set(port->conf.id, &mac), 0);
		break;
	}
}

static void
op_mtu(struct soak_port *port, uint64_t *random)
{
	const uint16_t mtu = mtus[soak_pick(random, RTE_DIM(mtus))];
	int ret = rte_eth_dev_set_mtu(port->conf.id, mtu);

	/* A port without Rx queues has frames for the MTU of its start. */
	if (port->conf.nb_rx == 0 && ret == -EBUSY)
		return;
	soak_expect("MTU", port, ret, 0);
	port->conf.mtu = mtu;
}

static void
op_hold(struct soak_port *port __rte_unused, uint64_t *random)
{
	soak_workers_hold(soak_pick(random, 2) != 0);
	rest(random);
}

/* Everything that the pool has, and what comes back to it meanwhile. */
static void
op_starve(struct soak_port *port, uint64_t *random)
{
	static void *grabbed[GRABBED_MAX];
	unsigned int ms = 1 + soak_pick(random, STARVE_MS_MAX);
	struct rte_mempool *mp = port->conf.mp;
	unsigned int n = 0;

	soak_lock(&soak_makers);
	for (; ms != 0; ms--) {
		while (n < GRABBED_MAX && rte_mempool_generic_get(mp, &grabbed[n], 1, NULL) == 0)
			n++;
		app_sleep_ms(1);
	}
	rte_mempool_generic_put(mp, grabbed, n, NULL);
	rte_spinlock_unlock(&soak_makers);
	rest(random);
}

/* No start without the interface being up. */
static void
op_down(struct soak_port *port, uint64_t *random)
{
	const bool restart = soak_pick(random, 2) != 0;
	int ret;

	soak_ask("down %td", port - soak_ports);
	rest(random);
	if (restart) {
		soak_port_stop(port);
		ret = rte_eth_dev_start(port->conf.id);
		soak_expect("start on what is down", port, ret, -ENETDOWN);
	}
	soak_ask("up %td", port - soak_ports);
	if (restart)
		soak_port_start(port);
	rest(random);
}

static void
removal_await(unsigned int before, const struct soak_port *port)
{
	unsigned int ms;

	for (ms = 0; ms < REMOVAL_MS_MAX && soak_removals() == before; ms++)
		app_sleep_ms(1);
	if (soak_removals() == before)
		soak_complain("%s: no removal event", port->name);
}

/* Deleted or moved, under traffic; then it is there again, or another of its name. */
static void
op_gone(struct soak_port *port, uint64_t *random)
{
	const bool moved = soak_pick(random, 2) != 0;
	const bool reset = soak_pick(random, 2) != 0;
	const bool start = soak_pick(random, 2) != 0;
	const unsigned int removals = soak_removals();

	soak_ask(moved ? "move %td" : "delete %td", port - soak_ports);
	removal_await(removals, port);
	rest(random);
	soak_port_stop(port);
	if (start)
		soak_expect("start on what is gone", port, rte_eth_dev_start(port->conf.id),
			    -ENODEV);
	if (!reset)
		soak_port_remove(port);
	soak_ask(moved ? "back %td" : "create %td", port - soak_ports);
	soak_expect("peer", port, soak_wire_reopen(port - soak_ports), 0);
	soak_conf_pick(port, random);
	if (reset) {
		reset_and_start(port);
		return;
	}
	soak_port_probe(port);
	soak_port_setup(port);
	soak_port_start(port);
}

static const struct {
	const char *name;
	void (*run)(struct soak_port *port, uint64_t *random);
	unsigned int kinds; /* bits; 0: all */
} ops[] = {
	{ "rest", op_rest, 0 },
	{ "restart", op_restart, 0 },
	{ "reconfigure", op_reconfigure, 0 },
	{ "reprobe", op_reprobe, 0 },
	{ "reset", op_reset, 0 },
	{ "half_stop", op_half_stop, 0 },
	{ "half_stop", op_half_stop, 0 },
	{ "halves_start", op_halves_start, 0 },
	{ "half_resetup", op_half_resetup, 0 },
	{ "resetup", op_resetup, 0 },
	{ "resetup", op_resetup, 0 },
	{ "tx_cleanup", op_tx_cleanup, 0 },
	{ "filter", op_filter, 0 },
	{ "mtu", op_mtu, 0 },
	{ "hold", op_hold, 0 },
	{ "starve", op_starve, 0 },
	{ "down", op_down, 1 << SOAK_FLAPS },
	{ "down", op_down, 1 << SOAK_FLAPS },
	{ "gone", op_gone, 1 << SOAK_GONE },
	{ "gone", op_gone, 1 << SOAK_GONE },
};

void
soak_op(enum soak_kind kind, uint64_t *random)
{
	static unsigned int number;
	const unsigned int i = soak_pick(random, RTE_DIM(ops));
	const unsigned int p = soak_pick(random, SOAK_PORTS);

	if (ops[i].kinds != 0 && !(ops[i].kinds & 1 << kind))
		return;
	printf("op=%u %s %s\n", ++number, ops[i].name, soak_ports[p].name);
	ops[i].run(&soak_ports[p], random);
}
