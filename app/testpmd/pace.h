/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#ifndef PACE_H
#define PACE_H

#include <stdint.h>

#include <rte_common.h>

/* 1/1024 of a cycle: at 100 Mpps and 2 GHz, where a packet has 20 cycles, within 0.01 %. */
#define TP_PACE_SHIFT 10

/* When the next packet is due, in parts of a cycle. All zero: no limit. */
struct tp_pace {
	uint64_t interval;
	uint64_t slack; /* how far behind next is still made up for */
	uint64_t next;
};

/* Start, now, to give out rate packets a second (0: no limit). */
void tp_pace_init(struct tp_pace *pace, double rate);

/*
 * How many of want packets are due now. What could not be sent for more than a millisecond is not
 * made up for: a link that stalls must not be flooded afterwards.
 */
uint16_t tp_pace_due(struct tp_pace *pace, uint16_t want);

/* The same at a given time. */
uint16_t tp_pace_due_at(struct tp_pace *pace, uint64_t tsc, uint16_t want);

#endif
