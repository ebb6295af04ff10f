/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Small files of sysfs and procfs. 0 or -errno.
 */
#ifndef FILES_H
#define FILES_H

#include <sched.h>
#include <stddef.h>
#include <stdint.h>

/* Longest path that is put together here. */
#define FILES_PATH_LEN 256

/* First line of the file, without its newline, cut to len. */
__attribute__((format(printf, 3, 4))) int
files_line(char *text, size_t len, const char *path_fmt, ...);

/* A file that is one number. */
__attribute__((format(printf, 2, 3))) int files_number(long *number, const char *path_fmt, ...);

/* "0-3,8" to a set. -EINVAL for anything else. */
int files_cpus(const char *list, cpu_set_t *cpus);

/* A set to "0-3,8", cut to len. */
void files_cpus_print(const cpu_set_t *cpus, char *text, size_t len);

#endif /* FILES_H */
