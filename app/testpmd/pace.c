/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <rte_cycles.h>

#include "pace.h"

/* So that now and the next packet stay within half of what 64 bits count. */
#define INTERVAL_MAX (UINT64_C(1) << 61)

void
tp_pace_init(struct tp_pace *pace, double rate)
{
	*pace = (struct tp_pace){ 0, 0, 0 };
	if (rate > 0) {
		pace->interval = RTE_MIN((double)(rte_get_tsc_hz() << TP_PACE_SHIFT) / rate,
					 (double)INTERVAL_MAX);
		pace->slack = pace->interval + ((rte_get_tsc_hz() / 1000) << TP_PACE_SHIFT);
		pace->next = rte_rdtsc() << TP_PACE_SHIFT;
	}
}

uint16_t
tp_pace_due_at(struct tp_pace *pace, uint64_t tsc, uint16_t want)
{
	uint64_t now = tsc << TP_PACE_SHIFT;
	uint64_t behind, due;

	if (pace->interval == 0)
		return want;
	behind = now - pace->next;
	/* Before its time. The clock comes around: every 104 days at 2 GHz. */
	if ((int64_t)behind < 0)
		return 0;
	/* One that is due rarely is never "behind" by less than its own interval. */
	if (behind > pace->slack) {
		pace->next = now;
		behind = 0;
	}
	due = RTE_MIN(behind / pace->interval + 1, (uint64_t)want);
	pace->next += due * pace->interval;
	return due;
}

uint16_t
tp_pace_due(struct tp_pace *pace, uint16_t want)
{
	return tp_pace_due_at(pace, rte_rdtsc(), want);
}
