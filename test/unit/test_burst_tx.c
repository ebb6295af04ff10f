/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Tx rings and completions. What becomes of single mbufs is in test_tx_mbufs.c,
 * how the kernel is called in test_tx_kick.c.
 */
#include <errno.h>
#include <string.h>

#include <rte_cycles.h>

#include "afx_tx.h"
#include "afx_tx_kick.h"
#include "afx_tx_reap.h"
#include "burst_env.h"

#define BURST_MAX 512

/* Frames of all lengths and places that fit the mbuf. */
static void
check_geometry(const struct env_cfg *cfg)
{
	struct rte_mbuf *pkts[64];
	uint32_t lens[64];
	struct env e;
	uint32_t i;

	env_open(&e, cfg);
	for (i = 0; i < 64; i++) {
		lens[i] = 14 + i * 2654435761u % (e.txq.max_len - 13);
		if (i >= 62)
			lens[i] = i == 62 ? 14 : e.txq.max_len;
		pkts[i] = rte_pktmbuf_alloc(e.mp);
		pkts[i]->data_off = i * 31 % (e.cfg.room - lens[i] + 1);
		if (i >= 60)
			pkts[i]->data_off = e.cfg.room - lens[i];
		pkts[i]->data_len = lens[i];
		pkts[i]->pkt_len = lens[i];
		env_pattern(rte_pktmbuf_mtod(pkts[i], uint8_t *), lens[i], i);
	}
	assert_int_equal(afx_tx_burst(&e.txq, pkts, 64), 64);
	assert_int_equal(e.fk.tx_sent, 64);
	for (i = 0; i < 64; i++) {
		assert_int_equal(e.fk.sent[i]->len, lens[i]);
		assert_true(env_pattern_is(e.fk.sent[i]->data, lens[i], i));
	}
	assert_int_equal(e.txq.count.copied, 0);
	assert_int_equal(e.txq.count.packets, 64);
	env_check(&e, NULL, 0);
	env_close(&e);
}

static void
test_geometries(void **state __rte_unused)
{
	static const uint16_t rooms[] = { 1920, 2176, 9728 };
	static const uint16_t privs[] = { 0, 64, 192 };
	uint32_t i;

	for (i = 0; i < 36; i++)
		check_geometry(&(struct env_cfg){ .room = rooms[i % 3],
						  .priv = privs[i / 3 % 3],
						  .cache = i / 9 % 2 * 256,
						  .headroom_far = i / 18 });
}

/* A descriptor's offset has 16 bits, and counts from 128 bytes before the buffer. */
static void
test_data_at_far_end(void **state __rte_unused)
{
	static const uint16_t room = UINT16_MAX;
	static const struct {
		uint16_t data_off;
		bool copied;
	} rows[] = { { room - 128 - 60, false }, { room - 128 - 59, true }, { room - 60, true } };
	struct rte_mbuf *m, *clone;
	struct env e;
	size_t i;

	for (i = 0; i < 2 * RTE_DIM(rows); i++) {
		env_open(&e, &(struct env_cfg){ .room = room, .mbufs = 160, .rx = 64, .tx = 64 });
		m = rte_pktmbuf_alloc(e.mp);
		m->data_off = rows[i / 2].data_off;
		m->data_len = 60;
		m->pkt_len = 60;
		env_pattern(rte_pktmbuf_mtod(m, uint8_t *), 60, 1);
		if (i % 2 == 1) {
			clone = rte_pktmbuf_clone(m, e.mp);
			rte_pktmbuf_free(m);
			m = clone;
		}
		assert_int_equal(afx_tx_burst(&e.txq, &m, 1), 1);
		assert_int_equal(e.txq.count.copied, rows[i / 2].copied);
		assert_int_equal(e.fk.tx_sent, 1);
		assert_true(env_pattern_is(e.fk.sent[0]->data, 60, 1));
		env_check(&e, NULL, 0);
		env_close(&e);
	}
}

