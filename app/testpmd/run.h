/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#ifndef RUN_H
#define RUN_H

#include <stdbool.h>
#include <stdint.h>

/* All on the main lcore. */

/*
 * Lay out streams over the ports, which are started, and let the lcores forward; with first, one burst
 * is sent on each Tx queue before. Prints what goes where. Returns 0 or -errno, said.
 */
int tp_run_start(bool first);

/* Wait for what is under way, stop the lcores, print or store the summary. Harmless when stopped. */
void tp_run_stop(void);

bool tp_run_active(void);

/* Whether the active run is one to be content with, so far. */
bool tp_run_passed(void);

/* A device went: the active run has failed. Harmless when none is. */
void tp_run_broken(void);

/* Before statistics are cleared: the verdict is on the whole run. */
void tp_run_moved_note(void);

/* Whether --packets or --duration is reached; the run goes on until tp_run_stop(). */
bool tp_run_reached(void);

/* Seconds since the run began; of the last run when none is active. */
double tp_run_seconds(void);

/* TP_EXIT_OK, or TP_EXIT_FAILED if a run did not pass, or all of them moved no packet. */
int tp_run_verdict(void);

#endif
