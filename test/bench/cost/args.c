/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cost.h"

static int nb_args;
static char **args;

void
cost_args_set(int argc, char **argv)
{
	nb_args = argc;
	args = argv;
}

static const char *
value_of(const char *key, const char *otherwise)
{
	const size_t len = strlen(key);
	int i;

	for (i = 0; i < nb_args; i++) {
		if (strncmp(args[i], key, len) == 0 && args[i][len] == '=')
			return args[i] + len + 1;
	}
	return otherwise;
}

unsigned long
cost_arg(const char *key, unsigned long otherwise)
{
	const char *text = value_of(key, NULL);

	return text == NULL ? otherwise : strtoul(text, NULL, 0);
}

bool
cost_arg_nth(const char *key, const char *otherwise, unsigned int n, char word[COST_WORD_MAX])
{
	const char *text = value_of(key, otherwise);

	while (n-- != 0) {
		text = strchr(text, ',');
		if (text++ == NULL)
			return false;
	}
	snprintf(word, COST_WORD_MAX, "%.*s", (int)strcspn(text, ","), text);
	return true;
}
