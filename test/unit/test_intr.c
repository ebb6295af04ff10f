/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * What enabling an Rx interrupt does to the rings, and which system calls it
 * makes. An eventfd stands in for the socket: it never is readable.
 */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "afx_intr.h"
#include "afx_rx.h"
#include "afx_tx.h"
#include "burst_env.h"

struct port {
	struct env e;
	struct afx_pair pair;
	struct afx_dev priv;
	struct rte_eth_dev_data data;
	struct rte_eth_dev dev;
};

static void
port_open(struct port *p, const struct env_cfg *cfg)
{
	env_open(&p->e, cfg);
	p->pair = (struct afx_pair){
		.rxq = &p->e.rxq,
		.sock.fd = eventfd(0, 0),
		.wake.fd = epoll_create1(0),
		.running = AFX_HALF_RX,
	};
	p->priv.pairs = &p->pair;
	p->data.dev_private = &p->priv;
	p->dev.data = &p->data;
	assert_true(p->pair.sock.fd >= 0 && p->pair.wake.fd >= 0);
}

static void
port_close(struct port *p)
{
	close(p->pair.sock.fd);
	close(p->pair.wake.fd);
	env_close(&p->e);
}

/* The socket can be put into an epoll instance once. */
static bool
watched(const struct port *p)
{
	struct epoll_event event = { .events = EPOLLIN };

	if (epoll_ctl(p->pair.wake.fd, EPOLL_CTL_MOD, p->pair.sock.fd, &event) == 0)
		return true;
	assert_int_equal(errno, ENOENT);
	return false;
}

/* A driver that sleeps on its fill ring is woken, since nobody will poll. */
static void
test_driver_woken(void **state __rte_unused)
{
	struct port p = { 0 };
	int flag;

	for (flag = 0; flag < 2; flag++) {
		port_open(&p, &(struct env_cfg){ 0 });
		fk_need_wakeup(&p.e.fk.fill, flag);
		assert_int_equal(afx_intr_enable(&p.dev, 0), 0);
		assert_int_equal(p.e.fk.rx_kicks, flag);
		assert_int_equal(p.e.rxq.count.wakeups, flag);
		assert_true(watched(&p));
		assert_int_equal(afx_intr_enable(&p.dev, 0), 0);
		assert_int_equal(p.e.fk.rx_kicks, 2 * flag);
		assert_int_equal(afx_intr_disable(&p.dev, 0), 0);
		assert_false(watched(&p));
		port_close(&p);
	}
}

/* The fill ring is full afterwards, whatever bursts have left open. */
static void
test_fill_ring_topped_up(void **state __rte_unused)
{
	static const uint8_t frame[60];
	struct rte_mbuf *pkts[32];
	struct port p = { 0 };
	uint32_t n;

	for (n = 1; n < 32; n++) {
		uint32_t i;

		port_open(&p, &(struct env_cfg){ 0 });
		for (i = 0; i < n; i++)
			assert_true(fk_receive(&p.e.fk, frame, sizeof(frame)));
		assert_int_equal(afx_rx_burst(&p.e.rxq, pkts, 32), n);
		rte_pktmbuf_free_bulk(pkts, n);
		assert_int_equal(afx_ring_free(&p.e.rxq.fill, UINT32_MAX), n);
		assert_int_equal(afx_intr_enable(&p.dev, 0), 0);
		assert_int_equal(afx_ring_free(&p.e.rxq.fill, UINT32_MAX), 0);
		assert_int_equal(p.e.rxq.count.nombuf, 0);
		env_check(&p.e, NULL, 0);
		port_close(&p);
	}
}

