/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <rte_cycles.h>

#include "pace.h"

void
tp_pace_init(struct tp_pace *pace, double rate)
{
	*pace = (struct tp_pace){ 0, 0 };
	if (rate > 0) {
		pace->interval = (double)(rte_get_tsc_hz() << TP_PACE_SHIFT) / rate;
		pace->next = rte_rdtsc() << TP_PACE_SHIFT;
	}
}

uint16_t
tp_pace_due(struct tp_pace *pace, uint16_t want)
{
	uint64_t now, behind, due;

	if (pace->interval == 0)
		return want;
	now = rte_rdtsc() << TP_PACE_SHIFT;
	if (now < pace->next)
		return 0;
	behind = now - pace->next;
	/* One that is due rarely is never "behind" by less than its own interval. */
	if (behind > pace->interval + ((rte_get_tsc_hz() / 1000) << TP_PACE_SHIFT)) {
		pace->next = now;
		behind = 0;
	}
	due = RTE_MIN(behind / pace->interval + 1, (uint64_t)want);
	pace->next += due * pace->interval;
	return due;
}
