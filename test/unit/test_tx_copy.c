/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Tx of mbufs of another mempool: rows of them are copied at once.
 */
#include <stdlib.h>
#include <string.h>

#include "afx_tx.h"
#include "tx_forms.h"

/* Frame number i, whose length tells it apart, too. */
static uint32_t
len_of(uint32_t i)
{
	return 14 + i * 37 % (FORM_MAX_LEN - 13);
}

static struct rte_mbuf *
numbered(struct rte_mempool *mp, uint32_t i)
{
	return env_mbuf(mp, len_of(i), i);
}

/* The fake kernel has sent frames number first to first + n, in this order, as its last ones. */
static void
check_sent(const struct fk *fk, uint32_t first, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++) {
		const struct fk_frame *sent = fk->sent[fk->tx_sent - n + i];

		assert_int_equal(sent->len, len_of(first + i));
		assert_true(env_pattern_is(sent->data, sent->len, first + i));
	}
}

/* Bursts below, at and above what is copied at once, across the ring's end and that of 32 bits. */
static void
test_rows(void **state __rte_unused)
{
	static const uint32_t bursts[] = { 1, 2, 31, 32, 33, 60, 5, 60 };
	static struct fixture f;
	struct rte_mbuf *pkts[60];
	uint64_t bytes = 0;
	uint32_t total = 0;
	uint32_t i, j;

	form_fixture_open(&f);
	for (i = 0; i < RTE_DIM(bursts); i++) {
		for (j = 0; j < bursts[i]; j++) {
			pkts[j] = numbered(f.foreign, total + j);
			bytes += len_of(total + j);
		}
		assert_int_equal(afx_tx_burst(&f.e.txq, pkts, bursts[i]), bursts[i]);
		assert_int_equal(rte_mempool_in_use_count(f.foreign), 0);
		check_sent(&f.e.fk, total, bursts[i]);
		total += bursts[i];
		env_check(&f.e, NULL, 0);
	}
	assert_int_equal(f.e.txq.count.packets, total);
	assert_int_equal(f.e.txq.count.copied, total);
	assert_int_equal(f.e.txq.count.bytes, bytes);
	assert_int_equal(f.e.txq.count.refused, 0);
	form_fixture_close(&f);
}

/* Mbufs of all kinds in any order: the frames keep it. */
static void
test_mixed_with_others(void **state __rte_unused)
{
	static struct fixture f;
	struct rte_mbuf *pkts[64];
	uint32_t copied = 0;
	uint32_t i, turn;
	struct rte_mbuf *tail;

	form_fixture_open(&f);
	srand(4);
	for (turn = 0; turn < 100; turn++) {
		for (i = 0; i < RTE_DIM(pkts); i++) {
			const int kind = rand() % 8;

			pkts[i] = numbered(kind < 5 ? f.foreign : f.e.mp, i);
			copied += kind < 5 || kind == 7;
			if (kind != 7)
				continue;
			tail = numbered(f.e.mp, i);
			pkts[i]->data_len = 1;
			tail->data_off++;
			tail->data_len--;
			pkts[i]->next = tail;
			pkts[i]->nb_segs = 2;
		}
		assert_int_equal(afx_tx_burst(&f.e.txq, pkts, RTE_DIM(pkts)), RTE_DIM(pkts));
		check_sent(&f.e.fk, 0, RTE_DIM(pkts));
		env_check(&f.e, NULL, 0);
	}
	assert_int_equal(f.e.txq.count.copied, copied);
	form_fixture_close(&f);
}

/* Who else holds an original, keeps it unchanged, and frees it. */
static void
test_originals_with_references(void **state __rte_unused)
{
	static struct fixture f;
	struct rte_mbuf *pkts[40];
	uint32_t i;

	form_fixture_open(&f);
	for (i = 0; i < RTE_DIM(pkts); i++) {
		pkts[i] = numbered(f.foreign, i);
		rte_mbuf_refcnt_update(pkts[i], i % 2);
	}
	assert_int_equal(afx_tx_burst(&f.e.txq, pkts, RTE_DIM(pkts)), RTE_DIM(pkts));
	check_sent(&f.e.fk, 0, RTE_DIM(pkts));
	assert_int_equal(rte_mempool_in_use_count(f.foreign), RTE_DIM(pkts) / 2);
	for (i = 1; i < RTE_DIM(pkts); i += 2) {
		assert_int_equal(rte_mbuf_refcnt_read(pkts[i]), 1);
		assert_int_equal(pkts[i]->data_len, len_of(i));
		assert_true(env_pattern_is(rte_pktmbuf_mtod(pkts[i], uint8_t *), len_of(i), i));
		rte_pktmbuf_free(pkts[i]);
	}
	form_fixture_close(&f);
}

static void
pkt_len_short(struct rte_mbuf *m)
{
	m->pkt_len--;
}

static void
segment_missing(struct rte_mbuf *m)
{
	m->nb_segs = 2;
}

static void
segment_uncounted(struct rte_mbuf *m)
{
	m->next = rte_pktmbuf_alloc(m->pool);
}

/* One whose fields contradict each other is refused, whatever stands beside it. */
static void
test_contradictory_originals(void **state __rte_unused)
{
	static void (*const spoil[])(struct rte_mbuf *) = { pkt_len_short, segment_missing,
							    segment_uncounted };
	static struct fixture f;
	struct rte_mbuf *pkts[3];
	uint32_t i, j;

	form_fixture_open(&f);
	for (i = 0; i < RTE_DIM(spoil); i++) {
		for (j = 0; j < RTE_DIM(pkts); j++)
			pkts[j] = numbered(f.foreign, j / 2);
		spoil[i](pkts[1]);
		assert_int_equal(afx_tx_burst(&f.e.txq, pkts, RTE_DIM(pkts)), RTE_DIM(pkts));
		assert_int_equal(f.e.txq.count.refused, i + 1);
		check_sent(&f.e.fk, 0, 2);
		assert_int_equal(f.e.fk.tx_sent, 2 * (i + 1));
		assert_int_equal(rte_mempool_in_use_count(f.foreign), 0);
	}
	form_fixture_close(&f);
}

/* Fewer mbufs to copy to than frames: so many go out, and the rest is the caller's. */
static void
test_pool_too_small(void **state __rte_unused)
{
	static struct fixture f;
	struct rte_mbuf *held[1024];
	struct rte_mbuf *pkts[40];
	uint32_t nb_held, i;

	form_fixture_open(&f);
	f.e.fk.how.hold_completions = true;
	for (i = 0; i < RTE_DIM(pkts); i++)
		pkts[i] = numbered(f.foreign, i);
	nb_held = env_drain(f.e.mp, held, RTE_DIM(held));
	rte_pktmbuf_free_bulk(held, 10);
	assert_int_equal(afx_tx_burst(&f.e.txq, pkts, RTE_DIM(pkts)), 10);
	check_sent(&f.e.fk, 0, 10);
	assert_int_equal(f.e.txq.count.nombuf, 1);
	assert_int_equal(rte_mempool_in_use_count(f.foreign), 30);
	rte_pktmbuf_free_bulk(held + 10, nb_held - 10);
	assert_int_equal(afx_tx_burst(&f.e.txq, pkts + 10, 30), 30);
	check_sent(&f.e.fk, 10, 30);
	env_check(&f.e, NULL, 0);
	form_fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_mixed_with_others),
		cmocka_unit_test(test_originals_with_references),
		cmocka_unit_test(test_contradictory_originals),
		cmocka_unit_test(test_pool_too_small),
	};

	return cmocka_run_group_tests(tests, env_group_setup, env_group_teardown);
}
