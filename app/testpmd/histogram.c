/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <rte_common.h>

#include "histogram.h"

#define STEPS (UINT64_C(1) << TP_HISTOGRAM_BITS)

static unsigned int
bin_of(uint64_t value)
{
	unsigned int shift;

	if (value < STEPS)
		return value;
	shift = 63 - __builtin_clzll(value) - TP_HISTOGRAM_BITS;
	return ((shift + 1) << TP_HISTOGRAM_BITS) + (value >> shift) - STEPS;
}

/* The largest value of a bin. */
static uint64_t
bin_end(unsigned int bin)
{
	unsigned int shift;

	if (bin < STEPS)
		return bin;
	shift = (bin >> TP_HISTOGRAM_BITS) - 1;
	return (((bin & (STEPS - 1)) + STEPS) << shift) + (UINT64_C(1) << shift) - 1;
}

void
tp_histogram_add(struct tp_histogram *histogram, uint64_t value)
{
	histogram->bins[bin_of(value)]++;
	histogram->least = histogram->count == 0 ? value : RTE_MIN(histogram->least, value);
	histogram->most = RTE_MAX(histogram->most, value);
	histogram->sum += value;
	histogram->count++;
}

void
tp_histogram_merge(struct tp_histogram *histogram, const struct tp_histogram *other)
{
	unsigned int i;

	if (other->count == 0)
		return;
	for (i = 0; i < TP_HISTOGRAM_BINS; i++)
		histogram->bins[i] += other->bins[i];
	histogram->least =
		histogram->count == 0 ? other->least : RTE_MIN(histogram->least, other->least);
	histogram->most = RTE_MAX(histogram->most, other->most);
	histogram->sum += other->sum;
	histogram->count += other->count;
}

uint64_t
tp_histogram_percentile(const struct tp_histogram *histogram, double percent)
{
	double wanted = histogram->count * percent / 100;
	uint64_t seen = 0;
	unsigned int i;

	for (i = 0; i < TP_HISTOGRAM_BINS; i++) {
		seen += histogram->bins[i];
		if (seen > 0 && seen >= wanted)
			return RTE_MIN(bin_end(i), histogram->most);
	}
	return 0;
}

uint64_t
tp_histogram_between(const struct tp_histogram *histogram, uint64_t from, uint64_t to)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = bin_of(from); i < bin_of(to); i++)
		sum += histogram->bins[i];
	return sum;
}
