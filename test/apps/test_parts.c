/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rte_common.h>

#include "flows.h"
#include "histogram.h"
#include "pace.h"

static struct tp_flow flow;
static struct tp_histogram histogram;

static int
setup(void **state)
{
	(void)state;
	memset(&flow, 0, sizeof(flow));
	memset(&histogram, 0, sizeof(histogram));
	return 0;
}

static void
flow_in_order(void **state)
{
	uint64_t i;

	(void)state;
	/* Three times around the window. */
	for (i = 0; i < 3 * TP_FLOW_WINDOW; i++)
		tp_flow_came(&flow, i);
	flow.counts.sent = i;
	assert_int_equal(flow.counts.came, i);
	assert_int_equal(flow.counts.duplicates + flow.counts.reordered + flow.counts.stale, 0);
	assert_int_equal(tp_flow_lost(&flow), 0);
}

static void
flow_faults(void **state)
{
	static const uint64_t numbers[] = { 0, 1, 3, 2, 3, 7, 0, 5 };
	unsigned int i;

	(void)state;
	for (i = 0; i < RTE_DIM(numbers); i++)
		tp_flow_came(&flow, numbers[i]);
	tp_flow_corrupt(&flow);
	flow.counts.sent = 8;
	assert_int_equal(flow.counts.came, 6);
	assert_int_equal(flow.counts.duplicates, 2);
	assert_int_equal(flow.counts.reordered, 2);
	assert_int_equal(flow.counts.corrupt, 1);
	assert_int_equal(tp_flow_lost(&flow), 2);
}

static void
flow_window_edge(void **state)
{
	(void)state;
	tp_flow_came(&flow, TP_FLOW_WINDOW);
	/* The oldest that is remembered, twice; then one older. */
	tp_flow_came(&flow, 1);
	tp_flow_came(&flow, 1);
	tp_flow_came(&flow, 0);
	assert_int_equal(flow.counts.reordered, 1);
	assert_int_equal(flow.counts.duplicates, 1);
	assert_int_equal(flow.counts.stale, 1);
	/* A leap forgets all of it. */
	tp_flow_came(&flow, 10 * TP_FLOW_WINDOW);
	tp_flow_came(&flow, 10 * TP_FLOW_WINDOW - 1);
	assert_int_equal(flow.counts.came, 4);
	assert_int_equal(flow.counts.duplicates, 1);
}

static void
histogram_percentiles(void **state)
{
	static const double percents[] = { 1, 50, 90, 99, 99.9 };
	uint64_t value, exact, found;
	unsigned int i;

	(void)state;
	assert_int_equal(tp_histogram_percentile(&histogram, 50), 0);
	for (value = 1; value <= 100000; value++)
		tp_histogram_add(&histogram, value);
	for (i = 0; i < RTE_DIM(percents); i++) {
		exact = percents[i] * 1000;
		found = tp_histogram_percentile(&histogram, percents[i]);
		assert_true(found >= exact && found <= exact + exact / 64 + 1);
	}
	assert_int_equal(tp_histogram_percentile(&histogram, 100), 100000);
	assert_int_equal(histogram.least, 1);
	assert_int_equal(histogram.sum, UINT64_C(5000050000));
	assert_int_equal(tp_histogram_between(&histogram, 1024, 2048), 1024);
	assert_int_equal(tp_histogram_between(&histogram, 0, 1024), 1023);
}

static void
histogram_extremes(void **state)
{
	static struct tp_histogram other;

	(void)state;
	tp_histogram_add(&other, UINT64_MAX);
	tp_histogram_add(&other, 0);
	tp_histogram_merge(&histogram, &other);
	assert_int_equal(histogram.count, 2);
	assert_int_equal(histogram.least, 0);
	assert_true(histogram.most == UINT64_MAX);
	assert_true(tp_histogram_percentile(&histogram, 100) == UINT64_MAX);
	assert_int_equal(tp_histogram_percentile(&histogram, 50), 0);
}

/* One packet in 100 cycles, a millisecond of 10000, up to and behind the clock's end. */
static void
pace_clock_comes_around(void **state)
{
	const uint64_t end = UINT64_C(1) << (64 - TP_PACE_SHIFT);
	struct tp_pace pace = {
		.interval = 100 << TP_PACE_SHIFT,
		.slack = 10100 << TP_PACE_SHIFT,
		.next = (end - 1000) << TP_PACE_SHIFT,
	};
	uint64_t tsc;
	unsigned int sum = 0;

	(void)state;
	assert_int_equal(tp_pace_due_at(&pace, end - 1001, 32), 0);
	for (tsc = end - 1000; tsc < end + 1000; tsc++)
		sum += tp_pace_due_at(&pace, tsc, 32);
	assert_int_equal(sum, 20);
	assert_int_equal(tp_pace_due_at(&pace, end + 1000, 32), 1);
	assert_int_equal(tp_pace_due_at(&pace, end + 1550, 32), 5);
	/* A stall is not made up for. */
	assert_int_equal(tp_pace_due_at(&pace, end + 100000, 32), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(flow_in_order, setup),
		cmocka_unit_test_setup(flow_faults, setup),
		cmocka_unit_test_setup(flow_window_edge, setup),
		cmocka_unit_test_setup(histogram_percentiles, setup),
		cmocka_unit_test_setup(histogram_extremes, setup),
		cmocka_unit_test_setup(pace_clock_comes_around, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
