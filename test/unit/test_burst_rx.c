/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <string.h>

#include "afx_rx.h"
#include "burst_env.h"

#define MBUFS 1024
#define BURST_MAX 512
#define FRAME_MAX 4096

/* Rx lengths that are not the same twice in a row, from 60 up. */
static uint32_t
length(const struct env *e, uint32_t seed)
{
	return 60 + seed * 97 % (e->umem.frame_len - 59);
}

/* The wire delivers frame number seed. */
static bool
deliver(struct env *e, uint32_t seed)
{
	uint8_t data[FRAME_MAX];

	env_pattern(data, length(e, seed), seed);
	return fk_receive(&e->fk, data, length(e, seed));
}

static void
deliver_all(struct env *e, uint32_t first, uint32_t n)
{
	while (n-- != 0)
		assert_true(deliver(e, first++));
}

/* Each field that rte_mbuf_reset or a receiving driver sets; the rest belongs to nobody. */
static void
check_mbuf(const struct env *e, const struct rte_mbuf *m, uint32_t seed)
{
	assert_int_equal(m->data_off, e->cfg.headroom_far ? 256 : 128);
	assert_int_equal(rte_mbuf_refcnt_read(m), 1);
	assert_int_equal(m->nb_segs, 1);
	assert_int_equal(m->port, ENV_PORT);
	assert_true(m->ol_flags == 0);
	assert_null(m->next);
	assert_int_equal(m->pkt_len, length(e, seed));
	assert_int_equal(m->data_len, length(e, seed));
	assert_int_equal(m->vlan_tci, 0);
	assert_int_equal(m->packet_type, 0);
	assert_int_equal(m->buf_len, e->cfg.room);
	assert_ptr_equal(m->pool, e->mp);
	assert_true(env_pattern_is(rte_pktmbuf_mtod(m, uint8_t *), m->data_len, seed));
}

static void
check_all(const struct env *e, struct rte_mbuf *const *pkts, uint32_t first, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		check_mbuf(e, pkts[i], first + i);
}

static uint32_t
fill_level(const struct env *e)
{
	return e->fk.fill.prod.value - e->fk.fill.cons.value;
}

/* What earlier users may have left in mbufs that went back to the pool. */
static void
soil(struct rte_mempool *mp __rte_unused, void *opaque __rte_unused, void *obj,
     unsigned int index __rte_unused)
{
	struct rte_mbuf *m = obj;

	m->data_off = 9;
	m->port = 99;
	m->ol_flags = RTE_MBUF_F_RX_VLAN_STRIPPED | RTE_MBUF_F_TX_TCP_SEG;
	m->packet_type = 77;
	m->pkt_len = 12345;
	m->data_len = 1234;
	m->vlan_tci = 4095;
}

/* One round after another, up to the whole ring, in several bursts if they are small. */
static void
check_bursts(const struct env_cfg *cfg, uint16_t burst, uint32_t rounds)
{
	struct rte_mbuf *pkts[BURST_MAX];
	uint32_t seed = 0;
	struct env e;

	env_open(&e, cfg);
	rte_mempool_obj_iter(e.mp, soil, NULL);
	while (rounds-- != 0) {
		uint32_t left = RTE_MIN(2u * burst, e.cfg.rx);

		deliver_all(&e, seed, left);
		while (left != 0) {
			uint32_t want = RTE_MIN(left, burst);

			assert_int_equal(afx_rx_burst(&e.rxq, pkts, burst), want);
			check_all(&e, pkts, seed, want);
			env_check(&e, pkts, want);
			rte_pktmbuf_free_bulk(pkts, want);
			seed += want;
			left -= want;
		}
	}
	assert_int_equal(afx_rx_burst(&e.rxq, pkts, burst), 0);
	assert_int_equal(e.rxq.count.packets, seed);
	assert_int_equal(e.rxq.count.nombuf, 0);
	env_close(&e);
}

static void
test_burst_sizes(void **state __rte_unused)
{
	static const uint16_t bursts[] = { 1,  2,  3,  4,  5,   8,   16,  31,  32,
					   33, 63, 64, 65, 127, 128, 129, 256, 512 };
	const struct env_cfg cfg = { .rx = 512, .mbufs = 2048, .cache = 64 };
	size_t i;

	for (i = 0; i < RTE_DIM(bursts); i++)
		check_bursts(&cfg, bursts[i], 4);
}

