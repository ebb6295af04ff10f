/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_common.h>
#include <rte_ethdev.h>

#include <cmdline.h>
#include <cmdline_parse.h>
#include <cmdline_parse_num.h>
#include <cmdline_parse_string.h>
#include <cmdline_rdline.h>
#include <cmdline_socket.h>

#include "cfg.h"
#include "port.h"
#include "prompt.h"
#include "run.h"
#include "say.h"

/* People, and scripts that wait for it, know this one. */
#define PROMPT "testpmd> "

static struct cmdline *cl;

bool
tp_prompt_idle(void)
{
	if (!tp_run_active())
		return true;
	tp_error("packets are forwarded: stop first");
	return false;
}

void
tp_ports_each(const char *which, int (*each)(uint16_t port))
{
	uint64_t number;
	uint16_t port;

	if (strcmp(which, "all") == 0) {
		RTE_ETH_FOREACH_DEV(port) {
			if (each(port) < 0)
				return;
		}
	} else if (tp_number(which, 0, RTE_MAX_ETHPORTS - 1, &number) < 0) {
		tp_error("%s is no port: give a number, or all", which);
	} else if (tp_port_check(number)) {
		each(number);
	}
}

/* All commands in one array, as librte_cmdline wants them. */
static cmdline_parse_ctx_t *
context_make(void)
{
	cmdline_parse_inst_t **const parts[] = {
		tp_commands_run,
		tp_commands_port,
		tp_commands_show,
		tp_commands_set,
	};
	static cmdline_parse_inst_t *all[64];
	unsigned int count = 0;
	unsigned int i, k;

	for (i = 0; i < RTE_DIM(parts); i++) {
		for (k = 0; parts[i][k] != NULL && count < RTE_DIM(all) - 1; k++)
			all[count++] = parts[i][k];
	}
	return all;
}

int
tp_prompt_open(void)
{
	cl = cmdline_stdin_new(context_make(), PROMPT);
	if (cl != NULL)
		return 0;
	tp_error("no memory for the prompt");
	return -ENOMEM;
}

int
tp_prompt_file(const char *path)
{
	FILE *file = fopen(path, "re");
	char line[1024];
	int ret = 0;

	if (file == NULL) {
		ret = -errno;
		tp_error("--cmdline-file=%s: %s", path, strerror(-ret));
		return ret;
	}
	while (ret >= 0 && fgets(line, sizeof(line), file) != NULL)
		ret = cmdline_in(cl, line, strlen(line));
	/* The last line is one without a newline too. */
	if (ret >= 0)
		ret = cmdline_in(cl, "\n", 1);
	fclose(file);
	return ret < 0 ? 1 : 0;
}

bool
tp_prompt_feed(void)
{
	char typed[256];
	ssize_t len = read(STDIN_FILENO, typed, sizeof(typed));

	return len > 0 && cmdline_in(cl, typed, len) >= 0;
}

void
tp_prompt_again(void)
{
	rdline_redisplay(cmdline_get_rdline(cl));
}

void
tp_prompt_close(void)
{
	cmdline_stdin_exit(cl);
	cl = NULL;
}
