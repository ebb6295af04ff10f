/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>

#include "afx.h"
#include "afx_desc.h"

static uint32_t
rx_waiting(const struct afx_rxq *q)
{
	return afx_ring_load(q->rx.prod) - q->rx.own;
}

/* Completions come in any order: how many descriptors are done is known, not which. */
static uint32_t
tx_waiting(const struct afx_txq *q)
{
	const uint32_t completed = afx_ring_load(q->comp.prod) - q->comp.own;

	return q->outstanding - RTE_MIN(completed, q->outstanding);
}

afx_queue_count_t
afx_rx_queue_count(void *queue)
{
	return rx_waiting(queue);
}

int
afx_rx_descriptor_status(void *queue, uint16_t offset)
{
	const struct afx_rxq *q = queue;

	if (offset >= q->nb_desc)
		return -EINVAL;
	if (offset < rx_waiting(q))
		return RTE_ETH_RX_DESC_DONE;
	/* All that were posted and not received, the waiting ones among them. */
	if (offset < q->fill.own - q->rx.own)
		return RTE_ETH_RX_DESC_AVAIL;
	return RTE_ETH_RX_DESC_UNAVAIL;
}

int
afx_tx_descriptor_status(void *queue, uint16_t offset)
{
	const struct afx_txq *q = queue;

	if (offset >= q->nb_desc)
		return -EINVAL;
	return offset < q->nb_desc - tx_waiting(q) ? RTE_ETH_TX_DESC_DONE : RTE_ETH_TX_DESC_FULL;
}

int
afx_tx_queue_count(void *queue)
{
	return tx_waiting(queue);
}

/* 0: sleep; else there is something to receive. */
static int
nothing_came(const uint64_t value, const uint64_t opaque[RTE_POWER_MONITOR_OPAQUE_SZ])
{
	return value == opaque[0] ? 0 : -1;
}

int
afx_rx_monitor_addr(void *queue, struct rte_power_monitor_cond *cond)
{
	const struct afx_rxq *q = queue;

	cond->addr = q->rx.prod;
	cond->size = sizeof(*q->rx.prod);
	cond->fn = nothing_came;
	cond->opaque[0] = q->rx.own;
	return 0;
}
