/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * One queue pair used as it may be: Rx on one thread, Tx on another, the kernel
 * on a third. Every frame that arrives is forwarded, and comes out intact and
 * once. Run under TSan, which knows nothing of what happens in DPDK's shared
 * objects: the mempool's handler is therefore one of ours.
 */
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_lcore.h>

#include "afx_rx.h"
#include "afx_tx.h"
#include "afx_tx_reap.h"
#include "burst_env.h"

#define FRAMES 20000
/* devtools/test.sh --full */
#define FRAMES_FULL (10 * FRAMES)
#define DEADLINE_S 100
#define BURST 32
#define QUEUE 256
#define FRAME_MIN 64
#define FRAME_MAX 1500
#define FOREIGN_MBUFS 64
/* Looks at an empty ring before the kernel's driver goes to sleep. */
#define IDLE_MAX 3

struct row {
	const char *name;
	bool registered; /* threads with an lcore id, hence with mempool caches */
	struct fk_behaviour how;
};

static const struct row rows[] = {
	{ "copy mode, lcores", true, { .hold_completions = true } },
	{ "copy mode, threads without lcore id", false, { .hold_completions = true } },
	{ "copy mode, everything out of order",
	  true,
	  { .hold_completions = true, .shuffle = true, .fill_batch = 64, .drop_percent = 5 } },
	{ "copy mode, EAGAIN and EBUSY",
	  true,
	  { .hold_completions = true,
	    .shuffle = true,
	    .busy_every = 41,
	    .tx_error = EAGAIN,
	    .tx_error_after = 5,
	    .tx_error_calls = FK_ALWAYS } },
	{ "copy mode, index published late",
	  false,
	  { .publish = FK_PUBLISH_LATE,
	    .hold_completions = true,
	    .tx_error = ENOBUFS,
	    .tx_error_after = 3,
	    .tx_error_calls = FK_ALWAYS } },
	{ "zero-copy, lcores", true, { .zerocopy = true, .hold_completions = true } },
	{ "zero-copy, threads without lcore id",
	  false,
	  { .zerocopy = true, .hold_completions = true, .shuffle = true } },
};

struct traffic {
	struct env e;
	const struct row *row;
	struct rte_mempool *foreign;
	uint32_t frames;
	uint64_t deadline;

	/* forwarded from Rx to Tx */
	pthread_mutex_t lock;
	struct rte_mbuf *queue[QUEUE];
	uint32_t nb_queued;

	/* Rx thread */
	uint32_t received;
	uint32_t bad;
	/* Tx thread */
	uint32_t taken;
	/* kernel, under its Tx lock */
	uint8_t *seen;
	uint32_t bad_sent;

	bool tx_done; /* atomic */
};

static bool
goes_on(const struct traffic *t)
{
	return !__atomic_load_n(&t->tx_done, __ATOMIC_ACQUIRE) && rte_rdtsc() < t->deadline;
}

static void
thread_begin(const struct traffic *t)
{
	if (t->row->registered && rte_thread_register() != 0)
		abort();
}

static void
thread_end(const struct traffic *t)
{
	struct rte_mempool_cache *cache = rte_mempool_default_cache(t->e.mp, rte_lcore_id());

	if (cache != NULL)
		rte_mempool_cache_flush(cache, t->e.mp);
	if (t->row->registered)
		rte_thread_unregister();
}

static uint32_t
frame_len(uint32_t number)
{
	return FRAME_MIN + number * 2654435761u % (FRAME_MAX - FRAME_MIN + 1);
}

/* A frame's number is in its first bytes. True if it is one of ours, intact. */
static bool
frame_read(const struct traffic *t, const uint8_t *data, uint32_t len, uint32_t *number)
{
	memcpy(number, data, sizeof(*number));
	return *number < t->frames && len == frame_len(*number) &&
		env_pattern_is(data + sizeof(*number), len - sizeof(*number), *number);
}

static void
on_sent(void *opaque, const void *data, uint32_t len)
{
	struct traffic *t = opaque;
	uint32_t number;

	if (!frame_read(t, data, len, &number) || t->seen[number]++ != 0)
		t->bad_sent++;
}

