/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Forwarding with any assignment of queues to threads. A flow is one Rx queue
 * and where its frames go to; a ring is between the halves where those are
 * different threads' work.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_ring.h>

#include "app.h"

#define FLOWS_MAX 8
#define WORKERS_MAX 8
/* Twice the largest Rx ring in use, so that the Rx thread rarely waits. */
#define RING_LEN 4096

struct flow {
	uint16_t from_port;
	uint16_t from_queue;
	uint16_t to_port;
	uint16_t to_queue;
	struct rte_ring *ring;
	uint64_t received;
	uint64_t sent;
	uint64_t damaged;
} __rte_cache_aligned;

struct worker {
	bool rx;
	bool tx;
	unsigned int first; /* flows first, first + step, ... are its */
	unsigned int step;
	pid_t tid;
	uint64_t polls;
	pthread_t thread; /* where it is not an lcore */
} __rte_cache_aligned;

static struct flow flows[FLOWS_MAX];
static unsigned int nb_flows;
static struct worker workers[WORKERS_MAX];
static unsigned int nb_workers;
static uint16_t burst;
static uint16_t nb_tx;
static bool swap;
/* Raised one after the other, so that no frame stays behind in a ring. */
static bool rx_ended;
static bool tx_ended;

/* More Tx queues than Rx queues: bursts take turns. */
static uint16_t
queue_of_burst(const struct flow *f)
{
	return nb_flows == 1 ? f->received / burst % nb_tx : f->to_queue;
}

static void
flow_send(struct flow *f, struct rte_mbuf **pkts, uint16_t n)
{
	f->sent += app_send(f->to_port, queue_of_burst(f), pkts, n);
}

static void
flow_receive(struct flow *f, bool send)
{
	struct rte_mbuf *pkts[APP_BURST_MAX];
	uint16_t n = rte_eth_rx_burst(f->from_port, f->from_queue, pkts, burst);
	uint16_t passed = 0;
	uint16_t i;

	for (i = 0; i < n; i++) {
		f->damaged += !app_received_whole(pkts[i], f->from_port);
		if (swap)
			app_frame_swap(pkts[i]);
	}
	f->received += n;
	if (send && n != 0)
		flow_send(f, pkts, n);
	while (!send && passed < n)
		passed += rte_ring_enqueue_burst(f->ring, (void **)pkts + passed, n - passed, NULL);
}

static bool
flow_transmit(struct flow *f)
{
	struct rte_mbuf *pkts[APP_BURST_MAX];
	uint16_t n = rte_ring_dequeue_burst(f->ring, (void **)pkts, burst, NULL);

	if (n != 0)
		flow_send(f, pkts, n);
	else
		rte_eth_tx_burst(f->to_port, f->to_queue, NULL, 0);
	return n != 0;
}

static int
work(void *arg)
{
	struct worker *w = arg;
	bool busy = true;
	unsigned int i;

	__atomic_store_n(&w->tid, gettid(), __ATOMIC_RELAXED);
	while (!__atomic_load_n(w->rx ? &rx_ended : &tx_ended, __ATOMIC_ACQUIRE) ||
	       (!w->rx && busy)) {
		busy = false;
		for (i = w->first; i < nb_flows; i += w->step) {
			if (w->rx)
				flow_receive(&flows[i], w->tx);
			else
				busy |= flow_transmit(&flows[i]);
		}
		__atomic_store_n(&w->polls, w->polls + 1, __ATOMIC_RELAXED);
	}
	return 0;
}

static void *
work_thread(void *arg)
{
	work(arg);
	return NULL;
}

/* As the lcores that EAL has, or as threads that EAL knows nothing of. */
static int
workers_launch(void)
{
	const bool plain = app_arg("plain_threads", 0);
	unsigned int lcore = -1;
	unsigned int i;
	int ret = 0;

	for (i = 0; i < nb_workers && ret == 0; i++) {
		lcore = rte_get_next_lcore(lcore, true, false);
		if (plain)
			ret = -pthread_create(&workers[i].thread, NULL, work_thread, &workers[i]);
		else if (lcore < RTE_MAX_LCORE)
			ret = rte_eal_remote_launch(work, &workers[i], lcore);
		else
			ret = -ENODEV;
	}
	return ret;
}

