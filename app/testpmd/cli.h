/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#ifndef CLI_H
#define CLI_H

#include <stdbool.h>

/*
 * Parse what follows "--", argv[0] being the "--" itself, into tp_cfg. Needs no EAL. Returns 0, 1 if
 * help or the version was asked for (printed), or -EINVAL after one sentence on stderr.
 */
int tp_cli_parse(int argc, char **argv);

/* Whether a word is an option of ours, which EAL would not understand. */
bool tp_cli_owns(const char *word);

/* The page of --help, on stdout. */
void tp_help_print(void);

#endif
