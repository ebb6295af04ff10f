/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#ifndef LOOP_H
#define LOOP_H

struct tp_engine;

/* All on the main lcore. */

/* Let every lcore serve its streams by engine. */
void tp_loop_launch(const struct tp_engine *engine);

/* Streams make no packets any more. */
void tp_loop_quiet(void);

/* Stop the lcores and wait for them. */
void tp_loop_stop(void);

/* Throw away what waits in Rx queues: a ring's worth at most. No lcore forwards. */
void tp_loop_flush(void);

/* Send a burst on each Tx queue. No lcore forwards. */
void tp_loop_first(void);

#endif
