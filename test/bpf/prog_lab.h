/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * For the tests of afx_prog: a veth pair with four queues in a namespace of
 * its own, the driver's log lines, foreign programs and processes. Needs root.
 */
#ifndef AFX_TEST_PROG_LAB_H
#define AFX_TEST_PROG_LAB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <sys/types.h>

#include "afx_prog.h"

#define LAB_IFACE "afx-pg0"
#define LAB_PEER "afx-pg1"
#define LAB_QUEUES 4

/* Group fixtures: the namespace. */
int lab_group_setup(void **state);

/*
 * Test fixtures: the log starts empty; at the end the interface has no
 * program, no program or link of ours is left, and no descriptor leaked.
 */
int lab_setup(void **state);
int lab_teardown(void **state);

/* For this test: libxdp leaks descriptors of programs. */
void lab_forgive_program_fds(void);

#define LAB_TEST(fn) cmocka_unit_test_setup_teardown(fn, lab_setup, lab_teardown)

unsigned int lab_ifindex(void);

/* Run a shell command, which must succeed. */
void lab_sh(const char *cmd);

/* A configuration for LAB_IFACE; xdp_prog is the name of an object in AFX_TEST_PROGS, or NULL. */
struct afx_cfg lab_cfg(enum afx_attach attach, enum afx_keep keep, const char *xdp_prog);

/* The driver's lines since the test started; lab_log_has is for use in children too. */
const char *lab_log(void);
bool lab_log_has(const char *text);
void lab_log_clear(void);
#define assert_logged(text)                                            \
	do {                                                           \
		if (!lab_log_has(text))                                \
			fail_msg("no \"%s\" in: %s", text, lab_log()); \
	} while (0)

/* Id of the program attached in a mode (AFX_PROG_NATIVE or AFX_PROG_GENERIC), 0 if none. */
uint32_t lab_attached(enum afx_prog_mode mode);

/* Wait up to one second until no program is attached. */
bool lab_wait_detached(void);

/* A loaded XDP program of another owner: returns XDP_PASS. */
int lab_foreign_load(const char *name);

/*
 * Run fn in a child, which then waits to be killed; returns when fn has
 * returned true. lab_stop kills the child (SIGKILL) and reaps it.
 */
pid_t lab_start(bool (*fn)(void));
void lab_stop(pid_t pid);

/* Run fn in a child with only the capabilities of the bit mask; its result. */
bool lab_run_with_caps(uint64_t caps, bool (*fn)(void));

#endif /* AFX_TEST_PROG_LAB_H */
