/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * What is told of the rings is what is in them.
 */
#include <errno.h>

#include "afx_desc.h"
#include "afx_queue.h"
#include "afx_rx.h"
#include "afx_tx.h"
#include "afx_tx_reap.h"
#include "burst_env.h"

#define RX 64
#define TX 64

static void
queue_open(struct env *e, const struct fk_behaviour *how)
{
	env_open(e, &(struct env_cfg){ .rx = RX, .tx = TX, .mbufs = 256, .how = *how });
	e->rxq.nb_desc = RX;
	e->txq.nb_desc = TX;
}

/* The first done places are DONE, those from avail on are UNAVAIL. */
static void
rx_check(struct env *e, uint16_t done, uint16_t avail)
{
	uint16_t i;

	assert_int_equal(afx_rx_queue_count(&e->rxq), done);
	for (i = 0; i < RX; i++)
		assert_int_equal(afx_rx_descriptor_status(&e->rxq, i),
				 i < done            ? RTE_ETH_RX_DESC_DONE
					 : i < avail ? RTE_ETH_RX_DESC_AVAIL
						     : RTE_ETH_RX_DESC_UNAVAIL);
	assert_int_equal(afx_rx_descriptor_status(&e->rxq, RX), -EINVAL);
}

static void
rx_run(const struct fk_behaviour *how)
{
	static const uint8_t frame[60];
	struct rte_mbuf *held[256];
	struct env e;
	uint16_t i;
	uint32_t n;

	queue_open(&e, how);
	for (i = 0; i <= RX; i++) {
		rx_check(&e, i, RX);
		assert_int_equal(fk_receive(&e.fk, frame, sizeof(frame)), i < RX);
	}
	for (n = 0; n < 40; n++)
		assert_int_equal(afx_rx_burst(&e.rxq, held + n, 1), 1);
	rx_check(&e, RX - 40, RX);
	/* The kernel's supply, two rings' worth, runs out. */
	n += env_drain(e.mp, held + n, RTE_DIM(held) - n);
	for (i = RX; n < 256; i--) {
		while (fk_receive(&e.fk, frame, sizeof(frame)))
			;
		n += afx_rx_burst(&e.rxq, held + n, 1);
	}
	rx_check(&e, 0, 0);
	rte_pktmbuf_free(held[--n]);
	assert_int_equal(afx_rx_prefill(&e.rxq), -ENOMEM);
	rx_check(&e, 0, 1);
	env_check(&e, held, n);
	rte_pktmbuf_free_bulk(held, n);
	env_close(&e);
}

/* Buffers count wherever the kernel has them: some drivers take all at once. */
static void
test_rx(void **state __rte_unused)
{
	rx_run(&(struct fk_behaviour){ 0 });
	rx_run(&(struct fk_behaviour){ .fill_batch = 2 * RX });
}

static void
tx_check(struct env *e, uint16_t full)
{
	uint16_t i;

	assert_int_equal(afx_tx_queue_count(&e->txq), full);
	for (i = 0; i < TX; i++)
		assert_int_equal(afx_tx_descriptor_status(&e->txq, i),
				 i < TX - full ? RTE_ETH_TX_DESC_DONE : RTE_ETH_TX_DESC_FULL);
	assert_int_equal(afx_tx_descriptor_status(&e->txq, TX), -EINVAL);
}

/* What the kernel has completed has been sent, whether or not a burst has freed it. */
static void
test_tx(void **state __rte_unused)
{
	struct rte_mbuf *pkts[TX];
	struct env e;

	queue_open(&e, &(struct fk_behaviour){ .hold_completions = true, .tx_budget = TX });
	tx_check(&e, 0);
	env_tx_make(&e, pkts, 0, 40);
	assert_int_equal(afx_tx_burst(&e.txq, pkts, 40), 40);
	tx_check(&e, 40);
	assert_int_equal(fk_complete(&e.fk, 15), 15);
	tx_check(&e, 25);
	afx_tx_reap(&e.txq);
	tx_check(&e, 25);
	env_tx_make(&e, pkts, 40, TX);
	assert_int_equal(afx_tx_burst(&e.txq, pkts, TX), TX - 25);
	rte_pktmbuf_free_bulk(pkts + TX - 25, 25);
	tx_check(&e, TX);
	assert_int_equal(fk_complete(&e.fk, TX), TX);
	tx_check(&e, 0);
	env_close(&e);
}

static void
test_stopped(void **state __rte_unused)
{
	struct afx_rxq rxq = { .nb_desc = RX };
	struct afx_txq txq = { .nb_desc = TX };
	struct rte_power_monitor_cond cond;

	afx_rxq_disconnect(&rxq);
	afx_txq_disconnect(&txq);
	assert_int_equal(afx_rx_queue_count(&rxq), 0);
	assert_int_equal(afx_rx_descriptor_status(&rxq, 0), RTE_ETH_RX_DESC_UNAVAIL);
	assert_int_equal(afx_tx_queue_count(&txq), 0);
	assert_int_equal(afx_tx_descriptor_status(&txq, TX - 1), RTE_ETH_TX_DESC_DONE);
	assert_int_equal(afx_rx_monitor_addr(&rxq, &cond), 0);
	assert_int_equal(cond.fn(*(volatile uint32_t *)cond.addr, cond.opaque), 0);
}

/* As rte_power_monitor() evaluates it: anything but 0 keeps the CPU awake. */
static int
look(const struct rte_power_monitor_cond *cond)
{
	assert_int_equal(cond->size, sizeof(uint32_t));
	return cond->fn(*(volatile uint32_t *)cond->addr, cond->opaque);
}

static void
test_monitor(void **state __rte_unused)
{
	static const uint8_t frame[60];
	struct rte_power_monitor_cond before, after;
	struct rte_mbuf *m;
	struct env e;
	uint32_t i;

	queue_open(&e, &(struct fk_behaviour){ 0 });
	/* Over the end of the ring, and of the index. */
	for (i = 0; i < 2 * RX; i++) {
		assert_int_equal(afx_rx_monitor_addr(&e.rxq, &before), 0);
		assert_ptr_equal(before.addr, &e.fk.rx.prod.value);
		assert_int_equal(look(&before), 0);
		assert_true(fk_receive(&e.fk, frame, sizeof(frame)));
		assert_int_not_equal(look(&before), 0);
		assert_int_equal(afx_rx_monitor_addr(&e.rxq, &after), 0);
		assert_int_not_equal(look(&after), 0);
		assert_int_equal(afx_rx_burst(&e.rxq, &m, 1), 1);
		rte_pktmbuf_free(m);
	}
	env_close(&e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rx),
		cmocka_unit_test(test_tx),
		cmocka_unit_test(test_stopped),
		cmocka_unit_test(test_monitor),
	};

	return cmocka_run_group_tests_name("desc", tests, env_group_setup, env_group_teardown);
}
