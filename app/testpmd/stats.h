/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#ifndef STATS_H
#define STATS_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_ethdev.h>

/* All on the main lcore. Counters are since the run began. */

struct tp_sums {
	uint64_t rx, tx, dropped;
};

struct tp_rates {
	double rx_pps, tx_pps, rx_bps, tx_bps;
};

/* Counters and time of the last look; all zero before the first one. */
struct tp_meter {
	uint64_t tsc;
	uint64_t rx, tx, rx_bytes, tx_bytes;
};

/* Count from now on; tp_show_stats() shows rates from now on. */
void tp_stats_base(void);

/* What the port counted since then. Returns 0 or -errno. */
int tp_stats_get(uint16_t port, struct rte_eth_stats *stats);

/* What the streams received, sent and gave up: all, those that send on port, those of one queue. */
void tp_stats_sums(struct tp_sums *sums);
uint64_t tp_stats_dropped(uint16_t port);
void tp_stats_queue(uint16_t port, uint16_t queue, struct tp_sums *sums);

/* Whether packets moved, by what ports count; of a source, with makes, only what was sent. */
bool tp_stats_moved(bool makes);

/* The rates of so much in so many seconds. */
struct tp_rates tp_rates_over(const struct rte_eth_stats *stats, double seconds);

/*
 * The rates since the last look of meter, or since the run began where that is later, and renew meter.
 */
struct tp_rates tp_meter_look(struct tp_meter *meter, const struct rte_eth_stats *stats);

#endif
