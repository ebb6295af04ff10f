/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Numbers and lists of ports in the values of vdev arguments.
 */
#ifndef AFX_DEVARGS_NUM_H
#define AFX_DEVARGS_NUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "afx_devargs.h"

/* Part of a value, not NUL-terminated. */
struct afx_devargs_item {
	const char *text;
	size_t len;
};

/*
 * Read the len characters of text as a number from min to max, max being at
 * most 65535. Decimal digits only: neither sign, blank, hexadecimal nor
 * anything behind the number passes. Returns false and leaves *number alone
 * otherwise. Any thread, no syscalls.
 */
bool afx_devargs_number_parse(const char *text, size_t len, uint16_t min, uint16_t max,
			      uint16_t *number);

/*
 * Read value, "PORT", "FIRST-LAST" or a list of those as "[22,1000-1010]", into
 * the AFX_KEEP_RANGES_MAX ranges: ascending, overlapping and adjacent ones
 * merged; *nb_ranges says how many. Returns 0, -EINVAL with *bad the item of
 * value that is no port from 1 to 65535 or ascending range, or -E2BIG with
 * more ranges than fit. Any thread, no syscalls, 8 KiB of stack.
 */
int afx_devargs_ports_parse(const char *value, struct afx_port_range *ranges, uint16_t *nb_ranges,
			    struct afx_devargs_item *bad);

#endif /* AFX_DEVARGS_NUM_H */
