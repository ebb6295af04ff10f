/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#ifndef WAIT_H
#define WAIT_H

struct tp_lcore;

/*
 * Waiting for packets without burning a core, on the lcore itself: by epoll where all Rx queues of
 * the lcore can interrupt, else by short sleeps.
 */
void tp_wait_begin(struct tp_lcore *lcore);
void tp_wait_end(struct tp_lcore *lcore);

/*
 * Called after each round that brought nothing. The first call arms the interrupts, so that the next
 * round sees what came before; the second one sleeps.
 */
void tp_wait_idle(struct tp_lcore *lcore);

#endif
