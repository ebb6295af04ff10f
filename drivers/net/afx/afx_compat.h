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
#include <rte_version.h>

/* 25.11 hands per-queue statistics over in a structure of their own, which may be NULL. */
#if RTE_VERSION >= RTE_VERSION_NUM(25, 11, 0, 0)
#define AFX_STATS_GET_ARGS \
	struct rte_eth_dev *dev, struct rte_eth_stats *stats, struct eth_queue_stats *queues
#define AFX_STATS_QUEUES(stats, queues) (queues)
#else
#define AFX_STATS_GET_ARGS struct rte_eth_dev *dev, struct rte_eth_stats *stats
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

/*
 * Neighbouring fields of an mbuf as one word. May alias: without it clang drops
 * the stores to those fields that a read as one word should see.
 */
typedef uint64_t __rte_may_alias afx_mbuf_word_t;
typedef uint32_t __rte_may_alias afx_mbuf_half_t;
/* data_off, refcnt, nb_segs, port; an empty marker before 24.07, an array since. */
#define AFX_MBUF_REARM(m) ((afx_mbuf_word_t *)RTE_PTR_ADD(m, offsetof(struct rte_mbuf, rearm_data)))
/* packet_type, pkt_len */
#define AFX_MBUF_TYPE_AND_LEN(m) \
	((afx_mbuf_word_t *)RTE_PTR_ADD(m, offsetof(struct rte_mbuf, packet_type)))
static_assert(offsetof(struct rte_mbuf, pkt_len) == offsetof(struct rte_mbuf, packet_type) + 4,
	      "pkt_len is behind packet_type");
/* data_len, vlan_tci */
#define AFX_MBUF_DATA_LEN_AND_VLAN(m) \
	((afx_mbuf_half_t *)RTE_PTR_ADD(m, offsetof(struct rte_mbuf, data_len)))
static_assert(offsetof(struct rte_mbuf, vlan_tci) == offsetof(struct rte_mbuf, data_len) + 2,
	      "vlan_tci is behind data_len");
/* Of its second and third half-word: refcnt 1 and nb_segs 1. */
#define AFX_MBUF_SOLE UINT32_C(0x00010001)

/* A mempool that checks its objects' headers must see each of them pass. */
#ifdef RTE_LIBRTE_MEMPOOL_DEBUG
#define AFX_POOL_CACHE_IN_PLACE 0
#else
#define AFX_POOL_CACHE_IN_PLACE 1
#endif

#endif /* AFX_COMPAT_H */
