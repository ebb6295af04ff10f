/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Settings as the numbers of their record (afx_state.h). Control thread.
 */
#ifndef AFX_RESTORE_PRIV_H
#define AFX_RESTORE_PRIV_H

#include "afx_state.h"

/* Flow control; with autonegotiation, the others are what came of it. */
#define AFX_RESTORE_PAUSE_AUTONEG 1
#define AFX_RESTORE_PAUSE_RX 2
#define AFX_RESTORE_PAUSE_TX 4

uint64_t afx_restore_mac_value(const uint8_t mac[AFX_NETDEV_MAC_LEN]);
uint64_t afx_restore_pause_value(const struct afx_netdev_pause *pause);

/* What a setting is now, MTU, MAC address and IFF_UP by info. 0, or -errno with *value as it was. */
int afx_restore_value_get(const char *iface, const struct afx_netdev_info *info, unsigned int kind,
			  uint64_t *value);

/* Change it; table and key are those of rss, which is not used for any other kind. 0 or -errno. */
int afx_restore_value_set(const char *iface, unsigned int kind, uint64_t value,
			  const struct afx_netdev_rss *rss);

#endif /* AFX_RESTORE_PRIV_H */
