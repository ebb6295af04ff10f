/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Putting back what the driver changed on an interface and the kernel would
 * keep: MTU and MAC address. At close, or, for a process that was killed, by
 * the next one that probes the interface. Control thread.
 */
#ifndef AFX_RESTORE_H
#define AFX_RESTORE_H

#include "afx.h"

/* At probe: undo what a killed process left. True if that changed priv->info, to be read again. */
bool afx_restore_leftover(struct afx_dev *priv);

/*
 * Note the present MTU or MAC address, of priv->info, before it is changed; the
 * first note counts. Where it can not be recorded, that is logged and the change
 * may go on: only a killed process would leave it.
 */
void afx_restore_note_mtu(struct afx_dev *priv);
void afx_restore_note_mac(struct afx_dev *priv);

/* Put back what was noted, if the interface is still the same one. */
void afx_restore_all(struct afx_dev *priv);

#endif /* AFX_RESTORE_H */
