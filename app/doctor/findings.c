/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <stdarg.h>
#include <stdio.h>

#include "doctor.h"

static struct doctor_finding *
add(struct doctor *d, const struct doctor_topic *topic, enum doctor_status status, const char *fmt,
    va_list ap)
{
	/* The last place is written over rather than the memory behind it. */
	struct doctor_finding *f = &d->findings[d->nb_findings];

	if (d->nb_findings < DOCTOR_FINDINGS_MAX - 1)
		d->nb_findings++;
	f->topic = topic;
	f->status = status;
	f->looked = true;
	f->fix[0] = '\0';
	f->note[0] = '\0';
	vsnprintf(f->found, sizeof(f->found), fmt, ap);
	text_clean(f->found);
	return f;
}

struct doctor_finding *
doctor_add(struct doctor *d, const struct doctor_topic *topic, enum doctor_status status,
	   const char *fmt, ...)
{
	struct doctor_finding *f;
	va_list ap;

	va_start(ap, fmt);
	f = add(d, topic, status, fmt, ap);
	va_end(ap);
	return f;
}

struct doctor_finding *
doctor_unseen(struct doctor *d, const struct doctor_topic *topic, const char *fmt, ...)
{
	struct doctor_finding *f;
	va_list ap;

	va_start(ap, fmt);
	f = add(d, topic, DOCTOR_WARN, fmt, ap);
	va_end(ap);
	f->looked = false;
	return f;
}

void
doctor_fix(struct doctor_finding *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(f->fix, sizeof(f->fix), fmt, ap) >= (int)sizeof(f->fix) ||
	    !text_is_clean(f->fix))
		f->fix[0] = '\0';
	va_end(ap);
}

void
doctor_note(struct doctor_finding *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(f->note, sizeof(f->note), fmt, ap);
	text_clean(f->note);
	va_end(ap);
}

enum doctor_status
doctor_verdict(const struct doctor *d)
{
	enum doctor_status worst = DOCTOR_OK;
	unsigned int i;

	for (i = 0; i < d->nb_findings; i++) {
		if (d->findings[i].status > worst)
			worst = d->findings[i].status;
	}
	return worst;
}

unsigned int
doctor_count(const struct doctor *d, enum doctor_status status)
{
	unsigned int count = 0;
	unsigned int i;

	for (i = 0; i < d->nb_findings; i++)
		count += d->findings[i].status == status;
	return count;
}

const char *
doctor_status_name(enum doctor_status status)
{
	static const char *const names[] = {
		[DOCTOR_OK] = "ok",
		[DOCTOR_WARN] = "warn",
		[DOCTOR_FAIL] = "fail",
	};

	return names[status];
}

const char *
doctor_family_name(enum doctor_family family)
{
	static const char *const names[] = {
		[DOCTOR_KERNEL] = "kernel",
		[DOCTOR_INTERFACE] = "interface",
		[DOCTOR_PROCESS] = "process",
		[DOCTOR_TUNING] = "tuning",
	};

	return names[family];
}
