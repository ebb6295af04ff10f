/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * What makes a string of vdev arguments well formed, whatever its keys.
 */
#ifndef AFX_DEVARGS_SYNTAX_H
#define AFX_DEVARGS_SYNTAX_H

#include "afx_devargs_err.h"

/*
 * Refuse what rte_kvargs_parse() lets through: keys without a value, empty
 * pairs, unclosed brackets, and "a=b=c", which it takes for "b=c"; and more
 * pairs than it holds. 0, or -EINVAL with the sentence in *err.
 */
int afx_devargs_syntax_check(const char *args, struct afx_devargs_err *err);

#endif /* AFX_DEVARGS_SYNTAX_H */
