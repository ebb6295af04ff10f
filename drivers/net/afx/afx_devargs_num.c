/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "afx_devargs_num.h"

#define WORD_BITS 64

/* One bit per port: sorts, merges and drops duplicates whatever the length of the list. */
struct port_map {
	uint64_t words[(UINT16_MAX + 1) / WORD_BITS];
};

bool
afx_devargs_number_parse(const char *text, size_t len, uint16_t min, uint16_t max, uint16_t *number)
{
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < len && sum <= max; i++) {
		if (!isdigit((unsigned char)text[i]))
			return false;
		sum = sum * 10 + (text[i] - '0');
	}
	if (len == 0 || sum < min || sum > max)
		return false;
	*number = sum;
	return true;
}

static bool
range_parse(struct afx_devargs_item item, struct afx_port_range *range)
{
	const char *dash = memchr(item.text, '-', item.len);
	size_t first_len = dash != NULL ? (size_t)(dash - item.text) : item.len;

	if (!afx_devargs_number_parse(item.text, first_len, 1, UINT16_MAX, &range->first))
		return false;
	range->last = range->first;
	if (dash == NULL)
		return true;
	return afx_devargs_number_parse(dash + 1, item.len - first_len - 1, range->first,
					UINT16_MAX, &range->last);
}

static void
map_add(struct port_map *map, struct afx_port_range range)
{
	uint32_t port;

	for (port = range.first; port <= range.last; port++)
		map->words[port / WORD_BITS] |= UINT64_C(1) << port % WORD_BITS;
}

static bool
map_has(const struct port_map *map, uint32_t port)
{
	return (map->words[port / WORD_BITS] & UINT64_C(1) << port % WORD_BITS) != 0;
}

static int
map_to_ranges(const struct port_map *map, struct afx_port_range *ranges, uint16_t *nb_ranges)
{
	uint16_t n = 0;
	uint32_t port;

	for (port = 1; port <= UINT16_MAX; port++) {
		if (!map_has(map, port))
			continue;
		if (!map_has(map, port - 1)) {
			if (n == AFX_KEEP_RANGES_MAX)
				return -E2BIG;
			ranges[n++].first = port;
		}
		ranges[n - 1].last = port;
	}
	*nb_ranges = n;
	return 0;
}

int
afx_devargs_ports_parse(const char *value, struct afx_port_range *ranges, uint16_t *nb_ranges,
			struct afx_devargs_item *bad)
{
	struct port_map map = { 0 };
	struct afx_port_range range;
	const char *end = value + strlen(value);
	const char *comma;

	if (value[0] == '[' && end[-1] == ']') {
		value++;
		end--;
	}
	do {
		comma = memchr(value, ',', end - value);
		bad->text = value;
		bad->len = (comma != NULL ? comma : end) - value;
		if (!range_parse(*bad, &range))
			return -EINVAL;
		map_add(&map, range);
		value += bad->len + 1;
	} while (comma != NULL);
	return map_to_ranges(&map, ranges, nb_ranges);
}
