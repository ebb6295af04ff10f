/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#ifndef AFX_ETHDEV_SECONDARY_H
#define AFX_ETHDEV_SECONDARY_H

#include <bus_vdev_driver.h>

/* Attach to the primary's port of that name. 0; -ENODEV, logged, if there is none; -ENOMEM. */
int afx_ethdev_secondary_probe(struct rte_vdev_device *vdev);

#endif /* AFX_ETHDEV_SECONDARY_H */