/* An empty pool: refused once the kernel has nothing left to receive into. */
static void
test_pool_empty(void **state __rte_unused)
{
	static const uint8_t frame[60];
	struct rte_mbuf *held[256];
	struct port p = { 0 };
	uint32_t n, i;

	port_open(&p, &(struct env_cfg){ .mbufs = 256, .rx = 64 });
	n = env_drain(p.e.mp, held, RTE_DIM(held));
	for (i = 0; i < 128; i++) {
		assert_int_equal(afx_intr_enable(&p.dev, 0), 0);
		assert_true(fk_receive(&p.e.fk, frame, sizeof(frame)));
		assert_int_equal(afx_intr_enable(&p.dev, 0), 0);
		n += afx_rx_burst(&p.e.rxq, held + n, 1);
	}
	assert_int_equal(n, 256);
	assert_int_equal(afx_intr_disable(&p.dev, 0), 0);
	assert_int_equal(afx_intr_enable(&p.dev, 0), -ENOBUFS);
	assert_false(watched(&p));
	assert_int_not_equal(p.e.rxq.count.nombuf, 0);
	/* One is enough, and whole batches are not waited for. */
	rte_pktmbuf_free(held[--n]);
	assert_int_equal(afx_intr_enable(&p.dev, 0), 0);
	assert_true(watched(&p));
	env_check(&p.e, held, n);
	rte_pktmbuf_free_bulk(held, n);
	port_close(&p);
}

/* A stopped queue has no socket: its start does the rest. */
static void
test_stopped(void **state __rte_unused)
{
	struct port p = { 0 };

	port_open(&p, &(struct env_cfg){ 0 });
	p.pair.running = AFX_HALF_TX;
	assert_int_equal(afx_intr_resume(&p.pair), 0);
	assert_false(watched(&p));
	assert_int_equal(afx_intr_enable(&p.dev, 0), 0);
	assert_false(watched(&p));
	assert_int_equal(afx_intr_resume(&p.pair), 0);
	assert_true(watched(&p));
	afx_intr_suspend(&p.pair);
	assert_false(watched(&p));
	assert_int_equal(afx_intr_resume(&p.pair), 0);
	assert_true(watched(&p));
	assert_int_equal(afx_intr_disable(&p.dev, 0), 0);
	assert_int_equal(afx_intr_resume(&p.pair), 0);
	assert_false(watched(&p));
	port_close(&p);
}

/* No burst will look after frames that the kernel did not take, either. */
static void
test_tx_waiting(void **state __rte_unused)
{
	static const struct {
		int error;
		uint32_t kicks;
		uint32_t sent;
	} rows[] = { { 0, 3, 5 }, { ENETDOWN, 1, 0 } };
	struct rte_mbuf *pkts[5];
	struct port p = { 0 };
	size_t i;

	for (i = 0; i < RTE_DIM(rows); i++) {
		port_open(&p,
			  &(struct env_cfg){ .how = { .tx_budget = 2,
						      .tx_error = rows[i].error,
						      .tx_error_calls = FK_ALWAYS } });
		fk_need_wakeup(&p.e.fk.tx, false);
		env_tx_make(&p.e, pkts, 0, 5);
		assert_int_equal(afx_tx_burst(&p.e.txq, pkts, 5), 5);
		assert_int_equal(afx_intr_enable(&p.dev, 0), 0);
		assert_int_equal(p.e.fk.tx_kicks, 0);
		p.e.kick.since = 1;
		p.e.kick.delay = UINT64_MAX;
		assert_int_equal(afx_intr_enable(&p.dev, 0), 0);
		assert_int_equal(p.e.fk.tx_kicks, rows[i].kicks);
		assert_int_equal(p.e.fk.tx_sent, rows[i].sent);
		assert_int_equal(p.e.kick.since == 0, rows[i].error == 0);
		port_close(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_driver_woken), cmocka_unit_test(test_fill_ring_topped_up),
		cmocka_unit_test(test_pool_empty),   cmocka_unit_test(test_stopped),
		cmocka_unit_test(test_tx_waiting),
	};

	return cmocka_run_group_tests_name("intr", tests, env_group_setup, env_group_teardown);
}
