/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <string.h>

#include <rte_common.h>
#include <rte_ethdev.h>

#include <cmdline.h>
#include <cmdline_parse.h>
#include <cmdline_parse_num.h>
#include <cmdline_parse_string.h>

#include "cfg.h"
#include "port.h"
#include "prompt.h"
#include "report.h"
#include "run.h"
#include "say.h"
#include "show.h"
#include "stats.h"

static int
info_each(uint16_t port)
{
	tp_show_info(port);
	return 0;
}

static int
stats_each(uint16_t port)
{
	tp_show_stats(port);
	return 0;
}

static int
xstats_each(uint16_t port)
{
	tp_show_xstats(port);
	return 0;
}

static int
link_each(uint16_t port)
{
	tp_show_link(port);
	return 0;
}

static const struct {
	const char *word;
	int (*each)(uint16_t port);
} shows[] = {
	{ "info", info_each },
	{ "stats", stats_each },
	{ "xstats", xstats_each },
	{ "link", link_each },
};

static void
show_port_run(void *parsed, struct cmdline *cl, void *data)
{
	const struct tp_command *command = parsed;
	unsigned int i;

	RTE_SET_USED(cl);
	RTE_SET_USED(data);
	for (i = 0; i < RTE_DIM(shows); i++) {
		if (strcmp(command->third, shows[i].word) == 0)
			tp_ports_each(command->last, shows[i].each);
	}
}

static int
clear(uint16_t port, int (*reset)(uint16_t port), const char *what)
{
	int ret;

	tp_run_moved_note();
	ret = reset(port);
	if (ret < 0)
		return tp_port_failed(port, what, ret);
	memset(&tp_ports[port].base, 0, sizeof(tp_ports[port].base));
	return 0;
}

static int
clear_stats_each(uint16_t port)
{
	int ret = clear(port, rte_eth_stats_reset, "cleared of its statistics");

	if (ret == 0)
		tp_say("\n  NIC statistics for port %u cleared\n", port);
	return ret;
}

static int
clear_xstats_each(uint16_t port)
{
	return clear(port, rte_eth_xstats_reset, "cleared of its extended statistics");
}

static void
clear_port_run(void *parsed, struct cmdline *cl, void *data)
{
	const struct tp_command *command = parsed;

	RTE_SET_USED(cl);
	RTE_SET_USED(data);
	tp_ports_each(command->last,
		      strcmp(command->third, "stats") == 0 ? clear_stats_each : clear_xstats_each);
}

static void
show_fwd_run(void *parsed, struct cmdline *cl, void *data)
{
	RTE_SET_USED(parsed);
	RTE_SET_USED(cl);
	RTE_SET_USED(data);
	tp_report_blocks(tp_cfg.engine);
}

static void
clear_fwd_run(void *parsed, struct cmdline *cl, void *data)
{
	RTE_SET_USED(parsed);
	RTE_SET_USED(cl);
	RTE_SET_USED(data);
	tp_run_moved_note();
	tp_stats_base();
}

static void
show_config_run(void *parsed, struct cmdline *cl, void *data)
{
	RTE_SET_USED(parsed);
	RTE_SET_USED(cl);
	RTE_SET_USED(data);
	tp_show_config();
}

static cmdline_parse_token_string_t word_show =
	TOKEN_STRING_INITIALIZER(struct tp_command, first, "show");
static cmdline_parse_token_string_t word_clear =
	TOKEN_STRING_INITIALIZER(struct tp_command, first, "clear");
static cmdline_parse_token_string_t word_port =
	TOKEN_STRING_INITIALIZER(struct tp_command, second, "port");
static cmdline_parse_token_string_t word_show_what =
	TOKEN_STRING_INITIALIZER(struct tp_command, third, "info#stats#xstats#link");
static cmdline_parse_token_string_t word_clear_what =
	TOKEN_STRING_INITIALIZER(struct tp_command, third, "stats#xstats");
static cmdline_parse_token_string_t word_which =
	TOKEN_STRING_INITIALIZER(struct tp_command, last, NULL);
static cmdline_parse_token_string_t word_fwd =
	TOKEN_STRING_INITIALIZER(struct tp_command, second, "fwd");
static cmdline_parse_token_string_t word_stats =
	TOKEN_STRING_INITIALIZER(struct tp_command, third, "stats");
static cmdline_parse_token_string_t word_all =
	TOKEN_STRING_INITIALIZER(struct tp_command, last, "all");
static cmdline_parse_token_string_t word_config =
	TOKEN_STRING_INITIALIZER(struct tp_command, second, "config");
static cmdline_parse_token_string_t word_config_what =
	TOKEN_STRING_INITIALIZER(struct tp_command, third, "fwd#rxtx");

static cmdline_parse_inst_t command_show_port = {
	.f = show_port_run,
	.help_str = "show port info|stats|xstats|link <port>|all",
	.tokens = { (void *)&word_show, (void *)&word_port, (void *)&word_show_what,
		    (void *)&word_which, NULL },
};
static cmdline_parse_inst_t command_clear_port = {
	.f = clear_port_run,
	.help_str = "clear port stats|xstats <port>|all",
	.tokens = { (void *)&word_clear, (void *)&word_port, (void *)&word_clear_what,
		    (void *)&word_which, NULL },
};
static cmdline_parse_inst_t command_show_fwd = {
	.f = show_fwd_run,
	.help_str = "show fwd stats all: of the run",
	.tokens = { (void *)&word_show, (void *)&word_fwd, (void *)&word_stats, (void *)&word_all,
		    NULL },
};
static cmdline_parse_inst_t command_clear_fwd = {
	.f = clear_fwd_run,
	.help_str = "clear fwd stats all: count from now on",
	.tokens = { (void *)&word_clear, (void *)&word_fwd, (void *)&word_stats, (void *)&word_all,
		    NULL },
};
static cmdline_parse_inst_t command_show_config = {
	.f = show_config_run,
	.help_str = "show config fwd|rxtx: how packets are, or would be, forwarded",
	.tokens = { (void *)&word_show, (void *)&word_config, (void *)&word_config_what, NULL },
};

cmdline_parse_inst_t *tp_commands_show[] = {
	&command_show_port, &command_clear_port,  &command_show_fwd,
	&command_clear_fwd, &command_show_config, NULL,
};
