/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#ifndef STOP_H
#define STOP_H

#include <stdbool.h>

/*
 * SIGINT, SIGTERM and SIGHUP ask for an orderly end. They are blocked in every thread, so that no call is cut
 * short, and wait in a descriptor.
 */

/* Before EAL makes its threads. Returns 0 or -errno, said. */
int tp_stop_init(void);

/* Readable once the end was asked for. */
int tp_stop_fd(void);

/* Whether it was. Main lcore. */
bool tp_stop_asked(void);

#endif
