/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Every worker uses every queue of every port, Rx and Tx, one at a time.
 */
#include <errno.h>
#include <unistd.h>

#include <rte_launch.h>
#include <rte_lcore.h>

#include "soak.h"

#define BURST_MAX 64
/* Half of a small ring at both workers; no more than the pools have left. */
#define HELD_MAX 512
/* After one turn in so many: rings run full, and peers get a core of a small machine. */
#define REST_ONE_IN 4
#define REST_US 500
/* Of the same mbuf at once. */
#define SHARES_MAX 4

struct worker {
	uint64_t random;
	struct rte_mbuf *held[HELD_MAX];
	uint16_t held_port[HELD_MAX];
	unsigned int nb_held;
	bool paused;
	uint64_t damaged;
	uint64_t disorder;
} __rte_cache_aligned;

static struct worker workers[RTE_MAX_LCORE];
static bool pause_wanted = true; /* until the first port runs */
static bool hold_wanted;
static bool ended;

static bool
half_take(struct soak_half *half)
{
	return !__atomic_load_n(&half->wanted, __ATOMIC_RELAXED) &&
		rte_spinlock_trylock(&half->lock);
}

static void
sent_note(const struct soak_port *p, const struct soak_frame *f, unsigned int space)
{
	if (f->good)
		soak_table_sent(SOAK_TO_PEER, p - soak_ports, space, f->number);
}

/* Up to n frames out of some Tx queue that runs and is free; the rest is freed. */
static void
emit(struct worker *w, struct soak_port *p, const struct soak_frame *frames, uint16_t n,
     unsigned int space)
{
	const uint16_t queue = soak_pick(&w->random, SOAK_QUEUES);
	struct soak_half *half = &p->tx[queue];
	struct rte_mbuf *pkts[BURST_MAX];
	uint16_t taken = 0;
	uint16_t i;

	for (i = 0; i < n; i++)
		pkts[i] = frames[i].m;
	if (half_take(half)) {
		if (half->runs)
			taken = rte_eth_tx_burst(p->conf.id, queue, pkts, n);
		rte_spinlock_unlock(&half->lock);
	}
	for (i = 0; i < taken; i++)
		sent_note(p, &frames[i], space);
	__atomic_fetch_add(&p->taken, taken, __ATOMIC_RELAXED);
	for (; i < n; i++)
		rte_pktmbuf_free(pkts[i]);
}

static struct soak_port *
any_port(struct worker *w)
{
	return &soak_ports[soak_pick(&w->random, SOAK_PORTS)];
}

/* The same mbuf in several rings at once; nobody writes to it any more. */
static void
share(struct worker *w, const struct soak_frame *frame, unsigned int space)
{
	unsigned int n = 1 + soak_pick(&w->random, SHARES_MAX);

	rte_mbuf_refcnt_update(frame->m, n);
	while (n-- != 0)
		emit(w, any_port(w), frame, 1, space);
	rte_pktmbuf_free(frame->m);
}

/* Clones of their own headers, to several rings. */
static void
share_clones(struct worker *w, const struct soak_frame *frame, unsigned int space)
{
	unsigned int n = 1 + soak_pick(&w->random, SHARES_MAX);
	struct soak_frame copy = *frame;

	while (n-- != 0) {
		copy.m = rte_pktmbuf_clone(frame->m, frame->m->pool);
		if (copy.m != NULL)
			emit(w, any_port(w), &copy, 1, space);
	}
	rte_pktmbuf_free(frame->m);
}

static void
hold(struct worker *w, const struct soak_port *p, struct rte_mbuf *m)
{
	w->held_port[w->nb_held] = p->conf.id;
	w->held[w->nb_held++] = m;
}

/* They are as they came, however long ago that was. */
static void
held_release(struct worker *w)
{
	while (w->nb_held != 0) {
		struct rte_mbuf *m = w->held[--w->nb_held];

		w->damaged += !app_received_whole(m, w->held_port[w->nb_held]);
		rte_pktmbuf_free(m);
	}
}

static void
use(struct worker *w, const struct soak_port *p, struct rte_mbuf *m)
{
	const struct soak_frame frame = {
		.m = m,
		.number = app_frame_number(rte_pktmbuf_mtod(m, const char *)),
		.good = true,
	};
	const unsigned int space = soak_frame_space(rte_pktmbuf_mtod(m, const char *));

	if (__atomic_load_n(&hold_wanted, __ATOMIC_RELAXED) && w->nb_held < HELD_MAX) {
		hold(w, p, m);
		return;
	}
	switch (soak_pick(&w->random, 8)) {
	case 0:
		share(w, &frame, space);
		break;
	case 1:
		share_clones(w, &frame, space);
		break;
	case 2:
	case 3:
		emit(w, any_port(w), &frame, 1, space);
		break;
	default:
		rte_pktmbuf_free(m);
		break;
	}
}

