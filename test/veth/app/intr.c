/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Rx interrupts, step by step: what each call answers, who is woken, and what
 * becomes of them when queues and port stop and start. One thread; the test
 * sends in between.
 */
#include <errno.h>
#include <sys/resource.h>

#include <rte_epoll.h>
#include <rte_interrupts.h>

#include "app.h"

#define QUEUES_MAX 8
#define BURST 32
#define HELD_MAX 4096
/* A packet that was sent is there at once; longer only where the machine is busy. */
#define WAIT_MS 4000
/* Long enough for anything that should not happen. */
#define NAP_MS 300
/* A frame in flight on veth takes a softirq. */
#define RECEIVE_MS 20
/* EAL's interrupt thread makes its epoll instance anew whenever it likes. */
#define EPOLLS_MS 2000

static struct app_port port;
static struct rte_mbuf *held[HELD_MAX];
static unsigned int nb_held;
static unsigned int epolls_before;

static int
all_queues(int (*call)(uint16_t port_id, uint16_t queue))
{
	uint16_t i;
	int ret = 0;

	for (i = 0; i < port.nb_rx && ret == 0; i++)
		ret = call(port.id, i);
	return ret;
}

static int
register_one(uint16_t id, uint16_t queue)
{
	return rte_eth_dev_rx_intr_ctl_q(id, queue, RTE_EPOLL_PER_THREAD, RTE_INTR_EVENT_ADD,
					 (void *)(uintptr_t)queue);
}

static int
step_register(void)
{
	return all_queues(register_one);
}

static int
step_enable(void)
{
	return all_queues(rte_eth_dev_rx_intr_enable);
}

static int
step_disable(void)
{
	return all_queues(rte_eth_dev_rx_intr_disable);
}

static int
step_wait(void)
{
	struct rte_epoll_event events[QUEUES_MAX];
	int n = rte_epoll_wait(RTE_EPOLL_PER_THREAD, events, QUEUES_MAX, WAIT_MS);
	unsigned int mask = 0;
	int i;

	for (i = 0; i < n; i++)
		mask |= 1U << (uintptr_t)events[i].epdata.data;
	app_say("queues", mask);
	return n;
}

/* Nobody should be woken: how often this thread gave up the CPU says whether it slept throughout. */
static int
step_nap(void)
{
	struct rte_epoll_event events[QUEUES_MAX];
	struct rusage before, after;
	int n;

	getrusage(RUSAGE_THREAD, &before);
	n = rte_epoll_wait(RTE_EPOLL_PER_THREAD, events, QUEUES_MAX, NAP_MS);
	getrusage(RUSAGE_THREAD, &after);
	app_say("sleeps", after.ru_nvcsw - before.ru_nvcsw);
	return n;
}

/* The bursts that a queue's fill ring takes to be as full as it will be are among them. */
static int
receive(struct rte_mbuf **pkts, unsigned int max)
{
	unsigned int n = 0;
	unsigned int ms;
	uint16_t i;

	for (ms = 0; ms < RECEIVE_MS; ms++) {
		for (i = 0; i < port.nb_rx && max - n >= BURST; i++)
			n += rte_eth_rx_burst(port.id, i, pkts + n, BURST);
		app_sleep_ms(1);
	}
	return n;
}

static int
step_receive(void)
{
	struct rte_mbuf *pkts[HELD_MAX];
	int n = receive(pkts, HELD_MAX);
	int i;

	for (i = 0; i < n; i++) {
		if (!app_received_whole(pkts[i], port.id))
			return -EBADMSG;
	}
	rte_pktmbuf_free_bulk(pkts, n);
	return n;
}

/* One frame of those that wait. */
static int
step_receive_one(void)
{
	struct rte_mbuf *pkt;
	int n = rte_eth_rx_burst(port.id, 0, &pkt, 1);

	rte_pktmbuf_free_bulk(&pkt, n);
	return n;
}

/* All mbufs of the pool, and those that the kernel gives back. */
static int
step_hold(void)
{
	while (nb_held < HELD_MAX && (held[nb_held] = rte_pktmbuf_alloc(port.mp)) != NULL)
		nb_held++;
	nb_held += receive(held + nb_held, HELD_MAX - nb_held);
	return nb_held;
}

static int
step_free(void)
{
	rte_pktmbuf_free_bulk(held, nb_held);
	nb_held = 0;
	return 0;
}

static int
step_queue_stop(void)
{
	int ret = rte_eth_dev_rx_queue_stop(port.id, 0);

	return ret != 0 ? ret : rte_eth_dev_tx_queue_stop(port.id, 0);
}

static int
step_queue_start(void)
{
	int ret = rte_eth_dev_tx_queue_start(port.id, 0);

	return ret != 0 ? ret : rte_eth_dev_rx_queue_start(port.id, 0);
}

static int
step_rx_stop(void)
{
	return rte_eth_dev_rx_queue_stop(port.id, 0);
}

static int
step_rx_start(void)
{
	return rte_eth_dev_rx_queue_start(port.id, 0);
}

static int
step_stop(void)
{
	return rte_eth_dev_stop(port.id);
}

static int
step_start(void)
{
	return rte_eth_dev_start(port.id);
}

static int
step_with(void)
{
	port.rx_intr = true;
	return app_port_setup(&port);
}

static int
step_without(void)
{
	port.rx_intr = false;
	return app_port_setup(&port);
}

static int
step_fd(void)
{
	return rte_eth_dev_rx_intr_ctl_q_get_fd(port.id, 0);
}

/* What the ports have open, now that they have none. */
static int
step_close(void)
{
	int ret = rte_eth_dev_close(port.id);
	unsigned int ms;

	for (ms = 0; ms < EPOLLS_MS && app_epolls() > epolls_before; ms++)
		app_sleep_ms(1);
	app_say("epolls", (int)app_epolls() - (int)epolls_before);
	return ret;
}

static const struct app_step steps[] = {
	{ "register", step_register },
	{ "enable", step_enable },
	{ "disable", step_disable },
	{ "wait", step_wait },
	{ "nap", step_nap },
	{ "receive", step_receive },
	{ "receive_one", step_receive_one },
	{ "hold", step_hold },
	{ "free", step_free },
	{ "queue_stop", step_queue_stop },
	{ "queue_start", step_queue_start },
	{ "rx_stop", step_rx_stop },
	{ "rx_start", step_rx_start },
	{ "stop", step_stop },
	{ "start", step_start },
	{ "with", step_with },
	{ "without", step_without },
	{ "fd", step_fd },
	{ "close", step_close },
};

int
app_intr(void)
{
	unsigned int ms;

	rte_epoll_wait(RTE_EPOLL_PER_THREAD, &(struct rte_epoll_event){ 0 }, 1, 0);
	/* This thread's, and that of EAL's interrupt thread. */
	for (ms = 0; ms < EPOLLS_MS && epolls_before < 2; ms++) {
		app_sleep_ms(1);
		epolls_before = app_epolls();
	}
	port = app_port_default(0, app_pool("a"));
	return app_steps(steps, RTE_DIM(steps));
}
