/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * What the afx_restore*.c files share. Control thread.
 */
#ifndef AFX_RESTORE_PRIV_H
#define AFX_RESTORE_PRIV_H

#include "afx.h"

/* Before a change: what was noted is of this interface, and there is a record, or it is logged why not. */
void afx_restore_note_begin(struct afx_dev *priv);

/* Record what is noted. That it can not be is logged. */
void afx_restore_note_write(struct afx_dev *priv);

/* The change failed: what was noted before it is noted again. */
void afx_restore_note_withdraw(struct afx_dev *priv, const struct afx_state_record *old);

/* Whether ret, of putting something back, is a success; else it is logged. A deleted interface took its settings along. */
bool afx_restore_done(const struct afx_dev *priv, const char *what, int ret);

/* Put back what of RSS is as we set it. True unless that failed. */
bool afx_restore_rss_apply(const struct afx_dev *priv, const struct afx_state_rss *r);

#endif /* AFX_RESTORE_PRIV_H */
