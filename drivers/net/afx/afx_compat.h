/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Differences between the DPDK releases we build against: 22.11, 24.11, 25.11.
 * The only file that asks for the version.
 */
#ifndef AFX_COMPAT_H
#define AFX_COMPAT_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_common.h>
#include <rte_mbuf_core.h>
#include <rte_vect.h>
#include <rte_version.h>

#include "afx_uapi.h"

/* 25.11 hands per-queue statistics over in a structure of their own, which may be NULL. */
#if RTE_VERSION >= RTE_VERSION_NUM(25, 11, 0, 0)
#define AFX_STATS_GET_ARGS \
	struct rte_eth_dev *dev, struct rte_eth_stats *stats, struct eth_queue_stats *queues
#define AFX_STATS_GET_PASS dev, stats, queues
#define AFX_STATS_QUEUES(stats, queues) (queues)
#else
#define AFX_STATS_GET_ARGS struct rte_eth_dev *dev, struct rte_eth_stats *stats
#define AFX_STATS_GET_PASS dev, stats
#define AFX_STATS_QUEUES(stats, queues) (stats)
#endif

/* 25.11 has one signed type for the counts of both directions. */
#if RTE_VERSION >= RTE_VERSION_NUM(25, 11, 0, 0)
typedef int afx_queue_count_t;
#else
typedef uint32_t afx_queue_count_t;
#endif

/* 24.03 asks for the Tx side, too. */
#if RTE_VERSION >= RTE_VERSION_NUM(24, 3, 0, 0)
#define AFX_TX_QUEUE_COUNT_SET(dev, fn) ((dev)->tx_queue_count = (fn))
#else
#define AFX_TX_QUEUE_COUNT_SET(dev, fn) ((void)(fn))
#endif

/* 23.03 renamed it; the old name is gone from 23.11. */
#if RTE_VERSION >= RTE_VERSION_NUM(23, 3, 0, 0)
#define AFX_TEL_ADD_DICT_UINT rte_tel_data_add_dict_uint
#else
#define AFX_TEL_ADD_DICT_UINT rte_tel_data_add_dict_u64
#endif

/* 24.03 takes the number of packet types as well as the sentinel behind them. */
#if RTE_VERSION >= RTE_VERSION_NUM(24, 3, 0, 0)
#define AFX_PTYPES_GET_ARGS struct rte_eth_dev *dev, size_t *count
#define AFX_PTYPES_COUNT_SET(n) (*count = (n))
#else
#define AFX_PTYPES_GET_ARGS struct rte_eth_dev *dev
#define AFX_PTYPES_COUNT_SET(n) ((void)(n))
#endif

/*
 * Neighbouring fields of an mbuf or a descriptor as one. May alias: without it
 * clang drops the stores to those fields that a read as one word should see.
 * For two words SSE2 and NEON have one instruction; the compiler sees to others.
 */
typedef uint64_t __rte_may_alias afx_word_t;
typedef uint64_t __rte_may_alias afx_words_t __attribute__((vector_size(16), aligned(8)));
typedef uint32_t __rte_may_alias __rte_aligned(2) afx_half_t;

/* Two neighbours of an array of words or pointers, as one: half the loads and stores. */
#define AFX_PAIR(array, i) (*(afx_words_t *)(uintptr_t)((array) + (i)))

/* data_off, refcnt, nb_segs, port; an empty marker before 24.07, an array since. */
#define AFX_MBUF_REARM(m) ((afx_word_t *)RTE_PTR_ADD(m, offsetof(struct rte_mbuf, rearm_data)))
/* The same, and ol_flags. */
#define AFX_MBUF_REARM_AND_FLAGS(m) ((afx_words_t *)(void *)AFX_MBUF_REARM(m))
static_assert(offsetof(struct rte_mbuf, ol_flags) == offsetof(struct rte_mbuf, rearm_data) + 8,
	      "ol_flags is behind the rearm word");
