/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * What each fuzz_<name>.c has: what libFuzzer calls, and what must hold for every input.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* abort() rather than assert(): must also hold in builds with NDEBUG. */
static inline void
must_fail(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: %s\n", file, line, what);
	abort();
}

#define MUST(what) ((what) ? (void)0 : must_fail(__FILE__, __LINE__, #what))

#endif /* FUZZ_H */
