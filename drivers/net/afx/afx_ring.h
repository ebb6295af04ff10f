/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Verbs of the four rings that an XSK shares with the kernel. All acquire and
 * release operations of the data path are in this file.
 *
 * A ring has one producer and one consumer, one of them the kernel. We produce
 * into fill and Tx rings, and consume from Rx and completion rings. Indexes
 * run freely over 32 bits and are masked on use, so they wrap at 2^32 without
 * a special case. Each struct afx_ring is used by one thread at a time.
 */
#ifndef AFX_RING_H
#define AFX_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "afx_uapi.h"

struct afx_ring {
	void *slots; /* uint64_t addresses (fill, completion) or struct xdp_desc (Rx, Tx) */
	uint32_t *prod; /* shared: next index the producer writes */
	uint32_t *cons; /* shared: next index the consumer reads */
	uint32_t *flags; /* shared: XDP_RING_NEED_WAKEUP, written by the kernel */
	uint32_t mask; /* entries - 1 */
	uint32_t own; /* our index; runs ahead of the shared one until published */
	uint32_t peer; /* last index seen of the kernel; a refresh costs a shared cache line */
	uint32_t size; /* entries, a power of two */
};

static inline uint32_t
afx_ring_load(const uint32_t *index)
{
	return __atomic_load_n(index, __ATOMIC_ACQUIRE);
}

static inline void
afx_ring_store(uint32_t *index, uint32_t value)
{
	__atomic_store_n(index, value, __ATOMIC_RELEASE);
}

/* Address slot at a free-running index, of a fill or completion ring. */
static inline uint64_t *
afx_ring_addr(const struct afx_ring *r, uint32_t index)
{
	return (uint64_t *)r->slots + (index & r->mask);
}

/* Descriptor slot at a free-running index, of an Rx or Tx ring. */
static inline struct xdp_desc *
afx_ring_desc(const struct afx_ring *r, uint32_t index)
{
	return (struct xdp_desc *)r->slots + (index & r->mask);
}

/* Of n slots from a free-running index on, those before the ring's end: they lie in a row. */
static inline uint32_t
afx_ring_run(const struct afx_ring *r, uint32_t index, uint32_t n)
{
	const uint32_t row = r->size - (index & r->mask);

	return n < row ? n : row;
}

/*
 * Producer: free slots, looking at the kernel's index only where the last look
 * shows fewer than want. The acquire orders our writes after the kernel's reads.
 */
static inline uint32_t
afx_ring_free(struct afx_ring *r, uint32_t want)
{
	uint32_t room = r->size - (r->own - r->peer);

	if (room < want) {
		r->peer = afx_ring_load(r->cons);
		room = r->size - (r->own - r->peer);
	}
	return room;
}

/* Producer: hand n filled slots, from index own on, to the kernel. */
static inline void
afx_ring_submit(struct afx_ring *r, uint32_t n)
{
	r->own += n;
	afx_ring_store(r->prod, r->own);
}

/*
 * Consumer: entries that can be read from index own on, looking at the
 * kernel's index only where the last look shows fewer than want. The acquire
 * makes their content visible.
 */
static inline uint32_t
afx_ring_avail(struct afx_ring *r, uint32_t want)
{
	uint32_t entries = r->peer - r->own;

	if (entries < want) {
		r->peer = afx_ring_load(r->prod);
		entries = r->peer - r->own;
	}
	return entries;
}

/* Consumer: give n read slots back to the kernel. */
static inline void
afx_ring_release(struct afx_ring *r, uint32_t n)
{
	r->own += n;
	afx_ring_store(r->cons, r->own);
}

/* Producer, control path: entries that the kernel has not taken yet. */
static inline uint32_t
afx_ring_pending(const struct afx_ring *r)
{
	return r->own - afx_ring_load(r->cons);
}

/* Producer: the kernel sleeps on this ring and wants a system call, as far as has come to us. */
static inline bool
afx_ring_wants_wakeup(const struct afx_ring *r)
{
	return __atomic_load_n(r->flags, __ATOMIC_RELAXED) & XDP_RING_NEED_WAKEUP;
}

/*
 * The same for a producer that may not come back. The fence keeps the flag's
 * load behind our publication of entries; without it the kernel can miss the
 * entries while we miss the flag. It is paid only where the flag reads clear,
 * which is where a zero-copy driver is busy anyway.
 */
static inline bool
afx_ring_needs_wakeup(const struct afx_ring *r)
{
	if (afx_ring_wants_wakeup(r))
		return true;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return afx_ring_wants_wakeup(r);
}

#endif /* AFX_RING_H */
