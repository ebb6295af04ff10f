/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <inttypes.h>
#include <stdio.h>

#include "cost.h"

static void
lane_print(const struct cost_group *group, const struct cost_lane *lane, unsigned int nb_lanes)
{
	static const char *const modes[] = { "rx", "fwd", "tx" };
	const unsigned int nb_windows = cost_arg("windows", 20);
	unsigned int i;

	printf("{\"pmd\": \"%s\", \"mode\": \"%s\", \"burst\": %u, \"touch\": %d, "
	       "\"lcores\": %u, \"ports\": %u, ",
	       group->pmd, modes[lane->mode], lane->burst, lane->touch, nb_lanes, group->nb_ports);
	printf("\"served\": %.2f, \"calls\": %" PRIu64 ", \"retries\": %" PRIu64
	       ", \"empty\": %" PRIu64 ", \"windows\": [",
	       (double)lane->window_served / lane->window_packets, lane->nic.calls, lane->retries,
	       lane->empty);
	for (i = 0; i < nb_windows && i < COST_WINDOWS_MAX; i++)
		printf("%s%.3f", i == 0 ? "" : ", ", lane->cycles[i]);
	printf("]}\n");
}

static void
counts_print(const struct cost_group *group, unsigned int nb_lanes)
{
	struct ideal_nic_count nic = { 0 };
	uint64_t received = 0;
	uint64_t sent = 0;
	unsigned int i;

	for (i = 0; i < nb_lanes; i++) {
		const struct cost_lane *lane = &group->lanes[i];

		received += lane->received;
		sent += lane->sent;
		nic.frames += lane->nic.frames;
		nic.frame_sum += lane->nic.frame_sum;
		nic.sent += lane->nic.sent;
		nic.sent_sum += lane->nic.sent_sum;
		nic.completed += lane->nic.completed;
		nic.held += lane->nic.held;
		nic.invalid_fill += lane->nic.invalid_fill;
		nic.invalid_tx += lane->nic.invalid_tx;
	}
	printf("{\"counts\": \"%s\", \"received\": %" PRIu64 ", \"sent\": %" PRIu64
	       ", \"nic_frames\": %" PRIu64 ", \"nic_frame_sum\": %" PRIu64
	       ", \"nic_sent\": %" PRIu64 ", \"nic_sent_sum\": %" PRIu64
	       ", \"nic_completed\": %" PRIu64 ", \"nic_held\": %" PRIu64
	       ", \"nic_invalid_fill\": %" PRIu64 ", \"nic_invalid_tx\": %" PRIu64 "}\n",
	       group->pmd, received, sent, nic.frames, nic.frame_sum, nic.sent, nic.sent_sum,
	       nic.completed, nic.held, nic.invalid_fill, nic.invalid_tx);
}

void
cost_report(const struct cost_group *groups, unsigned int nb_groups, unsigned int nb_lanes)
{
	unsigned int i, j;

	for (i = 0; i < nb_groups; i++) {
		for (j = 0; j < nb_lanes; j++)
			lane_print(&groups[i], &groups[i].lanes[j], nb_lanes);
		counts_print(&groups[i], nb_lanes);
	}
	fflush(stdout);
}
