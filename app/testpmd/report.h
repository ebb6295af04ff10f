/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#ifndef REPORT_H
#define REPORT_H

struct tp_engine;

/* All on the main lcore. */

/* Which lcore forwards which queues, and how. */
void tp_report_layout(void);

/* One --stats-period: a table in place on a terminal, blocks when piped, an object with --json. */
void tp_report_period(void);

/* testpmd's blocks of forward statistics, of a run that may still be going on. */
void tp_report_blocks(const struct tp_engine *engine);

/* The end of a run, whose streams and engine are still there. */
void tp_report_summary(const struct tp_engine *engine);

#endif
