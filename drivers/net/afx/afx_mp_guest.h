/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Rx and Tx of a port in a secondary process. The queues are the primary's, in
 * shared memory, and so is what they point at: rings are mapped at the same
 * addresses. Of this process are descriptors, burst functions, and whether a
 * queue's rings are mapped right now: a burst looks at that, and while it runs
 * nothing is unmapped. The other side is afx_mp.h.
 */
#ifndef AFX_MP_GUEST_H
#define AFX_MP_GUEST_H

#include <ethdev_driver.h>

/*
 * Before the port is known to the application: tell the primary, and map what
 * is started. The port is of use for looking at also where that fails, which is
 * logged. -ENOMEM. Two or more messages to the primary, for as long as 1 s each.
 */
int afx_mp_guest_open(struct rte_eth_dev *dev);

/*
 * After rte_eth_dev_probing_finish(), which hands the primary's queues to bursts,
 * and tells the application, which may poll at once: until here, bursts are dummies.
 */
void afx_mp_guest_finish(struct rte_eth_dev *dev);

/* Unmap all, and end the channel; nobody polls the port any more. Accepts a closed one. */
void afx_mp_guest_close(struct rte_eth_dev *dev);

/* The burst function behind this process's own, or -errno: why there is no Rx and Tx here. */
int afx_mp_guest_burst(const struct rte_eth_dev *dev, const void **rx, const void **tx);

#endif /* AFX_MP_GUEST_H */
