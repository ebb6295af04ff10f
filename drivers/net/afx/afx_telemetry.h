/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * /afx/queues and /afx/umem of DPDK's telemetry, which primary processes have.
 * The commands are there from the load of the driver to the end of the process,
 * since telemetry takes none back; they answer for the ports that are listed here.
 */
#ifndef AFX_TELEMETRY_H
#define AFX_TELEMETRY_H

#include "afx.h"

/* From now on the port is answered for: the last step of its probe. Control thread. */
void afx_telemetry_add(struct afx_dev *priv);

/*
 * No longer: the first step of its close. Waits for an answer that is being
 * made, so the caller has none of the port's locks. Control thread.
 */
void afx_telemetry_remove(const struct afx_dev *priv);

#endif /* AFX_TELEMETRY_H */