/* All sizes of bursts, through several turns of the rings, completing in order or not. */
static void
test_burst_sizes(void **state __rte_unused)
{
	static const uint16_t bursts[] = { 1, 2, 31, 32, 33, 63, 64, 65, 127, 128, 255, 256, 512 };
	struct rte_mbuf *pkts[BURST_MAX];
	uint32_t i, round, bytes;
	struct env e;

	for (i = 0; i < 2 * RTE_DIM(bursts); i++) {
		const uint16_t n = bursts[i / 2];

		env_open(&e,
			 &(struct env_cfg){
				 .mbufs = 2048, .tx = 512, .cache = 64, .how.shuffle = i % 2 });
		bytes = 0;
		for (round = 0; round < 4; round++) {
			env_tx_make(&e, pkts, round * n, n);
			assert_int_equal(afx_tx_burst(&e.txq, pkts, n), n);
			env_check(&e, NULL, 0);
		}
		assert_int_equal(e.txq.count.packets, 4 * n);
		env_tx_check(&e, 0, 4 * n);
		for (round = 0; round < 4u * n; round++)
			bytes += e.fk.sent[round]->len;
		assert_int_equal(e.txq.count.bytes, bytes);
		env_close(&e);
	}
}

/* Nothing completes: the ring takes what it has room for, the rest stays with the caller. */
static void
test_full_ring(void **state __rte_unused)
{
	struct rte_mbuf *pkts[100];
	struct env e;

	env_open(&e,
		 &(struct env_cfg){ .tx = 64,
				    .how = { .hold_completions = true, .tx_budget = 256 } });
	env_tx_make(&e, pkts, 0, 100);
	assert_int_equal(afx_tx_burst(&e.txq, pkts, 100), 64);
	env_check(&e, pkts + 64, 36);
	assert_int_equal(e.txq.outstanding, 64);
	/* the Tx ring is empty, but the completion ring has no more room */
	assert_int_equal(afx_ring_pending(&e.txq.tx), 0);
	assert_int_equal(afx_tx_burst(&e.txq, pkts + 64, 36), 0);
	fk_complete(&e.fk, 10);
	assert_int_equal(afx_tx_burst(&e.txq, pkts + 64, 36), 10);
	env_check(&e, pkts + 74, 26);
	fk_complete(&e.fk, 64);
	assert_int_equal(afx_tx_burst(&e.txq, pkts + 74, 26), 26);
	assert_int_equal(e.txq.count.packets, 100);
	env_tx_check(&e, 0, 100);
	env_check(&e, NULL, 0);
	env_close(&e);
}

/*
 * Completions are looked for behind the kick, from so many outstanding
 * descriptors on, or in a burst of none.
 */
static void
test_reap_from(void **state __rte_unused)
{
	struct rte_mbuf *pkts[16];
	struct env e;

	env_open(&e, &(struct env_cfg){ .reap_from = 16 });
	env_tx_make(&e, pkts, 0, 16);
	assert_int_equal(afx_tx_burst(&e.txq, pkts, 15), 15);
	assert_int_equal(e.txq.outstanding, 15);
	assert_int_equal(afx_tx_burst(&e.txq, pkts + 15, 1), 1);
	assert_int_equal(e.txq.outstanding, 0);
	env_check(&e, NULL, 0);
	env_tx_make(&e, pkts, 16, 2);
	assert_int_equal(afx_tx_burst(&e.txq, pkts, 1), 1);
	assert_int_equal(e.txq.outstanding, 1);
	env_check(&e, pkts + 1, 1);
	assert_int_equal(afx_tx_burst(&e.txq, NULL, 0), 0);
	assert_int_equal(e.txq.outstanding, 0);
	assert_int_equal(afx_tx_burst(&e.txq, pkts + 1, 1), 1);
	afx_tx_reap(&e.txq);
	assert_int_equal(e.txq.outstanding, 0);
	env_check(&e, NULL, 0);
	env_close(&e);
}

