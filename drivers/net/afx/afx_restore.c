/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <string.h>

#include "afx_log.h"
#include "afx_restore.h"
#include "afx_restore_priv.h"

bool
afx_restore_done(const struct afx_dev *priv, const char *what, int ret)
{
	if (ret == 0 || ret == -ENODEV)
		return true;
	AFX_LOG(WARNING, "%s: %s not restored: %s", priv->cfg.iface, what, strerror(-ret));
	return false;
}

/* With autonegotiation, rx and tx are what came of it, and follow the link's partner. */
static bool
pause_is_ours(const struct afx_netdev_pause *now, const struct afx_state_record *r)
{
	if (now->autoneg && r->pause_set.autoneg)
		return true;
	return afx_netdev_pause_equal(now, &r->pause_set) &&
		!afx_netdev_pause_equal(now, &r->pause_before);
}

static bool
pause_apply(const struct afx_dev *priv, const struct afx_state_record *r)
{
	struct afx_netdev_pause now;
	int ret = afx_netdev_pause_get(priv->cfg.iface, &now);

	if (ret == 0 && pause_is_ours(&now, r))
		ret = afx_netdev_pause_set(priv->cfg.iface, &r->pause_before);
	return afx_restore_done(priv, "flow control", ret);
}

static bool
fec_apply(const struct afx_dev *priv, const struct afx_state_record *r)
{
	struct afx_netdev_fec now;
	int ret = afx_netdev_fec_get(priv->cfg.iface, &now);

	if (ret == 0 && now.configured == r->fec_set && r->fec_set != r->fec_before)
		ret = afx_netdev_fec_set(priv->cfg.iface, r->fec_before);
	return afx_restore_done(priv, "FEC", ret);
}

static bool
up_apply(const struct afx_dev *priv, const struct afx_state_record *r,
	 const struct afx_netdev_info *now)
{
	if (!r->has_up || now->up != r->up_set || now->up == r->up_before)
		return true;
	return afx_restore_done(priv, "link state",
				afx_netdev_up_set(priv->cfg.iface, r->up_before));
}

/* What is no longer as we set it was set by somebody since, and stays. True unless one failed. */
static bool
apply(const struct afx_dev *priv, const struct afx_state_record *r)
{
	const char *iface = priv->cfg.iface;
	struct afx_netdev_info now;
	bool done = true;
	int ret;

	if (afx_state_is_empty(r))
		return true;
	ret = afx_netdev_info_get(iface, &now);
	if (ret != 0)
		return afx_restore_done(priv, "settings", ret);
	if (now.ifindex != r->ifindex)
		return true;
	/* Some drivers take an address only while down, others an MTU only while up. */
	if (!r->up_before)
		done = up_apply(priv, r, &now);
	if (r->mtu_before != 0 && now.mtu == r->mtu_set)
		done &= afx_restore_done(priv, "MTU", afx_netdev_mtu_set(iface, r->mtu_before));
	if (r->has_mac && memcmp(now.mac, r->mac_set, AFX_NETDEV_MAC_LEN) == 0)
		done &= afx_restore_done(priv, "MAC address",
					 afx_netdev_mac_set(iface, r->mac_before));
	if (r->has_pause)
		done &= pause_apply(priv, r);
	if (r->fec_before != 0)
		done &= fec_apply(priv, r);
	done &= afx_restore_rss_apply(priv, &r->rss);
	if (r->up_before)
		done &= up_apply(priv, r, &now);
	return done;
}

bool
afx_restore_leftover(struct afx_dev *priv)
{
	struct afx_state_record left;
	char text[AFX_STATE_TEXT_LEN];
	bool any;

	/* No right to write there, or another process at work on the interface: nothing to do. */
	if (afx_state_open(&priv->state, priv->cfg.iface, priv->info.ifindex, &left) != 0)
		return false;
	any = !afx_state_is_empty(&left);
	afx_state_text(&left, text);
	if (any)
		AFX_LOG(NOTICE, "%s: restoring what a killed process left changed: %s",
			priv->cfg.iface, text);
	afx_state_close(&priv->state, !apply(priv, &left));
	return any;
}

/* What was noted is of one interface: one made anew under the name has nothing to restore. */
void
afx_restore_note_begin(struct afx_dev *priv)
{
	struct afx_state_record left;
	int ret;

	if (priv->before.ifindex == priv->info.ifindex)
		return;
	memset(&priv->before, 0, sizeof(priv->before));
	priv->before.ifindex = priv->info.ifindex;
	afx_state_close(&priv->state, false);
	ret = afx_state_open(&priv->state, priv->cfg.iface, priv->info.ifindex, &left);
	if (ret == -EBUSY)
		AFX_LOG(INFO, "%s: settings are recorded by another process", priv->cfg.iface);
	else if (ret != 0)
		AFX_LOG(WARNING,
			"%s: settings not recorded in " AFX_STATE_DIR
			": %s; after a kill, they stay changed",
			priv->cfg.iface, strerror(-ret));
}

