/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <string.h>

#include "afx_log.h"
#include "afx_restore.h"
#include "afx_restore_priv.h"

/* Whether ret is a success; else it is logged. A deleted interface took its settings along. */
static bool
is_done(const struct afx_dev *priv, const char *what, int ret)
{
	if (ret == 0 || ret == -ENODEV)
		return true;
	AFX_LOG(WARNING, "%s: %s not restored: %s", priv->cfg.iface, what, strerror(-ret));
	return false;
}

/* What is no longer as we set it was set by somebody since, and stays. */
static bool
is_ours(unsigned int kind, const struct afx_state_setting *s, uint64_t now)
{
	/* What came of it follows the link's partner. */
	if (kind == AFX_STATE_PAUSE && (now & (s->set | s->was) & AFX_RESTORE_PAUSE_AUTONEG) != 0)
		return true;
	return now != s->before && (now == s->set || now == s->was);
}

/* True unless it failed. */
static bool
setting_apply(const struct afx_dev *priv, const struct afx_state_record *r,
	      const struct afx_netdev_info *info, unsigned int kind)
{
	const struct afx_state_setting *s = &r->settings[kind];
	const char *iface = priv->cfg.iface;
	uint64_t now;
	int ret;

	if (!s->has)
		return true;
	ret = afx_restore_value_get(iface, info, kind, &now);
	if (ret == 0 && is_ours(kind, s, now))
		ret = afx_restore_value_set(iface, kind, s->before, &r->rss);
	return is_done(priv, afx_state_name(kind), ret);
}

/* True unless one failed. */
static bool
apply(const struct afx_dev *priv, const struct afx_state_record *r)
{
	const bool up = r->settings[AFX_STATE_UP].before != 0;
	struct afx_netdev_info info;
	unsigned int kind;
	bool done = true;
	int ret;

	if (afx_state_is_empty(r))
		return true;
	ret = afx_netdev_info_get(priv->cfg.iface, &info);
	if (ret != 0)
		return is_done(priv, "settings", ret);
	if (info.ifindex != r->ifindex)
		return true;
	/* Some drivers take an address only while down, others an MTU only while up. */
	if (!up)
		done = setting_apply(priv, r, &info, AFX_STATE_UP);
	for (kind = 0; kind < AFX_STATE_KINDS; kind++) {
		if (kind != AFX_STATE_UP)
			done &= setting_apply(priv, r, &info, kind);
	}
	if (up)
		done &= setting_apply(priv, r, &info, AFX_STATE_UP);
	return done;
}

bool
afx_restore_leftover(struct afx_dev *priv)
{
	struct afx_state_record left;
	char text[AFX_STATE_TEXT_LEN];
	bool any;
	int ret;

	ret = afx_state_open(&priv->state, priv->cfg.iface, priv->info.ifindex, &left);
	if (ret == -EBADMSG)
		AFX_LOG(WARNING,
			"%s: %s is not understood (cut, or of another version) and stays: what "
			"a killed process changed is not restored",
			priv->cfg.iface, priv->state.path);
	/* No right to write there, or another process at work on the interface: nothing to do. */
	if (ret != 0)
		return false;
	any = !afx_state_is_empty(&left);
	afx_state_text(&left, text);
	if (any)
		AFX_LOG(NOTICE, "%s: restoring what a killed process left changed: %s",
			priv->cfg.iface, text);
	afx_state_close(&priv->state, !apply(priv, &left));
	return any;
}

/*
 * What was noted is of one interface: one made anew under the name has nothing to
 * restore. What an earlier restore failed at is ours from here on. That there is no
 * record is logged.
 */
