/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Calls that fail on order. The program defines these functions itself, so that
 * the dynamic linker binds the driver and its libraries to them, and passes each
 * call on to the real one, but for the one that is to fail.
 */
#ifndef FAULTSHIM_H
#define FAULTSHIM_H

#include <stdbool.h>
#include <stdint.h>

/* What a failing system call leaves in errno: nobody treats it specially, nor returns it otherwise. */
#define FAULT_ERRNO EUCLEAN

/* Whose calls count: anybody else's, such as EAL's own, never fail. */
enum fault_caller {
	FAULT_BY_DRIVER = 1 << 0,
	FAULT_BY_LIBMNL = 1 << 1,
	FAULT_BY_LIBBPF = 1 << 2,
	FAULT_BY_LIBELF = 1 << 3,
};

#define FAULT_BY_ALL (FAULT_BY_DRIVER | FAULT_BY_LIBMNL | FAULT_BY_LIBBPF | FAULT_BY_LIBELF)

struct fault_seen {
	bool hit; /* the call has failed */
	uint64_t detail; /* of the call that did, see faultshim.c */
	unsigned int calls; /* so far, of the function by these callers */
	unsigned int errors; /* log lines of the driver of level ERR or worse */
	char error[512]; /* the last of them */
};

/* Finds the driver and the libraries; once, after they were loaded. */
void fault_watch(void);
/* Fail call number nth, from 1, of function; forgets what was seen. */
void fault_plan(const char *function, unsigned int callers, unsigned int nth);
/* Calls of this thread count from now on, or no longer. */
void fault_arm(bool on);
struct fault_seen *fault_seen(void);
/* Pieces of memory that watched callers had from malloc and have not freed. */
unsigned int fault_live(void);

#endif /* FAULTSHIM_H */
