/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stdint.h>

/* 64 steps for each doubling: a percentile is at most 1.6 % off. */
#define TP_HISTOGRAM_BITS 6
/* Of 64-bit values: the exact ones below 64, then 58 doublings. */
#define TP_HISTOGRAM_BINS ((64 - TP_HISTOGRAM_BITS + 1) << TP_HISTOGRAM_BITS)

/* All zero is empty. One writer. */
struct tp_histogram {
	uint64_t bins[TP_HISTOGRAM_BINS];
	uint64_t count, sum, least, most;
};

void tp_histogram_add(struct tp_histogram *histogram, uint64_t value);

/* Add all of other. */
void tp_histogram_merge(struct tp_histogram *histogram, const struct tp_histogram *other);

/* A value that percent of all values do not exceed; 0 of an empty one. */
uint64_t tp_histogram_percentile(const struct tp_histogram *histogram, double percent);

/* How many values lie in [from, to), both powers of two of 64 or more (or from 0). */
uint64_t tp_histogram_between(const struct tp_histogram *histogram, uint64_t from, uint64_t to);

#endif
