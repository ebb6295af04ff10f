/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

/* C0, DEL and C1: a terminal may act on them. */
#define CONTROL_C0_END 0x20
#define CONTROL_DEL 0x7f
#define CONTROL_C1_END 0xa0
/* What a sequence of that many bytes is for, RFC 3629; below it is an overlong form. */
static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
#define SURROGATE_FIRST 0xd800
#define SURROGATE_LAST 0xdfff
#define UNICODE_LAST 0x10ffff

/* Bytes that the first one announces, 0 if it begins nothing. */
static unsigned int
sequence_len(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc0 && first < 0xe0)
		return 2;
	if (first >= 0xe0 && first < 0xf0)
		return 3;
	return first >= 0xf0 && first < 0xf8 ? 4 : 0;
}

/* Bytes of the clean character that text begins with, 0 if it does not. */
static unsigned int
clean_len(const char *text)
{
	const unsigned char *byte = (const unsigned char *)text;
	const unsigned int len = sequence_len(byte[0]);
	uint32_t code = byte[0];
	unsigned int i;

	if (len > 1)
		code &= 0x7f >> len;
	for (i = 1; i < len; i++) {
		if ((byte[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (byte[i] & 0x3f);
	}
	if (len == 0 || code < least[len] || code > UNICODE_LAST || code < CONTROL_C0_END ||
	    (code >= CONTROL_DEL && code < CONTROL_C1_END) ||
	    (code >= SURROGATE_FIRST && code <= SURROGATE_LAST))
		return 0;
	return len;
}

bool
text_is_clean(const char *text)
{
	unsigned int len;

	for (; *text != '\0'; text += len) {
		len = clean_len(text);
		if (len == 0)
			return false;
	}
	return true;
}

void
text_clean(char *text)
{
	unsigned int len;

	for (; *text != '\0'; text += len) {
		len = clean_len(text);
		if (len != 0)
			continue;
		*text = '?';
		len = 1;
	}
}

static bool
is_plain(char c)
{
	return isalnum((unsigned char)c) || strchr("_.,:/@%+-", c) != NULL;
}

/* In $'': what ends it or begins a sequence, and what is not ASCII, as its number. */
static size_t
quoted_put(char *word, size_t len, char c)
{
	if (isprint((unsigned char)c) && c != '\'' && c != '\\')
		return snprintf(word, len, "%c", c);
	return snprintf(word, len, "\\x%02x", (unsigned char)c);
}

const char *
text_word(char *word, size_t len, const char *text)
{
	size_t used;
	size_t i;

	for (i = 0; text[i] != '\0' && is_plain(text[i]); i++)
		;
	if (text[i] == '\0' && i > 0 && i < len)
		return strcpy(word, text);
	used = snprintf(word, len, "$'");
	for (i = 0; text[i] != '\0' && used < len; i++)
		used += quoted_put(word + used, len - used, text[i]);
	if (used + 2 > len)
		word[0] = '\0';
	else
		strcpy(word + used, "'");
	return word;
}

struct text_name
text_name(const char *iface)
{
	struct text_name name;

	text_word(name.word, sizeof(name.word), iface);
	return name;
}
