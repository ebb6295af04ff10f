/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The system calls of a Tx burst, and what they say of lost frames.
 */
#include <errno.h>
#include <string.h>

#include <rte_cycles.h>

#include "afx_tx.h"
#include "afx_tx_kick.h"
#include "afx_tx_reap.h"
#include "burst_env.h"

/* How one burst on an empty queue kicks. */
struct kick_row {
	const char *name;
	uint32_t frames;
	struct fk_behaviour how;
	uint32_t kicks;
	uint32_t sent;
	bool flag; /* left for the Rx lcore */
};

#define ALL FK_ALWAYS

static const struct kick_row kick_rows[] = {
	{ "kick: one frame", 1, { 0 }, 1, 1, false },
	{ "kick: a budget", 32, { 0 }, 1, 32, false },
	{ "kick: over a budget", 33, { 0 }, 2, 33, false },
	{ "kick: two budgets", 64, { 0 }, 2, 64, false },
	{ "kick: four budgets", 128, { 0 }, 4, 128, false },
	{ "kick: larger budget", 128, { .tx_budget = 128 }, 1, 128, false },
	/* frames move one at a time: the number of calls is bounded, the rest waits */
	{ "kick: EAGAIN after each frame",
	  128,
	  { .tx_error = EAGAIN, .tx_error_after = 1, .tx_error_calls = ALL },
	  5,
	  5,
	  true },
	{ "kick: ENOBUFS after 3",
	  40,
	  { .tx_error = ENOBUFS, .tx_error_after = 3, .tx_error_calls = ALL },
	  3,
	  9,
	  true },
	{ "kick: ENETDOWN after the last",
	  3,
	  { .tx_error = ENETDOWN, .tx_error_after = 3, .tx_error_calls = ALL },
	  1,
	  3,
	  false },
	/* no progress: one call */
	{ "kick: EAGAIN", 128, { .tx_error = EAGAIN, .tx_error_calls = ALL }, 1, 0, true },
	{ "kick: ENOBUFS", 128, { .tx_error = ENOBUFS, .tx_error_calls = ALL }, 1, 0, true },
	{ "kick: ENETDOWN", 128, { .tx_error = ENETDOWN, .tx_error_calls = ALL }, 1, 0, true },
	{ "kick: ENXIO", 128, { .tx_error = ENXIO, .tx_error_calls = ALL }, 1, 0, false },
	/* EBUSY is progress: that frame is gone */
	{ "kick: EBUSY on the last", 8, { .busy_every = 4 }, 2, 6, false },
	{ "kick: EBUSY twice", 9, { .busy_every = 4 }, 2, 6, true },
	{ "kick: EBUSY on the only one", 1, { .busy_every = 1 }, 1, 0, false },
	{ "kick: EBUSY on all", 64, { .busy_every = 1 }, 3, 0, true },
	{ "kick: EBUSY, index one behind",
	  8,
	  { .publish = FK_PUBLISH_LAG_BUSY, .busy_every = 8 },
	  2,
	  7,
	  false },
	/* either of the consumer index and the completions can show progress alone */
	{ "kick: no completions", 128, { .hold_completions = true }, 4, 128, false },
	{ "kick: index published late", 128, { .publish = FK_PUBLISH_LATE }, 4, 128, false },
};

static void
test_kick_row(void **state)
{
	const struct kick_row *row = *state;
	struct rte_mbuf *pkts[128];
	uint32_t dropped, failed;
	struct env e;

	env_open(&e, &(struct env_cfg){ .how = row->how });
	env_tx_make(&e, pkts, 0, row->frames);
	assert_int_equal(afx_tx_burst(&e.txq, pkts, row->frames), row->frames);
	assert_int_equal(e.fk.tx_kicks, row->kicks);
	assert_int_equal(e.kick.count.calls, row->kicks);
	assert_in_range(row->kicks, 1, 1 + (row->frames + e.txq.kick_batch - 1) / e.txq.kick_batch);
	assert_int_equal(e.fk.tx_sent, row->sent);
	assert_int_equal(e.kick.since != 0, row->flag);
	dropped = e.fk.tx_busy;
	assert_int_equal(e.kick.count.dropped, dropped);
	assert_int_equal(afx_tx_waiting(&e.txq), row->frames - row->sent - dropped);
	/* The last one may have succeeded. */
	failed = row->how.tx_error != 0 && row->how.tx_error != EAGAIN ? row->kicks : 0;
	assert_int_equal(e.kick.count.failed, failed);
	assert_in_range(row->kicks - dropped - failed - e.kick.count.again, 0, 1);
	assert_int_equal(e.kick.count.saved, 0);
	env_check(&e, NULL, 0);
	env_close(&e);
}

/*
 * The flag has the time of the last error: a new value each time, for the Rx
 * lcore to see that it is not the one it kicked for. It goes with a success.
 */
static void
test_flag(void **state __rte_unused)
{
	struct rte_mbuf *pkts[4];
	struct env e;
	uint64_t since;

	env_open(&e, &(struct env_cfg){ .how = { .tx_error = EAGAIN, .tx_error_calls = 2 } });
	since = rte_rdtsc();
	env_tx_make(&e, pkts, 0, 4);
	assert_int_equal(afx_tx_burst(&e.txq, pkts, 2), 2);
	assert_in_range(e.kick.since, since, rte_rdtsc());
	since = e.kick.since;
	assert_int_equal(afx_tx_kick(&e.txq), -EAGAIN);
	assert_in_range(e.kick.since, since + 1, rte_rdtsc());
	assert_int_equal(afx_tx_burst(&e.txq, pkts + 2, 2), 2);
	assert_true(e.kick.since == 0);
	assert_int_equal(afx_tx_kick(&e.txq), 0);
	assert_int_equal(e.fk.tx_kicks, 3);
	env_tx_check(&e, 0, 4);
	env_close(&e);
}

