/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Channels of secondary processes: EAL's interrupt thread calls when one of
 * them ends, and for what comes on them only where asked. One descriptor, while any is
 * watched. One caller at a time, who may be that thread; none waits for it.
 */
#ifndef AFX_MP_ENDS_H
#define AFX_MP_ENDS_H

#include <stdbool.h>

#include <rte_interrupts.h>

/*
 * Watch the channel fd: ended is called, again and again, until one that has
 * ended is forgotten; with NULL, and the same for all channels. 0 or -errno.
 */
int afx_mp_ends_watch(int fd, rte_intr_callback_fn ended);

/* Call also for what comes on the watched fd, until it was read; or no longer. */
void afx_mp_ends_listen(int fd, bool on);

/* No longer watch fd; before it is closed. A call that is under way goes on. */
void afx_mp_ends_forget(int fd);

#endif /* AFX_MP_ENDS_H */