static void
test_ledger_9bab1d26_fields_in_all_geometries(void **state __rte_unused)
{
	static const uint16_t rooms[] = { 1920, 2176, 9728 };
	static const uint16_t privs[] = { 0, 64, 192 };
	static const uint16_t caches[] = { 0, 256 };
	struct env_cfg cfg;
	uint32_t i;

	for (i = 0; i < 36; i++) {
		cfg = (struct env_cfg){ .room = rooms[i % 3],
					.priv = privs[i / 3 % 3],
					.cache = caches[i / 9 % 2],
					.headroom_far = i / 18,
					.how = { .shuffle = i % 2, .fill_batch = 40 } };
		check_bursts(&cfg, 48, 6);
	}
}

static void
test_bytes_counted(void **state __rte_unused)
{
	struct rte_mbuf *pkts[8];
	struct env e;

	env_open(&e, &(struct env_cfg){ 0 });
	deliver_all(&e, 0, 8);
	assert_int_equal(afx_rx_burst(&e.rxq, pkts, 3), 3);
	assert_int_equal(afx_rx_burst(&e.rxq, pkts + 3, 5), 5);
	assert_int_equal(e.rxq.count.packets, 8);
	assert_int_equal(e.rxq.count.bytes, 8 * 60 + 97 * (0 + 1 + 2 + 3 + 4 + 5 + 6 + 7));
	rte_pktmbuf_free_bulk(pkts, 8);
	env_close(&e);
}

static void
test_empty_burst(void **state __rte_unused)
{
	struct rte_mbuf *none = NULL;
	struct env e;

	env_open(&e, &(struct env_cfg){ 0 });
	deliver_all(&e, 0, 4);
	assert_int_equal(afx_rx_burst(&e.rxq, &none, 0), 0);
	assert_null(none);
	assert_int_equal(e.rxq.count.packets, 0);
	env_check(&e, NULL, 0);
	env_close(&e);
}

/* All mbufs are with the application: what arrived is given out; then nothing, until some return. */
static void
test_ledger_81812979_empty_pool_resumes(void **state __rte_unused)
{
	struct rte_mbuf *held[MBUFS];
	struct rte_mbuf *pkts[BURST_MAX];
	uint32_t nb_held, n, round;
	struct env e;

	env_open(&e, &(struct env_cfg){ .rx = 64, .cache = 32 });
	nb_held = env_drain(e.mp, held, MBUFS);
	assert_int_equal(nb_held, MBUFS - 128);
	for (round = 0; round < 2; round++) {
		deliver_all(&e, round * 64, 64);
		n = afx_rx_burst(&e.rxq, held + nb_held, 64);
		assert_int_equal(n, 64);
		check_all(&e, held + nb_held, round * 64, 64);
		nb_held += n;
	}
	assert_int_equal(nb_held, MBUFS);
	assert_int_equal(e.rxq.count.nombuf, 2);
	assert_false(deliver(&e, 0));
	assert_int_equal(afx_rx_burst(&e.rxq, pkts, 64), 0);
	env_check(&e, held, nb_held);
	rte_pktmbuf_free_bulk(held, nb_held);
	assert_int_equal(afx_rx_burst(&e.rxq, pkts, 64), 0);
	deliver_all(&e, 0, 64);
	assert_int_equal(afx_rx_burst(&e.rxq, pkts, 64), 64);
	check_all(&e, pkts, 0, 64);
	env_check(&e, pkts, 64);
	rte_pktmbuf_free_bulk(pkts, 64);
	env_close(&e);
}

/* Leave the kernel 32 of its buffers: the pool's are in held, *nb_held of them; n others in pkts. */
static void
starve(struct env *e, struct rte_mbuf **held, uint32_t *nb_held, struct rte_mbuf **pkts, uint32_t n)
{
	*nb_held = env_drain(e->mp, held, MBUFS);
	deliver_all(e, 0, 256);
	assert_int_equal(afx_rx_burst(&e->rxq, pkts, 256), 256);
	deliver_all(e, 256, n - 256);
	assert_int_equal(afx_rx_burst(&e->rxq, pkts + 256, 256), n - 256);
	assert_int_equal(fill_level(e), 32);
}

