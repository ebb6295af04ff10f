/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Putting back what the driver changed on an interface and the kernel would
 * keep: MTU, MAC address, IFF_UP, flow control, FEC, RSS. At close, or, for a process that was killed, by
 * the next one that probes the interface. Control thread.
 */
#ifndef AFX_RESTORE_H
#define AFX_RESTORE_H

#include "afx.h"

/* At probe: undo what a killed process left. True if that changed priv->info, to be read again. */
bool afx_restore_leftover(struct afx_dev *priv);

/*
 * Change MTU, MAC address or IFF_UP of the interface, priv->info as just read, which is
 * updated; what it was before the first change is noted, and recorded for after
 * a kill. Where it can not be recorded, that is logged, and the change goes on.
 * 0, or -errno of the change, not logged, with nothing noted.
 */
int afx_restore_mtu_change(struct afx_dev *priv, uint32_t mtu);
int afx_restore_mac_change(struct afx_dev *priv, const uint8_t mac[AFX_NETDEV_MAC_LEN]);
int afx_restore_up_change(struct afx_dev *priv, bool up);

/* The same for flow control and FEC, now as just read. */
int afx_restore_pause_change(struct afx_dev *priv, const struct afx_netdev_pause *now,
			     const struct afx_netdev_pause *pause);
int afx_restore_fec_change(struct afx_dev *priv, const struct afx_netdev_fec *now, uint32_t modes);

/* And for RSS: table, key, and the fields that are hashed of a kind of packets. */
int afx_restore_table_change(struct afx_dev *priv, const struct afx_netdev_rss *now,
			     const struct afx_netdev_rss *wanted);
int afx_restore_key_change(struct afx_dev *priv, const struct afx_netdev_rss *now,
			   const struct afx_netdev_rss *wanted);
int afx_restore_fields_change(struct afx_dev *priv, enum afx_netdev_flow flow, uint32_t now,
			      uint32_t wanted);

/* Put back what was noted, where the interface is the same one and still has what we set. */
void afx_restore_all(struct afx_dev *priv);

#endif /* AFX_RESTORE_H */
