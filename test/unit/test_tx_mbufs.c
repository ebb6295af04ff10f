/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * What Tx makes of each kind of mbuf: sent in place, copied, refused, or left
 * to the caller.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "afx_tx.h"
#include "afx_tx_prepare.h"
#include "afx_tx_reap.h"
#include "tx_forms.h"

#define MBUFS 1024
#define FORMS_MAX 64

/* The sent frames are the pattern, len bytes each. */
static void
check_frames(const struct fk *fk, uint32_t n, uint32_t len)
{
	uint32_t i;

	assert_int_equal(fk->tx_sent, n);
	for (i = 0; i < n; i++) {
		assert_int_equal(fk->sent[i]->len, len);
		assert_true(env_pattern_is(fk->sent[i]->data, len, FORM_SEED));
	}
}

/* The mbuf between two ordinary ones, while nothing completes and after all did. */
static void
test_form(void **state)
{
	const struct form *row = *state;
	const uint32_t accepted = row->len != 0;
	static struct fixture f;
	struct rte_mbuf *pkts[3];
	struct afx_txq *q = &f.e.txq;

	form_fixture_open(&f);
	f.e.fk.how.hold_completions = true;
	pkts[0] = env_mbuf(f.e.mp, 14, FORM_SEED);
	pkts[1] = row->make(&f);
	pkts[2] = env_mbuf(f.e.mp, 14, FORM_SEED);
	assert_int_equal(afx_tx_burst(q, pkts, 3), 3);
	env_check(&f.e, NULL, 0);
	assert_int_equal(q->count.packets, 2 + accepted);
	assert_int_equal(q->count.bytes, 28 + row->len);
	assert_int_equal(q->count.refused, !accepted);
	assert_int_equal(q->count.copied, row->copied);
	assert_int_equal(q->slow.linearised, row->copied && strstr(row->name, "segments") != NULL);
	assert_int_equal(q->count.nombuf, 0);
	assert_int_equal(f.e.fk.tx_sent, 2 + accepted);
	if (accepted) {
		assert_int_equal(f.e.fk.sent[1]->len, row->len);
		assert_true(env_pattern_is(f.e.fk.sent[1]->data, row->len, FORM_SEED));
	}
	fk_complete(&f.e.fk, 3);
	afx_tx_reap(q);
	env_check(&f.e, NULL, 0);
	assert_int_equal(f.external_freed, strstr(row->name, "external") != NULL);
	form_fixture_close(&f);
}

/* With completions outstanding at stop, the ledger gives them back. */
static void
test_forms_stopped(void **state __rte_unused)
{
	static struct fixture f;
	struct rte_mbuf *m;
	size_t i;

	for (i = 0; i < nb_forms; i++) {
		form_fixture_open(&f);
		fk_need_wakeup(&f.e.fk.tx, false);
		m = forms[i].make(&f);
		assert_int_equal(afx_tx_burst(&f.e.txq, &m, 1), 1);
		env_check(&f.e, NULL, 0);
		form_fixture_close(&f);
	}
}

/* Length of a dropped frame, which is not that of the mbuf it lies in. */
static void
test_dropped_bytes(void **state __rte_unused)
{
	static struct fixture f;
	struct rte_mbuf *m;
	size_t i;

	for (i = 0; i < nb_forms; i++) {
		form_fixture_open(&f);
		f.e.fk.how.busy_every = 1;
		m = forms[i].make(&f);
		assert_int_equal(afx_tx_burst(&f.e.txq, &m, 1), 1);
		assert_int_equal(f.e.kick.count.dropped, forms[i].len != 0);
		assert_int_equal(f.e.kick.count.dropped_bytes, forms[i].len);
		form_fixture_close(&f);
	}
}

