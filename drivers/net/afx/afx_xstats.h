/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Extended statistics: the kernel's counters of the sockets, system calls, what
 * became of mbufs, and the mode granted. Control thread. Names are
 * <rx|tx>_q<N>_<what>, of the port rx_<what>; ethdev adds packets, bytes and
 * errors of each queue itself.
 */
#ifndef AFX_XSTATS_H
#define AFX_XSTATS_H

#include <ethdev_driver.h>

#include "afx_show.h"

/*
 * eth_xstats_get_names_t and eth_xstats_get_t: the same order in both. Return
 * how many there are; nothing is written if n is less.
 */
int afx_xstats_names_get(struct rte_eth_dev *dev, struct rte_eth_xstat_name *names, unsigned int n);
int afx_xstats_get(struct rte_eth_dev *dev, struct rte_eth_xstat *xstats, unsigned int n);

/* Those of one queue, since the last reset, by their names without rx_qN_ and tx_qN_. Any thread. */
void afx_xstats_rx_show(const struct afx_pair *pair, const struct afx_rxq *q, struct afx_show *to);
void afx_xstats_tx_show(const struct afx_pair *pair, const struct afx_txq *q, struct afx_show *to);

/*
 * From here on they count from 0, as those of a queue that was just set up: the
 * kernel's counters and those of the kicks are older than it. Control thread.
 */
void afx_xstats_rx_rebase(const struct afx_pair *pair, struct afx_rxq *q);
void afx_xstats_tx_rebase(const struct afx_pair *pair, struct afx_txq *q);

/* eth_xstats_reset_t. Counting goes on from here, in the basic statistics too. */
int afx_xstats_reset(struct rte_eth_dev *dev);

#endif /* AFX_XSTATS_H */
