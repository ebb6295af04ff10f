/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#ifndef FLOWS_H
#define FLOWS_H

#include <stdint.h>

#include <rte_spinlock.h>

/*
 * Of each flow, which of the last so many numbers came: what comes again in there is a duplicate for
 * sure. A power of two; 8 KiB a flow, far more than queues between two ports hold.
 */
#define TP_FLOW_WINDOW 65536

struct tp_flow_counts {
	uint64_t sent; /* accepted by the driver */
	uint64_t came; /* each number once */
	uint64_t duplicates; /* came again */
	uint64_t reordered; /* came after a later one */
	uint64_t corrupt; /* checksum or length wrong; those count as not come */
	uint64_t stale; /* so late that it may be a duplicate or not; counts as neither */
};

/* Packets of a flow may come on several lcores at once: all but sent is under the lock. */
struct tp_flow {
	rte_spinlock_t lock;
	uint64_t next; /* to be sent; the sender's alone */
	uint64_t end; /* behind the highest number that came */
	struct tp_flow_counts counts;
	uint64_t seen[TP_FLOW_WINDOW / 64];
} __rte_cache_aligned;

/* Number number of flow has come, unharmed. Any lcore. */
void tp_flow_came(struct tp_flow *flow, uint64_t number);

/* A packet of flow has come, but not as it was sent. Any lcore. */
void tp_flow_corrupt(struct tp_flow *flow);

/* Sent and never come. No lcore may be at work on the flow. */
uint64_t tp_flow_lost(const struct tp_flow *flow);

#endif
