/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The counters of the interface's driver as extended statistics, with kstats=1;
 * without, none. Which there are is fixed at probe and at each start, so that a
 * program can go by their places in the meantime: one that is gone stays where it
 * was last, one that is new is not seen. The caller holds the port's lock.
 */
#ifndef AFX_KSTATS_H
#define AFX_KSTATS_H

#include <rte_ethdev.h>

#include "afx.h"

/* See which there are; the last reset counts on. That there are none is logged. A few ioctls. */
void afx_kstats_open(struct afx_dev *priv);

/* Accepts a port without. */
void afx_kstats_close(struct afx_dev *priv);

unsigned int afx_kstats_count(const struct afx_dev *priv);

/* Write all names, and the values since the last reset, as far as the kernel tells them now. */
void afx_kstats_names_get(const struct afx_dev *priv, struct rte_eth_xstat_name *names);
void afx_kstats_get(struct afx_dev *priv, struct rte_eth_xstat *xstats);

/* Count from here. */
void afx_kstats_reset(struct afx_dev *priv);

#endif /* AFX_KSTATS_H */
