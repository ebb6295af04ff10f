/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * What a stop left with a secondary process that did not answer, once that
 * process has: EAL's interrupt thread gives it back, by an alarm, since the one
 * that notices holds what the port's lock comes before.
 */
#ifndef AFX_MP_SETTLE_H
#define AFX_MP_SETTLE_H

#include "afx.h"

/*
 * Soon: give back the queues of a stopped port that are held, and have secondary
 * processes map those of a started one of which a half runs. A queue that was
 * stopped while its port runs stays as it is, as an lcore may poll it. Any thread.
 */
void afx_mp_settle_soon(struct afx_dev *priv);

/* Not any more, also if it is about to. With the port's lock. */
void afx_mp_settle_cancel(struct afx_dev *priv);

#endif /* AFX_MP_SETTLE_H */
