/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <unistd.h>

#include <rte_branch_prediction.h>

#include "afx_compat.h"
#include "afx_desc.h"
#include "afx_mp_burst.h"

/* Between looks at bursts under way: about what one takes. */
#define REVOKE_POLL_US 20

/*
 * The queue, or NULL. Whoever revokes takes the queue away and then looks for
 * users; we say that we are one and then look for the queue: one of both sees
 * the other. What is no half is a queue of the primary's, or none: not ours to
 * write to.
 */
static inline void *
enter(struct afx_mp_half *half)
{
	void *queue;

	if (unlikely(half == NULL || half->self != half))
		return NULL;
	__atomic_fetch_add(&half->users, 1, __ATOMIC_SEQ_CST);
	queue = __atomic_load_n(&half->queue, __ATOMIC_SEQ_CST);
	if (unlikely(queue == NULL))
		__atomic_fetch_sub(&half->users, 1, __ATOMIC_RELEASE);
	return queue;
}

static inline void
leave(struct afx_mp_half *half)
{
	__atomic_fetch_sub(&half->users, 1, __ATOMIC_RELEASE);
}

static uint16_t
rx_burst(void *arg, struct rte_mbuf **pkts, uint16_t n)
{
	struct afx_mp_half *half = arg;
	void *queue = enter(half);

	if (unlikely(queue == NULL))
		return 0;
	n = half->bursts.rx(queue, pkts, n);
	leave(half);
	return n;
}

static uint16_t
tx_burst(void *arg, struct rte_mbuf **pkts, uint16_t n)
{
	struct afx_mp_half *half = arg;
	void *queue = enter(half);

	if (unlikely(queue == NULL))
		return 0;
	n = half->bursts.tx(queue, pkts, n);
	leave(half);
	return n;
}

static uint16_t
tx_prepare(void *arg, struct rte_mbuf **pkts, uint16_t n)
{
	struct afx_mp_half *half = arg;
	void *queue = enter(half);

	if (unlikely(queue == NULL))
		return n;
	n = half->bursts.prepare(queue, pkts, n);
	leave(half);
	return n;
}

static afx_queue_count_t
rx_queue_count(void *arg)
{
	struct afx_mp_half *half = arg;
	void *queue = enter(half);
	afx_queue_count_t n = 0;

	if (queue == NULL)
		return n;
	n = afx_rx_queue_count(queue);
	leave(half);
	return n;
}

static int
tx_queue_count(void *arg)
{
	struct afx_mp_half *half = arg;
	void *queue = enter(half);
	int n = 0;

	if (queue == NULL)
		return n;
	n = afx_tx_queue_count(queue);
	leave(half);
	return n;
}

static int
rx_descriptor_status(void *arg, uint16_t offset)
{
	struct afx_mp_half *half = arg;
	void *queue = enter(half);
	int ret = RTE_ETH_RX_DESC_UNAVAIL;

	if (queue == NULL)
		return ret;
	ret = afx_rx_descriptor_status(queue, offset);
	leave(half);
	return ret;
}

static int
tx_descriptor_status(void *arg, uint16_t offset)
{
	struct afx_mp_half *half = arg;
	void *queue = enter(half);
	int ret = RTE_ETH_TX_DESC_UNAVAIL;

	if (queue == NULL)
		return ret;
	ret = afx_tx_descriptor_status(queue, offset);
	leave(half);
	return ret;
}

void
afx_mp_burst_init(struct afx_mp_half *half)
{
	half->self = half;
}

void
afx_mp_burst_set(struct rte_eth_fp_ops *ops, void **rx_halves, void **tx_halves)
{
	ops->rxq.data = rx_halves;
	ops->txq.data = tx_halves;
	ops->rx_pkt_burst = rx_burst;
	ops->tx_pkt_burst = tx_burst;
	ops->tx_pkt_prepare = tx_prepare;
	ops->rx_queue_count = rx_queue_count;
	ops->rx_descriptor_status = rx_descriptor_status;
	ops->tx_descriptor_status = tx_descriptor_status;
	AFX_TX_QUEUE_COUNT_SET(ops, tx_queue_count);
}

void
afx_mp_burst_admit(struct afx_mp_half *half, void *queue, const struct afx_port_bursts *bursts)
{
	half->bursts = *bursts;
	__atomic_store_n(&half->queue, queue, __ATOMIC_SEQ_CST);
}

void
afx_mp_burst_revoke(struct afx_mp_half *half)
{
	__atomic_store_n(&half->queue, NULL, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&half->users, __ATOMIC_SEQ_CST) != 0)
		usleep(REVOKE_POLL_US);
}