/* Delivers up to n of the frames that are left. */
static uint32_t
kernel_receive(struct traffic *t, uint32_t next, uint32_t n)
{
	uint8_t data[FRAME_MAX];

	for (; n != 0 && next < t->frames; n--) {
		const uint32_t len = frame_len(next);

		memcpy(data, &next, sizeof(next));
		env_pattern(data + sizeof(next), len - sizeof(next), next);
		if (!fk_receive(&t->e.fk, data, len))
			break;
		next++;
	}
	return next;
}

/* One direction of a zero-copy driver: sleeps when idle, until it is called. */
struct sleeper {
	struct fk_ring *ring;
	uint32_t *kicks;
	uint32_t kicks_seen;
	uint32_t idle;
	bool asleep;
};

static bool
is_awake(struct sleeper *s)
{
	const uint32_t kicks = __atomic_load_n(s->kicks, __ATOMIC_SEQ_CST);

	if (s->asleep && kicks != s->kicks_seen) {
		fk_need_wakeup(s->ring, false);
		s->asleep = false;
		s->idle = 0;
	}
	s->kicks_seen = kicks;
	return !s->asleep;
}

/* The flag first, then a last look at the ring: what is posted later sees the flag. */
static void
sleep_if_idle(struct sleeper *s, bool idle)
{
	s->idle = idle ? s->idle + 1 : 0;
	if (s->idle < IDLE_MAX)
		return;
	fk_need_wakeup(s->ring, true);
	if (__atomic_load_n(&s->ring->prod.value, __ATOMIC_SEQ_CST) == s->ring->own)
		s->asleep = true;
	else
		fk_need_wakeup(s->ring, false);
	s->idle = 0;
}

static void *
kernel_thread(void *arg)
{
	struct traffic *t = arg;
	struct fk *fk = &t->e.fk;
	struct sleeper tx = { .ring = &fk->tx, .kicks = &fk->tx_kicks };
	struct sleeper fill = { .ring = &fk->fill, .kicks = &fk->rx_kicks };
	uint32_t next = 0, before, i;

	if (fk->how.zerocopy)
		fk_need_wakeup(&fk->tx, false);
	for (i = 0; goes_on(t); i++) {
		before = next;
		if (is_awake(&fill))
			next = kernel_receive(t, next, 1 + i % 40);
		if (fk->how.zerocopy && !fill.asleep)
			sleep_if_idle(&fill, before == next && next < t->frames);
		if (fk->how.zerocopy && is_awake(&tx)) {
			before = fk->tx.own;
			fk_tx_run(fk);
			sleep_if_idle(&tx, before == fk->tx.own);
		}
		if (fk_complete(fk, i % 50) == 0 && before == next)
			sched_yield();
	}
	return NULL;
}

/* Hands over as many as the queue takes; frees the rest. */
static void
forward(struct traffic *t, struct rte_mbuf **pkts, uint32_t n)
{
	uint32_t i = 0;

	while (i < n && rte_rdtsc() < t->deadline) {
		pthread_mutex_lock(&t->lock);
		for (; i < n && t->nb_queued < QUEUE; i++)
			t->queue[t->nb_queued++] = pkts[i];
		pthread_mutex_unlock(&t->lock);
		if (i < n)
			sched_yield();
	}
	rte_pktmbuf_free_bulk(pkts + i, n - i);
}

static void *
rx_thread(void *arg)
{
	struct traffic *t = arg;
	struct rte_mbuf *pkts[BURST];
	uint32_t number;
	uint16_t i, n;

	thread_begin(t);
	while (goes_on(t)) {
		n = afx_rx_burst(&t->e.rxq, pkts, BURST);
		for (i = 0; i < n; i++)
			t->bad += !frame_read(t, rte_pktmbuf_mtod(pkts[i], uint8_t *),
					      pkts[i]->data_len, &number);
		t->received += n;
		forward(t, pkts, n);
		if (n == 0)
			sched_yield();
	}
	thread_end(t);
	return NULL;
}

/* Every so many mbufs: a clone, or a copy in another pool. */
static struct rte_mbuf *
another_form(struct traffic *t, struct rte_mbuf *m, uint32_t number)
{
	struct rte_mbuf *other = NULL;

	if (number % 5 == 0)
		other = rte_pktmbuf_clone(m, t->e.mp);
	else if (number % 7 == 0)
		other = rte_pktmbuf_copy(m, t->foreign, 0, UINT32_MAX);
	if (other == NULL)
		return m;
	rte_pktmbuf_free(m);
	return other;
}

