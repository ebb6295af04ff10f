/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * All queue pairs of a port together: their memory, start and stop. Control thread.
 */
#ifndef AFX_PORT_QUEUES_H
#define AFX_PORT_QUEUES_H

#include <ethdev_driver.h>

#include "afx.h"

/*
 * Forget halves that ethdev no longer has: it does not release a queue whose
 * slot it has emptied before, as after a failed setup at run time. Port stopped.
 */
void afx_port_queues_trim(struct rte_eth_dev *dev);

/*
 * Start all halves that are not deferred, on memory described anew, now that
 * program and MTU are known. 0, or -errno, logged, with all of them stopped.
 */
int afx_port_queues_start(struct rte_eth_dev *dev);

/* Stop all halves within one deadline of 1 s, and free what start made. */
void afx_port_queues_stop(struct rte_eth_dev *dev);

/*
 * Start or stop one queue of a started port. 0, or -errno, logged; see
 * afx_pair_start and afx_pair_stop.
 */
int afx_port_half_start(struct rte_eth_dev *dev, uint16_t index, enum afx_half half);
int afx_port_half_stop(struct rte_eth_dev *dev, uint16_t index, enum afx_half half);

/*
 * Whether the Rx queue may be set up on mp now: queues without an Rx half live
 * on the memory of the port's first Rx queue. 0, or -EBUSY, logged.
 */
int afx_port_queues_pool_check(const struct afx_dev *priv, uint16_t index,
			       const struct rte_mempool *mp);

/* True if a secondary process has not let go of a queue that was stopped: afx_pair_settle(). */
bool afx_port_queues_held(const struct afx_dev *priv);

#endif /* AFX_PORT_QUEUES_H */
