/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The command line.
 */
#ifndef CLI_H
#define CLI_H

#include <sched.h>
#include <stdbool.h>

enum cli_task {
	CLI_CHECK,
	CLI_DEVARGS,
	CLI_RESTORE,
	CLI_HELP,
	CLI_VERSION,
};

enum cli_colour {
	CLI_COLOUR_AUTO,
	CLI_COLOUR_ALWAYS,
	CLI_COLOUR_NEVER,
};

struct cli {
	enum cli_task task;
	enum cli_colour colour;
	const char *iface; /* NULL: all, with CLI_RESTORE only */
	const char *plugin; /* NULL: where it is found */
	cpu_set_t lcores; /* those given, else those this process may run on */
	bool json;
	bool quiet;
};

/* 0, or -EINVAL, with one sentence on stderr. */
int cli_parse(struct cli *cli, int argc, char **argv);

/* At most 24 lines of 80 columns, to stdout. */
void cli_help(void);

#endif /* CLI_H */
