/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The system calls of an Rx burst.
 */
#include <errno.h>

#include <rte_cycles.h>

#include "afx_rx.h"
#include "afx_tx.h"
#include "afx_tx_kick.h"
#include "burst_env.h"

/* recvfrom: only for an empty ring, whose driver sleeps on the fill ring. */
static void
test_wakeup(void **state __rte_unused)
{
	static const struct {
		bool flag;
		uint32_t frames;
		uint32_t kicks;
	} rows[] = { { false, 0, 0 }, { false, 1, 0 }, { true, 1, 0 }, { true, 0, 1 } };
	static const uint8_t frame[60];
	struct rte_mbuf *pkts[32];
	struct env e;
	size_t i;

	for (i = 0; i < RTE_DIM(rows); i++) {
		env_open(&e, &(struct env_cfg){ 0 });
		fk_need_wakeup(&e.fk.fill, rows[i].flag);
		if (rows[i].frames != 0)
			assert_true(fk_receive(&e.fk, frame, sizeof(frame)));
		assert_int_equal(afx_rx_burst(&e.rxq, pkts, 32), rows[i].frames);
		assert_int_equal(e.fk.rx_kicks, rows[i].kicks);
		assert_int_equal(e.rxq.count.wakeups, rows[i].kicks);
		assert_int_equal(e.fk.tx_kicks, 0);
		rte_pktmbuf_free_bulk(pkts, rows[i].frames);
		env_close(&e);
	}
}

/* The Rx lcore's kick for a Tx lcore that does not come back. */
static void
test_kick_for_tx(void **state __rte_unused)
{
	static const struct {
		bool overdue;
		int error;
		bool rearmed; /* since is new; else 0 */
	} rows[] = {
		{ false, 0, false },    { true, 0, false },      { true, ENXIO, false },
		{ true, EAGAIN, true }, { true, ENOBUFS, true }, { true, ENETDOWN, true },
	};
	struct rte_mbuf *pkts[1];
	size_t i;

	for (i = 0; i < RTE_DIM(rows); i++) {
		const uint64_t since = rte_rdtsc();
		struct env e;

		env_open(&e,
			 &(struct env_cfg){ .how.tx_error = rows[i].error,
					    .how.tx_error_calls = 1 });
		e.kick.since = since;
		e.kick.delay = rows[i].overdue ? 0 : UINT64_MAX;
		assert_int_equal(afx_rx_burst(&e.rxq, pkts, 1), 0);
		assert_int_equal(e.fk.tx_kicks, rows[i].overdue);
		assert_int_equal(e.kick.count.calls, rows[i].overdue);
		assert_int_equal(e.kick.count.dropped, 0);
		if (rows[i].rearmed)
			assert_in_range(e.kick.since, since + 1, rte_rdtsc());
		else
			assert_true(e.kick.since == (rows[i].overdue ? 0 : since));
		e.kick.since = 0;
		assert_int_equal(afx_rx_burst(&e.rxq, pkts, 1), 0);
		assert_int_equal(e.fk.tx_kicks, rows[i].overdue);
		env_close(&e);
	}
}

/* Frames dropped in a kick by the Rx lcore are its to count. */
static void
test_kick_for_tx_drop(void **state __rte_unused)
{
	struct rte_mbuf *pkts[3];
	struct env e;
	uint32_t i;

	env_open(&e, &(struct env_cfg){ .how.busy_every = 2 });
	fk_need_wakeup(&e.fk.tx, false);
	for (i = 0; i < 3; i++)
		pkts[i] = env_mbuf(e.mp, 100 + i, i);
	assert_int_equal(afx_tx_burst(&e.txq, pkts, 3), 3);
	e.kick.since = 1;
	e.kick.delay = 0;
	assert_int_equal(afx_rx_burst(&e.rxq, pkts, 1), 0);
	assert_int_equal(e.kick.count.dropped, 1);
	assert_int_equal(e.kick.count.dropped_bytes, 101);
	assert_true(e.kick.since > 1);
	assert_int_equal(afx_rx_burst(&e.rxq, pkts, 1), 0);
	assert_true(e.kick.since == 0);
	assert_int_equal(e.kick.count.dropped, 1);
	assert_int_equal(e.kick.count.calls, 2);
	assert_int_equal(e.fk.tx_sent, 2);
	env_check(&e, NULL, 0);
	env_close(&e);
}

