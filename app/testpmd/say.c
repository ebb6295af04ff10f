/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "say.h"

static FILE *aside;
static int lost_error;
static const char *lost_name;

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
	tp_out_flush(tp_out());
}

void
tp_out_flush(FILE *out)
{
	if (fflush(out) == 0 || out != stdout)
		return;
	/* A terminal that somebody made non-blocking: what is left stays in the buffer. */
	if (errno == EAGAIN || errno == EINTR)
		clearerr(out);
	else
		tp_out_failed("stdout", errno);
}

void
tp_out_failed(const char *name, int error)
{
	int none = 0;

	if (__atomic_compare_exchange_n(&lost_error, &none, error, false, __ATOMIC_RELAXED,
					__ATOMIC_RELAXED))
		lost_name = name;
}

bool
tp_out_lost(void)
{
	return __atomic_load_n(&lost_error, __ATOMIC_RELAXED) != 0;
}

/* No lcore writes any more. */
int
tp_out_verdict(void)
{
	if (lost_error == 0 || lost_error == EPIPE)
		return TP_EXIT_OK;
	tp_error("%s: %s; what was to be written there is missing", lost_name,
		 strerror(lost_error));
	return TP_EXIT_USER;
}