void
afx_restore_note_write(struct afx_dev *priv)
{
	int ret = priv->state.fd < 0 ? 0 : afx_state_write(&priv->state, &priv->before);

	if (ret != 0)
		AFX_LOG(WARNING, "%s: settings not recorded in %s: %s", priv->cfg.iface,
			priv->state.path, strerror(-ret));
}

void
afx_restore_note_withdraw(struct afx_dev *priv, const struct afx_state_record *old)
{
	priv->before = *old;
	if (!afx_state_is_empty(old)) {
		afx_restore_note_write(priv);
		return;
	}
	afx_state_close(&priv->state, false);
	priv->before.ifindex = 0;
}

int
afx_restore_mtu_change(struct afx_dev *priv, uint32_t mtu)
{
	struct afx_state_record old;
	int ret;

	afx_restore_note_begin(priv);
	old = priv->before;
	if (priv->before.mtu_before == 0)
		priv->before.mtu_before = priv->info.mtu;
	priv->before.mtu_set = mtu;
	afx_restore_note_write(priv);
	ret = afx_netdev_mtu_set(priv->cfg.iface, mtu);
	if (ret != 0)
		afx_restore_note_withdraw(priv, &old);
	else
		priv->info.mtu = mtu;
	return ret;
}

int
afx_restore_mac_change(struct afx_dev *priv, const uint8_t mac[AFX_NETDEV_MAC_LEN])
{
	struct afx_state_record old;
	int ret;

	afx_restore_note_begin(priv);
	old = priv->before;
	if (!priv->before.has_mac)
		memcpy(priv->before.mac_before, priv->info.mac, AFX_NETDEV_MAC_LEN);
	priv->before.has_mac = true;
	memcpy(priv->before.mac_set, mac, AFX_NETDEV_MAC_LEN);
	afx_restore_note_write(priv);
	ret = afx_netdev_mac_set(priv->cfg.iface, mac);
	if (ret != 0)
		afx_restore_note_withdraw(priv, &old);
	else
		memcpy(priv->info.mac, mac, AFX_NETDEV_MAC_LEN);
	return ret;
}

int
afx_restore_up_change(struct afx_dev *priv, bool up)
{
	struct afx_state_record old;
	int ret;

	afx_restore_note_begin(priv);
	old = priv->before;
	if (!priv->before.has_up)
		priv->before.up_before = priv->info.up;
	priv->before.has_up = true;
	priv->before.up_set = up;
	afx_restore_note_write(priv);
	ret = afx_netdev_up_set(priv->cfg.iface, up);
	if (ret != 0)
		afx_restore_note_withdraw(priv, &old);
	else
		priv->info.up = up;
	return ret;
}

int
afx_restore_pause_change(struct afx_dev *priv, const struct afx_netdev_pause *now,
			 const struct afx_netdev_pause *pause)
{
	struct afx_state_record old;
	int ret;

	afx_restore_note_begin(priv);
	old = priv->before;
	if (!priv->before.has_pause)
		priv->before.pause_before = *now;
	priv->before.has_pause = true;
	priv->before.pause_set = *pause;
	afx_restore_note_write(priv);
	ret = afx_netdev_pause_set(priv->cfg.iface, pause);
	if (ret != 0) {
		afx_restore_note_withdraw(priv, &old);
		return ret;
	}
	/* Drivers tell what came of it, not what was asked for. */
	if (afx_netdev_pause_get(priv->cfg.iface, &priv->before.pause_set) == 0)
		afx_restore_note_write(priv);
	return 0;
}

int
afx_restore_fec_change(struct afx_dev *priv, const struct afx_netdev_fec *now, uint32_t modes)
{
	struct afx_netdev_fec after;
	struct afx_state_record old;
	int ret;

	afx_restore_note_begin(priv);
	old = priv->before;
	if (priv->before.fec_before == 0)
		priv->before.fec_before = now->configured;
	priv->before.fec_set = modes;
	afx_restore_note_write(priv);
	ret = afx_netdev_fec_set(priv->cfg.iface, modes);
	if (ret != 0) {
		afx_restore_note_withdraw(priv, &old);
		return ret;
	}
	/* Of several modes, drivers keep what they like. */
	if (afx_netdev_fec_get(priv->cfg.iface, &after) == 0) {
		priv->before.fec_set = after.configured;
		afx_restore_note_write(priv);
	}
	return 0;
}

void
afx_restore_all(struct afx_dev *priv)
{
	const bool done = priv->before.ifindex == 0 || apply(priv, &priv->before);

	memset(&priv->before, 0, sizeof(priv->before));
	afx_state_close(&priv->state, !done);
}