/* Counts packets, in order of completion, and gets those going that wait. */
static void
test_done_cleanup(void **state __rte_unused)
{
	struct rte_mbuf *pkts[20];
	struct env e;

	env_open(&e, &(struct env_cfg){ .how = { .tx_error = ENOBUFS, .tx_error_calls = 1 } });
	assert_int_equal(afx_tx_done_cleanup(&e.txq, 0), 0);
	env_tx_make(&e, pkts, 0, 20);
	assert_int_equal(afx_tx_burst(&e.txq, pkts, 20), 20);
	assert_int_equal(e.fk.tx_sent, 0);
	assert_int_equal(afx_tx_done_cleanup(&e.txq, 5), 5);
	assert_int_equal(e.fk.tx_sent, 20);
	assert_int_equal(e.txq.outstanding, 15);
	env_check(&e, NULL, 0);
	assert_int_equal(afx_tx_done_cleanup(&e.txq, 100), 15);
	assert_int_equal(afx_tx_done_cleanup(&e.txq, 0), 0);
	env_tx_make(&e, pkts, 20, 20);
	assert_int_equal(afx_tx_burst(&e.txq, pkts, 20), 20);
	assert_int_equal(afx_tx_done_cleanup(&e.txq, 0), 20);
	env_check(&e, NULL, 0);
	e.txq.fd = -1;
	assert_int_equal(afx_tx_done_cleanup(&e.txq, 0), 0);
	env_close(&e);
}

/* A burst of none completes what can be, and kicks what an error left. */
static void
test_empty_burst(void **state __rte_unused)
{
	struct rte_mbuf *pkts[40];
	struct env e;

	env_open(&e, &(struct env_cfg){ .how = { .tx_error = ENOBUFS, .tx_error_calls = 1 } });
	assert_int_equal(afx_tx_burst(&e.txq, NULL, 0), 0);
	assert_int_equal(e.fk.tx_kicks, 0);
	env_tx_make(&e, pkts, 0, 40);
	assert_int_equal(afx_tx_burst(&e.txq, pkts, 40), 40);
	assert_int_equal(e.fk.tx_sent, 0);
	assert_int_equal(afx_tx_waiting(&e.txq), 40);
	assert_true(e.kick.since != 0);
	assert_int_equal(afx_tx_burst(&e.txq, NULL, 0), 0);
	env_tx_check(&e, 0, 40);
	assert_true(e.kick.since == 0);
	assert_int_equal(afx_tx_burst(&e.txq, NULL, 0), 0);
	assert_int_equal(e.txq.outstanding, 0);
	env_check(&e, NULL, 0);
	env_close(&e);
}

static void
test_ledger_2aa51cdd_fdf69a81_no_wakeup_wanted(void **state __rte_unused)
{
	struct rte_mbuf *pkts[8];
	struct env e;

	env_open(&e, &(struct env_cfg){ 0 });
	fk_need_wakeup(&e.fk.tx, false);
	env_tx_make(&e, pkts, 0, 8);
	assert_int_equal(afx_tx_burst(&e.txq, pkts, 8), 8);
	assert_int_equal(e.fk.tx_kicks, 0);
	assert_int_equal(e.kick.count.saved, 1);
	assert_int_equal(afx_tx_waiting(&e.txq), 8);
	assert_int_equal(fk_tx_run(&e.fk), 0);
	assert_int_equal(e.fk.tx_sent, 8);
	env_check(&e, NULL, 0);
	env_close(&e);
}

