/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#ifndef AFX_DUMP_H
#define AFX_DUMP_H

#include <stdio.h>

#include <ethdev_driver.h>

/*
 * eth_dev_priv_dump_t. What afx_show.h has of the port, a line each, indented by
 * what it belongs to. Any process, any thread.
 */
int afx_priv_dump(struct rte_eth_dev *dev, FILE *file);

#endif /* AFX_DUMP_H */
