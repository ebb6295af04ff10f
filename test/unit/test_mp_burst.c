/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Bursts of a secondary process: through to a queue that is admitted, and to nothing else.
 */
#include <string.h>

#include "afx_mp_burst.h"
#include "afx_rx.h"
#include "afx_tx.h"
#include "afx_tx_prepare.h"
#include "burst_env.h"

#define RX 64
#define TX 64

static const struct afx_port_bursts bursts = {
	.rx = afx_rx_burst,
	.tx = afx_tx_burst,
	.prepare = afx_tx_pkt_prepare,
};

static void
queue_open(struct env *e)
{
	env_open(e, &(struct env_cfg){ .rx = RX, .tx = TX, .mbufs = 256 });
	e->rxq.nb_desc = RX;
	e->txq.nb_desc = TX;
}

/* All that ethdev calls with it brings nothing. */
static void
nothing_check(const struct rte_eth_fp_ops *ops, void *rx, void *tx)
{
	struct rte_mbuf *m = NULL;

	assert_int_equal(ops->rx_pkt_burst(rx, &m, 1), 0);
	assert_int_equal(ops->tx_pkt_burst(tx, &m, 1), 0);
	assert_int_equal(ops->tx_pkt_prepare(tx, &m, 1), 1);
	assert_int_equal(ops->rx_queue_count(rx), 0);
	assert_int_equal(ops->rx_descriptor_status(rx, 0), RTE_ETH_RX_DESC_UNAVAIL);
	assert_int_equal(ops->tx_descriptor_status(tx, 0), RTE_ETH_TX_DESC_UNAVAIL);
	assert_null(m);
}

/* What a thread has fetched before halves came: a queue with a frame in its ring, or none. */
static void
test_not_a_half(void **state __rte_unused)
{
	static const uint8_t frame[60];
	struct rte_eth_fp_ops ops = { 0 };
	struct afx_rxq rxq;
	struct afx_txq txq;
	struct env e;

	queue_open(&e);
	assert_true(fk_receive(&e.fk, frame, sizeof(frame)));
	memcpy(&rxq, &e.rxq, sizeof(rxq));
	memcpy(&txq, &e.txq, sizeof(txq));
	afx_mp_burst_set(&ops, NULL, NULL);
	nothing_check(&ops, &e.rxq, &e.txq);
	nothing_check(&ops, NULL, NULL);
	assert_memory_equal(&rxq, &e.rxq, sizeof(rxq));
	assert_memory_equal(&txq, &e.txq, sizeof(txq));
	env_close(&e);
}

static void
test_half(void **state __rte_unused)
{
	static const uint8_t frame[60];
	struct afx_mp_half rx = { 0 }, tx = { 0 };
	void *rx_halves[] = { &rx }, *tx_halves[] = { &tx };
	struct rte_eth_fp_ops ops = { 0 };
	struct rte_mbuf *m = NULL;
	struct env e;

	queue_open(&e);
	afx_mp_burst_init(&rx);
	afx_mp_burst_init(&tx);
	afx_mp_burst_set(&ops, rx_halves, tx_halves);
	assert_ptr_equal(ops.rxq.data, rx_halves);
	assert_ptr_equal(ops.txq.data, tx_halves);
	assert_true(fk_receive(&e.fk, frame, sizeof(frame)));
	nothing_check(&ops, &rx, &tx);

	afx_mp_burst_admit(&rx, &e.rxq, &bursts);
	afx_mp_burst_admit(&tx, &e.txq, &bursts);
	assert_int_equal(ops.rx_queue_count(&rx), 1);
	assert_int_equal(ops.rx_descriptor_status(&rx, 0), RTE_ETH_RX_DESC_DONE);
	assert_int_equal(ops.tx_descriptor_status(&tx, 0), RTE_ETH_TX_DESC_DONE);
	assert_int_equal(ops.rx_pkt_burst(&rx, &m, 1), 1);
	assert_int_equal(ops.tx_pkt_prepare(&tx, &m, 1), 1);
	assert_int_equal(ops.tx_pkt_burst(&tx, &m, 1), 1);

	/* They return only if nobody is in. */
	afx_mp_burst_revoke(&rx);
	afx_mp_burst_revoke(&tx);
	nothing_check(&ops, &rx, &tx);
	env_close(&e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_not_a_half),
		cmocka_unit_test(test_half),
	};

	return cmocka_run_group_tests_name("mp_burst", tests, env_group_setup, env_group_teardown);
}