static void
tx_lcore_stores_5(void *opaque)
{
	((struct env *)opaque)->kick.since = 5;
}

static void
tx_lcore_stores_0(void *opaque)
{
	((struct env *)opaque)->kick.since = 0;
}

/* While the Rx lcore kicks, the Tx lcore comes back: what it leaves stands. */
static void
test_kick_for_tx_lost_race(void **state __rte_unused)
{
	void (*const comes_back[])(void *) = { tx_lcore_stores_5, tx_lcore_stores_0 };
	static const int errors[] = { 0, EAGAIN };
	struct rte_mbuf *pkts[1];
	size_t i;

	for (i = 0; i < 4; i++) {
		struct env e;

		env_open(&e,
			 &(struct env_cfg){ .how.tx_error = errors[i / 2],
					    .how.tx_error_calls = FK_ALWAYS });
		e.kick.since = 1;
		e.kick.delay = 0;
		e.fk.on_tx_kick = comes_back[i % 2];
		e.fk.opaque = &e;
		afx_rx_burst(&e.rxq, pkts, 1);
		assert_int_equal(e.fk.tx_kicks, 1);
		assert_true(e.kick.since == (i % 2 == 0 ? 5 : 0));
		env_close(&e);
	}
}

/* Between the Rx lcore's look at the flag and its kick, the Tx lcore comes back: the kick is its. */
static void
test_kick_for_tx_stale_flag(void **state __rte_unused)
{
	static const uint64_t now[] = { 0, 5 };
	struct env e;
	size_t i;

	for (i = 0; i < RTE_DIM(now); i++) {
		env_open(&e, &(struct env_cfg){ .how.tx_error = 0 });
		e.kick.since = now[i];
		e.kick.delay = 0;
		afx_tx_kick_overdue(&e.kick, 1);
		assert_int_equal(e.fk.tx_kicks, 0);
		assert_true(e.kick.since == now[i]);
		afx_tx_kick_overdue(&e.kick, now[i]);
		assert_int_equal(e.fk.tx_kicks, 1);
		assert_true(e.kick.since == 0);
		env_close(&e);
	}
}

static void
tx_lcore_sends(void *opaque)
{
	struct env *e = opaque;
	struct rte_mbuf *m = env_mbuf(e->mp, 60, 0);

	e->fk.on_tx_kick = NULL;
	assert_int_equal(afx_tx_burst(&e->txq, &m, 1), 1);
}

/*
 * The Tx lcore posts its last frame while the Rx lcore kicks, too late for the
 * kernel, which had looked before: the Rx lcore alone has to get it out.
 */
static void
test_frame_posted_during_kick(void **state __rte_unused)
{
	static const int errors[] = { 0, EAGAIN, ENOBUFS };
	struct rte_mbuf *pkts[1];
	uint32_t i, j;
	struct env e;

	for (i = 0; i < RTE_DIM(errors); i++) {
		env_open(
			&e,
			&(struct env_cfg){ .how = { .tx_error = errors[i], .tx_error_calls = 1 } });
		e.kick.since = 1;
		e.kick.delay = 0;
		e.fk.on_tx_kick = tx_lcore_sends;
		e.fk.opaque = &e;
		for (j = 0; j < 3; j++)
			assert_int_equal(afx_rx_burst(&e.rxq, pkts, 1), 0);
		assert_int_equal(e.fk.tx_sent, 1);
		assert_true(e.kick.since == 0);
		env_check(&e, NULL, 0);
		env_close(&e);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wakeup),
		cmocka_unit_test(test_kick_for_tx),
		cmocka_unit_test(test_kick_for_tx_drop),
		cmocka_unit_test(test_kick_for_tx_lost_race),
		cmocka_unit_test(test_kick_for_tx_stale_flag),
		cmocka_unit_test(test_frame_posted_during_kick),
	};

	return cmocka_run_group_tests_name("rx_kick", tests, env_group_setup, env_group_teardown);
}
