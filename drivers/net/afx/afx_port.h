/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * A port's life: limits, configure, start, stop, close. Control thread.
 */
#ifndef AFX_PORT_H
#define AFX_PORT_H

#include <ethdev_driver.h>

#include "afx.h"

/* eth_dev_infos_get_t. True limits of the interface; the pool's are checked at queue setup. */
int afx_port_infos_get(struct rte_eth_dev *dev, struct rte_eth_dev_info *info);

/*
 * eth_dev_configure_t. Records; only an MTU that the application chose (other
 * than ethdev's default) is set on the interface, else the interface's is taken over.
 */
int afx_port_configure(struct rte_eth_dev *dev);

/*
 * eth_dev_start_t. Attaches the program (first start), binds all queues,
 * then opens the way for traffic. On failure nothing of this start is left.
 */
int afx_port_start(struct rte_eth_dev *dev);

/* The functions of a port that take a queue and mbufs. */
struct afx_port_bursts {
	eth_rx_burst_t rx;
	eth_tx_burst_t tx;
	eth_tx_prep_t prepare;
};

/* Those that go with what is in shared memory: also in a secondary process. */
struct afx_port_bursts afx_port_bursts_get(const struct rte_eth_dev *dev);

/* What one of them is. -EINVAL for any other function, as of a port that was never started. */
int afx_port_burst_mode_get(const void *fn, struct rte_eth_burst_mode *mode);

/* eth_dev_stop_t. All traffic to the kernel, all mbufs to their pools; the program stays. */
int afx_port_stop(struct rte_eth_dev *dev);

/*
 * eth_dev_reset_t, of a stopped port: as after probe, on the interface that has
 * the name now. 0, or -errno, logged: -ENODEV while there is none.
 */
int afx_port_reset(struct rte_eth_dev *dev);

/* eth_dev_close_t. Stop, detach, restore, free. */
int afx_port_close(struct rte_eth_dev *dev);

#endif /* AFX_PORT_H */