static void
refill_debt(bool copy, uint32_t supply)
{
	struct rte_mbuf *held[MBUFS];
	struct rte_mbuf *pkts[480];
	struct env e;
	uint32_t nb_held, level;

	env_open(&e, &(struct env_cfg){ .rx = 256, .mbufs = MBUFS, .copy = copy });
	assert_int_equal(fill_level(&e), supply);
	starve(&e, held, &nb_held, pkts, supply - 32);
	rte_pktmbuf_free_bulk(pkts, supply - 32);
	rte_pktmbuf_free_bulk(held, nb_held);
	for (level = 32; level + 32 <= supply; level += level < supply / 2 ? 64 : 32) {
		assert_int_equal(fill_level(&e), level);
		assert_int_equal(afx_rx_burst(&e.rxq, pkts, 32), 0);
	}
	deliver_all(&e, 0, 40);
	assert_int_equal(afx_rx_burst(&e.rxq, pkts, 40), 40);
	assert_in_range(fill_level(&e), supply - 31, supply);
	env_check(&e, pkts, 40);
	rte_pktmbuf_free_bulk(pkts, 40);
	env_close(&e);
}

/* From the pool itself come batches of 32, two at a time up to half. */
static void
test_refill_debt(void **state __rte_unused)
{
	refill_debt(false, 512);
	refill_debt(true, 256 + 32);
}

/* Bursts that are no multiple of a batch, a pool without cache: the kernel keeps its supply. */
static void
test_refill_keeps_up(void **state __rte_unused)
{
	static const uint32_t bursts[] = { 1, 33, 48, 63, 95, 127 };
	struct rte_mbuf *pkts[128];
	uint32_t i, round;
	struct env e;

	for (i = 0; i < RTE_DIM(bursts); i++) {
		env_open(&e, &(struct env_cfg){ .rx = 256, .mbufs = MBUFS });
		for (round = 0; round < 100; round++) {
			deliver_all(&e, round, bursts[i]);
			assert_int_equal(afx_rx_burst(&e.rxq, pkts, 128), bursts[i]);
			assert_in_range(fill_level(&e), 512 - 31, 512);
			rte_pktmbuf_free_bulk(pkts, bursts[i]);
		}
		env_close(&e);
	}
}

/* What the lcore's cache has comes at once. */
static void
test_refill_from_cache(void **state __rte_unused)
{
	struct rte_mbuf *held[MBUFS];
	struct rte_mbuf *pkts[480];
	struct env e;
	uint32_t nb_held;

	env_open(&e, &(struct env_cfg){ .rx = 256, .mbufs = MBUFS, .cache = 256 });
	starve(&e, held, &nb_held, pkts, 480);
	rte_pktmbuf_free_bulk(pkts, 192);
	assert_int_equal(afx_rx_burst(&e.rxq, pkts, 32), 0);
	assert_int_equal(fill_level(&e), 32 + 192);
	rte_pktmbuf_free_bulk(pkts + 192, 480 - 192);
	rte_pktmbuf_free_bulk(held, nb_held);
	env_close(&e);
}

/* Fewer mbufs than a batch: they are left to others until the kernel has used half of its supply. */
static void
test_scarce_pool(void **state __rte_unused)
{
	static const struct {
		uint32_t used; /* of 128 fill entries */
		uint32_t in_pool;
		uint32_t taken;
	} rows[] = {
		{ 31, 31, 0 },  { 32, 31, 0 }, { 63, 31, 0 },  { 64, 31, 16 }, { 64, 16, 16 },
		{ 64, 15, 8 },  { 64, 7, 4 },  { 64, 3, 2 },   { 64, 1, 1 },   { 64, 0, 0 },
		{ 64, 32, 32 }, { 31, 32, 0 }, { 32, 32, 32 },
	};
	struct rte_mbuf *held[MBUFS];
	struct rte_mbuf *pkts[64];
	size_t i;

	for (i = 0; i < RTE_DIM(rows); i++) {
		uint32_t nb_held, level;
		struct env e;

		env_open(&e, &(struct env_cfg){ .rx = 64 });
		nb_held = env_drain(e.mp, held, MBUFS);
		deliver_all(&e, 0, rows[i].used);
		assert_int_equal(afx_rx_burst(&e.rxq, pkts, 64), rows[i].used);
		nb_held -= rows[i].in_pool;
		rte_pktmbuf_free_bulk(held + nb_held, rows[i].in_pool);
		memcpy(held + nb_held, pkts, rows[i].used * sizeof(*pkts));
		nb_held += rows[i].used;
		level = fill_level(&e);
		assert_int_equal(afx_rx_burst(&e.rxq, pkts, 64), 0);
		assert_int_equal(fill_level(&e) - level, rows[i].taken);
		env_check(&e, held, nb_held);
		rte_pktmbuf_free_bulk(held, nb_held);
		env_close(&e);
	}
}

