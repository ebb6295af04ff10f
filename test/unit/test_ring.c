/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <rte_common.h>

#include "afx_ring.h"

#define SIZE 8

/* Both sides of a ring: what the shared indexes show, and our view of them. */
struct fixture {
	uint64_t addrs[SIZE];
	struct xdp_desc descs[SIZE];
	uint32_t prod;
	uint32_t cons;
	uint32_t flags;
	struct afx_ring ring;
};

/* The last ones wrap at 2^32, on a slot boundary and within the ring. */
static const uint32_t starts[] = { 0, 5, 0x7ffffffc, 0xfffffff0, 0xfffffffd, 0xffffffff };

static void
fixture_init(struct fixture *f, void *slots, uint32_t start)
{
	*f = (struct fixture){ .prod = start, .cons = start };
	f->ring = (struct afx_ring){ .slots = slots,
				     .prod = &f->prod,
				     .cons = &f->cons,
				     .flags = &f->flags,
				     .mask = SIZE - 1,
				     .own = start,
				     .peer = start,
				     .size = SIZE };
}

static void
test_producer_full_and_empty(void **state __rte_unused)
{
	size_t i;

	for (i = 0; i < RTE_DIM(starts); i++) {
		struct fixture f;

		fixture_init(&f, f.addrs, starts[i]);
		assert_int_equal(afx_ring_free(&f.ring, 1), SIZE);
		assert_int_equal(afx_ring_pending(&f.ring), 0);
		afx_ring_submit(&f.ring, SIZE - 1);
		assert_int_equal(f.prod, starts[i] + SIZE - 1);
		assert_int_equal(afx_ring_free(&f.ring, SIZE), 1);
		afx_ring_submit(&f.ring, 1);
		assert_int_equal(f.prod, starts[i] + SIZE);
		assert_int_equal(afx_ring_free(&f.ring, 1), 0);
		assert_int_equal(afx_ring_free(&f.ring, SIZE), 0);
		assert_int_equal(afx_ring_pending(&f.ring), SIZE);
		f.cons += 3;
		assert_int_equal(afx_ring_pending(&f.ring), SIZE - 3);
		assert_int_equal(afx_ring_free(&f.ring, 1), 3);
		f.cons += SIZE - 3;
		assert_int_equal(afx_ring_free(&f.ring, SIZE), SIZE);
		assert_int_equal(f.cons, f.ring.own);
	}
}

static void
test_consumer_full_and_empty(void **state __rte_unused)
{
	size_t i;

	for (i = 0; i < RTE_DIM(starts); i++) {
		struct fixture f;

		fixture_init(&f, f.addrs, starts[i]);
		assert_int_equal(afx_ring_avail(&f.ring, SIZE), 0);
		f.prod += SIZE;
		assert_int_equal(afx_ring_avail(&f.ring, SIZE), SIZE);
		afx_ring_release(&f.ring, 5);
		assert_int_equal(f.cons, starts[i] + 5);
		assert_int_equal(afx_ring_avail(&f.ring, SIZE), SIZE - 5);
		afx_ring_release(&f.ring, SIZE - 5);
		assert_int_equal(f.cons, f.prod);
		assert_int_equal(afx_ring_avail(&f.ring, 1), 0);
	}
}

/* A look at the kernel's index costs a cache line: only where the last one does not do. */
static void
test_refresh_only_when_short(void **state __rte_unused)
{
	struct fixture f;

	fixture_init(&f, f.addrs, 0);
	afx_ring_submit(&f.ring, 6);
	f.cons = 4;
	assert_int_equal(afx_ring_free(&f.ring, 2), 2);
	assert_int_equal(f.ring.peer, 0);
	assert_int_equal(afx_ring_free(&f.ring, 3), 6);
	assert_int_equal(f.ring.peer, 4);

	fixture_init(&f, f.addrs, 0);
	f.prod = 2;
	assert_int_equal(afx_ring_avail(&f.ring, 1), 2);
	f.prod = 7;
	assert_int_equal(afx_ring_avail(&f.ring, 2), 2);
	assert_int_equal(f.ring.peer, 2);
	assert_int_equal(afx_ring_avail(&f.ring, 3), 7);
}

