/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Names that others gave, for a terminal, for JSON and for a shell.
 */
#ifndef TEXT_H
#define TEXT_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

/* Each byte as \xNN, $, two quotes, NUL. */
#define TEXT_WORD_LEN(n) (4 * (n) + 4)

/* An interface's name as a word. */
struct text_name {
	char word[TEXT_WORD_LEN(IF_NAMESIZE)];
};

/* UTF-8 without control characters. */
bool text_is_clean(const char *text);

/* '?' for each byte that is not part of such. */
void text_clean(char *text);

/*
 * One word of a bash command, quoted only if it has to be, as ASCII. "" if it
 * takes more than len bytes. Returns word.
 */
const char *text_word(char *word, size_t len, const char *text);

/* The same for an interface's name. */
struct text_name text_name(const char *iface);

#endif /* TEXT_H */
