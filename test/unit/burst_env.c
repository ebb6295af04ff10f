/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_lcore.h>

#include "afx_ledger.h"
#include "afx_reclaim.h"
#include "afx_rx.h"
#include "burst_env.h"

/* Where the references to one chunk were found. */
struct place {
	uint32_t pool;
	uint32_t rx;
	uint32_t tx;
	uint32_t app;
};

struct census {
	struct env *e;
	struct place *places;
};

int
env_group_setup(void **state __rte_unused)
{
	char line[] = "afx-unit --no-huge --no-shconf --no-pci --no-telemetry -m 64 -l 0 "
		      "--log-level=lib.eal:error";
	char *args[16];
	char *rest = line;
	int n = 0;

	while (n < (int)RTE_DIM(args) && rest != NULL)
		args[n++] = strsep(&rest, " ");
	return rte_eal_init(n, args) < 0 ? -1 : 0;
}

int
env_group_teardown(void **state __rte_unused)
{
	return rte_eal_cleanup();
}

struct rte_mempool *
env_pool(uint32_t n, uint16_t cache, uint16_t priv, uint16_t room, const char *ops)
{
	static unsigned int count;
	struct rte_mempool *mp;
	char name[RTE_MEMPOOL_NAMESIZE];

	snprintf(name, sizeof(name), "pool%u", count++);
	mp = rte_pktmbuf_pool_create_by_ops(name, n, cache, priv, room, SOCKET_ID_ANY, ops);
	assert_non_null(mp);
	return mp;
}

static void
queues_init(struct env *e)
{
	struct rte_mbuf like = { .refcnt = 1, .nb_segs = 1, .port = ENV_PORT };
	struct afx_rxq *rxq = &e->rxq;
	struct afx_txq *txq = &e->txq;

	e->kick = (struct afx_kick){ .delay = UINT64_MAX,
				     .taken = ENV_START,
				     .tx = &txq->tx,
				     .comp = &txq->comp,
				     .fd = e->fk.fd };
	e->ledger_len = afx_umem_ledger_len(&e->umem);
	*rxq = (struct afx_rxq){
		.mp = e->mp, .umem = e->umem, .kick = &e->kick, .fd = e->fk.fd, .meta = &e->meta
	};
	rxq->ledger = calloc(e->ledger_len, sizeof(*rxq->ledger));
	rxq->delta = e->umem.delta;
	memcpy(&rxq->rearm, (char *)&like + offsetof(struct rte_mbuf, rearm_data), 8);
	*txq = (struct afx_txq){ .mp = e->mp, .umem = e->umem, .kick = &e->kick, .fd = e->fk.fd };
	txq->ledger = calloc(e->ledger_len, sizeof(*txq->ledger));
	txq->delta = e->umem.delta;
	txq->reap_from = e->cfg.reap_from;
	txq->max_len = e->cfg.max_len != 0 ? e->cfg.max_len : e->umem.tx_len;
	txq->kick_batch = e->cfg.how.tx_budget != 0 ? e->cfg.how.tx_budget : FK_TX_BUDGET;
	txq->buf_len = RTE_MIN(e->cfg.room, UINT16_MAX - AFX_CHUNK_LEAD);
	fk_rings(&e->fk, &rxq->rx, &txq->tx, &rxq->fill, &txq->comp);
	assert_non_null(rxq->ledger);
	assert_non_null(txq->ledger);
}

static void
set_default(uint32_t *value, uint32_t to)
{
	if (*value == 0)
		*value = to;
}

void
env_open(struct env *e, const struct env_cfg *cfg)
{
	struct afx_sock_sizes sizes;
	char err[256];

	memset(e, 0, sizeof(*e));
	e->cfg = *cfg;
	set_default(&e->cfg.mbufs, 1024);
	set_default(&e->cfg.rx, 128);
	set_default(&e->cfg.tx, 128);
	set_default(&e->cfg.reap_from, 32);
	if (e->cfg.room == 0)
		e->cfg.room = ENV_ROOM;
	e->mp = env_pool(e->cfg.mbufs, e->cfg.cache, e->cfg.priv, e->cfg.room, e->cfg.ops);
	assert_return_code(
		afx_umem_describe(e->mp, e->cfg.headroom_far, &e->umem, err, sizeof(err)), 0);
	sizes = (struct afx_sock_sizes){
		.rx = e->cfg.rx, .tx = e->cfg.tx, .fill = 2 * e->cfg.rx, .comp = e->cfg.tx
	};
	assert_true(fk_open(&e->fk, &e->umem.reg, &sizes, ENV_START));
	e->fk.how = e->cfg.how;
	queues_init(e);
	afx_rx_supply_set(&e->rxq, !e->cfg.copy);
	assert_return_code(afx_rx_prefill(&e->rxq), 0);
}

static void
visit_rx(void *opaque, uint64_t addr)
{
	((struct census *)opaque)->places[afx_ledger_index(addr)].rx++;
}

static void
visit_tx(void *opaque, uint64_t addr)
{
	((struct census *)opaque)->places[afx_ledger_index(addr)].tx++;
}

static struct place *
place_of(struct census *census, const struct rte_mbuf *m)
{
	return &census->places[afx_ledger_index(afx_umem_base(census->e->umem.delta, m))];
}

