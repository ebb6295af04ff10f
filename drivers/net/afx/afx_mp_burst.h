/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Half a queue pair as a secondary process uses it, and the functions that
 * ethdev calls with it there in place of the queue: each enters, does what the
 * primary's would, and leaves. Between, the rings stay mapped.
 */
#ifndef AFX_MP_BURST_H
#define AFX_MP_BURST_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include <ethdev_driver.h>

#include "afx_port.h"

struct afx_mp_half {
	const struct afx_mp_half *self; /* where a queue has a ring's slots */
	void *queue; /* struct afx_rxq or afx_txq; NULL while its rings are not mapped */
	struct afx_port_bursts bursts;
	uint32_t users; /* threads that are in it */
} __rte_cache_aligned;
static_assert(offsetof(struct afx_mp_half, self) == offsetof(struct afx_rxq, rx.slots),
	      "no Rx queue looks like a half");
static_assert(offsetof(struct afx_mp_half, self) == offsetof(struct afx_txq, tx.slots),
	      "no Tx queue looks like a half");
static_assert(sizeof(struct afx_mp_half) == RTE_CACHE_LINE_SIZE, "a burst looks at one line");

/* Of zeroed memory; no queue yet. */
void afx_mp_burst_init(struct afx_mp_half *half);

/*
 * Give ops, whose functions do not look at what they are given, halves and the
 * functions that take one. Those leave alone what is none, as the queue that a
 * thread which polls already has fetched before: as while no ring is mapped.
 * Control thread.
 */
void afx_mp_burst_set(struct rte_eth_fp_ops *ops, void **rx_halves, void **tx_halves);

/* Let bursts through to queue, whose rings are mapped. Control thread. */
void
afx_mp_burst_admit(struct afx_mp_half *half, void *queue, const struct afx_port_bursts *bursts);

/* Let none through any more, and wait for those under way. Control thread. */
void afx_mp_burst_revoke(struct afx_mp_half *half);

#endif /* AFX_MP_BURST_H */
