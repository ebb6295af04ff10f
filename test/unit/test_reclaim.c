/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * What a stop sends, counts as unsent, and gives back.
 */
#include <errno.h>

#include <rte_cycles.h>

#include "afx_reclaim.h"
#include "afx_rx.h"
#include "afx_tx.h"
#include "afx_tx_kick.h"
#include "burst_env.h"

#define FRAMES 60
/* What a drain may take; and what it may take at most on a busy machine. */
#define DRAIN_MS 30
#define DRAIN_MS_MAX 5000

struct drain_row {
	struct fk_behaviour how;
	uint32_t unsent; /* of FRAMES */
	uint32_t outstanding;
	bool waits; /* until the deadline */
};

static const struct drain_row rows[] = {
	{ { 0 }, 0, 0, false },
	{ { .tx_budget = 1 }, 0, 0, false },
	{ { .tx_error = EAGAIN, .tx_error_calls = 20 }, 0, 0, false },
	{ { .busy_every = 3 }, 0, 0, false },
	{ { .busy_every = 3, .publish = FK_PUBLISH_LAG_BUSY }, 0, 0, false },
	{ { .busy_every = 7, .publish = FK_PUBLISH_LATE }, 0, 0, false },
	/* sent, but the receiver sits on the frames */
	{ { .hold_completions = true }, 0, FRAMES, true },
	/* the interface is down or gone: no use in waiting */
	{ { .tx_error = ENETDOWN, .tx_error_calls = FK_ALWAYS }, FRAMES, FRAMES, false },
	{ { .tx_error = ENXIO, .tx_error_calls = FK_ALWAYS }, FRAMES, FRAMES, false },
	{ { .tx_error = ENETDOWN, .tx_error_after = 60, .tx_error_calls = FK_ALWAYS },
	  0,
	  0,
	  false },
	{ { .tx_error = EAGAIN, .tx_error_calls = FK_ALWAYS }, FRAMES, FRAMES, true },
};

static uint64_t
ms_from_now(uint32_t ms)
{
	return rte_get_tsc_cycles() + ms * rte_get_tsc_hz() / 1000;
}

static uint64_t
bytes_of_last(uint32_t n)
{
	uint64_t bytes = 0;
	uint32_t i;

	for (i = FRAMES - n; i < FRAMES; i++)
		bytes += ENV_TX_LEN + i;
	return bytes;
}

static void
check_drain(const struct drain_row *row)
{
	struct rte_mbuf *pkts[FRAMES];
	uint64_t deadline;
	struct env e;

	env_open(&e, &(struct env_cfg){ 0 });
	env_tx_make(&e, pkts, 0, FRAMES);
	fk_need_wakeup(&e.fk.tx, false);
	assert_int_equal(afx_tx_burst(&e.txq, pkts, FRAMES), FRAMES);
	fk_need_wakeup(&e.fk.tx, true);
	e.fk.how = row->how;
	deadline = ms_from_now(row->waits ? DRAIN_MS : DRAIN_MS_MAX);
	afx_reclaim_tx_drain(&e.txq, deadline);
	afx_reclaim_tx_unsent(&e.txq);
	assert_int_equal(rte_get_tsc_cycles() >= deadline, row->waits);
	assert_in_range(rte_get_tsc_cycles(), 0,
			deadline + ms_from_now(DRAIN_MS_MAX) - ms_from_now(0));
	assert_int_equal(e.txq.outstanding, row->outstanding);
	assert_int_equal(e.txq.unsent, row->unsent);
	assert_true(e.txq.unsent_bytes == bytes_of_last(row->unsent));
	assert_int_equal(e.fk.tx_sent + e.kick.count.dropped + e.txq.unsent, FRAMES);
	env_check(&e, NULL, 0);
	env_close(&e);
}

static void
test_drain(void **state __rte_unused)
{
	size_t i;

	for (i = 0; i < RTE_DIM(rows); i++)
		check_drain(&rows[i]);
}

/* Stopped with frames in all six places: they go back, and only once. */
static void
test_reclaim(void **state __rte_unused)
{
	static const uint8_t frame[60];
	struct rte_mbuf *pkts[FRAMES];
	struct env e;
	uint32_t i;

	env_open(&e,
		 &(struct env_cfg){ .cache = 64,
				    .how = { .shuffle = true,
					     .fill_batch = 20,
					     .hold_completions = true,
					     .tx_error = EAGAIN,
					     .tx_error_after = 4,
					     .tx_error_calls = FK_ALWAYS } });
	for (i = 0; i < 30; i++)
		assert_true(fk_receive(&e.fk, frame, sizeof(frame)));
	assert_int_equal(afx_rx_burst(&e.rxq, pkts, 13), 13);
	rte_pktmbuf_free_bulk(pkts, 13);
	afx_reclaim_rx_unread(&e.rxq);
	assert_int_equal(e.rxq.missed, 17);
	env_check(&e, NULL, 0);
	for (i = 0; i < 9; i++)
		assert_true(fk_receive(&e.fk, frame, sizeof(frame)));
	env_tx_make(&e, pkts, 0, FRAMES);
	rte_mbuf_refcnt_update(pkts[0], 1);
	rte_mbuf_refcnt_update(pkts[1], 2);
	assert_int_equal(afx_tx_burst(&e.txq, pkts, FRAMES), FRAMES);
	assert_int_equal(afx_tx_burst(&e.txq, pkts, 2), 2);
	assert_int_equal(afx_tx_burst(&e.txq, pkts + 1, 1), 1);
	fk_complete(&e.fk, 5);
	assert_true(afx_tx_waiting(&e.txq) != 0);
	env_check(&e, NULL, 0);
	for (i = 0; i < 2; i++) {
		afx_reclaim_tx(&e.txq);
		afx_reclaim_rx(&e.rxq);
		assert_int_equal(rte_mempool_avail_count(e.mp), e.cfg.mbufs);
		assert_int_equal(e.txq.outstanding, 0);
	}
	env_close(&e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_drain),
		cmocka_unit_test(test_reclaim),
	};

	return cmocka_run_group_tests_name("reclaim", tests, env_group_setup, env_group_teardown);
}