static void
note_begin(struct afx_dev *priv)
{
	struct afx_state_record left;
	int ret;

	if (priv->before.ifindex == priv->info.ifindex)
		return;
	memset(&priv->before, 0, sizeof(priv->before));
	priv->before.ifindex = priv->info.ifindex;
	afx_state_close(&priv->state, false);
	ret = afx_state_open(&priv->state, priv->cfg.iface, priv->info.ifindex, &left);
	if (!afx_state_is_empty(&left))
		priv->before = left;
	if (ret == -EBUSY)
		AFX_LOG(INFO, "%s: settings are recorded by another port or process",
			priv->cfg.iface);
	else if (ret != 0)
		AFX_LOG(WARNING,
			"%s: settings not recorded in " AFX_STATE_DIR
			": %s; after a kill, they stay changed",
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

static void
note_withdraw(struct afx_dev *priv, unsigned int kind, const struct afx_state_setting *old)
{
	priv->before.settings[kind] = *old;
	if (!afx_state_is_empty(&priv->before)) {
		note_write(priv);
		return;
	}
	afx_state_close(&priv->state, false);
	priv->before.ifindex = 0;
}

/*
 * Drivers tell what came of it, not what was asked for; of several modes, they keep what
 * they like. A kill before it is in the record leaves what nobody restores.
 */
static void
read_back(const struct afx_dev *priv, unsigned int kind, uint64_t *set)
{
	int ret = afx_restore_value_get(priv->cfg.iface, &priv->info, kind, set);

	if (ret != 0)
		AFX_LOG(WARNING,
			"%s: %s not read back: %s; if the driver made it another one, that "
			"is not restored",
			priv->cfg.iface, afx_state_name(kind), strerror(-ret));
}

/*
 * now and wanted: numbers of the record; wanted is in rss for table and key. The
 * record is ahead of the change: a kill in between leaves what was there before it.
 */
static int
change(struct afx_dev *priv, unsigned int kind, uint64_t now, uint64_t wanted,
       const struct afx_netdev_rss *rss)
{
	struct afx_state_setting *s = &priv->before.settings[kind];
	struct afx_state_setting old;
	int ret;

	note_begin(priv);
	old = *s;
	*s = (struct afx_state_setting){
		.has = true,
		.before = old.has ? old.before : now,
		.set = wanted,
		.was = old.has ? old.set : wanted,
	};
	note_write(priv);
	ret = afx_restore_value_set(priv->cfg.iface, kind, wanted, rss);
	if (ret != 0) {
		note_withdraw(priv, kind, &old);
		return ret;
	}
	if (kind == AFX_STATE_PAUSE || kind == AFX_STATE_FEC)
		read_back(priv, kind, &s->set);
	if (s->set != wanted || s->was != wanted) {
		s->was = s->set;
		note_write(priv);
	}
	return 0;
}

int
afx_restore_mtu_change(struct afx_dev *priv, uint32_t mtu)
{
	int ret = change(priv, AFX_STATE_MTU, priv->info.mtu, mtu, NULL);

	if (ret == 0)
		priv->info.mtu = mtu;
	return ret;
}

int
afx_restore_mac_change(struct afx_dev *priv, const uint8_t mac[AFX_NETDEV_MAC_LEN])
{
	int ret = change(priv, AFX_STATE_MAC, afx_restore_mac_value(priv->info.mac),
			 afx_restore_mac_value(mac), NULL);

	if (ret == 0)
		memcpy(priv->info.mac, mac, AFX_NETDEV_MAC_LEN);
	return ret;
}

int
afx_restore_up_change(struct afx_dev *priv, bool up)
{
	int ret = change(priv, AFX_STATE_UP, priv->info.up, up, NULL);

	if (ret == 0)
		priv->info.up = up;
	return ret;
}

int
afx_restore_pause_change(struct afx_dev *priv, const struct afx_netdev_pause *now,
			 const struct afx_netdev_pause *pause)
{
	return change(priv, AFX_STATE_PAUSE, afx_restore_pause_value(now),
		      afx_restore_pause_value(pause), NULL);
}

int
afx_restore_fec_change(struct afx_dev *priv, const struct afx_netdev_fec *now, uint32_t modes)
{
	return change(priv, AFX_STATE_FEC, now->configured, modes, NULL);
}

int
afx_restore_table_change(struct afx_dev *priv, const struct afx_netdev_rss *now,
			 const struct afx_netdev_rss *wanted)
{
	struct afx_netdev_rss *before = &priv->before.rss;

	note_begin(priv);
	if (!priv->before.settings[AFX_STATE_TABLE].has) {
		before->table_len = now->table_len;
		memcpy(before->table, now->table, sizeof(now->table));
	}
	return change(priv, AFX_STATE_TABLE, afx_state_table_sum(now), afx_state_table_sum(wanted),
		      wanted);
}

int
afx_restore_key_change(struct afx_dev *priv, const struct afx_netdev_rss *now,
		       const struct afx_netdev_rss *wanted)
{
	struct afx_netdev_rss *before = &priv->before.rss;

	note_begin(priv);
	if (!priv->before.settings[AFX_STATE_KEY].has) {
		before->key_len = now->key_len;
		memcpy(before->key, now->key, sizeof(now->key));
	}
	return change(priv, AFX_STATE_KEY, afx_state_key_sum(now), afx_state_key_sum(wanted),
		      wanted);
}

int
afx_restore_fields_change(struct afx_dev *priv, enum afx_netdev_flow flow, uint32_t now,
			  uint32_t wanted)
{
	return change(priv, AFX_STATE_FIELDS + flow, now, wanted, NULL);
}

void
afx_restore_all(struct afx_dev *priv)
{
	const bool done = priv->before.ifindex == 0 || apply(priv, &priv->before);

	memset(&priv->before, 0, sizeof(priv->before));
	afx_state_close(&priv->state, !done);
}
