/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The one sentence that says what is wrong with a vdev argument.
 */
#ifndef AFX_DEVARGS_ERR_H
#define AFX_DEVARGS_ERR_H

#include <stddef.h>

/* Longest part of a key or value that a sentence quotes: enough to recognise it. */
#define AFX_DEVARGS_QUOTE_MAX 64

/* Where the sentence goes. */
struct afx_devargs_err {
	char *text;
	size_t len;
};

struct afx_devargs_quoted {
	char text[AFX_DEVARGS_QUOTE_MAX + sizeof("...")];
};

/* The len characters of text, or their beginning, without control characters. */
struct afx_devargs_quoted afx_devargs_quote(const char *text, size_t len);

/*
 * Write "key=value: reason", or "key: reason" where value is NULL. Always
 * returns -EINVAL, so that a check can return it.
 */
__attribute__((format(printf, 4, 5))) int
afx_devargs_refuse(struct afx_devargs_err *err, const char *key, const char *value, const char *fmt,
		   ...);

#endif /* AFX_DEVARGS_ERR_H */
