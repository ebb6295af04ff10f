/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include "soak.h"

/* Weyl sequence of the golden ratio, stirred: neighbouring seeds have nothing in common. */
uint64_t
soak_random(uint64_t *state)
{
	uint64_t x = *state += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 32) * UINT64_C(0xd6e8feb86659fd93);
	x = (x ^ x >> 32) * UINT64_C(0xd6e8feb86659fd93);
	return x ^ x >> 32;
}

unsigned int
soak_pick(uint64_t *state, unsigned int n)
{
	return (soak_random(state) >> 32) * n >> 32;
}