/* Every request there is, by its bit. */
static void
test_offload_requests(void **state __rte_unused)
{
	const uint64_t harmless = RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IPV6 |
		RTE_MBUF_F_TX_OUTER_IPV4 | RTE_MBUF_F_TX_OUTER_IPV6 | RTE_MBUF_F_TX_TUNNEL_MASK;
	static struct fixture f;
	uint32_t bit, refused = 0;
	struct rte_mbuf *m;

	form_fixture_open(&f);
	for (bit = 0; bit < 62; bit++) {
		const uint64_t flag = UINT64_C(1) << bit;
		const bool bad = (flag & RTE_MBUF_F_TX_OFFLOAD_MASK & ~harmless) != 0;

		if (flag == RTE_MBUF_F_EXTERNAL)
			continue;
		refused += bad;
		m = bit % 2 == 0 ? form_own(&f) : form_foreign(&f);
		m->ol_flags = flag;
		assert_int_equal(afx_tx_burst(&f.e.txq, &m, 1), 1);
		assert_int_equal(f.e.txq.count.refused, refused);
	}
	assert_in_range(refused, 10, 30);
	check_frames(&f.e.fk, 61 - refused, FORM_LEN);
	env_check(&f.e, NULL, 0);
	form_fixture_close(&f);
}

/* Requests that applications make, whatever the mask is built from. */
static void
test_named_offload_requests(void **state __rte_unused)
{
	static const uint64_t flags[] = {
		RTE_MBUF_F_TX_VLAN,
		RTE_MBUF_F_TX_QINQ,
		RTE_MBUF_F_TX_IP_CKSUM,
		RTE_MBUF_F_TX_TCP_CKSUM,
		RTE_MBUF_F_TX_UDP_CKSUM,
		RTE_MBUF_F_TX_SCTP_CKSUM,
		RTE_MBUF_F_TX_TCP_SEG,
		RTE_MBUF_F_TX_UDP_SEG,
		RTE_MBUF_F_TX_IEEE1588_TMST,
		RTE_MBUF_F_TX_SEC_OFFLOAD,
		RTE_MBUF_F_TX_MACSEC,
		RTE_MBUF_F_TX_OUTER_IP_CKSUM,
		RTE_MBUF_F_TX_OUTER_UDP_CKSUM,
	};
	static struct fixture f;
	struct rte_mbuf *m;
	size_t i;

	form_fixture_open(&f);
	for (i = 0; i < RTE_DIM(flags); i++) {
		m = form_own(&f);
		m->ol_flags = flags[i] | RTE_MBUF_F_TX_IPV4;
		assert_int_equal(afx_tx_burst(&f.e.txq, &m, 1), 1);
		assert_int_equal(f.e.txq.count.refused, i + 1);
	}
	assert_int_equal(f.e.fk.tx_sent, 0);
	env_check(&f.e, NULL, 0);
	form_fixture_close(&f);
}

/* One mbuf, several references, several descriptors of one ring, completed in any order. */
static void
test_same_mbuf_several_times(void **state __rte_unused)
{
	static struct fixture f;
	struct rte_mbuf *pkts[6];
	uint32_t i;

	form_fixture_open(&f);
	f.e.fk.how.hold_completions = true;
	f.e.fk.how.shuffle = true;
	pkts[0] = form_own(&f);
	for (i = 1; i < 6; i++)
		pkts[i] = pkts[0];
	rte_mbuf_refcnt_update(pkts[0], 5);
	assert_int_equal(afx_tx_burst(&f.e.txq, pkts, 4), 4);
	env_check(&f.e, pkts, 2);
	rte_pktmbuf_free(pkts[4]);
	env_check(&f.e, pkts, 1);
	for (i = 0; i < 3; i++) {
		fk_complete(&f.e.fk, 1);
		afx_tx_reap(&f.e.txq);
		env_check(&f.e, pkts, 1);
	}
	assert_int_equal(afx_tx_burst(&f.e.txq, pkts, 1), 1);
	env_check(&f.e, NULL, 0);
	check_frames(&f.e.fk, 5, FORM_LEN);
	form_fixture_close(&f);
}

/* Others in a burst, more than two looks at four completions; how often one of several references is. */
#define OTHERS 9
#define SHARED_MAX 3

/* Of a burst that completes together, one is still somebody's, and in it so many times: at each place. */
static void
check_shared_among_others(uint32_t place, uint32_t times)
{
	static struct fixture f;
	struct rte_mbuf *pkts[OTHERS + SHARED_MAX];
	struct rte_mbuf *shared;
	uint32_t n = 0;
	uint32_t i;

	form_fixture_open(&f);
	shared = form_own(&f);
	rte_mbuf_refcnt_update(shared, times);
	for (i = 0; i <= OTHERS; i++) {
		while (i == place && n < place + times)
			pkts[n++] = shared;
		if (i < OTHERS)
			pkts[n++] = form_own(&f);
	}
	assert_int_equal(n, OTHERS + times);
	assert_int_equal(afx_tx_burst(&f.e.txq, pkts, n), n);
	afx_tx_reap(&f.e.txq);
	env_check(&f.e, &shared, 1);
	check_frames(&f.e.fk, n, FORM_LEN);
	rte_pktmbuf_free(shared);
	form_fixture_close(&f);
}

