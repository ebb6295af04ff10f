/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * What a start tells the user: risks before, the banner after. Control thread.
 */
#ifndef AFX_REPORT_H
#define AFX_REPORT_H

#include "afx.h"

/*
 * Before start: warn if the interface carries the default route or an
 * established TCP session that keep= does not spare.
 */
void afx_report_risks(const struct afx_dev *priv);

/*
 * After start: the one line of interface, driver, modes and UMEM of what is
 * bound; and a warning if the interface has more channels than the port has Rx
 * queues, nb_rx, with what changes that.
 */
void afx_report_started(const struct afx_dev *priv, unsigned int nb_rx);

#endif /* AFX_REPORT_H */
