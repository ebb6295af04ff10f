/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "afx_state_rss.h"

/* Digits of a table's entry and of a key's byte. */
#define ENTRY_DIGITS 4
#define BYTE_DIGITS 2

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
afx_state_rss_print(const struct afx_state_rss *r, char *text, size_t len)
{
	int used = 0;
	uint32_t i;

	if (r->has_table) {
		used += snprintf(text + used, len - used, " table=%" PRIu32 ",%" PRIu32 ":",
				 r->table_set, r->table_was);
		for (i = 0; i < r->before.table_len; i++)
			used += snprintf(text + used, len - used, "%04x", r->before.table[i]);
	}
	if (r->has_key) {
		used += snprintf(text + used, len - used, " key=%" PRIu32 ",%" PRIu32 ":",
				 r->key_set, r->key_was);
		for (i = 0; i < r->before.key_len; i++)
			used += snprintf(text + used, len - used, "%02x", r->before.key[i]);
	}
	for (i = 0; i < AFX_NETDEV_FLOWS; i++) {
		if (r->has_fields & 1U << i)
			used += snprintf(text + used, len - used, " hash%u=%x,%x:%x", i,
					 r->fields_set[i], r->fields_was[i], r->fields_before[i]);
	}
	return used;
}

/* Where the value of a key begins, or NULL. */
static const char *
value_find(const char *text, const char *key)
{
	const char *found = strstr(text, key);

	return found != NULL ? found + strlen(key) : NULL;
}

/* "SUM,SUM:" and digits in groups, as many as there are; returns how many groups. */
static uint32_t
groups_parse(const char *text, uint32_t *set, uint32_t *was, int digits, uint16_t *groups,
	     uint32_t n)
{
	char group[ENTRY_DIGITS + 1];
	uint32_t i;
	int used = 0;

	if (sscanf(text, "%" SCNu32 ",%" SCNu32 ":%n", set, was, &used) != 2 || used == 0)
		return 0;
	for (text += used, i = 0; i < n; i++, text += digits) {
		snprintf(group, sizeof(group), "%.*s", digits, text);
		if (strspn(group, "0123456789abcdef") != (size_t)digits)
			break;
		groups[i] = strtoul(group, NULL, 16);
	}
	return i;
}

void
afx_state_rss_parse(const char *text, struct afx_state_rss *r)
{
	const char *part = value_find(text, " table=");
	uint16_t bytes[AFX_NETDEV_RSS_KEY_MAX];
	char key[sizeof(" hash0=")];
	uint32_t i;

	if (part != NULL)
		r->before.table_len = groups_parse(part, &r->table_set, &r->table_was, ENTRY_DIGITS,
						   r->before.table, AFX_NETDEV_RSS_TABLE_MAX);
	r->has_table = r->before.table_len != 0;
	part = value_find(text, " key=");
	if (part != NULL)
		r->before.key_len = groups_parse(part, &r->key_set, &r->key_was, BYTE_DIGITS, bytes,
						 AFX_NETDEV_RSS_KEY_MAX);
	r->has_key = r->before.key_len != 0;
	for (i = 0; i < r->before.key_len; i++)
		r->before.key[i] = bytes[i];
	for (i = 0; i < AFX_NETDEV_FLOWS; i++) {
		snprintf(key, sizeof(key), " hash%u=", i % AFX_NETDEV_FLOWS);
		part = value_find(text, key);
		if (part != NULL &&
		    sscanf(part, "%x,%x:%x", &r->fields_set[i], &r->fields_was[i],
			   &r->fields_before[i]) == 3)
			r->has_fields |= 1U << i;
	}
}
