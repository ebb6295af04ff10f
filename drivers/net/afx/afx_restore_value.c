/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include "afx_restore_priv.h"

uint64_t
afx_restore_mac_value(const uint8_t mac[AFX_NETDEV_MAC_LEN])
{
	uint64_t value = 0;
	unsigned int i;

	for (i = 0; i < AFX_NETDEV_MAC_LEN; i++)
		value = value << 8 | mac[i];
	return value;
}

static int
mac_set(const char *iface, uint64_t value)
{
	uint8_t mac[AFX_NETDEV_MAC_LEN];
	unsigned int i;

	for (i = AFX_NETDEV_MAC_LEN; i-- != 0; value >>= 8)
		mac[i] = value & UINT8_MAX;
	return afx_netdev_mac_set(iface, mac);
}

uint64_t
afx_restore_pause_value(const struct afx_netdev_pause *pause)
{
	return (pause->autoneg ? AFX_RESTORE_PAUSE_AUTONEG : 0) |
		(pause->rx ? AFX_RESTORE_PAUSE_RX : 0) | (pause->tx ? AFX_RESTORE_PAUSE_TX : 0);
}

static int
pause_set(const char *iface, uint64_t value)
{
	const struct afx_netdev_pause pause = {
		.autoneg = (value & AFX_RESTORE_PAUSE_AUTONEG) != 0,
		.rx = (value & AFX_RESTORE_PAUSE_RX) != 0,
		.tx = (value & AFX_RESTORE_PAUSE_TX) != 0,
	};

	return afx_netdev_pause_set(iface, &pause);
}

static int
pause_get(const char *iface, uint64_t *value)
{
	struct afx_netdev_pause now;
	int ret = afx_netdev_pause_get(iface, &now);

	if (ret == 0)
		*value = afx_restore_pause_value(&now);
	return ret;
}

static int
fec_get(const char *iface, uint64_t *value)
{
	struct afx_netdev_fec now;
	int ret = afx_netdev_fec_get(iface, &now);

	if (ret == 0)
		*value = now.configured;
	return ret;
}

static int
rss_get(const char *iface, unsigned int kind, uint64_t *value)
{
	struct afx_netdev_rss now;
	int ret = afx_netdev_rss_get(iface, &now);

	if (ret == 0)
		*value = kind == AFX_STATE_TABLE ? afx_state_table_sum(&now)
						 : afx_state_key_sum(&now);
	return ret;
}

static int
fields_get(const char *iface, enum afx_netdev_flow flow, uint64_t *value)
{
	uint32_t now;
	int ret = afx_netdev_hash_get(iface, flow, &now);

	if (ret == 0)
		*value = now;
	return ret;
}

int
afx_restore_value_get(const char *iface, const struct afx_netdev_info *info, unsigned int kind,
		      uint64_t *value)
{
	switch (kind) {
	case AFX_STATE_MTU:
		*value = info->mtu;
		return 0;
	case AFX_STATE_MAC:
		*value = afx_restore_mac_value(info->mac);
		return 0;
	case AFX_STATE_UP:
		*value = info->up;
		return 0;
	case AFX_STATE_PAUSE:
		return pause_get(iface, value);
	case AFX_STATE_FEC:
		return fec_get(iface, value);
	case AFX_STATE_TABLE:
	case AFX_STATE_KEY:
		return rss_get(iface, kind, value);
	default:
		return fields_get(iface, kind - AFX_STATE_FIELDS, value);
	}
}

int
afx_restore_value_set(const char *iface, unsigned int kind, uint64_t value,
		      const struct afx_netdev_rss *rss)
{
	switch (kind) {
	case AFX_STATE_MTU:
		return afx_netdev_mtu_set(iface, value);
	case AFX_STATE_MAC:
		return mac_set(iface, value);
	case AFX_STATE_UP:
		return afx_netdev_up_set(iface, value != 0);
	case AFX_STATE_PAUSE:
		return pause_set(iface, value);
	case AFX_STATE_FEC:
		return afx_netdev_fec_set(iface, value);
	case AFX_STATE_TABLE:
		return afx_netdev_rss_table_set(iface, rss);
	case AFX_STATE_KEY:
		return afx_netdev_rss_key_set(iface, rss);
	default:
		return afx_netdev_hash_set(iface, kind - AFX_STATE_FIELDS, value);
	}
}
