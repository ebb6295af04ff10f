/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Differences between the DPDK releases we build against: 22.11, 24.11, 25.11.
 * The only file that asks for the version.
 */
#ifndef AFX_COMPAT_H
#define AFX_COMPAT_H

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

/*
 * The 8 bytes of data_off, refcnt, nb_segs and port; an empty marker before
 * 24.07, an array since. May alias: without it clang drops the stores to those
 * fields that a read as one word should see.
 */
typedef uint64_t __rte_may_alias afx_mbuf_rearm_t;
#define AFX_MBUF_REARM(m) \
	((afx_mbuf_rearm_t *)RTE_PTR_ADD(m, offsetof(struct rte_mbuf, rearm_data)))

#endif /* AFX_COMPAT_H */