static void
workers_join(bool rx)
{
	unsigned int lcore = -1;
	unsigned int i;

	__atomic_store_n(rx ? &rx_ended : &tx_ended, true, __ATOMIC_RELEASE);
	for (i = 0; i < nb_workers; i++) {
		lcore = rte_get_next_lcore(lcore, true, false);
		if (workers[i].rx != rx)
			continue;
		if (workers[i].thread != 0)
			pthread_join(workers[i].thread, NULL);
		else
			rte_eal_wait_lcore(lcore);
	}
}

static void
workers_assign(void)
{
	const unsigned int nb_rx_workers = app_arg("rx_workers", 1);
	const unsigned int nb_tx_workers = app_arg("tx_workers", 0);
	unsigned int i;

	for (i = 0; i < nb_rx_workers; i++)
		workers[nb_workers++] = (struct worker){
			.rx = true, .tx = nb_tx_workers == 0, .first = i, .step = nb_rx_workers
		};
	for (i = 0; i < nb_tx_workers; i++)
		workers[nb_workers++] =
			(struct worker){ .tx = true, .first = i, .step = nb_tx_workers };
}

static int
flows_open(const struct app_port *port, uint16_t to_port)
{
	char name[RTE_RING_NAMESIZE];
	uint16_t i;

	for (i = 0; i < port->nb_rx; i++) {
		struct flow *f = &flows[nb_flows];

		snprintf(name, sizeof(name), "flow%u", nb_flows++);
		*f = (struct flow){ .from_port = port->id,
				    .from_queue = i,
				    .to_port = to_port,
				    .to_queue = i % port->nb_tx,
				    .ring = rte_ring_create(name, RING_LEN, SOCKET_ID_ANY,
							    RING_F_SP_ENQ | RING_F_SC_DEQ) };
		if (f->ring == NULL)
			return -ENOMEM;
	}
	return app_port_open(port);
}

static int
ports_open(uint16_t nb_ports)
{
	struct rte_mempool *mp = app_pool("a");
	struct app_port port;
	uint16_t i;
	int ret = 0;

	for (i = 0; i < nb_ports && ret == 0; i++) {
		if (i != 0 && app_arg("pools", 1) > 1)
			mp = app_pool("b");
		port = app_port_default(i, mp);
		nb_tx = port.nb_tx;
		ret = flows_open(&port, nb_ports - 1 - i);
	}
	app_say("chunks", mp->nb_mem_chunks);
	return ret;
}

static void
results_say(void)
{
	unsigned int i;

	for (i = 0; i < nb_flows; i++) {
		app_say_of("received", i, flows[i].received);
		app_say_of("sent", i, flows[i].sent);
		app_say_of("damaged", i, flows[i].damaged);
	}
	for (i = 0; i < nb_workers; i++)
		app_say_of("polls", i, workers[i].polls);
}

int
app_forward(void)
{
	const uint16_t nb_ports = app_arg("ports", 1);
	unsigned int i;
	int ret;

	burst = app_arg("burst", 32);
	swap = nb_ports == 1;
	ret = ports_open(nb_ports);
	if (ret != 0) {
		for (i = 0; i < nb_ports; i++)
			rte_eth_dev_close(i);
		return ret;
	}
	workers_assign();
	ret = workers_launch();
	if (ret != 0)
		return ret;
	for (i = 0; i < nb_workers; i++) {
		while (__atomic_load_n(&workers[i].tid, __ATOMIC_RELAXED) == 0)
			app_sleep_ms(1);
		app_say_of("tid", i, workers[i].tid);
	}
	app_checkpoint("running");
	workers_join(true);
	workers_join(false);
	results_say();
	for (i = 0; i < nb_ports; i++) {
		app_port_say(i);
		ret = app_port_close(i) != 0 ? -EIO : ret;
	}
	return ret;
}
