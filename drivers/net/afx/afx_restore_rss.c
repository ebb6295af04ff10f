/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <string.h>

#include "afx_restore.h"
#include "afx_restore_priv.h"

static bool
is_ours(uint32_t now, uint32_t set, uint32_t was)
{
	return now == set || now == was;
}

static bool
table_apply(const struct afx_dev *priv, const struct afx_state_rss *r,
	    const struct afx_netdev_rss *now)
{
	if (!r->has_table || now->table_len != r->before.table_len ||
	    !is_ours(afx_state_table_sum(now), r->table_set, r->table_was))
		return true;
	return afx_restore_done(priv, "RSS table",
				afx_netdev_rss_table_set(priv->cfg.iface, &r->before));
}

static bool
key_apply(const struct afx_dev *priv, const struct afx_state_rss *r,
	  const struct afx_netdev_rss *now)
{
	if (!r->has_key || now->key_len != r->before.key_len ||
	    !is_ours(afx_state_key_sum(now), r->key_set, r->key_was))
		return true;
	return afx_restore_done(priv, "RSS key",
				afx_netdev_rss_key_set(priv->cfg.iface, &r->before));
}

static bool
fields_apply(const struct afx_dev *priv, const struct afx_state_rss *r, enum afx_netdev_flow flow)
{
	uint32_t now;
	int ret;

	ret = afx_netdev_hash_get(priv->cfg.iface, flow, &now);
	if (ret == 0 && is_ours(now, r->fields_set[flow], r->fields_was[flow]))
		ret = afx_netdev_hash_set(priv->cfg.iface, flow, r->fields_before[flow]);
	return afx_restore_done(priv, "RSS fields", ret);
}

bool
afx_restore_rss_apply(const struct afx_dev *priv, const struct afx_state_rss *r)
{
	struct afx_netdev_rss now;
	bool done = true;
	uint32_t flow;
	int ret;

	if (r->has_table || r->has_key) {
		ret = afx_netdev_rss_get(priv->cfg.iface, &now);
		if (ret != 0)
			return afx_restore_done(priv, "RSS", ret);
		done = table_apply(priv, r, &now);
		done &= key_apply(priv, r, &now);
	}
	for (flow = 0; flow < AFX_NETDEV_FLOWS; flow++) {
		if (r->has_fields & 1U << flow)
			done &= fields_apply(priv, r, flow);
	}
	return done;
}

int
afx_restore_table_change(struct afx_dev *priv, const struct afx_netdev_rss *now,
			 const struct afx_netdev_rss *wanted)
{
	struct afx_state_rss *rss = &priv->before.rss;
	struct afx_state_record old;
	int ret;

	afx_restore_note_begin(priv);
	old = priv->before;
	if (!rss->has_table) {
		rss->before.table_len = now->table_len;
		memcpy(rss->before.table, now->table, sizeof(now->table));
	}
	rss->has_table = true;
	rss->table_was = afx_state_table_sum(now);
	rss->table_set = afx_state_table_sum(wanted);
	afx_restore_note_write(priv);
	ret = afx_netdev_rss_table_set(priv->cfg.iface, wanted);
	if (ret != 0)
		afx_restore_note_withdraw(priv, &old);
	else
		rss->table_was = rss->table_set;
	return ret;
}

int
afx_restore_key_change(struct afx_dev *priv, const struct afx_netdev_rss *now,
		       const struct afx_netdev_rss *wanted)
{
	struct afx_state_rss *rss = &priv->before.rss;
	struct afx_state_record old;
	int ret;

	afx_restore_note_begin(priv);
	old = priv->before;
	if (!rss->has_key) {
		rss->before.key_len = now->key_len;
		memcpy(rss->before.key, now->key, sizeof(now->key));
	}
	rss->has_key = true;
	rss->key_was = afx_state_key_sum(now);
	rss->key_set = afx_state_key_sum(wanted);
	afx_restore_note_write(priv);
	ret = afx_netdev_rss_key_set(priv->cfg.iface, wanted);
	if (ret != 0)
		afx_restore_note_withdraw(priv, &old);
	else
		rss->key_was = rss->key_set;
	return ret;
}

int
afx_restore_fields_change(struct afx_dev *priv, enum afx_netdev_flow flow, uint32_t now,
			  uint32_t wanted)
{
	struct afx_state_rss *rss = &priv->before.rss;
	struct afx_state_record old;
	int ret;

	afx_restore_note_begin(priv);
	old = priv->before;
	if ((rss->has_fields & 1U << flow) == 0)
		rss->fields_before[flow] = now;
	rss->has_fields |= 1U << flow;
	rss->fields_was[flow] = now;
	rss->fields_set[flow] = wanted;
	afx_restore_note_write(priv);
	ret = afx_netdev_hash_set(priv->cfg.iface, flow, wanted);
	if (ret != 0)
		afx_restore_note_withdraw(priv, &old);
	else
		rss->fields_was[flow] = wanted;
	return ret;
}
