/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#ifndef SAY_H
#define SAY_H

#include <stdbool.h>
#include <stdio.h>

/* Exit codes; README and man page promise them. */
#define TP_EXIT_OK 0
#define TP_EXIT_FAILED 1 /* a verification failed, no packet moved, or a port is gone */
#define TP_EXIT_USER 2 /* something that the user can set right, said in one sentence */

/* One line on stderr, with the program's name in front. Any thread. */
void tp_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Where text for people goes: stdout, or stderr once tp_say_aside() was called because stdout carries
 * JSON or a capture.
 */
FILE *tp_out(void);
void tp_say_aside(void);

/* printf to tp_out(). */
void tp_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* fflush; a failure on stdout is one for tp_out_failed(). */
void tp_out_flush(FILE *out);

/* Writing to name, static, failed with this errno; the first time counts. Any thread. */
void tp_out_failed(const char *name, int error);

/* Whether something failed so: nobody is left to run for. */
bool tp_out_lost(void);

/*
 * At the end: TP_EXIT_OK, or TP_EXIT_USER after saying what could not be written. A reader of our
 * pipe that left has what it wanted: TP_EXIT_OK.
 */
int tp_out_verdict(void);

#endif
