/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Groups of aligned lines: mark, title, what was found; below a line that is
 * not ok, why it matters and the command that helps.
 */
#include <stdio.h>
#include <string.h>

#include "afx_build.h"

#include "output.h"

/* "  warn  " and a title of at most 18 columns. */
#define TITLE_WIDTH 19
#define TEXT_COLUMN (8 + TITLE_WIDTH)

struct style {
	const char *ok;
	const char *warn;
	const char *fail;
	const char *bold;
	const char *dim;
	const char *end;
};

static const struct style plain = { "", "", "", "", "", "" };
static const struct style colours = {
	.ok = "\033[32m",
	.warn = "\033[33m",
	.fail = "\033[1;31m",
	.bold = "\033[1m",
	.dim = "\033[2m",
	.end = "\033[0m",
};

static const char *const headings[] = {
	[DOCTOR_KERNEL] = "Kernel",
	[DOCTOR_INTERFACE] = "Interface",
	[DOCTOR_PROCESS] = "Process",
	[DOCTOR_TUNING] = "Tuning",
};

/* Words from column column on, no line beyond width; ends the line. */
static void
words_print(const char *text, unsigned int column, unsigned int width)
{
	unsigned int at = column;
	size_t len;

	while (*text != '\0') {
		len = strcspn(text, " ");
		if (at > column && at + 1 + len > width) {
			printf("\n%*s", (int)column, "");
			at = column;
		}
		at += printf("%s%.*s", at > column ? " " : "", (int)len, text);
		text += len;
		text += strspn(text, " ");
	}
	printf("\n");
}

static const char *
mark(const struct doctor_finding *f)
{
	if (!f->looked)
		return "?";
	return f->status == DOCTOR_FAIL ? "FAIL" : doctor_status_name(f->status);
}

static const char *
colour_of(const struct style *style, enum doctor_status status)
{
	if (status == DOCTOR_OK)
		return style->ok;
	return status == DOCTOR_WARN ? style->warn : style->fail;
}

static void
finding_print(const struct doctor_finding *f, const struct style *style, unsigned int width)
{
	printf("  %s%-4s%s  %-*s", colour_of(style, f->status), mark(f), style->end, TITLE_WIDTH,
	       f->topic->title);
	words_print(f->found, TEXT_COLUMN, width);
	if (f->status == DOCTOR_OK)
		return;
	if (f->looked) {
		printf("%*s%s", TEXT_COLUMN, "", style->dim);
		words_print(f->topic->why, TEXT_COLUMN, width);
		printf("%s", style->end);
	}
	if (f->fix[0] != '\0')
		printf("%*s%s%s%s\n", TEXT_COLUMN, "", style->bold, f->fix, style->end);
	if (f->note[0] != '\0') {
		printf("%*s", TEXT_COLUMN, "");
		words_print(f->note, TEXT_COLUMN, width);
	}
}

/* Empty groups have no heading. */
static void
family_print(const struct doctor *d, enum doctor_family family, const struct style *style,
	     bool quiet, unsigned int width)
{
	bool begun = false;
	unsigned int i;

	for (i = 0; i < d->nb_findings; i++) {
		const struct doctor_finding *f = &d->findings[i];

		if (f->topic->family != family || (quiet && f->status == DOCTOR_OK))
			continue;
		if (!begun)
			printf("%s%s%s\n", style->bold, headings[family], style->end);
		begun = true;
		finding_print(f, style, width);
	}
	if (begun)
		printf("\n");
}

static bool
saw_all(const struct doctor *d)
{
	unsigned int i;

	for (i = 0; i < d->nb_findings; i++) {
		if (!d->findings[i].looked)
			return false;
	}
	return true;
}

static void
verdict_print(const struct doctor *d, const char *vdev, const struct style *style)
{
	static const char *const verdicts[] = {
		[DOCTOR_OK] = "afx runs on it",
		[DOCTOR_WARN] = "afx runs on it, with the warnings above",
		[DOCTOR_FAIL] = "afx does not run on it before what failed is fixed",
	};
	enum doctor_status verdict = doctor_verdict(d);

	printf("%s%s: %s%s%s (%u ok, %u warn, %u fail)\n", colour_of(style, verdict), d->shown,
	       verdicts[verdict], saw_all(d) ? "" : ", as far as could be seen", style->end,
	       doctor_count(d, DOCTOR_OK), doctor_count(d, DOCTOR_WARN),
	       doctor_count(d, DOCTOR_FAIL));
	if (vdev[0] != '\0')
		printf("%s%s%s\n", style->bold, vdev, style->end);
}

void
doctor_print(const struct doctor *d, const char *vdev, bool colour, bool quiet, unsigned int width)
{
	const struct style *style = colour ? &colours : &plain;
	enum doctor_family family;

	if (!quiet)
		printf("afx-doctor " AFX_VERSION ": %s\n\n", d->shown);
	for (family = DOCTOR_KERNEL; family <= DOCTOR_TUNING; family++)
		family_print(d, family, style, quiet, width);
	verdict_print(d, vdev, style);
}
