/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#ifndef SAY_H
#define SAY_H

#include <stdio.h>

/* Exit codes; README and man page promise them. */
#define TP_EXIT_OK 0
#define TP_EXIT_FAILED 1 /* a verification failed, or no packet moved */
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

#endif