/* Packets that the driver took = sent + dropped, whatever the kernel publishes and when. */
static void
test_drops_counted_exactly(void **state __rte_unused)
{
	static const uint32_t every[] = { 1, 2, 3, 7, 31, 32, 33, 100 };
	struct rte_mbuf *pkts[128];
	uint32_t i, at, taken, bytes;
	struct env e;

	for (i = 0; i < 3 * RTE_DIM(every); i++) {
		env_open(&e,
			 &(struct env_cfg){
				 .how = { .busy_every = every[i / 3], .publish = i % 3 } });
		for (at = 0; at < 1000; at += taken) {
			env_tx_make(&e, pkts, at, 50);
			taken = afx_tx_burst(&e.txq, pkts, 50);
			rte_pktmbuf_free_bulk(pkts + taken, 50 - taken);
		}
		for (taken = 0; afx_tx_waiting(&e.txq) != 0 && taken < 1000; taken++)
			afx_tx_kick(&e.txq);
		afx_tx_reap(&e.txq);
		bytes = 0;
		for (taken = 0; taken < e.fk.tx_sent; taken++)
			bytes += e.fk.sent[taken]->len;
		assert_int_equal(e.txq.count.packets, at);
		assert_int_equal(e.kick.count.dropped, e.fk.tx_busy);
		assert_int_equal(e.txq.count.packets - e.kick.count.dropped, e.fk.tx_sent);
		assert_int_equal(e.txq.count.bytes - e.kick.count.dropped_bytes, bytes);
		assert_int_equal(e.txq.outstanding, 0);
		env_check(&e, NULL, 0);
		env_close(&e);
	}
}

/* Indexes of 2^32 and more frames ago say nothing, and are not counted up from. */
static void
test_drop_long_after_another(void **state __rte_unused)
{
	static const uint32_t ago[] = {
		1, 127, 128, 129, INT32_MAX, UINT32_C(1) << 31, (UINT32_C(1) << 31) + 64, UINT32_MAX
	};
	struct rte_mbuf *pkts[8];
	struct env e;
	size_t i;

	for (i = 0; i < 3 * RTE_DIM(ago); i++) {
		env_open(&e, &(struct env_cfg){ .how = { .busy_every = 8, .publish = i % 3 } });
		e.kick.taken = ENV_START - ago[i / 3];
		env_tx_make(&e, pkts, 0, 8);
		assert_int_equal(afx_tx_burst(&e.txq, pkts, 8), 8);
		assert_int_equal(e.kick.count.dropped, 1);
		assert_int_equal(e.kick.count.dropped_bytes, ENV_TX_LEN + 7);
		env_check(&e, NULL, 0);
		env_close(&e);
	}
}

/* What a stop reports as unsent. */
static void
test_waiting(void **state __rte_unused)
{
	struct rte_mbuf *pkts[8];
	struct env e;

	env_open(&e,
		 &(struct env_cfg){ .how = { .tx_error = ENETDOWN,
					     .tx_error_after = 3,
					     .tx_error_calls = ALL } });
	env_tx_make(&e, pkts, 0, 8);
	assert_int_equal(afx_tx_waiting(&e.txq), 0);
	assert_true(afx_tx_waiting_bytes(&e.txq) == 0);
	assert_int_equal(afx_tx_burst(&e.txq, pkts, 8), 8);
	assert_int_equal(e.fk.tx_sent, 6);
	assert_int_equal(afx_tx_waiting(&e.txq), 2);
	assert_true(afx_tx_waiting_bytes(&e.txq) == ENV_TX_LEN + 6 + ENV_TX_LEN + 7);
	env_check(&e, NULL, 0);
	env_close(&e);
}

/* Of a process that was killed within a kick: its end lets others kick, that of another does not. */
static void
test_owner_ended(void **state __rte_unused)
{
	struct rte_mbuf *pkts[1];
	struct env e;

	env_open(&e, &(struct env_cfg){ .how = { .tx_error = EAGAIN, .tx_error_calls = 1 } });
	env_tx_make(&e, pkts, 0, 1);
	assert_int_equal(afx_tx_burst(&e.txq, pkts, 1), 1);
	e.kick.busy = AFX_TX_KICK_PRIMARY + 1;
	assert_int_equal(afx_tx_kick(&e.txq), -EALREADY);
	afx_tx_kick_release(&e.kick, AFX_TX_KICK_PRIMARY + 2);
	assert_int_equal(afx_tx_kick(&e.txq), -EALREADY);
	afx_tx_kick_release(&e.kick, AFX_TX_KICK_PRIMARY + 1);
	assert_int_equal(afx_tx_kick(&e.txq), 0);
	assert_int_equal(e.kick.busy, 0);
	env_tx_check(&e, 0, 1);
	env_close(&e);
}

int
main(void)
{
	const struct CMUnitTest single[] = {
		cmocka_unit_test(test_flag),
		cmocka_unit_test(test_drops_counted_exactly),
		cmocka_unit_test(test_drop_long_after_another),
		cmocka_unit_test(test_waiting),
		cmocka_unit_test(test_owner_ended),
	};
	struct CMUnitTest tests[RTE_DIM(single) + RTE_DIM(kick_rows)];
	size_t i;

	memcpy(tests, single, sizeof(single));
	for (i = 0; i < RTE_DIM(kick_rows); i++)
		tests[RTE_DIM(single) + i] =
			(struct CMUnitTest){ .name = kick_rows[i].name,
					     .test_func = test_kick_row,
					     .initial_state = (void *)(uintptr_t)&kick_rows[i] };
	return cmocka_run_group_tests_name("tx_kick", tests, env_group_setup, env_group_teardown);
}
