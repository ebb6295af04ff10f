/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "frames.h"

/* A frame's memory: what a test makes is far shorter. */
#define PAGE 4096

/* Where a frame of len bytes ends at the end of memory. */
static uint8_t *
place(uint32_t len)
{
	static uint8_t *page;

	if (page == NULL) {
		page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			    0);
		if (page == MAP_FAILED || mprotect(page + PAGE, PAGE, PROT_NONE) != 0)
			abort();
	}
	return page + PAGE - len;
}

static uint8_t
digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10;
}

struct frame
frame_make(const char *text)
{
	uint8_t bytes[PAGE] = { 0 };
	uint32_t digits = 0;

	for (; *text != '\0'; text++) {
		if (*text == ' ')
			continue;
		if (!isxdigit((unsigned char)*text) || digits == 2 * PAGE)
			abort();
		bytes[digits / 2] |= digit(*text) << (digits % 2 == 0 ? 4 : 0);
		digits++;
	}
	if (digits % 2 != 0)
		abort();
	return (struct frame){ memcpy(place(digits / 2), bytes, digits / 2), digits / 2 };
}

struct frame
frame_cut(struct frame f, uint32_t len)
{
	return (struct frame){ memmove(place(len), f.data, len), len };
}
