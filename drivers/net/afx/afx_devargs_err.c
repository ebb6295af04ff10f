/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <rte_common.h>

#include "afx_devargs_err.h"

struct afx_devargs_quoted
afx_devargs_quote(const char *text, size_t len)
{
	struct afx_devargs_quoted q;
	size_t n = RTE_MIN(len, (size_t)AFX_DEVARGS_QUOTE_MAX);
	size_t i;

	for (i = 0; i < n; i++)
		q.text[i] = iscntrl((unsigned char)text[i]) ? '?' : text[i];
	snprintf(q.text + n, sizeof(q.text) - n, "%s", len > n ? "..." : "");
	return q;
}

int
afx_devargs_refuse(struct afx_devargs_err *err, const char *key, const char *value, const char *fmt,
		   ...)
{
	const char *text = value != NULL ? value : "";
	va_list ap;
	int n;

	n = snprintf(err->text, err->len, "%s%s%s: ", afx_devargs_quote(key, strlen(key)).text,
		     value != NULL ? "=" : "", afx_devargs_quote(text, strlen(text)).text);
	if (n > 0 && (size_t)n < err->len) {
		va_start(ap, fmt);
		vsnprintf(err->text + n, err->len - n, fmt, ap);
		va_end(ap);
	}
	return -EINVAL;
}