/* A flow has one queue, and a queue one order. */
static void
check(struct worker *w, struct soak_port *p, struct rte_mbuf *m)
{
	const char *data = rte_pktmbuf_mtod(m, const char *);
	uint32_t number;

	if (!app_received_whole(m, p->conf.id)) {
		w->damaged++;
		return;
	}
	number = app_frame_number(data);
	w->disorder += (int32_t)(number - p->last[number % SOAK_FLOWS]) <= 0;
	p->last[number % SOAK_FLOWS] = number;
	soak_table_came(SOAK_TO_PORT, p - soak_ports, soak_frame_space(data), number);
}

static void
receive(struct worker *w, struct soak_port *p, uint16_t queue)
{
	struct soak_half *half = &p->rx[queue];
	struct rte_mbuf *pkts[BURST_MAX];
	uint16_t n = 0;
	uint16_t i;

	if (!half_take(half))
		return;
	if (half->runs)
		n = rte_eth_rx_burst(p->conf.id, queue, pkts, 1 + soak_pick(&w->random, BURST_MAX));
	for (i = 0; i < n; i++)
		check(w, p, pkts[i]);
	__atomic_fetch_add(&p->received, n, __ATOMIC_RELAXED);
	rte_spinlock_unlock(&half->lock);
	for (i = 0; i < n; i++)
		use(w, p, pkts[i]);
}

/* Frames of our own; they may be of another port's pool. */
static void
transmit(struct worker *w, struct soak_port *p)
{
	struct rte_mempool *mp = soak_pools[soak_pick(&w->random, soak_nb_pools)];
	const unsigned int wanted = soak_pick(&w->random, BURST_MAX + 1);
	struct soak_frame frames[BURST_MAX];
	uint32_t first;
	uint16_t n = 0;
	unsigned int i;

	if (soak_pick(&w->random, 4) != 0)
		mp = p->conf.mp;
	if (!soak_numbers_take(SOAK_SPACE_OWN, wanted, &first))
		return;
	for (i = 0; i < wanted; i++)
		n += soak_make(&w->random, mp, first + i, &frames[n]);
	emit(w, p, frames, n, SOAK_SPACE_OWN);
}

static void
turn(struct worker *w)
{
	unsigned int i;
	uint16_t queue;

	if (!__atomic_load_n(&hold_wanted, __ATOMIC_RELAXED))
		held_release(w);
	for (i = 0; i < SOAK_PORTS; i++) {
		for (queue = 0; queue < SOAK_QUEUES; queue++)
			receive(w, &soak_ports[i], queue);
		transmit(w, &soak_ports[i]);
	}
	if (soak_pick(&w->random, REST_ONE_IN) == 0)
		usleep(REST_US);
}

static int
work(void *arg)
{
	struct worker *w = arg;
	bool pause;

	while (!__atomic_load_n(&ended, __ATOMIC_ACQUIRE)) {
		pause = __atomic_load_n(&pause_wanted, __ATOMIC_ACQUIRE);
		if (pause)
			held_release(w);
		__atomic_store_n(&w->paused, pause, __ATOMIC_RELEASE);
		if (pause)
			app_sleep_ms(1);
		else
			turn(w);
	}
	return 0;
}

int
soak_workers_start(uint64_t seed)
{
	unsigned int lcore;
	int ret = 0;

	RTE_LCORE_FOREACH_WORKER(lcore) {
		workers[lcore].random = seed + lcore;
		if (ret == 0)
			ret = rte_eal_remote_launch(work, &workers[lcore], lcore);
	}
	return ret;
}

void
soak_workers_end(void)
{
	__atomic_store_n(&ended, true, __ATOMIC_RELEASE);
	rte_eal_mp_wait_lcore();
}

void
soak_workers_pause(bool pause)
{
	unsigned int lcore;

	__atomic_store_n(&pause_wanted, pause, __ATOMIC_RELEASE);
	RTE_LCORE_FOREACH_WORKER(lcore) {
		while (__atomic_load_n(&workers[lcore].paused, __ATOMIC_ACQUIRE) != pause)
			app_sleep_ms(1);
	}
}

void
soak_workers_hold(bool hold_them)
{
	__atomic_store_n(&hold_wanted, hold_them, __ATOMIC_RELAXED);
}

uint64_t
soak_workers_damaged(void)
{
	uint64_t damaged = 0;
	unsigned int lcore;

	RTE_LCORE_FOREACH_WORKER(lcore)
		damaged += workers[lcore].damaged;
	return damaged;
}

uint64_t
soak_workers_disorder(void)
{
	uint64_t disorder = 0;
	unsigned int lcore;

	RTE_LCORE_FOREACH_WORKER(lcore)
		disorder += workers[lcore].disorder;
	return disorder;
}