static void
test_prefill(void **state __rte_unused)
{
	struct rte_mbuf *held[MBUFS];
	uint32_t nb_held;
	struct env e;

	env_open(&e, &(struct env_cfg){ .rx = 64, .cache = 0 });
	assert_int_equal(fill_level(&e), 128);
	assert_int_equal(afx_rx_prefill(&e.rxq), 0);
	assert_int_equal(fill_level(&e), 128);
	/* room for 64, mbufs for 40: all of them are posted, and in the ledger */
	nb_held = env_drain(e.mp, held, MBUFS);
	deliver_all(&e, 0, 64);
	assert_int_equal(afx_rx_burst(&e.rxq, held + nb_held, 64), 64);
	nb_held += 64 - 40;
	rte_pktmbuf_free_bulk(held + nb_held, 40);
	assert_int_equal(afx_rx_prefill(&e.rxq), -ENOMEM);
	assert_int_equal(fill_level(&e), 64 + 40);
	env_check(&e, held, nb_held);
	rte_pktmbuf_free_bulk(held, nb_held);
	env_close(&e);
}

/* In copy mode the kernel has a buffer for each free place of the Rx ring, and at most a batch more. */
static void
test_supply_of_copy_mode(void **state __rte_unused)
{
	static const uint16_t bursts[] = { 31, 1, 33, 32, 17, 128, 64, 5 };
	struct rte_mbuf *pkts[128];
	uint32_t wire = 0, got = 0, i;
	struct env e;

	env_open(&e, &(struct env_cfg){ .rx = 128, .cache = 64, .copy = true });
	assert_int_equal(rte_mempool_default_cache(e.mp, rte_lcore_id())->len, 0);
	for (i = 0; i < 10 * RTE_DIM(bursts); i++) {
		const uint16_t n = bursts[i % RTE_DIM(bursts)];

		/* Every place is taken: no frame was lost for want of a buffer. */
		deliver_all(&e, wire, got + 128 - wire);
		wire = got + 128;
		assert_in_range(e.rxq.fill.own - e.rxq.rx.own, 128, 128 + 32);
		assert_int_equal(afx_rx_burst(&e.rxq, pkts, n), n);
		check_all(&e, pkts, got, n);
		rte_pktmbuf_free_bulk(pkts, n);
		got += n;
		env_check(&e, NULL, 0);
	}
	assert_int_equal(afx_rx_prefill(&e.rxq), 0);
	assert_int_equal(e.rxq.fill.own - e.rxq.rx.own, 128 + 32);
	env_close(&e);
}

/* Everything at once, in an order that only the seed decides. */
static void
test_soak(void **state)
{
	struct rte_mbuf *held[MBUFS];
	uint32_t nb_held = 0, wire = 0, got = 0, i;
	struct env e;

	env_open(&e,
		 &(struct env_cfg){
			 .rx = 128,
			 .mbufs = 512,
			 .cache = 16,
			 .copy = *state != NULL,
			 .how = { .shuffle = true, .fill_batch = 24, .drop_percent = 10 } });
	for (i = 0; i < 20000; i++) {
		uint32_t n = i * 2654435761u >> 25;
		uint16_t burst = 1 + i % 64;

		for (; n != 0; n--)
			if (deliver(&e, wire))
				wire++;
		n = afx_rx_burst(&e.rxq, held + nb_held, burst);
		check_all(&e, held + nb_held, got, n);
		got += n;
		nb_held += n;
		if (i % 50 == 0)
			env_check(&e, held, nb_held);
		if (i % 7 == 0 || nb_held > MBUFS - 64) {
			rte_pktmbuf_free_bulk(held, nb_held);
			nb_held = 0;
		}
	}
	assert_true(got > 20000);
	assert_true(e.fk.rx_dropped != 0 && e.fk.rx_nobuf != 0 && e.rxq.count.nombuf != 0);
	rte_pktmbuf_free_bulk(held, nb_held);
	env_close(&e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_burst_sizes),
		cmocka_unit_test(test_ledger_9bab1d26_fields_in_all_geometries),
		cmocka_unit_test(test_bytes_counted),
		cmocka_unit_test(test_empty_burst),
		cmocka_unit_test(test_ledger_81812979_empty_pool_resumes),
		cmocka_unit_test(test_refill_debt),
		cmocka_unit_test(test_refill_keeps_up),
		cmocka_unit_test(test_refill_from_cache),
		cmocka_unit_test(test_scarce_pool),
		cmocka_unit_test(test_prefill),
		cmocka_unit_test(test_supply_of_copy_mode),
		cmocka_unit_test(test_soak),
		{ "test_soak_copy", test_soak, NULL, NULL, "copy" },
	};

	return cmocka_run_group_tests_name("burst_rx", tests, env_group_setup, env_group_teardown);
}
