/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * A queue pair's life with the kernel: socket, registration, rings, bind; and
 * back, with every mbuf. Control thread; no lcore polls the pair meanwhile.
 */
#ifndef AFX_PAIR_H
#define AFX_PAIR_H

#include "afx.h"

/*
 * Start one half of a pair. The first half that starts opens the XSK on umem
 * (afx_bind) with the rings of both halves that are set up; the Rx half then
 * gets the queue's traffic. Returns 0, or -errno, logged, with nothing left
 * behind: -EBUSY if the other half runs on a socket that was opened before
 * this half was set up.
 */
int afx_pair_start(struct afx_pair *pair, enum afx_half half, const struct afx_umem *umem);

/*
 * Give a running Rx half's traffic to the kernel, ahead of its stop. True if it
 * runs: then polls under way may still bring frames (afx_netdev_polls_wait).
 */
bool afx_pair_traffic_return(struct afx_pair *pair);

/*
 * Stop one half. Rx, its traffic returned: frames not read are missed. Tx: the
 * ring drains until deadline (TSC). Stopping the second half closes the socket,
 * and every mbuf that the kernel or the rings hold goes back to its pool; frames
 * accepted and never sent become output errors. A half stopped alone leaves its
 * fill ring, and what did not drain, with the kernel. Accepts a half that does
 * not run.
 */
void afx_pair_stop(struct afx_pair *pair, enum afx_half half, uint64_t deadline);

/*
 * Where a secondary process did not let go of the socket at the stop, which the
 * pair's held says, it stays open, and the mbufs where they are. True if all is
 * done as at any stop, at the latest now: the process has let go, or ended.
 */
bool afx_pair_settle(struct afx_pair *pair);

/* The same at close, where it is the last chance: else the mbufs, and what a burst uses, stay for good. */
void afx_pair_abandon(struct afx_pair *pair);

/* The same: 0, or -EBUSY, logged. */
int afx_pair_vacate(struct afx_pair *pair);

/* Losses that the kernel reports for the running socket; 0 if there is none. */
uint64_t afx_pair_missed(const struct afx_pair *pair);

#endif /* AFX_PAIR_H */
