/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * A worker lcore that polls all queues of a port. It sends back what it
 * receives, and frames of its own; what a burst leaves unsent it keeps, looks
 * at, and offers again, so that it never frees what it wanted to send.
 */
#ifndef POLLER_H
#define POLLER_H

#include <stdbool.h>
#include <stdint.h>

#include "app.h"

/* Of no protocol that the test's sockets read: frames for traffic's sake. */
#define POLLER_TYPE_FLOOD 0x88b6
/* app_frame_write's. */
#define POLLER_TYPE_PLAIN 0x88b5
#define POLLER_ENDLESS UINT64_MAX

enum poller_count {
	POLLER_BURSTS, /* one of Rx and one of Tx */
	POLLER_RECEIVED,
	POLLER_DAMAGED, /* of these */
	POLLER_DISCARDED, /* of these: there was no room to keep them */
	POLLER_OWN, /* frames made */
	POLLER_TAKEN, /* by tx_burst */
	POLLER_UNSENT, /* mbufs that a Tx burst left */
	POLLER_UNSENT_WRONG, /* looked at, and not as they were */
	POLLER_RX_CALLS, /* system calls in Rx bursts */
	POLLER_TX_CALLS,
	POLLER_RX_CALLS_MAX, /* in one burst, since poller_maxima_reset */
	POLLER_TX_CALLS_MAX,
	POLLER_NB_COUNTS
};

extern const char *const poller_count_names[POLLER_NB_COUNTS];

/* Main thread, all of them. The port is set up; the poller stands. */
int poller_launch(const struct app_port *port);
/* No burst runs from here on; idempotent. */
void poller_stand(void);
void poller_run(void);
/* Ends the thread, and frees what it keeps. */
void poller_end(void);
/*
 * Make so many frames of this Ethernet type, on whatever queue has room, or no
 * more. All those of the last call are made, unless it was an endless one.
 */
void poller_send(uint64_t frames, uint16_t type);
/* Keep what is received instead of sending it back; or no more, and free all of it. */
void poller_hoard(bool on);
/* Frames that are to be made, and mbufs kept, right now. */
uint64_t poller_backlog(void);
uint64_t poller_counted(enum poller_count what);
void poller_maxima_reset(void);

#endif /* POLLER_H */
