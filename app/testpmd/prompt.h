/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#ifndef PROMPT_H
#define PROMPT_H

#include <stdbool.h>

#include <stdint.h>

#include <cmdline_parse.h>
#include <cmdline_parse_string.h>

/* All on the main lcore. */

/* Take over the terminal and show the prompt. Returns 0 or -errno, said. */
int tp_prompt_open(void);

/* Run the commands of a file. Returns 0, 1 after quit, or -errno, said. */
int tp_prompt_file(const char *path);

/* Read what was typed, and run what is complete; false after quit and at the end of input. */
bool tp_prompt_feed(void);

/* Show the prompt again, below other output, with what was typed so far. */
void tp_prompt_again(void);

/* Give the terminal back. */
void tp_prompt_close(void);

/* Commands, by the file that has them; each array ends with NULL. */
extern cmdline_parse_inst_t *tp_commands_run[], *tp_commands_port[], *tp_commands_show[],
	*tp_commands_set[];

/*
 * What any command is parsed into: words in their places, numbers, the rest of the line.
 */
struct tp_command {
	cmdline_fixed_string_t first, second, third, last;
	uint32_t number;
	uint16_t port, mtu;
	cmdline_multi_string_t rest;
};

/*
 * Call each for the port that which names, or for all ports. Says so, and calls nothing, if there is
 * none. Stops at the first error.
 */
void tp_ports_each(const char *which, int (*each)(uint16_t port));

/* False, with a sentence, while packets are forwarded. */
bool tp_prompt_idle(void);

#endif
