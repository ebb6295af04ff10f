/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#ifndef AFX_STATS_H
#define AFX_STATS_H

#include <ethdev_driver.h>

#include "afx_compat.h"

/*
 * eth_stats_get_t. Exact: imissed is every receive loss that the kernel
 * reports plus frames received and not read at stop; opackets are frames sent,
 * oerrors those taken from the application and not sent. In a secondary
 * process, frames in the Tx ring count as sent, and where it does not map the
 * rings the kernel's part is as of the primary's last call.
 */
int afx_stats_get(AFX_STATS_GET_ARGS);

/* eth_stats_reset_t. Counting goes on from here; the lcores are not disturbed. */
int afx_stats_reset(struct rte_eth_dev *dev);

#endif /* AFX_STATS_H */
