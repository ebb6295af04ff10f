/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <string.h>

#include <rte_common.h>

#include <cmdline.h>
#include <cmdline_parse.h>
#include <cmdline_parse_num.h>
#include <cmdline_parse_string.h>

#include "port.h"
#include "prompt.h"
#include "say.h"

static void
port_run(void *parsed, struct cmdline *cl, void *data)
{
	const struct tp_command *command = parsed;
	int (*each)(uint16_t port) = tp_port_start;

	RTE_SET_USED(cl);
	RTE_SET_USED(data);
	if (!tp_prompt_idle())
		return;
	if (strcmp(command->second, "stop") == 0)
		each = tp_port_stop;
	else if (strcmp(command->second, "close") == 0)
		each = tp_port_close;
	else if (strcmp(command->second, "reset") == 0)
		each = tp_port_reset;
	tp_ports_each(command->last, each);
	tp_say("Done\n");
}

static void
attach_run(void *parsed, struct cmdline *cl, void *data)
{
	const struct tp_command *command = parsed;

	RTE_SET_USED(cl);
	RTE_SET_USED(data);
	if (tp_prompt_idle())
		tp_port_attach(command->rest);
}

static void
detach_run(void *parsed, struct cmdline *cl, void *data)
{
	const struct tp_command *command = parsed;

	RTE_SET_USED(cl);
	RTE_SET_USED(data);
	if (tp_prompt_idle() && tp_port_check(command->port))
		tp_port_detach(command->port);
}

static void
mtu_run(void *parsed, struct cmdline *cl, void *data)
{
	const struct tp_command *command = parsed;

	RTE_SET_USED(cl);
	RTE_SET_USED(data);
	if (tp_port_check(command->port))
		tp_port_mtu(command->port, command->mtu);
}

static cmdline_parse_token_string_t word_port =
	TOKEN_STRING_INITIALIZER(struct tp_command, first, "port");
static cmdline_parse_token_string_t word_verb =
	TOKEN_STRING_INITIALIZER(struct tp_command, second, "start#stop#close#reset");
static cmdline_parse_token_string_t word_which =
	TOKEN_STRING_INITIALIZER(struct tp_command, last, NULL);
static cmdline_parse_token_string_t word_attach =
	TOKEN_STRING_INITIALIZER(struct tp_command, second, "attach");
static cmdline_parse_token_string_t word_devargs =
	TOKEN_STRING_INITIALIZER(struct tp_command, rest, TOKEN_STRING_MULTI);
static cmdline_parse_token_string_t word_detach =
	TOKEN_STRING_INITIALIZER(struct tp_command, second, "detach");
static cmdline_parse_token_string_t word_config =
	TOKEN_STRING_INITIALIZER(struct tp_command, second, "config");
static cmdline_parse_token_string_t word_mtu =
	TOKEN_STRING_INITIALIZER(struct tp_command, third, "mtu");
static cmdline_parse_token_num_t number_port =
	TOKEN_NUM_INITIALIZER(struct tp_command, port, RTE_UINT16);
/* An MTU is a 16-bit number to DPDK. */
static cmdline_parse_token_num_t number_mtu =
	TOKEN_NUM_INITIALIZER(struct tp_command, mtu, RTE_UINT16);

static cmdline_parse_inst_t command_port = {
	.f = port_run,
	.help_str = "port start|stop|close|reset <port>|all",
	.tokens = { (void *)&word_port, (void *)&word_verb, (void *)&word_which, NULL },
};
static cmdline_parse_inst_t command_attach = {
	.f = attach_run,
	.help_str = "port attach <devargs>: such as net_afx1,iface=eth2",
	.tokens = { (void *)&word_port, (void *)&word_attach, (void *)&word_devargs, NULL },
};
static cmdline_parse_inst_t command_detach = {
	.f = detach_run,
	.help_str = "port detach <port>: give its device up",
	.tokens = { (void *)&word_port, (void *)&word_detach, (void *)&number_port, NULL },
};
static cmdline_parse_inst_t command_mtu = {
	.f = mtu_run,
	.help_str = "port config mtu <port> <bytes>",
	.tokens = { (void *)&word_port, (void *)&word_config, (void *)&word_mtu,
		    (void *)&number_port, (void *)&number_mtu, NULL },
};

cmdline_parse_inst_t *tp_commands_port[] = {
	&command_port, &command_attach, &command_detach, &command_mtu, NULL,
};
