/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Rx interrupts: a descriptor for each Rx queue that is readable while packets
 * wait there, for an application that sleeps instead of polling.
 */
#ifndef AFX_INTR_H
#define AFX_INTR_H

#include <ethdev_driver.h>

#include "afx.h"

/*
 * Make dev->intr_handle if the application configured Rx interrupts, for as many
 * queues; else take it away. One of the right size stays, and with it the
 * descriptors. Control thread. 0, or -errno, logged.
 */
int afx_intr_configure(struct rte_eth_dev *dev);

/* Port stopped: it is disabled on all queues and in no epoll instance of the application's. */
void afx_intr_stop(struct rte_eth_dev *dev);

/* Close the descriptors. */
void afx_intr_release(struct rte_eth_dev *dev);

/*
 * An Rx half starts: what was enabled on its queue before is so on its socket, as
 * by afx_intr_enable(). Control. 0 or -errno.
 */
int afx_intr_resume(struct afx_pair *pair);

/* An Rx half is about to stop; it stays noted that the application wants to be woken. */
void afx_intr_suspend(struct afx_pair *pair);

/*
 * eth_rx_queue_intr_enable_t. From now on the queue's descriptor is readable
 * while there are packets in the Rx ring, and who waits for an edge of it gets
 * one for those that are there already. Gives the kernel all its buffers and wakes the
 * driver if that sleeps, since no burst will. The thread that polls the queue.
 * One epoll_ctl call, two if it is enabled already, none if the ring is empty then; at
 * most one recvfrom; sendto for what the Tx lcore's last kick left, which stays
 * where it is if the kernel does not move. On a stopped queue it takes effect
 * at its start.
 * -EINVAL: not configured; -ENOBUFS: the mempool is empty and the kernel has
 * no buffer left, so that nothing could ever wake the application.
 */
int afx_intr_enable(struct rte_eth_dev *dev, uint16_t queue);

/*
 * eth_rx_queue_intr_disable_t. The descriptor is readable no more. The thread
 * that enables, or one that excludes it; one epoll_ctl call.
 */
int afx_intr_disable(struct rte_eth_dev *dev, uint16_t queue);

#endif /* AFX_INTR_H */
