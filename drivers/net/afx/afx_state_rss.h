/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The part of a record (afx_state.h) that is about RSS. Of what was set, a sum is
 * enough: it tells whether that is still there. Beside it is what was there ahead of
 * the last change, which a kill in the midst of it leaves.
 */
#ifndef AFX_STATE_RSS_H
#define AFX_STATE_RSS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "afx_netdev_rss.h"

/* Of its text: four and two digits an entry and a byte, three numbers for each kind of packets, sums, names. */
#define AFX_STATE_RSS_LEN \
	(4 * AFX_NETDEV_RSS_TABLE_MAX + 2 * AFX_NETDEV_RSS_KEY_MAX + 36 * AFX_NETDEV_FLOWS + 128)

struct afx_state_rss {
	bool has_table;
	bool has_key;
	struct afx_netdev_rss before; /* as far as has_table and has_key say */
	uint32_t table_set; /* sum */
	uint32_t table_was; /* likewise, and so on; the same as set once that is done */
	uint32_t key_set;
	uint32_t key_was;
	unsigned int has_fields; /* bit by enum afx_netdev_flow */
	uint32_t fields_before[AFX_NETDEV_FLOWS];
	uint32_t fields_set[AFX_NETDEV_FLOWS];
	uint32_t fields_was[AFX_NETDEV_FLOWS];
};

static inline bool
afx_state_rss_is_empty(const struct afx_state_rss *r)
{
	return !r->has_table && !r->has_key && r->has_fields == 0;
}

/* Sums of a table and of a key. */
uint32_t afx_state_table_sum(const struct afx_netdev_rss *rss);
uint32_t afx_state_key_sum(const struct afx_netdev_rss *rss);

/* Write what is to be restored to text, AFX_STATE_RSS_LEN of it are enough. Returns its length. */
int afx_state_rss_print(const struct afx_state_rss *r, char *text, size_t len);

/* Read it, wherever it is in text; what is damaged is not there. */
void afx_state_rss_parse(const char *text, struct afx_state_rss *r);

#endif /* AFX_STATE_RSS_H */