static uint32_t
take_queued(struct traffic *t, struct rte_mbuf **pkts)
{
	uint32_t n, i;

	pthread_mutex_lock(&t->lock);
	n = RTE_MIN(t->nb_queued, (uint32_t)BURST);
	memcpy(pkts, t->queue, n * sizeof(*pkts));
	t->nb_queued -= n;
	memmove(t->queue, t->queue + n, t->nb_queued * sizeof(*pkts));
	pthread_mutex_unlock(&t->lock);
	for (i = 0; i < n; i++)
		pkts[i] = another_form(t, pkts[i], t->taken + i);
	return n;
}

static void *
tx_thread(void *arg)
{
	struct traffic *t = arg;
	struct afx_txq *q = &t->e.txq;
	struct rte_mbuf *pkts[BURST];
	uint32_t n = 0, at = 0;

	thread_begin(t);
	while (rte_rdtsc() < t->deadline && (t->taken < t->frames || q->outstanding != 0)) {
		if (at == n) {
			n = take_queued(t, pkts);
			at = 0;
		}
		if (n == 0)
			sched_yield();
		if (t->taken == t->frames)
			afx_tx_reap(q);
		n -= at;
		memmove(pkts, pkts + at, n * sizeof(*pkts));
		at = afx_tx_burst(q, pkts, n);
		t->taken += at;
	}
	rte_pktmbuf_free_bulk(pkts + at, n - at);
	thread_end(t);
	__atomic_store_n(&t->tx_done, true, __ATOMIC_RELEASE);
	return NULL;
}

static void
run_threads(struct traffic *t)
{
	void *(*const mains[])(void *) = { kernel_thread, rx_thread, tx_thread };
	pthread_t threads[RTE_DIM(mains)];
	size_t i;

	for (i = 0; i < RTE_DIM(mains); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, mains[i], t), 0);
	for (i = 0; i < RTE_DIM(mains); i++)
		pthread_join(threads[i], NULL);
}

static void
test_row(void **state)
{
	const char *scale = getenv("AFX_SCALE");
	static struct traffic t;
	const struct afx_txq *q = &t.e.txq;
	uint32_t missing = 0, i;

	memset(&t, 0, sizeof(t));
	t.row = *state;
	t.frames = scale != NULL && strcmp(scale, "full") == 0 ? FRAMES_FULL : FRAMES;
	t.deadline = rte_rdtsc() + DEADLINE_S * rte_get_tsc_hz();
	t.seen = calloc(t.frames, 1);
	pthread_mutex_init(&t.lock, NULL);
	env_open(&t.e, &(struct env_cfg){ .cache = 32, .ops = "afx_locked", .how = t.row->how });
	t.foreign = env_pool(FOREIGN_MBUFS, 0, 0, ENV_ROOM, "afx_locked");
	t.e.kick.delay = rte_get_tsc_hz() / 1000000;
	t.e.fk.on_sent = on_sent;
	t.e.fk.opaque = &t;
	run_threads(&t);
	assert_int_equal(t.received, t.frames);
	assert_int_equal(t.bad, 0);
	assert_int_equal(t.taken, t.frames);
	assert_int_equal(t.bad_sent, 0);
	for (i = 0; i < t.frames; i++)
		missing += t.seen[i] == 0;
	assert_int_equal(missing, t.e.fk.tx_busy);
	assert_int_equal(q->count.packets, t.frames);
	assert_int_equal(t.e.kick.count.dropped, missing);
	assert_int_equal(q->outstanding, 0);
	env_check(&t.e, NULL, 0);
	env_close(&t.e);
	env_pool_close(t.foreign);
	free(t.seen);
}

int
main(void)
{
	struct CMUnitTest tests[RTE_DIM(rows)];
	size_t i;

	for (i = 0; i < RTE_DIM(rows); i++)
		tests[i] = (struct CMUnitTest){ .name = rows[i].name,
						.test_func = test_row,
						.initial_state = (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests_name("threads", tests, env_group_setup, env_group_teardown);
}
