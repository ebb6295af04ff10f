/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Getting the kernel to look at a Tx ring, and what became of the frames.
 */
#ifndef AFX_TX_KICK_H
#define AFX_TX_KICK_H

#include "afx.h"

/* Who the primary process is. */
#define AFX_TX_KICK_PRIMARY 1

/* Who this process is, among those that share a port. Set before any burst. */
extern uint32_t afx_tx_kick_owner;

/*
 * Kick while the kernel moves, at most 1 + waiting / kernel batch times, and
 * only if the ring asks for it. After an error that passes by itself, or if the
 * Rx lcore is kicking right now, leaves the flag for the Rx lcore. The Tx
 * lcore, or control while the queue is not in use. Returns what the last call
 * did: 0 or -errno (afx_sock_tx_kick; -EALREADY for the Rx lcore's kick).
 */
int afx_tx_kick(struct afx_txq *q);

/* Of a process that has ended: it may have been within a kick. Control. */
void afx_tx_kick_release(struct afx_kick *kick, uint32_t owner);

/* Kick once if since, the flag as just read, is older than the delay. Rx lcore. */
void afx_tx_kick_overdue(struct afx_kick *kick, uint64_t since);

/*
 * The same without waiting for its time, until nothing is put off any more or
 * the kernel does not move: before the Rx lcore sleeps. At most as many sendto
 * calls as the Tx ring has slots: one for each frame that is dropped in it.
 */
void afx_tx_kick_waiting(struct afx_kick *kick);

/*
 * Descriptors in the Tx ring that the kernel has not taken, and their bytes. It
 * publishes its place late after a drop, so that a ring that looks full of work
 * may be done: what has completed was taken for sure. Any thread; exact at rest.
 */
uint32_t afx_tx_waiting(const struct afx_txq *q);
uint64_t afx_tx_waiting_bytes(const struct afx_txq *q);

#endif /* AFX_TX_KICK_H */