/* Everything at once, in an order that only the seed decides. */
static void
check_soak(enum fk_publish publish, uint16_t cache)
{
	struct rte_mbuf *pkts[BURST_MAX];
	uint32_t made = 0, i, n, taken;
	struct env e;

	env_open(&e,
		 &(struct env_cfg){ .tx = 64,
				    .mbufs = 512,
				    .rx = 64,
				    .cache = cache,
				    .how = { .shuffle = true,
					     .hold_completions = true,
					     .publish = publish,
					     .busy_every = 23 } });
	for (i = 0; i < 5000; i++) {
		e.fk.how.tx_error = i % 5 == 0 ? EAGAIN : i % 11 == 0 ? ENOBUFS : 0;
		e.fk.how.tx_error_after = i % 9;
		e.fk.how.tx_error_calls = i % 3;
		n = i * 2654435761u >> 26;
		env_tx_make(&e, pkts, made, n);
		taken = afx_tx_burst(&e.txq, pkts, n);
		made += taken;
		if (i % 50 == 0)
			env_check(&e, pkts + taken, n - taken);
		rte_pktmbuf_free_bulk(pkts + taken, n - taken);
		fk_complete(&e.fk, i * 40503 % 48);
	}
	e.fk.how.tx_error = 0;
	for (i = 0; afx_tx_waiting(&e.txq) != 0 && i < 1000; i++)
		afx_tx_kick(&e.txq);
	assert_int_equal(e.txq.count.packets, made);
	assert_int_equal(e.fk.tx_sent + e.kick.count.dropped, made);
	assert_true(e.kick.count.dropped == e.fk.tx_busy && e.fk.tx_busy != 0);
	assert_true(made > 50000);
	env_check(&e, NULL, 0);
	env_close(&e);
}

/* What completes finds the lcore's cache full: its newer half stays, and nothing is lost. */
static void
test_full_cache(void **state __rte_unused)
{
	const struct env_cfg cfg = { .cache = 64, .how.hold_completions = true };
	struct rte_mbuf *pkts[32], *held[96];
	struct rte_mempool_cache *cache;
	struct env e;
	uint32_t i;

	env_open(&e, &cfg);
	env_tx_make(&e, pkts, 0, 32);
	cache = rte_mempool_default_cache(e.mp, rte_lcore_id());
	rte_mempool_cache_flush(cache, e.mp);
	assert_int_equal(rte_mempool_generic_get(e.mp, (void **)held, 96, NULL), 0);
	/* Of the most that it holds, 8 are missing. */
	assert_int_equal(cache->flushthresh, 96);
	for (i = 0; i < 88; i++)
		rte_mempool_put(e.mp, held[i]);
	assert_int_equal(cache->len, 88);
	assert_int_equal(afx_tx_burst(&e.txq, pkts, 32), 32);
	assert_int_equal(fk_complete(&e.fk, 32), 32);
	afx_tx_reap(&e.txq);
	assert_int_equal(cache->len, 44 + 32);
	for (i = 0; i < 44; i++)
		assert_ptr_equal(cache->objs[i], held[44 + i]);
	for (i = 0; i < 32; i++)
		assert_ptr_equal(cache->objs[44 + i], pkts[i]);
	env_check(&e, &held[88], 8);
	for (i = 88; i < 96; i++)
		rte_mempool_put(e.mp, held[i]);
	env_close(&e);
}

static void
test_soak(void **state __rte_unused)
{
	check_soak(FK_PUBLISH_AT_ONCE, 0);
	check_soak(FK_PUBLISH_LAG_BUSY, 32);
	check_soak(FK_PUBLISH_LATE, 32);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_geometries),
		cmocka_unit_test(test_data_at_far_end),
		cmocka_unit_test(test_burst_sizes),
		cmocka_unit_test(test_full_ring),
		cmocka_unit_test(test_reap_from),
		cmocka_unit_test(test_done_cleanup),
		cmocka_unit_test(test_empty_burst),
		cmocka_unit_test(test_ledger_2aa51cdd_fdf69a81_no_wakeup_wanted),
		cmocka_unit_test(test_full_cache),
		cmocka_unit_test(test_soak),
	};

	return cmocka_run_group_tests_name("burst_tx", tests, env_group_setup, env_group_teardown);
}
