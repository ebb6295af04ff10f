/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#ifndef LIVE_H
#define LIVE_H

/*
 * Draw the table of all ports and queues over the last one, on a terminal; no more rows than the
 * terminal has. Main lcore.
 */
void tp_live_draw(void);

/* What comes next is not to be drawn over. Main lcore. */
void tp_live_leave(void);

#endif
