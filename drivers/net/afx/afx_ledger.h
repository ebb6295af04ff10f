/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Which chunks the driver has handed to the kernel. Neither the fill ring nor
 * the completion ring works in order, and a stopped socket's rings show only
 * what was not taken yet; so each direction of a queue keeps an entry a chunk:
 * how many of its descriptors are between our posting and our reading back. At
 * stop, that is exactly what has to go back to the pool.
 */
#ifndef AFX_LEDGER_H
#define AFX_LEDGER_H

#include <assert.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_debug.h>

#include "afx_build.h"
#include "afx_umem.h"

/*
 * Place of a chunk in a ledger, by where its address is in a ring, whatever the
 * offset there. Four bytes of the address are read, from the second on: no UMEM
 * goes beyond, and to leave out the offset takes no instruction then. addr is of
 * eight bytes, which the kernel's headers and C's have different types for.
 */
static inline size_t
afx_ledger_index_at(const void *addr)
{
	uint32_t word;

	memcpy(&word, (const char *)addr + 1, sizeof(word));
	return word >> (AFX_LEDGER_SHIFT - CHAR_BIT);
}
static_assert(AFX_UMEM_LEN_MAX == UINT64_C(1) << 5 * CHAR_BIT, "five bytes of an address");
static_assert(RTE_BYTE_ORDER == RTE_LITTLE_ENDIAN, "the first byte is the lowest");

/* The same by an address that is in no ring. */
static inline size_t
afx_ledger_index(uint64_t addr)
{
	return afx_ledger_index_at(&addr);
}

/* A chunk goes to the fill ring. Twice at once would be received twice. */
static inline void
afx_ledger_fill(uint8_t *ledger, const void *addr)
{
	uint8_t *entry = &ledger[afx_ledger_index_at(addr)];

	if (AFX_DEBUG_CONSERVATION && *entry != 0)
		rte_panic("afx: an mbuf came from its pool while it is in the fill ring\n");
	*entry = 1;
}

/* A chunk came back in the Rx ring. */
static inline void
afx_ledger_receive(uint8_t *ledger, const void *addr)
{
	uint8_t *entry = &ledger[afx_ledger_index_at(addr)];

	if (AFX_DEBUG_CONSERVATION && *entry != 1)
		rte_panic("afx: the kernel returned a chunk that it was not given\n");
	*entry = 0;
}

/*
 * What a Tx ledger says of a chunk: nothing of it is out (0); one descriptor,
 * whose mbuf nobody else holds; or, an even number, descriptors of an mbuf with
 * several references. Odd is sole, so that several entries are known to be by
 * one look at what they have in common. Wide enough for a whole ring of one mbuf
 * (afx_queue.c).
 */
#define AFX_LEDGER_SOLE 1
#define AFX_LEDGER_SHARED 2

/* Descriptors that are out, as an entry of a Tx ledger has it. */
static inline uint16_t
afx_ledger_tx_out(uint16_t entry)
{
	return (entry + 1) / AFX_LEDGER_SHARED;
}

/*
 * How many bytes into a Tx ledger an address is, the offset in it included: of a
 * sum of a chunk's address and an offset it is the sum of both.
 */
static inline uint64_t
afx_ledger_bytes(uint64_t addr)
{
	return (addr >> AFX_LEDGER_SHIFT) * sizeof(uint16_t);
}
static_assert(AFX_ADDR_OFFSET_SHIFT >= AFX_LEDGER_SHIFT, "an offset has no bits below a place");

/*
 * A chunk goes to the Tx ring, and its mbuf has the one reference that goes with it. sole is
 * AFX_LEDGER_SOLE, which a loop has in a register.
 */
static inline void
afx_ledger_send_sole(uint16_t *entry, uint16_t sole)
{
	if (AFX_DEBUG_CONSERVATION && *entry != 0)
		rte_panic("afx: an mbuf is sent again, on the only reference it had\n");
	*entry = sole;
}

/* A chunk goes to the Tx ring with one of several references to its mbuf. */
static inline void
afx_ledger_send_shared(uint16_t *entry)
{
	*entry = (afx_ledger_tx_out(*entry) + 1) * AFX_LEDGER_SHARED;
}

/*
 * One descriptor of a chunk came back in the completion ring. Returns whether a
 * reference came back with it: not for a chunk that is not out.
 */
static inline bool
afx_ledger_complete(uint16_t *entry)
{
	if (AFX_DEBUG_CONSERVATION && *entry == 0)
		rte_panic("afx: the kernel completed a chunk that was not sent\n");
	if (*entry == 0)
		return false;
	*entry -= RTE_MIN(*entry, AFX_LEDGER_SHARED);
	return true;
}

/* Descriptors that are out, of a whole ledger of len entries: a pass over megabytes, not for a burst. */
static inline uint64_t
afx_ledger_sum_rx(const uint8_t *ledger, size_t len)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < len; i++)
		sum += ledger[i];
	return sum;
}

static inline uint64_t
afx_ledger_sum_tx(const uint16_t *ledger, size_t len)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < len; i++)
		sum += afx_ledger_tx_out(ledger[i]);
	return sum;
}

/*
 * The conservation law, in debug builds after each burst: as many chunks are
 * out as were posted and not read back.
 */
static inline void
afx_ledger_check_rx(const uint8_t *ledger, size_t len, uint32_t out)
{
	uint64_t sum;

	/* A stopped queue has none. */
	if (!AFX_DEBUG_CONSERVATION || ledger == NULL)
		return;
	sum = afx_ledger_sum_rx(ledger, len);
	if (sum != out)
		rte_panic("afx: %" PRIu64 " mbufs in the Rx ledger, %u with the kernel\n", sum,
			  out);
}

static inline void
afx_ledger_check_tx(const uint16_t *ledger, size_t len, uint32_t out)
{
	uint64_t sum;

	/* A stopped queue has none. */
	if (!AFX_DEBUG_CONSERVATION || ledger == NULL)
		return;
	sum = afx_ledger_sum_tx(ledger, len);
	if (sum != out)
		rte_panic("afx: %" PRIu64 " mbufs in the Tx ledger, %u with the kernel\n", sum,
			  out);
}

#endif /* AFX_LEDGER_H */
