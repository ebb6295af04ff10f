/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <stdio.h>
#include <string.h>

#include <rte_common.h>

#include <cmdline.h>
#include <cmdline_parse.h>
#include <cmdline_parse_num.h>
#include <cmdline_parse_string.h>

#include "cfg.h"
#include "engine.h"
#include "prompt.h"
#include "say.h"
#include "stream.h"

static void
fwd_run(void *parsed, struct cmdline *cl, void *data)
{
	const struct tp_command *command = parsed;

	RTE_SET_USED(cl);
	RTE_SET_USED(data);
	if (tp_prompt_idle() && tp_cfg_engine(command->last) == 0)
		tp_say("Set %s packet forwarding mode\n", tp_cfg.engine->name);
}

static void
burst_run(void *parsed, struct cmdline *cl, void *data)
{
	const struct tp_command *command = parsed;

	RTE_SET_USED(cl);
	RTE_SET_USED(data);
	if (!tp_prompt_idle())
		return;
	if (command->number < 1 || command->number > TP_BURST_MAX) {
		tp_error("burst %u: give a number from 1 to %d", command->number, TP_BURST_MAX);
		return;
	}
	tp_cfg.burst = command->number;
	tp_say("Number of packets per burst set to %u\n", tp_cfg.burst);
}

static void
nbcore_run(void *parsed, struct cmdline *cl, void *data)
{
	const struct tp_command *command = parsed;
	uint32_t before = tp_cfg.nb_cores;

	RTE_SET_USED(cl);
	RTE_SET_USED(data);
	if (!tp_prompt_idle())
		return;
	tp_cfg.nb_cores = command->number;
	if (tp_lcores_choose() < 0)
		tp_cfg.nb_cores = before;
	else
		tp_say("Number of forwarding cores set to %u\n", tp_lcores_nb);
}

static void
txpkts_run(void *parsed, struct cmdline *cl, void *data)
{
	const struct tp_command *command = parsed;
	struct tp_cfg before = tp_cfg;

	RTE_SET_USED(cl);
	RTE_SET_USED(data);
	if (tp_prompt_idle() && tp_cfg_txpkts(command->last) == 0 && tp_cfg_segs_check() < 0)
		tp_cfg = before;
}

static void
txrate_run(void *parsed, struct cmdline *cl, void *data)
{
	const struct tp_command *command = parsed;

	RTE_SET_USED(cl);
	RTE_SET_USED(data);
	if (tp_prompt_idle())
		tp_cfg_txrate(command->last);
}

static void
peer_run(void *parsed, struct cmdline *cl, void *data)
{
	const struct tp_command *command = parsed;
	char value[sizeof(command->last) + 8];

	RTE_SET_USED(cl);
	RTE_SET_USED(data);
	snprintf(value, sizeof(value), "%u,%s", command->port, command->last);
	if (tp_prompt_idle())
		tp_cfg_peer(value);
}

static cmdline_parse_token_string_t word_set =
	TOKEN_STRING_INITIALIZER(struct tp_command, first, "set");
static cmdline_parse_token_string_t word_fwd =
	TOKEN_STRING_INITIALIZER(struct tp_command, second, "fwd");
/* The names of engine.c, which refuses any other. */
static cmdline_parse_token_string_t word_mode = TOKEN_STRING_INITIALIZER(
	struct tp_command, last,
	"io#mac#macswap#rxonly#txonly#flowgen#icmpecho#dump#latency#verify");
static cmdline_parse_token_string_t word_burst =
	TOKEN_STRING_INITIALIZER(struct tp_command, second, "burst");
static cmdline_parse_token_string_t word_nbcore =
	TOKEN_STRING_INITIALIZER(struct tp_command, second, "nbcore");
static cmdline_parse_token_string_t word_txpkts =
	TOKEN_STRING_INITIALIZER(struct tp_command, second, "txpkts");
static cmdline_parse_token_string_t word_txrate =
	TOKEN_STRING_INITIALIZER(struct tp_command, second, "txrate");
static cmdline_parse_token_string_t word_peer =
	TOKEN_STRING_INITIALIZER(struct tp_command, second, "eth-peer");
static cmdline_parse_token_string_t word_value =
	TOKEN_STRING_INITIALIZER(struct tp_command, last, NULL);
static cmdline_parse_token_num_t number =
	TOKEN_NUM_INITIALIZER(struct tp_command, number, RTE_UINT32);
static cmdline_parse_token_num_t number_port =
	TOKEN_NUM_INITIALIZER(struct tp_command, port, RTE_UINT16);

static cmdline_parse_inst_t command_fwd = {
	.f = fwd_run,
	.help_str =
		"set fwd <mode>: io, mac, macswap, rxonly, txonly, flowgen, icmpecho, dump, latency, "
		"verify",
	.tokens = { (void *)&word_set, (void *)&word_fwd, (void *)&word_mode, NULL },
};
static cmdline_parse_inst_t command_burst = {
	.f = burst_run,
	.help_str = "set burst <n>: packets a burst",
	.tokens = { (void *)&word_set, (void *)&word_burst, (void *)&number, NULL },
};
static cmdline_parse_inst_t command_nbcore = {
	.f = nbcore_run,
	.help_str = "set nbcore <n>: forwarding lcores",
	.tokens = { (void *)&word_set, (void *)&word_nbcore, (void *)&number, NULL },
};
static cmdline_parse_inst_t command_txpkts = {
	.f = txpkts_run,
	.help_str = "set txpkts <len>[,<len>]: segments of packets made here",
	.tokens = { (void *)&word_set, (void *)&word_txpkts, (void *)&word_value, NULL },
};
static cmdline_parse_inst_t command_txrate = {
	.f = txrate_run,
	.help_str = "set txrate <rate>: of packets made here, such as 1Mpps or 100Mbps",
	.tokens = { (void *)&word_set, (void *)&word_txrate, (void *)&word_value, NULL },
};
static cmdline_parse_inst_t command_peer = {
	.f = peer_run,
	.help_str = "set eth-peer <port> <mac>: destination of packets that leave port",
	.tokens = { (void *)&word_set, (void *)&word_peer, (void *)&number_port,
		    (void *)&word_value, NULL },
};

cmdline_parse_inst_t *tp_commands_set[] = {
	&command_fwd,  &command_burst, &command_nbcore, &command_txpkts, &command_txrate,
	&command_peer, NULL,
};