static void
test_one_shared_among_others(void **state __rte_unused)
{
	uint32_t place, times;

	for (place = 0; place <= OTHERS; place++) {
		for (times = 0; times <= SHARED_MAX; times++)
			check_shared_among_others(place, times);
	}
}

/* The clones of one mbuf, and the original, all at once. */
static void
test_many_clones(void **state __rte_unused)
{
	static struct fixture f;
	struct rte_mbuf *pkts[4];

	form_fixture_open(&f);
	f.e.fk.how.hold_completions = true;
	pkts[0] = form_own(&f);
	pkts[1] = rte_pktmbuf_clone(pkts[0], f.e.mp);
	pkts[2] = rte_pktmbuf_clone(pkts[0], f.foreign);
	pkts[3] = rte_pktmbuf_clone(pkts[1], f.e.mp);
	env_check(&f.e, pkts, 4);
	/* an indirect mbuf with two references: one is sent, the other still reads the data */
	rte_mbuf_refcnt_update(pkts[3], 1);
	assert_int_equal(afx_tx_burst(&f.e.txq, pkts, 4), 4);
	assert_int_equal(rte_mbuf_refcnt_read(pkts[3]), 1);
	env_check(&f.e, pkts + 3, 1);
	fk_complete(&f.e.fk, 4);
	afx_tx_reap(&f.e.txq);
	env_check(&f.e, pkts + 3, 1);
	assert_true(env_pattern_is(rte_pktmbuf_mtod(pkts[3], uint8_t *), FORM_LEN, FORM_SEED));
	rte_pktmbuf_free(pkts[3]);
	check_frames(&f.e.fk, 4, FORM_LEN);
	assert_int_equal(f.e.txq.count.copied, 0);
	form_fixture_close(&f);
}

/* Nothing to copy to: the burst ends there, and that mbuf is the caller's as it was. */
static void
test_no_mbuf_to_copy_to(void **state __rte_unused)
{
	static struct fixture f;
	struct rte_mbuf *held[MBUFS];
	struct rte_mbuf *pkts[3];
	struct rte_mbuf before;
	uint32_t nb_held, i;

	for (i = 0; i < 2; i++) {
		form_fixture_open(&f);
		pkts[0] = form_own(&f);
		pkts[1] = i == 0 ? form_segments_longest(&f) : form_clone_foreign(&f);
		pkts[2] = form_own(&f);
		nb_held = env_drain(f.e.mp, held, MBUFS);
		before = *pkts[1];
		assert_int_equal(afx_tx_burst(&f.e.txq, pkts, 3), 1);
		assert_memory_equal(&before, pkts[1], sizeof(before));
		assert_int_equal(f.e.txq.count.nombuf, 1);
		assert_int_equal(f.e.txq.count.packets, 1);
		assert_int_equal(f.e.fk.tx_sent, 1);
		rte_pktmbuf_free_bulk(held, nb_held);
		env_check(&f.e, pkts + 1, 2);
		assert_int_equal(afx_tx_burst(&f.e.txq, pkts + 1, 2), 2);
		assert_int_equal(f.e.fk.tx_sent, 3);
		assert_int_equal(f.e.txq.count.copied, 1);
		env_check(&f.e, NULL, 0);
		form_fixture_close(&f);
	}
}

/* The only mbufs that could come back are completed ones: a caller that tries again gets them. */
static void
test_no_mbuf_but_completed_ones(void **state __rte_unused)
{
	static struct fixture f;
	struct rte_mbuf *held[MBUFS];
	struct rte_mbuf *pkts[2];
	uint32_t nb_held, tries;

	form_fixture_open(&f);
	pkts[0] = form_own(&f);
	pkts[1] = form_foreign(&f);
	nb_held = env_drain(f.e.mp, held, MBUFS);
	assert_int_equal(afx_tx_burst(&f.e.txq, pkts, 1), 1);
	for (tries = 0; tries < 10; tries++)
		if (afx_tx_burst(&f.e.txq, pkts + 1, 1) == 1)
			break;
	assert_in_range(tries, 0, 9);
	rte_pktmbuf_free_bulk(held, nb_held);
	check_frames(&f.e.fk, 2, FORM_LEN);
	form_fixture_close(&f);
}

