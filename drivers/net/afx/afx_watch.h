/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * What others do to the interface while the port exists: link changes,
 * deletion, a detached XDP program. EAL's interrupt thread looks when the
 * kernel tells, and raises ethdev's events.
 */
#ifndef AFX_WATCH_H
#define AFX_WATCH_H

#include <ethdev_driver.h>

#include "afx.h"

/* Begin to watch the interface. Control thread. 0, or -errno, logged. */
int afx_watch_start(struct rte_eth_dev *dev);

/*
 * Ask whether our program is still attached, and report once if it is not: a
 * detached bpf_link causes no notification (Linux 6.18). Any thread. A
 * secondary process does not ask: the program is the primary's.
 */
void afx_watch_program(struct afx_dev *priv);

/* Stop; returns when the interrupt thread is out of it. Accepts a port that is not watched. */
void afx_watch_stop(struct afx_dev *priv);

#endif /* AFX_WATCH_H */
