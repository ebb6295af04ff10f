/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <stdarg.h>

#include "say.h"

static FILE *aside;

void
tp_error(const char *format, ...)
{
	char line[512];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	fflush(stdout);
	fprintf(stderr, "afx-testpmd: %s\n", line);
}

FILE *
tp_out(void)
{
	return aside != NULL ? aside : stdout;
}

void
tp_say_aside(void)
{
	aside = stderr;
}

void
tp_say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(tp_out(), format, args);
	va_end(args);
	fflush(tp_out());
}
