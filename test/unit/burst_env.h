/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * A queue pair of the driver on a fake kernel and a real mempool, and the law
 * that its tests are about: each mbuf is in exactly one place.
 *
 * Functions fail the running cmocka test, so they are for its main thread.
 */
#ifndef BURST_ENV_H
#define BURST_ENV_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <rte_mbuf.h>

#include "afx.h"
#include "fake_kernel.h"

/* Room of default pools: RTE_MBUF_DEFAULT_DATAROOM and the headroom. */
#define ENV_ROOM RTE_MBUF_DEFAULT_BUF_SIZE
/* Just below 2^32, so that ring indexes wrap in every case. */
#define ENV_START UINT32_C(0xfffffff0)
#define ENV_PORT 7
/* Frame number i of env_tx_make is i % 64 bytes longer. */
#define ENV_TX_LEN 60

/* 0 in any member: its default. */
struct env_cfg {
	uint16_t room; /* data room of the pool, ENV_ROOM */
	uint16_t priv; /* private area of its mbufs */
	uint16_t cache; /* mempool cache */
	bool headroom_far; /* as for a custom XDP program */
	bool copy; /* the kernel gets as many mbufs as in copy mode */
	uint32_t mbufs; /* 1024 */
	uint32_t rx; /* entries, 128; the fill ring has twice as many */
	uint32_t tx; /* entries, 128; the completion ring as many */
	uint32_t reap_from; /* 32 */
	uint32_t max_len; /* longest Tx frame, all that fits one mbuf */
	const char *ops; /* mempool ops */
	struct fk_behaviour how;
};

struct env {
	struct env_cfg cfg;
	struct rte_mempool *mp;
	struct afx_umem umem;
	struct fk fk;
	struct afx_kick kick;
	struct afx_rxq rxq;
	struct afx_rx_meta meta; /* of rxq: nothing to do */
	struct afx_txq txq;
	size_t ledger_len;
};

/* cmocka group fixtures: EAL without hugepages, devices and root. */
int env_group_setup(void **state);
int env_group_teardown(void **state);

/* An mbuf pool with a name of its own. */
struct rte_mempool *
env_pool(uint32_t n, uint16_t cache, uint16_t priv, uint16_t room, const char *ops);

/* Pool, fake kernel and queue pair; the fill ring is full. */
void env_open(struct env *e, const struct env_cfg *cfg);

/*
 * Every mbuf of the pool is in exactly one of: pool, app (the n mbufs given,
 * with the segments and direct mbufs behind them), receive side, transmit side;
 * those with several references have all of them in app and transmit side. The
 * ledgers say the same, and the fake kernel has no complaint.
 */
void env_check(struct env *e, struct rte_mbuf *const *app, uint32_t n);

/*
 * What stop does: give everything that the ledgers list back to the pool. The
 * pool must be complete then, and its mbufs are as raw ones must be. Frees all.
 */
void env_close(struct env *e);

/* The pool has all of its n mbufs back, in the state of free ones; frees it. */
void env_pool_close(struct rte_mempool *mp);

/* Bytes that tell frames, and places in a frame, apart. */
void env_pattern(uint8_t *data, uint32_t len, uint32_t seed);
bool env_pattern_is(const uint8_t *data, uint32_t len, uint32_t seed);

/* An mbuf with len bytes of the pattern; fails the test if the pool is empty. */
struct rte_mbuf *env_mbuf(struct rte_mempool *mp, uint32_t len, uint32_t seed);

/* n mbufs of the env's pool with frames of number first on. */
void env_tx_make(struct env *e, struct rte_mbuf **pkts, uint32_t first, uint32_t n);

/* The n frames that the fake kernel recorded from index first on are those numbers. */
void env_tx_check(const struct env *e, uint32_t first, uint32_t n);

/* Take all mbufs out of the pool, up to n; returns how many. */
uint32_t env_drain(struct rte_mempool *mp, struct rte_mbuf **mbufs, uint32_t n);

#endif /* BURST_ENV_H */