/* A full ring takes none, not even what it would refuse. */
static void
test_full_ring_refuses_nothing(void **state __rte_unused)
{
	static struct fixture f;
	struct rte_mbuf *pkts[130];
	uint32_t i;

	form_fixture_open(&f);
	f.e.fk.how.hold_completions = true;
	for (i = 0; i < 128; i++)
		pkts[i] = form_own(&f);
	pkts[128] = form_too_short(&f);
	pkts[129] = form_foreign(&f);
	assert_int_equal(afx_tx_burst(&f.e.txq, pkts, 130), 128);
	env_check(&f.e, pkts + 128, 2);
	assert_int_equal(f.e.txq.count.refused, 0);
	fk_complete(&f.e.fk, 1);
	assert_int_equal(afx_tx_burst(&f.e.txq, pkts + 128, 2), 2);
	assert_int_equal(f.e.txq.count.refused, 1);
	env_check(&f.e, NULL, 0);
	form_fixture_close(&f);
}

/* Two ports on one pool, one mbuf in both Tx rings. */
static void
test_two_ports(void **state __rte_unused)
{
	static struct fixture f;
	struct afx_sock_sizes sizes = { .rx = 2, .tx = 8, .fill = 2, .comp = 8 };
	struct afx_ring rx, fill;
	struct afx_txq other;
	struct afx_kick kick;
	struct rte_mbuf *m;
	struct fk fk;

	form_fixture_open(&f);
	f.e.fk.how.hold_completions = true;
	assert_true(fk_open(&fk, &f.e.umem.reg, &sizes, 3));
	other = f.e.txq;
	fk_rings(&fk, &rx, &other.tx, &fill, &other.comp);
	other.fd = fk.fd;
	other.kick = &kick;
	kick = (struct afx_kick){ .taken = 3, .tx = &other.tx, .comp = &other.comp, .fd = fk.fd };
	other.ledger = calloc(f.e.ledger_len, sizeof(*other.ledger));
	m = form_own(&f);
	rte_mbuf_refcnt_update(m, 1);
	assert_int_equal(afx_tx_burst(&f.e.txq, &m, 1), 1);
	assert_int_equal(afx_tx_burst(&other, &m, 1), 1);
	check_frames(&fk, 1, FORM_LEN);
	check_frames(&f.e.fk, 1, FORM_LEN);
	afx_tx_reap(&other);
	assert_int_equal(other.outstanding, 0);
	env_check(&f.e, NULL, 0);
	assert_null(fk.complaint);
	free(other.ledger);
	fk_close(&fk);
	form_fixture_close(&f);
}

int
main(void)
{
	const struct CMUnitTest single[] = {
		cmocka_unit_test(test_forms_stopped),
		cmocka_unit_test(test_dropped_bytes),
		cmocka_unit_test(test_offload_requests),
		cmocka_unit_test(test_named_offload_requests),
		cmocka_unit_test(test_same_mbuf_several_times),
		cmocka_unit_test(test_one_shared_among_others),
		cmocka_unit_test(test_many_clones),
		cmocka_unit_test(test_no_mbuf_to_copy_to),
		cmocka_unit_test(test_no_mbuf_but_completed_ones),
		cmocka_unit_test(test_full_ring_refuses_nothing),
		cmocka_unit_test(test_two_ports),
	};
	struct CMUnitTest tests[RTE_DIM(single) + FORMS_MAX];
	size_t i;

	assert(nb_forms <= FORMS_MAX);
	memcpy(tests, single, sizeof(single));
	for (i = 0; i < nb_forms; i++)
		tests[RTE_DIM(single) + i] =
			(struct CMUnitTest){ .name = forms[i].name,
					     .test_func = test_form,
					     .initial_state = (void *)(uintptr_t)&forms[i] };
	/* the macro around it wants an array of known size */
	return _cmocka_run_group_tests("tx_mbufs", tests, RTE_DIM(single) + nb_forms,
				       env_group_setup, env_group_teardown);
}
