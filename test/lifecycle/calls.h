/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The two system calls of the data path, counted, and refused if the test wants
 * it. The program defines the functions itself, so that the driver's calls come
 * here first.
 */
#ifndef CALLS_H
#define CALLS_H

#include <stdint.h>

/* Kicks that this thread has made so far, refused ones too. */
struct calls {
	uint64_t tx;
	uint64_t rx;
};

struct calls calls_made(void);
/* Every Tx kick fails with that errno from now on, and the kernel is not asked; 0: it is. Any thread. */
void calls_refuse(int error);
/* Sockets made from now on get this send buffer, whatever the driver wants; 0: what it wants. */
void calls_sndbuf_limit(int bytes);

#endif /* CALLS_H */
