/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <stdbool.h>
#include <string.h>

#include <rte_kvargs.h>

#include "afx_devargs_syntax.h"

/* Length of the first key=value of args, by rte_kvargs' rule: to a comma outside brackets. */
static size_t
pair_len(const char *args)
{
	bool in_list = false;
	size_t i;

	for (i = 0; args[i] != '\0' && (in_list || args[i] != ','); i++) {
		if (args[i] == '[' || args[i] == ']')
			in_list = args[i] == '[';
	}
	return i;
}

static bool
brackets_match(const char *pair, size_t len)
{
	bool in_list = false;
	size_t i;

	for (i = 0; i < len; i++) {
		if (pair[i] != '[' && pair[i] != ']')
			continue;
		if (in_list == (pair[i] == '['))
			return false;
		in_list = !in_list;
	}
	return !in_list;
}

static int
pair_check(struct afx_devargs_err *err, const char *pair, size_t len)
{
	const struct afx_devargs_quoted q = afx_devargs_quote(pair, len);
	const char *value = memchr(pair, '=', len);

	if (len == 0)
		return afx_devargs_refuse(err, "arguments", NULL,
					  "a comma has no key=value beside it");
	if (!brackets_match(pair, len))
		return afx_devargs_refuse(err, q.text, NULL,
					  "brackets do not match, allowed is key=[item,item]");
	if (value == NULL || value == pair || value + 1 == pair + len)
		return afx_devargs_refuse(err, q.text, NULL,
					  "not of the form key=value (lists: keep=[22,80])");
	if (memchr(value + 1, '=', pair + len - (value + 1)) != NULL)
		return afx_devargs_refuse(err, q.text, NULL,
					  "only one '=' is allowed between two commas");
	return 0;
}

int
afx_devargs_syntax_check(const char *args, struct afx_devargs_err *err)
{
	unsigned int pairs = 0;
	size_t len;
	int ret;

	if (args[0] == '\0')
		return 0;
	for (;; args += len + 1) {
		len = pair_len(args);
		ret = pair_check(err, args, len);
		if (ret != 0)
			return ret;
		if (++pairs > RTE_KVARGS_MAX)
			return afx_devargs_refuse(err, afx_devargs_quote(args, len).text, NULL,
						  "one argument too many, %d are allowed",
						  RTE_KVARGS_MAX);
		if (args[len] == '\0')
			return 0;
	}
}
