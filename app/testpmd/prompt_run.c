/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <stdio.h>

#include <rte_common.h>
#include <rte_mempool.h>
#include <rte_ring.h>

#include <cmdline.h>
#include <cmdline_parse.h>
#include <cmdline_parse_num.h>
#include <cmdline_parse_string.h>

#include "prompt.h"
#include "run.h"
#include "say.h"

/* 24 rows of 80 columns. */
static const char help[] =
	"start | start tx_first | stop         forward packets; stop shows what was forwarded\n"
	"show port info|stats|xstats|link N|all       clear port stats|xstats N|all\n"
	"show fwd stats all                           clear fwd stats all\n"
	"show config fwd                              the set-up of queues and lcores\n"
	"set fwd MODE                                 another forwarding mode\n"
	"set burst N | set nbcore N                   packets a burst, lcores\n"
	"set txpkts LEN[,LEN] | set txrate RATE       what is sent, and how fast\n"
	"set eth-peer N MAC                           where packets that leave port N go\n"
	"port start|stop|close|reset N|all            what is attached to the kernel\n"
	"port attach DEVARGS                          such as net_afx1,iface=eth2\n"
	"port detach N | port config mtu N BYTES\n"
	"dump_mempool | dump_ring                     who has the mbufs\n"
	"quit                                         Tab completes, arrows recall\n";

static void
help_run(void *parsed, struct cmdline *cl, void *data)
{
	RTE_SET_USED(parsed);
	RTE_SET_USED(data);
	cmdline_printf(cl, "%s", help);
}

static void
start_run(void *parsed, struct cmdline *cl, void *data)
{
	RTE_SET_USED(parsed);
	RTE_SET_USED(cl);
	tp_run_start(data != NULL);
}

static void
stop_run(void *parsed, struct cmdline *cl, void *data)
{
	RTE_SET_USED(parsed);
	RTE_SET_USED(cl);
	RTE_SET_USED(data);
	if (tp_run_active())
		tp_run_stop();
	else
		tp_error("packet forwarding not started");
}

static void
quit_run(void *parsed, struct cmdline *cl, void *data)
{
	RTE_SET_USED(parsed);
	RTE_SET_USED(data);
	cmdline_quit(cl);
}

static void
dump_mempool_run(void *parsed, struct cmdline *cl, void *data)
{
	RTE_SET_USED(parsed);
	RTE_SET_USED(cl);
	RTE_SET_USED(data);
	rte_mempool_list_dump(stdout);
	fflush(stdout);
}

static void
dump_ring_run(void *parsed, struct cmdline *cl, void *data)
{
	RTE_SET_USED(parsed);
	RTE_SET_USED(cl);
	RTE_SET_USED(data);
	rte_ring_list_dump(stdout);
	fflush(stdout);
}

static cmdline_parse_token_string_t word_help =
	TOKEN_STRING_INITIALIZER(struct tp_command, first, "help");
static cmdline_parse_token_string_t word_start =
	TOKEN_STRING_INITIALIZER(struct tp_command, first, "start");
static cmdline_parse_token_string_t word_tx_first =
	TOKEN_STRING_INITIALIZER(struct tp_command, second, "tx_first");
static cmdline_parse_token_string_t word_stop =
	TOKEN_STRING_INITIALIZER(struct tp_command, first, "stop");
static cmdline_parse_token_string_t word_quit =
	TOKEN_STRING_INITIALIZER(struct tp_command, first, "quit");
static cmdline_parse_token_string_t word_mempool =
	TOKEN_STRING_INITIALIZER(struct tp_command, first, "dump_mempool");
static cmdline_parse_token_string_t word_ring =
	TOKEN_STRING_INITIALIZER(struct tp_command, first, "dump_ring");

static cmdline_parse_inst_t command_help = {
	.f = help_run,
	.help_str = "help: all commands",
	.tokens = { (void *)&word_help, NULL },
};
static cmdline_parse_inst_t command_start = {
	.f = start_run,
	.help_str = "start: forward packets",
	.tokens = { (void *)&word_start, NULL },
};
static cmdline_parse_inst_t command_start_first = {
	.f = start_run,
	.data = &word_tx_first,
	.help_str = "start tx_first: send a burst, then forward packets",
	.tokens = { (void *)&word_start, (void *)&word_tx_first, NULL },
};
static cmdline_parse_inst_t command_stop = {
	.f = stop_run,
	.help_str = "stop: end forwarding, and show what was forwarded",
	.tokens = { (void *)&word_stop, NULL },
};
static cmdline_parse_inst_t command_quit = {
	.f = quit_run,
	.help_str = "quit: stop, close ports, leave",
	.tokens = { (void *)&word_quit, NULL },
};
static cmdline_parse_inst_t command_dump_mempool = {
	.f = dump_mempool_run,
	.help_str = "dump_mempool: all mempools",
	.tokens = { (void *)&word_mempool, NULL },
};
static cmdline_parse_inst_t command_dump_ring = {
	.f = dump_ring_run,
	.help_str = "dump_ring: all rings",
	.tokens = { (void *)&word_ring, NULL },
};

cmdline_parse_inst_t *tp_commands_run[] = {
	&command_help, &command_start,        &command_start_first, &command_stop,
	&command_quit, &command_dump_mempool, &command_dump_ring,   NULL,
};
