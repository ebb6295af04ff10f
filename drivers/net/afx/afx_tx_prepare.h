/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The slow path of Tx: mbufs that can not go out as they are.
 */
#ifndef AFX_TX_PREPARE_H
#define AFX_TX_PREPARE_H

#include "afx.h"
#include "afx_tx_offload.h"

/* An mbuf with none of these flags owns its data and asks for nothing. */
#define AFX_TX_FLAGS_SLOW (AFX_TX_FLAGS_REQUESTS | RTE_MBUF_F_INDIRECT | RTE_MBUF_F_EXTERNAL)

enum afx_tx_verdict {
	AFX_TX_READY, /* frame describes a descriptor to post */
	AFX_TX_REFUSED, /* freed and counted */
	AFX_TX_NOMBUF, /* untouched: no mbuf to copy it to */
};

struct afx_tx_frame {
	struct rte_mbuf *m; /* in: the caller's mbuf; out: direct mbuf of the queue's pool */
	uint32_t offset; /* of the data in the chunk of m */
	uint32_t len;
	bool sole; /* nobody else can have a reference to m */
};

/*
 * Make frame->m sendable. An indirect mbuf of the pool is replaced by its
 * direct one with a reference of our own; data of other pools, external
 * buffers, several segments, and data that is to be changed are copied into a
 * fresh mbuf and the original is freed. What can never be sent is freed. Tx
 * lcore, no syscall.
 */
enum afx_tx_verdict afx_tx_prepare(struct afx_txq *q, struct afx_tx_frame *frame);

/*
 * eth_tx_prep_t. Says of each mbuf, until the first one, whether a burst would
 * refuse it; changes none: a burst does by itself what an mbuf asks for. Returns
 * how many are fine; if not n, rte_errno is EINVAL, or ENOTSUP for a request
 * that the queue does not offer. Any thread.
 */
uint16_t afx_tx_pkt_prepare(void *queue, struct rte_mbuf **pkts, uint16_t n);

#endif /* AFX_TX_PREPARE_H */
