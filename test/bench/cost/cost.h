/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * driver-cost: what drivers cost in cycles of the TSC a packet, as a minimal
 * application uses them. Their ports take turns, window by window, so that what
 * disturbs the machine meets all of them. See main.c for the arguments, and
 * cost.py, which runs this.
 */
#ifndef COST_H
#define COST_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include "ideal_nic.h"

/* The longest burst. */
#define COST_BURST_MAX 512

/* Ports of a driver, and lcores that use them. */
#define COST_PORTS_MAX 2
#define COST_LANES_MAX 2

/* Drivers in one run, and windows of each. */
#define COST_GROUPS_MAX 4
#define COST_WINDOWS_MAX 1024

/* What is done with the packets. */
enum cost_mode {
	COST_RX, /* received, and freed in bulk */
	COST_FWD, /* received, and sent on the same port or another */
	COST_TX, /* allocated in bulk, and sent */
};

/* One lcore's work. */
struct cost_lane {
	enum cost_mode mode;
	uint16_t rx_port;
	uint16_t tx_port;
	uint16_t burst;
	bool touch; /* swap the MAC addresses of each frame, or write its header */
	uint16_t len; /* of frames that are allocated */
	bool headers; /* of UDP over IPv4, in these */
	uint64_t flags; /* and what they ask for */
	struct rte_mempool *mp; /* to allocate from, the Tx port's */
	struct rte_mempool *rx_mp; /* the Rx port's */
	/* A queue of the application, so that all of a large pool takes its turn: */
	struct rte_mbuf **fifo;
	uint32_t fifo_size; /* a power of two, or 0 */
	uint32_t fifo_depth;
	uint32_t fifo_head;
	/* Counted over the life of the lane: */
	uint64_t received;
	uint64_t sent;
	uint64_t retries; /* bursts that did not go out whole at once */
	uint64_t empty; /* bursts that received nothing, or got no mbufs */
	struct ideal_nic_count nic; /* what served it */
	/* Of each window: */
	double cycles[COST_WINDOWS_MAX]; /* a packet, without serving */
	uint64_t window_served; /* cycles, in all windows */
	uint64_t window_packets;
};

/* A driver's ports. */
struct cost_group {
	char pmd[32];
	uint16_t ports[COST_PORTS_MAX];
	unsigned int nb_ports;
	struct rte_mempool *pools[COST_PORTS_MAX];
	struct cost_lane lanes[COST_LANES_MAX];
};

/* lane.c: handle about packets packets; returns how many it were. */
uint64_t cost_lane_run(struct cost_lane *lane, uint64_t packets);
/* Handle what is still there to be received, then free what the application keeps. */
void cost_lane_drain(struct cost_lane *lane);

/* The longest word in a list, with its end. */
#define COST_WORD_MAX 16

/* args.c: value of key, or the default; the nth word, from 0, of a list, false if it has no more. */
void cost_args_set(int argc, char **argv);
unsigned long cost_arg(const char *key, unsigned long otherwise);
bool cost_arg_nth(const char *key, const char *otherwise, unsigned int n, char word[COST_WORD_MAX]);

/* measure.c: windows of each group in turn, on as many lcores as it has lanes. */
void cost_measure(struct cost_group *groups, unsigned int nb_groups, unsigned int nb_lanes);
/* Print a line of JSON for each lane, and one of what was counted in all. */
void cost_report(const struct cost_group *groups, unsigned int nb_groups, unsigned int nb_lanes);

/* look.c: print the next frame that the group's first port receives, and where it lies. */
void cost_look(const struct cost_group *group);

/* nic.c: the ideal NIC, if it is preloaded; else these do nothing. */
struct ideal_nic_count cost_nic_count(void);
void cost_nic_flush(void);
/* Receive no more, or again. */
void cost_nic_pause(bool pause);

#endif /* COST_H */