/* packet_type, pkt_len, data_len and vlan_tci, hash.rss */
#define AFX_MBUF_RX_FIELDS(m) \
	((afx_words_t *)RTE_PTR_ADD(m, offsetof(struct rte_mbuf, packet_type)))
static_assert(offsetof(struct rte_mbuf, pkt_len) == offsetof(struct rte_mbuf, packet_type) + 4 &&
		      offsetof(struct rte_mbuf, data_len) ==
			      offsetof(struct rte_mbuf, packet_type) + 8 &&
		      offsetof(struct rte_mbuf, vlan_tci) ==
			      offsetof(struct rte_mbuf, packet_type) + 10 &&
		      offsetof(struct rte_mbuf, hash) ==
			      offsetof(struct rte_mbuf, packet_type) + 12,
	      "the fields of Rx lie in a row");
/* refcnt, nb_segs; the first of them is in the middle of a word */
#define AFX_MBUF_REFS(m) ((afx_half_t *)RTE_PTR_ADD(m, offsetof(struct rte_mbuf, refcnt)))
static_assert(offsetof(struct rte_mbuf, nb_segs) == offsetof(struct rte_mbuf, refcnt) + 2,
	      "nb_segs is behind refcnt");
/* Both are 1. */
#define AFX_MBUF_SOLE UINT32_C(0x00010001)

/* A descriptor as a whole, and its len and options. */
#define AFX_DESC_WORDS(desc) ((const afx_words_t *)(const void *)(desc))
#define AFX_DESC_LEN_AND_OPTIONS(desc) ((afx_word_t *)RTE_PTR_ADD(desc, sizeof((desc)->addr)))
/*
 * Of a descriptor: the offset that its address carries, and 0; len as pkt_len
 * and data_len of the fields of Rx. A shuffle of bytes is one instruction each;
 * AFX_GENERIC_WORDS has a test do without.
 */
#if defined(__SSSE3__) && !defined(AFX_GENERIC_WORDS)
static inline afx_words_t
afx_desc_offset(afx_words_t desc)
{
	return (afx_words_t)_mm_shuffle_epi8((__m128i)desc,
					     _mm_set_epi64x(-1, ~INT64_C(0xffff) | 0x0706));
}

static inline afx_words_t
afx_desc_rx_fields(afx_words_t desc)
{
	return (afx_words_t)_mm_shuffle_epi8((__m128i)desc,
					     _mm_set_epi32(-1, 0x0b0a0908, 0x0b0a0908, -1));
}
#else
static inline afx_words_t
afx_desc_offset(afx_words_t desc)
{
	return desc >> XSK_UNALIGNED_BUF_OFFSET_SHIFT & (afx_words_t){ UINT64_MAX, 0 };
}

static inline afx_words_t
afx_desc_rx_fields(afx_words_t desc)
{
	const uint64_t len = (uint32_t)desc[1];

	return (afx_words_t){ len << 32, len };
}
#endif

/*
 * Ahead of a loop over a burst: four of its rounds between two jumps. Compilers
 * do not on their own at the level of optimisation that DPDK is built with.
 */
#ifdef __clang__
#define AFX_UNROLL _Pragma("clang loop unroll_count(4)")
#else
#define AFX_UNROLL _Pragma("GCC unroll 4")
#endif

/* A value of which the compiler knows nothing: a constant stays in the register that compares with it. */
static inline uint32_t
afx_opaque(uint32_t value)
{
	__asm__("" : "+r"(value));
	return value;
}

/* The same of 64 bits: what a loop adds stays one sum instead of the two it was made of. */
static inline uint64_t
afx_opaque_sum(uint64_t value)
{
	__asm__("" : "+r"(value));
	return value;
}

/* A mempool that checks its objects' headers must see each of them pass. */
#ifdef RTE_LIBRTE_MEMPOOL_DEBUG
#define AFX_POOL_CACHE_IN_PLACE 0
#else
#define AFX_POOL_CACHE_IN_PLACE 1
#endif

#endif /* AFX_COMPAT_H */
