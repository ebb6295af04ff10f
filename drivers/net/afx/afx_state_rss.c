/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "afx_state_rss.h"

/* Digits of a table's entry and of a key's byte. */
#define ENTRY_DIGITS 4
#define BYTE_DIGITS 2

/* In front of them. */
#define TABLE " entries="
#define KEY " bytes="

/* FNV-1a */
static uint32_t
sum(const void *data, size_t len)
{
	const uint8_t *bytes = data;
	uint32_t total = 2166136261;
	size_t i;

	for (i = 0; i < len; i++)
		total = (total ^ bytes[i]) * 16777619;
	return total;
}

uint32_t
afx_state_table_sum(const struct afx_netdev_rss *rss)
{
	return sum(rss->table, rss->table_len * sizeof(rss->table[0]));
}

uint32_t
afx_state_key_sum(const struct afx_netdev_rss *rss)
{
	return sum(rss->key, rss->key_len);
}

int
afx_state_table_print(const struct afx_netdev_rss *rss, char *text, size_t len)
{
	int used = snprintf(text, len, TABLE);
	uint32_t i;

	for (i = 0; i < rss->table_len; i++)
		used += snprintf(text + used, len - used, "%04x", rss->table[i]);
	return used;
}

int
afx_state_key_print(const struct afx_netdev_rss *rss, char *text, size_t len)
{
	int used = snprintf(text, len, KEY);
	uint32_t i;

	for (i = 0; i < rss->key_len; i++)
		used += snprintf(text + used, len - used, "%02x", rss->key[i]);
	return used;
}

/* Groups of digits behind a name, as many as there are; returns how many groups. */
static uint32_t
groups_parse(const char *text, const char *name, int digits, uint16_t *groups, uint32_t n)
{
	const char *part = strstr(text, name);
	char group[ENTRY_DIGITS + 1];
	uint32_t i;

	if (part == NULL)
		return 0;
	for (part += strlen(name), i = 0; i < n; i++, part += digits) {
		snprintf(group, sizeof(group), "%.*s", digits, part);
		if (strspn(group, "0123456789abcdef") != (size_t)digits)
			break;
		groups[i] = strtoul(group, NULL, 16);
	}
	return i;
}

void
afx_state_rss_parse(const char *text, struct afx_netdev_rss *rss)
{
	uint16_t bytes[AFX_NETDEV_RSS_KEY_MAX];
	uint32_t i;

	rss->table_len =
		groups_parse(text, TABLE, ENTRY_DIGITS, rss->table, AFX_NETDEV_RSS_TABLE_MAX);
	rss->key_len = groups_parse(text, KEY, BYTE_DIGITS, bytes, AFX_NETDEV_RSS_KEY_MAX);
	for (i = 0; i < rss->key_len; i++)
		rss->key[i] = bytes[i];
}
