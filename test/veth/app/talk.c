/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_eal.h>

#include "app.h"

/* What the test sends: one word. */
#define WORD_MAX 16

static int nb_args;
static char **args;

const char *
app_begin(int argc, char **argv)
{
	int used;

	setvbuf(stdout, NULL, _IOLBF, 0);
	used = rte_eal_init(argc, argv);
	if (used < 0 || argc < used + 2)
		return NULL;
	nb_args = argc - used - 2;
	args = argv + used + 2;
	app_frame_init();
	return argv[used + 1];
}

int
app_end(int ret)
{
	app_say("wrong", app_pools_wrong());
	app_say("ret", ret);
	rte_eal_cleanup();
	return ret == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

const char *
app_arg_nth(const char *key, unsigned int n)
{
	const size_t len = strlen(key);
	int i;

	for (i = 0; i < nb_args; i++) {
		if (strncmp(args[i], key, len) == 0 && args[i][len] == '=' && n-- == 0)
			return args[i] + len + 1;
	}
	return NULL;
}

unsigned long
app_arg(const char *key, unsigned long otherwise)
{
	const char *text = app_arg_nth(key, 0);

	return text == NULL ? otherwise : strtoul(text, NULL, 0);
}

void
app_say(const char *key, int64_t value)
{
	printf("%s=%" PRId64 "\n", key, value);
}

void
app_say_of(const char *key, unsigned int index, int64_t value)
{
	printf("%s%u=%" PRId64 "\n", key, index, value);
}

void
app_say_str(const char *key, const char *value)
{
	printf("%s=%s\n", key, value);
}

void
app_checkpoint(const char *name)
{
	char word[WORD_MAX];
	uint16_t id;

	app_say_str("at", name);
	while (fgets(word, sizeof(word), stdin) != NULL) {
		if (strcmp(word, "stats\n") != 0)
			return;
		RTE_ETH_FOREACH_DEV(id)
			app_port_say(id);
		app_say_str("at", "stats");
	}
	exit(EXIT_FAILURE);
}

static int
step_run(const struct app_step *steps, unsigned int n, const char *name)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (strcmp(steps[i].name, name) != 0)
			continue;
		app_say(name, steps[i].run());
		app_checkpoint(name);
		return 0;
	}
	return -EINVAL;
}

int
app_steps(const struct app_step *steps, unsigned int n)
{
	const char *arg = app_arg_nth("steps", 0);
	char *list = strdup(arg != NULL ? arg : "");
	char *next = NULL;
	char *name;
	int ret = 0;

	if (list == NULL)
		return -ENOMEM;
	for (name = strtok_r(list, ",", &next); name != NULL && ret == 0;
	     name = strtok_r(NULL, ",", &next))
		ret = step_run(steps, n, name);
	free(list);
	return ret;
}
