/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#ifndef AFX_LOG_H
#define AFX_LOG_H

#include <rte_log.h>

/* Registered once, in afx_log.c; set with --log-level=pmd.net.afx:debug. */
extern int afx_logtype;

/*
 * One control-path log line; the newline is added here. Never called from a
 * burst: the data path counts instead.
 */
#define AFX_LOG(level, fmt, ...) \
	rte_log(RTE_LOG_##level, afx_logtype, "AFX: " fmt "\n", ##__VA_ARGS__)

#endif /* AFX_LOG_H */
