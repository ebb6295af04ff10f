/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * How full the rings of a queue are, and what to watch for a packet. The lcore
 * that polls the queue; no system calls; nothing is written. All of them may be
 * asked of a stopped queue; its rings are empty unless its other half runs.
 */
#ifndef AFX_DESC_H
#define AFX_DESC_H

#include <ethdev_driver.h>

#include "afx_compat.h"

/* eth_rx_queue_count_t. Packets that wait in the Rx ring. */
afx_queue_count_t afx_rx_queue_count(void *queue);

/*
 * eth_rx_descriptor_status_t. At offset packets from the next one: DONE, it is
 * in the Rx ring; AVAIL, the kernel has a buffer for it; UNAVAIL, none, since
 * the mempool was empty. -EINVAL beyond the ring.
 */
int afx_rx_descriptor_status(void *queue, uint16_t offset);

/*
 * eth_tx_descriptor_status_t. DONE, there is room for the packet sent that many
 * after the next one; FULL, the packet which is to leave that place was not
 * sent yet. -EINVAL beyond the ring.
 */
int afx_tx_descriptor_status(void *queue, uint16_t offset);

/* eth_tx_queue_count_t, of DPDK 24.03 and later. Packets that were not sent yet. */
int afx_tx_queue_count(void *queue);

/*
 * eth_get_monitor_addr_t. The kernel's index of the Rx ring in mapped memory;
 * the condition holds while no packet waits. Valid until the queue stops.
 */
int afx_rx_monitor_addr(void *queue, struct rte_power_monitor_cond *cond);

#endif /* AFX_DESC_H */