/* What is not submitted or released is not visible to the kernel. */
static void
test_publication_is_explicit(void **state __rte_unused)
{
	struct fixture f;

	fixture_init(&f, f.addrs, UINT32_MAX);
	*afx_ring_addr(&f.ring, f.ring.own) = 1;
	assert_int_equal(f.prod, UINT32_MAX);
	afx_ring_submit(&f.ring, 1);
	assert_int_equal(f.prod, 0);
	f.cons = 0;
	assert_int_equal(afx_ring_free(&f.ring, SIZE), SIZE);

	fixture_init(&f, f.addrs, UINT32_MAX);
	f.prod = 1;
	assert_int_equal(afx_ring_avail(&f.ring, 1), 2);
	assert_int_equal(f.cons, UINT32_MAX);
	afx_ring_release(&f.ring, 2);
	assert_int_equal(f.cons, 1);
}

static void
test_slots(void **state __rte_unused)
{
	struct fixture f;
	uint32_t i;

	for (i = 0; i < RTE_DIM(starts); i++) {
		fixture_init(&f, f.addrs, starts[i]);
		assert_ptr_equal(afx_ring_addr(&f.ring, starts[i]), &f.addrs[starts[i] % SIZE]);
		assert_ptr_equal(afx_ring_addr(&f.ring, starts[i] + SIZE),
				 &f.addrs[starts[i] % SIZE]);
		f.ring.slots = f.descs;
		assert_ptr_equal(afx_ring_desc(&f.ring, starts[i]), &f.descs[starts[i] % SIZE]);
		assert_ptr_equal(afx_ring_desc(&f.ring, starts[i] + 1),
				 &f.descs[(starts[i] + 1) % SIZE]);
	}
}

/* Values pass in order, through rings of every fill level, across the wrap. */
static void
test_stream(void **state __rte_unused)
{
	uint32_t step, i;

	for (step = 1; step <= SIZE; step++) {
		struct fixture out;
		struct afx_ring in;
		uint32_t sent = 0, got = 0;

		fixture_init(&out, out.addrs, starts[3]);
		in = out.ring;
		while (got < 100 * SIZE) {
			uint32_t n = RTE_MIN(afx_ring_free(&out.ring, step), step);

			for (i = 0; i < n; i++)
				*afx_ring_addr(&out.ring, out.ring.own + i) = sent++;
			afx_ring_submit(&out.ring, n);
			n = RTE_MIN(afx_ring_avail(&in, SIZE), SIZE + 1 - step);
			assert_in_range(n, 1, SIZE);
			for (i = 0; i < n; i++)
				assert_int_equal(*afx_ring_addr(&in, in.own + i), got++);
			afx_ring_release(&in, n);
		}
		assert_int_equal(sent - got, afx_ring_avail(&in, SIZE));
	}
}

static void
test_needs_wakeup(void **state __rte_unused)
{
	static const struct {
		uint32_t flags;
		bool want;
	} rows[] = {
		{ 0, false },
		{ XDP_RING_NEED_WAKEUP, true },
		{ UINT32_MAX, true },
		{ UINT32_MAX & ~XDP_RING_NEED_WAKEUP, false },
	};
	struct fixture f;
	size_t i;

	fixture_init(&f, f.addrs, 0);
	for (i = 0; i < RTE_DIM(rows); i++) {
		f.flags = rows[i].flags;
		assert_int_equal(afx_ring_needs_wakeup(&f.ring), rows[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_producer_full_and_empty),
		cmocka_unit_test(test_consumer_full_and_empty),
		cmocka_unit_test(test_refresh_only_when_short),
		cmocka_unit_test(test_publication_is_explicit),
		cmocka_unit_test(test_slots),
		cmocka_unit_test(test_stream),
		cmocka_unit_test(test_needs_wakeup),
	};

	return cmocka_run_group_tests_name("ring", tests, NULL, NULL);
}
