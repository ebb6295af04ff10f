/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <rte_cycles.h>
#include <rte_debug.h>
#include <rte_lcore.h>

#include "cost.h"

static unsigned int nb_windows;
static uint64_t window_packets;
/* The window that is measured, and lanes that are not done with it: others work on meanwhile. */
static unsigned int window;
static unsigned int nb_measuring;

static void
nic_add(struct ideal_nic_count *sum, const struct ideal_nic_count *before)
{
	const struct ideal_nic_count after = cost_nic_count();

	sum->cycles += after.cycles - before->cycles;
	sum->calls += after.calls - before->calls;
	sum->frames += after.frames - before->frames;
	sum->frame_sum += after.frame_sum - before->frame_sum;
	sum->sent += after.sent - before->sent;
	sum->sent_sum += after.sent_sum - before->sent_sum;
	sum->completed += after.completed - before->completed;
	sum->held += after.held - before->held;
	sum->invalid_fill += after.invalid_fill - before->invalid_fill;
	sum->invalid_tx += after.invalid_tx - before->invalid_tx;
}

static void
window_measure(struct cost_lane *lane)
{
	const uint64_t served = cost_nic_count().cycles;
	const uint64_t start = rte_rdtsc_precise();
	const uint64_t packets = cost_lane_run(lane, window_packets);
	const uint64_t all = rte_rdtsc_precise() - start;
	const uint64_t nic = cost_nic_count().cycles - served;

	lane->cycles[window] = (double)(all - nic) / packets;
	lane->window_served += nic;
	lane->window_packets += packets;
}

/* Warm up, measure, and go on until the other lane has measured. */
static int
window_run(void *arg)
{
	const struct ideal_nic_count before = cost_nic_count();
	struct cost_lane *lane = arg;
	uint64_t warm_up = window_packets / 8;

	/*
	 * The first time until the application's queue is full too, and from an empty
	 * cache on: how full it is may decide for good whether bursts overflow it, and
	 * what was measured before is not to.
	 */
	if (window == 0) {
		rte_mempool_cache_flush(NULL, lane->mp);
		rte_mempool_cache_flush(NULL, lane->rx_mp);
		warm_up += 2 * (uint64_t)lane->fifo_size;
	}
	cost_lane_run(lane, warm_up);
	window_measure(lane);
	__atomic_sub_fetch(&nb_measuring, 1, __ATOMIC_RELEASE);
	while (__atomic_load_n(&nb_measuring, __ATOMIC_ACQUIRE) != 0)
		cost_lane_run(lane, COST_BURST_MAX);
	nic_add(&lane->nic, &before);
	return 0;
}

static void
group_run(struct cost_group *group, unsigned int nb_lanes)
{
	unsigned int lcore = rte_lcore_id();
	unsigned int i;

	nb_measuring = nb_lanes;
	for (i = 1; i < nb_lanes; i++) {
		lcore = rte_get_next_lcore(lcore, 1, 0);
		if (lcore == RTE_MAX_LCORE ||
		    rte_eal_remote_launch(window_run, &group->lanes[i], lcore) != 0)
			rte_panic("no lcore for lane %u\n", i);
	}
	window_run(&group->lanes[0]);
	rte_eal_mp_wait_lcore();
}

/* So that all that was received is known to have come out again. */
static void
group_drain(struct cost_group *group, unsigned int nb_lanes)
{
	struct ideal_nic_count before = cost_nic_count();
	unsigned int i;

	for (i = 0; i < nb_lanes; i++)
		cost_lane_drain(&group->lanes[i]);
	nic_add(&group->lanes[0].nic, &before);
}

void
cost_measure(struct cost_group *groups, unsigned int nb_groups, unsigned int nb_lanes)
{
	unsigned int i;

	nb_windows = RTE_MIN(cost_arg("windows", 20), (unsigned long)COST_WINDOWS_MAX);
	window_packets = cost_arg("packets", 1000000);
	for (window = 0; window < nb_windows; window++) {
		for (i = 0; i < nb_groups; i++)
			group_run(&groups[i], nb_lanes);
	}
	cost_nic_pause(true);
	for (i = 0; i < nb_groups; i++)
		group_drain(&groups[i], nb_lanes);
	cost_nic_flush();
	cost_nic_pause(false);
}
