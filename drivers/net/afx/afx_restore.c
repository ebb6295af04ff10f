/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <string.h>

#include "afx_log.h"
#include "afx_restore.h"

static void
apply_log(const struct afx_dev *priv, const char *what, int ret)
{
	/* A deleted interface took its settings along. */
	if (ret != 0 && ret != -ENODEV)
		AFX_LOG(WARNING, "%s: %s not restored: %s", priv->cfg.iface, what, strerror(-ret));
}

static void
apply(const struct afx_dev *priv, const struct afx_state_record *before)
{
	if (before->mtu != 0)
		apply_log(priv, "MTU", afx_netdev_mtu_set(priv->cfg.iface, before->mtu));
	if (before->has_mac)
		apply_log(priv, "MAC address", afx_netdev_mac_set(priv->cfg.iface, before->mac));
}

bool
afx_restore_leftover(struct afx_dev *priv)
{
	struct afx_state_record left;
	bool any;

	/* No right to write there, or another process at work on the interface: nothing to do. */
	if (afx_state_open(&priv->state, priv->cfg.iface, priv->info.ifindex, &left) != 0)
		return false;
	any = left.mtu != 0 || left.has_mac;
	if (any)
		AFX_LOG(NOTICE, "%s: restoring %s%s%s that a killed process left changed",
			priv->cfg.iface, left.mtu != 0 ? "MTU" : "",
			left.mtu != 0 && left.has_mac ? " and " : "",
			left.has_mac ? "MAC address" : "");
	apply(priv, &left);
	afx_state_close(&priv->state);
	return any;
}

/* What was noted is of one interface: one made anew under the name has nothing to restore. */
static void
note_begin(struct afx_dev *priv)
{
	struct afx_state_record left;
	int ret;

	if (priv->before.ifindex == priv->info.ifindex)
		return;
	memset(&priv->before, 0, sizeof(priv->before));
	priv->before.ifindex = priv->info.ifindex;
	afx_state_close(&priv->state);
	ret = afx_state_open(&priv->state, priv->cfg.iface, priv->info.ifindex, &left);
	if (ret == -EBUSY)
		AFX_LOG(INFO, "%s: settings are recorded by another process", priv->cfg.iface);
	else if (ret != 0)
		AFX_LOG(WARNING,
			"%s: settings not recorded in " AFX_STATE_DIR
			": %s; after a kill, MTU and MAC "
			"address stay changed",
			priv->cfg.iface, strerror(-ret));
}

static void
note_write(struct afx_dev *priv)
{
	int ret = priv->state.fd < 0 ? 0 : afx_state_write(&priv->state, &priv->before);

	if (ret != 0)
		AFX_LOG(WARNING, "%s: settings not recorded in %s: %s", priv->cfg.iface,
			priv->state.path, strerror(-ret));
}

void
afx_restore_note_mtu(struct afx_dev *priv)
{
	note_begin(priv);
	if (priv->before.mtu != 0)
		return;
	priv->before.mtu = priv->info.mtu;
	note_write(priv);
}

void
afx_restore_note_mac(struct afx_dev *priv)
{
	note_begin(priv);
	if (priv->before.has_mac)
		return;
	memcpy(priv->before.mac, priv->info.mac, AFX_NETDEV_MAC_LEN);
	priv->before.has_mac = true;
	note_write(priv);
}

void
afx_restore_all(struct afx_dev *priv)
{
	struct afx_netdev_info now;

	/* Another interface of that name is not ours to change. */
	if (priv->before.ifindex != 0 && afx_netdev_info_get(priv->cfg.iface, &now) == 0 &&
	    now.ifindex == priv->before.ifindex)
		apply(priv, &priv->before);
	memset(&priv->before, 0, sizeof(priv->before));
	afx_state_close(&priv->state);
}
