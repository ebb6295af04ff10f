/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * What this process holds, for comparison with what it held before.
 */
#ifndef HOLDINGS_H
#define HOLDINGS_H

struct holdings {
	unsigned int fds;
	unsigned int rings; /* mappings of sockets */
	unsigned int memzones;
	unsigned int heap; /* pieces of EAL's */
};

struct holdings holdings_get(void);

#endif /* HOLDINGS_H */
