/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <string.h>

#include <rte_common.h>

#include "flows.h"

static uint64_t *
word_of(struct tp_flow *flow, uint64_t number)
{
	return &flow->seen[number % TP_FLOW_WINDOW / 64];
}

/* Forget the numbers that give their places to [from, to). */
static void
window_move(struct tp_flow *flow, uint64_t from, uint64_t to)
{
	if (to - from >= TP_FLOW_WINDOW) {
		memset(flow->seen, 0, sizeof(flow->seen));
		return;
	}
	for (; from < to; from++)
		*word_of(flow, from) &= ~(UINT64_C(1) << from % 64);
}

static void
count(struct tp_flow *flow, uint64_t number)
{
	uint64_t bit = UINT64_C(1) << number % 64;

	if (number >= flow->end) {
		window_move(flow, flow->end, number + 1);
		flow->end = number + 1;
	} else if (flow->end - number > TP_FLOW_WINDOW) {
		flow->counts.stale++;
		return;
	} else if ((*word_of(flow, number) & bit) != 0) {
		flow->counts.duplicates++;
		return;
	} else {
		flow->counts.reordered++;
	}
	*word_of(flow, number) |= bit;
	flow->counts.came++;
}

void
tp_flow_came(struct tp_flow *flow, uint64_t number)
{
	rte_spinlock_lock(&flow->lock);
	count(flow, number);
	rte_spinlock_unlock(&flow->lock);
}

void
tp_flow_corrupt(struct tp_flow *flow)
{
	rte_spinlock_lock(&flow->lock);
	flow->counts.corrupt++;
	rte_spinlock_unlock(&flow->lock);
}

uint64_t
tp_flow_lost(const struct tp_flow *flow)
{
	return flow->counts.sent - RTE_MIN(flow->counts.sent, flow->counts.came);
}
