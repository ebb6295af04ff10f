/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"

static int
line_read(char *text, size_t len, const char *path)
{
	FILE *f = fopen(path, "re");
	int ret;

	text[0] = '\0';
	if (f == NULL)
		return -errno;
	/* A read can fail where the open did not: some attributes are of running interfaces only. */
	ret = fgets(text, len, f) == NULL ? -EIO : 0;
	fclose(f);
	text[strcspn(text, "\n")] = '\0';
	return ret;
}

int
files_line(char *text, size_t len, const char *path_fmt, ...)
{
	char path[FILES_PATH_LEN];
	va_list ap;

	va_start(ap, path_fmt);
	vsnprintf(path, sizeof(path), path_fmt, ap);
	va_end(ap);
	return line_read(text, len, path);
}

int
files_number(long *number, const char *path_fmt, ...)
{
	char path[FILES_PATH_LEN];
	char text[32];
	char *end;
	va_list ap;
	int ret;

	va_start(ap, path_fmt);
	vsnprintf(path, sizeof(path), path_fmt, ap);
	va_end(ap);
	ret = line_read(text, sizeof(text), path);
	if (ret != 0)
		return ret;
	*number = strtol(text, &end, 10);
	return end == text ? -EINVAL : 0;
}

/* One number, *text behind it; -1 if there is none. */
static long
cpu_read(const char **text)
{
	char *end;
	long cpu;

	if (!isdigit((unsigned char)**text))
		return -1;
	cpu = strtol(*text, &end, 10);
	*text = end;
	return cpu < CPU_SETSIZE ? cpu : -1;
}

int
files_cpus(const char *list, cpu_set_t *cpus)
{
	long first, last;

	CPU_ZERO(cpus);
	do {
		first = last = cpu_read(&list);
		if (first >= 0 && *list == '-') {
			list++;
			last = cpu_read(&list);
		}
		if (first < 0 || last < first)
			return -EINVAL;
		for (; first <= last; first++)
			CPU_SET(first, cpus);
	} while (*list++ == ',');
	return list[-1] == '\0' ? 0 : -EINVAL;
}

void
files_cpus_print(const cpu_set_t *cpus, char *text, size_t len)
{
	size_t used = 0;
	int first, cpu;

	text[0] = '\0';
	for (first = 0; first < CPU_SETSIZE && used < len; first = cpu + 1) {
		for (cpu = first; cpu < CPU_SETSIZE && CPU_ISSET(cpu, cpus); cpu++)
			;
		if (cpu == first)
			continue;
		used += snprintf(text + used, len - used, "%s%d", used == 0 ? "" : ",", first);
		if (cpu - 1 > first && used < len)
			used += snprintf(text + used, len - used, "-%d", cpu - 1);
	}
}
