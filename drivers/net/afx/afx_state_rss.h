/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Table and key of RSS in a record (afx_state.h): as they were before, in full. Of
 * what was set, a sum is enough: it tells whether that is still there.
 */
#ifndef AFX_STATE_RSS_H
#define AFX_STATE_RSS_H

#include <stddef.h>
#include <stdint.h>

#include "afx_netdev_rss.h"

/* Of their text: four digits an entry and two a byte, and two names. */
#define AFX_STATE_RSS_LEN (4 * AFX_NETDEV_RSS_TABLE_MAX + 2 * AFX_NETDEV_RSS_KEY_MAX + 32)

/* Sums of a table and of a key. */
uint32_t afx_state_table_sum(const struct afx_netdev_rss *rss);
uint32_t afx_state_key_sum(const struct afx_netdev_rss *rss);

/* Write a table or a key to text, AFX_STATE_RSS_LEN of it are enough for both. Returns the length. */
int afx_state_table_print(const struct afx_netdev_rss *rss, char *text, size_t len);
int afx_state_key_print(const struct afx_netdev_rss *rss, char *text, size_t len);

/* Read them, wherever they are in text, up to what is damaged. */
void afx_state_rss_parse(const char *text, struct afx_netdev_rss *rss);

#endif /* AFX_STATE_RSS_H */