static void
visit_app(struct census *census, const struct rte_mbuf *m)
{
	for (; m != NULL; m = m->next) {
		if (m->pool == census->e->mp)
			place_of(census, m)->app++;
		if (RTE_MBUF_CLONED(m) && !RTE_MBUF_HAS_EXTBUF(m) &&
		    rte_mbuf_from_indirect((struct rte_mbuf *)(uintptr_t)m)->pool == census->e->mp)
			place_of(census, rte_mbuf_from_indirect((struct rte_mbuf *)(uintptr_t)m))
				->app++;
	}
}

static void
visit_pool(struct census *census)
{
	struct rte_mbuf **mbufs = calloc(census->e->cfg.mbufs, sizeof(*mbufs));
	uint32_t n = env_drain(census->e->mp, mbufs, census->e->cfg.mbufs);
	uint32_t i;

	for (i = 0; i < n; i++)
		place_of(census, mbufs[i])->pool++;
	if (n != 0)
		rte_mempool_put_bulk(census->e->mp, (void **)mbufs, n);
	free(mbufs);
}

static void
check_object(struct rte_mempool *mp __rte_unused, void *opaque, void *obj,
	     unsigned int index __rte_unused)
{
	struct census *census = opaque;
	const struct rte_mbuf *m = obj;
	const size_t entry = afx_ledger_index(afx_umem_base(census->e->umem.delta, m));
	const struct place *at = &census->places[entry];
	const uint32_t references = at->app + at->tx;

	assert_int_equal(at->pool + at->rx + (references != 0), 1);
	assert_int_equal(rte_mbuf_refcnt_read(m), references != 0 ? references : 1);
	assert_int_equal(census->e->rxq.ledger[entry], at->rx);
	assert_int_equal(afx_ledger_tx_out(census->e->txq.ledger[entry]), at->tx);
}

void
env_check(struct env *e, struct rte_mbuf *const *app, uint32_t n)
{
	struct census census = { .e = e, .places = calloc(e->ledger_len, sizeof(struct place)) };
	uint32_t i;

	if (e->fk.complaint != NULL)
		fail_msg("the kernel would not take it: %s", e->fk.complaint);
	fk_walk_rx(&e->fk, visit_rx, &census);
	fk_walk_tx(&e->fk, visit_tx, &census);
	for (i = 0; i < n; i++)
		visit_app(&census, app[i]);
	visit_pool(&census);
	assert_int_equal(rte_mempool_obj_iter(e->mp, check_object, &census), e->cfg.mbufs);
	free(census.places);
}

static void
check_free_mbuf(struct rte_mempool *mp, void *opaque __rte_unused, void *obj,
		unsigned int index __rte_unused)
{
	const struct rte_mbuf *m = obj;
	const char *buf = (char *)obj + sizeof(*m) + rte_pktmbuf_priv_size(mp);

	assert_int_equal(rte_mbuf_refcnt_read(m), 1);
	assert_int_equal(m->nb_segs, 1);
	assert_null(m->next);
	assert_true(RTE_MBUF_DIRECT(m));
	assert_ptr_equal(m->buf_addr, buf);
	assert_int_equal(m->buf_len, rte_pktmbuf_data_room_size(mp));
	assert_ptr_equal(m->pool, mp);
}

void
env_pool_close(struct rte_mempool *mp)
{
	assert_int_equal(rte_mempool_avail_count(mp), mp->size);
	rte_mempool_obj_iter(mp, check_free_mbuf, NULL);
	rte_mempool_free(mp);
}

void
env_close(struct env *e)
{
	assert_null(e->fk.complaint);
	afx_reclaim_tx(&e->txq);
	afx_reclaim_rx(&e->rxq);
	env_pool_close(e->mp);
	fk_close(&e->fk);
	free(e->rxq.ledger);
	free(e->txq.ledger);
}

static uint8_t
pattern_byte(uint32_t at, uint32_t seed)
{
	return (seed + at) * 0x9e3779b1u >> 24;
}

void
env_pattern(uint8_t *data, uint32_t len, uint32_t seed)
{
	uint32_t i;

	for (i = 0; i < len; i++)
		data[i] = pattern_byte(i, seed);
}

bool
env_pattern_is(const uint8_t *data, uint32_t len, uint32_t seed)
{
	uint32_t i;

	for (i = 0; i < len; i++)
		if (data[i] != pattern_byte(i, seed))
			return false;
	return true;
}

struct rte_mbuf *
env_mbuf(struct rte_mempool *mp, uint32_t len, uint32_t seed)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(mp);
	char *data;

	assert_non_null(m);
	data = rte_pktmbuf_append(m, len);
	assert_non_null(data);
	env_pattern((uint8_t *)data, len, seed);
	return m;
}

void
env_tx_make(struct env *e, struct rte_mbuf **pkts, uint32_t first, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		pkts[i] = env_mbuf(e->mp, ENV_TX_LEN + (first + i) % 64, first + i);
}

void
env_tx_check(const struct env *e, uint32_t first, uint32_t n)
{
	uint32_t i;

	assert_in_range(first + n, 0, e->fk.tx_sent);
	for (i = first; i < first + n; i++) {
		const struct fk_frame *frame = e->fk.sent[i];

		assert_int_equal(frame->len, ENV_TX_LEN + i % 64);
		assert_true(env_pattern_is(frame->data, frame->len, i));
	}
}

uint32_t
env_drain(struct rte_mempool *mp, struct rte_mbuf **mbufs, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n && rte_mempool_get(mp, (void **)&mbufs[i]) == 0; i++)
		;
	return i;
}
