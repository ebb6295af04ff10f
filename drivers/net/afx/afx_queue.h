/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The two halves of a queue pair as ethdev sees them: what setup records and
 * release frees. Nothing here talks to the kernel. Control thread, that half stopped.
 */
#ifndef AFX_QUEUE_H
#define AFX_QUEUE_H

#include "afx.h"

/* Ring sizes ethdev may ask for: below 64 a burst does not fit, and nobody was seen to go beyond. */
#define AFX_DESC_MIN 64
#define AFX_DESC_MAX 8192
/* Fill ring entries for each Rx ring entry: the kernel holds buffers beside those it has filled. */
#define AFX_FILL_FACTOR 2
/* Completions are reaped from that many on, a burst, unless the application asks otherwise. */
#define AFX_TX_REAP_FROM 32

/*
 * Allocate the Rx half of pair: nb_desc entries, mbufs from mp. Returns 0, or
 * -errno with the reason logged: -EINVAL for a ring size that is no power of
 * two or a pool that can not be UMEM, can not hold a frame of mtu, or has too
 * few mbufs; -ENOMEM. On success pair->rxq owns it.
 */
int afx_rxq_setup(struct afx_pair *pair, uint16_t nb_desc, unsigned int socket,
		  struct rte_mempool *mp, uint32_t mtu);

/*
 * Describe the queue's pool anew at start, now that program and MTU are known.
 * 0, or -EINVAL, logged, if frames of the interface's MTU do not fit.
 */
int afx_rxq_umem_describe(struct afx_rxq *q);

/*
 * The same for the Tx half. Completions are reaped once fewer than free_thresh
 * descriptors are free, as ethdev has it; 0 means the default.
 */
int
afx_txq_setup(struct afx_pair *pair, uint16_t nb_desc, unsigned int socket, uint16_t free_thresh);

/*
 * Free a half; NULL is accepted. One whose pair is bound, its other half
 * running, is kept: the kernel still has its rings. Setup then takes it up
 * again if pool and ring size are the same, and answers -EBUSY if not.
 */
void afx_rxq_release(struct afx_rxq *q);
void afx_txq_release(struct afx_txq *q);

/* Give a half empty rings, which a burst may poll; after setup and after its socket is closed. */
void afx_rxq_disconnect(struct afx_rxq *q);
void afx_txq_disconnect(struct afx_txq *q);

/* Fails, logged, unless frames of mtu fit the mbufs of each Rx queue set up and each running one. */
int afx_queue_mtu_check(const struct afx_dev *dev, uint32_t mtu);

/* Longest frame that Tx accepts, from MTU and pool; safe while the queue runs. */
void afx_txq_max_len_set(struct afx_txq *q, uint32_t mtu);

#endif /* AFX_QUEUE_H */
