/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * One AF_XDP socket (XSK): UMEM registration, rings, bind, socket options and
 * the two wakeup calls. Knows neither mbufs nor ethdev. Functions return 0 or
 * -errno and log nothing; those not marked otherwise are for the control thread.
 */
#ifndef AFX_SOCK_H
#define AFX_SOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "afx_ring.h"

/* Memory registered as UMEM. */
struct afx_sock_umem {
	void *base; /* page aligned */
	uint64_t len; /* bytes, multiple of the page size */
	uint32_t chunk; /* bytes a frame spans, 2048 to page size */
	uint32_t headroom; /* bytes before XDP's own 256 */
};

/* Ring sizes in entries, powers of two; 0 for an Rx or Tx ring that is not wanted. */
struct afx_sock_sizes {
	uint32_t rx;
	uint32_t tx;
	uint32_t fill;
	uint32_t comp;
};

/* The kernel's counters of one socket since its creation (XDP_STATISTICS). */
struct afx_sock_stats {
	uint64_t rx_dropped;
	uint64_t rx_ring_full;
	uint64_t fill_empty;
	uint64_t rx_invalid; /* in the fill ring */
	uint64_t tx_invalid;
	uint64_t tx_empty; /* asked to send with nothing in the ring */
};

struct afx_sock_map {
	void *addr;
	size_t len;
};

struct afx_sock {
	int fd;
	bool zerocopy; /* read back after bind */
	struct afx_sock_map rx;
	struct afx_sock_map tx;
	struct afx_sock_map fill;
	struct afx_sock_map comp;
};

/* Make *s safe to close. */
void afx_sock_init(struct afx_sock *s);

/* socket(AF_XDP). -EPERM without CAP_NET_RAW, -EAFNOSUPPORT without AF_XDP. */
int afx_sock_open(struct afx_sock *s);

/*
 * Register umem in unaligned-chunk mode. The kernel pins its pages for as long
 * as the socket or a frame in flight lives. -ENOBUFS: RLIMIT_MEMLOCK too small
 * (without CAP_IPC_LOCK); -EFAULT: a hole in the span.
 */
int afx_sock_umem_register(struct afx_sock *s, const struct afx_sock_umem *umem);

/*
 * Make and map the rings; fill and comp always, rx and tx where their size is
 * not 0. Fills in the struct afx_ring of each, all indexes 0.
 */
int
afx_sock_rings_create(struct afx_sock *s, const struct afx_sock_sizes *sizes, struct afx_ring *rx,
		      struct afx_ring *tx, struct afx_ring *fill, struct afx_ring *comp);

/*
 * Bind to a queue with XDP_ZEROCOPY or XDP_COPY and need_wakeup, or, with
 * shared_fd >= 0, on the UMEM and in the mode of that bound socket. Reads back
 * the mode into s->zerocopy. The socket can be bound again after a refusal.
 */
int afx_sock_bind(struct afx_sock *s, unsigned int ifindex, uint32_t queue, bool zerocopy,
		  int shared_fd);

/* Counters so far; in a secondary process of its own descriptor, -EBADF where it has none. */
int afx_sock_stats_get(const struct afx_sock *s, struct afx_sock_stats *stats);

/* Frames that the kernel had for the socket, and lost. */
static inline uint64_t
afx_sock_stats_lost(const struct afx_sock_stats *stats)
{
	return stats->rx_dropped + stats->rx_ring_full;
}

static inline void
afx_sock_stats_add(struct afx_sock_stats *sum, const struct afx_sock_stats *more)
{
	sum->rx_dropped += more->rx_dropped;
	sum->rx_ring_full += more->rx_ring_full;
	sum->fill_empty += more->fill_empty;
	sum->rx_invalid += more->rx_invalid;
	sum->tx_invalid += more->tx_invalid;
	sum->tx_empty += more->tx_empty;
}

/*
 * Descriptors that one send call moves in copy mode: asks for budget (clamped
 * by the caller to the Tx ring's size), returns what the kernel will do: budget,
 * or 32 on kernels without the option (before 6.17).
 */
uint32_t afx_sock_tx_budget_set(struct afx_sock *s, uint32_t budget);

/* Room for frames in flight in copy mode; best effort, never beyond what root may set. */
void afx_sock_sndbuf_set(struct afx_sock *s, uint32_t bytes);

/*
 * NAPI id of a bound socket: of what a busy poll of it would run. -EOPNOTSUPP
 * where it has none (veth since Linux 6.13), with *napi 0; or -errno.
 */
int afx_sock_napi_get(const struct afx_sock *s, uint32_t *napi);

/*
 * Preferred busy polling with a budget of packets. 0, or -errno, and all options
 * are back at their defaults.
 */
int afx_sock_busy_poll_set(struct afx_sock *s, uint16_t budget);

/*
 * Wait until the kernel has released a queue after the close of a zero-copy
 * socket: tries to bind a throw-away socket until it succeeds or ms are over.
 * 0 if it is released, -ENODEV or -ENXIO if the interface is gone, and so is
 * the queue's use; anything else, -ETIMEDOUT at the best, says nothing.
 */
int afx_sock_released_wait(unsigned int ifindex, uint32_t queue, unsigned int ms);

/*
 * Unmap all rings and close. After a copy-mode socket is closed, the kernel
 * writes no more to its UMEM; a zero-copy queue is released later, by a
 * workqueue. Accepts half-built and closed sockets.
 */
void afx_sock_close(struct afx_sock *s);

/*
 * Wake the kernel for the Tx ring: one sendto(MSG_DONTWAIT), which in copy mode
 * transmits. Any lcore. 0, -EAGAIN (more to do or no room downstream), -EBUSY
 * (one frame dropped and completed), -ENOBUFS, -ENETDOWN, -ENXIO.
 */
int afx_sock_tx_kick(int fd);

/* Wake the driver for the fill ring: one recvfrom(MSG_DONTWAIT). Any lcore. */
int afx_sock_rx_kick(int fd);

#endif /* AFX_SOCK_H */
