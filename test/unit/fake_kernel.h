/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The kernel's half of one XSK in plain memory: the four rings, what they do to
 * chunks, and the two wakeup calls, which this file provides instead of
 * afx_kick.c. Shares no code with afx_ring.h, so that errors do not cancel out.
 *
 * Receive runs on one thread, transmit and completion on any (under a lock):
 * as a NAPI poll on one CPU and sendto calls on others.
 */
#ifndef FAKE_KERNEL_H
#define FAKE_KERNEL_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <rte_common.h>

#include "afx_ring.h"
#include "afx_sock.h"

/* Descriptors per send call of kernels without the option (MAX of net/xdp/xsk.c). */
#define FK_TX_BUDGET 32
#define FK_ALWAYS UINT32_MAX

/* When the Tx ring's consumer index reaches user space. */
enum fk_publish {
	FK_PUBLISH_AT_ONCE,
	FK_PUBLISH_LAG_BUSY, /* 6.18: one behind after EBUSY */
	FK_PUBLISH_LATE, /* 6.12: only once the entries seen at the last look are used up */
};

/* All zero: a well-behaved copy-mode kernel. */
struct fk_behaviour {
	uint32_t tx_budget; /* frames a kick sends before EAGAIN; 0: FK_TX_BUDGET */
	int tx_error; /* errno a kick ends with, 0: none */
	uint32_t tx_error_after; /* frames it sends before that */
	uint32_t tx_error_calls; /* kicks that still end so, or FK_ALWAYS */
	uint32_t busy_every; /* each nth frame is dropped, completed and EBUSY; 0: none */
	enum fk_publish publish;
	bool hold_completions; /* until fk_complete */
	bool shuffle; /* completions and fill buffers in random order */
	bool zerocopy; /* a kick only notes that it was called: fk_tx_run sends */
	uint32_t drop_percent; /* received frames dropped; their chunks stay with the kernel */
	uint32_t fill_batch; /* fill entries taken at once; 0: 1 */
};

struct fk_index {
	uint32_t value;
} __rte_cache_aligned;

struct fk_ring {
	struct fk_index prod;
	struct fk_index cons;
	struct fk_index flags;
	void *slots;
	uint32_t size;
	uint32_t own; /* the kernel's index, ahead of the shared one */
	uint32_t peer; /* last index seen of user space */
};

struct fk_frame {
	uint32_t len;
	uint8_t data[];
};

struct fk {
	struct fk_behaviour how;
	/* called by a Tx kick before it returns; and in place of recording a sent frame */
	void (*on_tx_kick)(void *opaque);
	void (*on_sent)(void *opaque, const void *data, uint32_t len);
	void *opaque;

	/* results */
	const char *complaint; /* first thing user space did that a kernel would not take */
	uint32_t tx_kicks;
	uint32_t rx_kicks;
	uint32_t rx_dropped;
	uint32_t rx_full;
	uint32_t rx_nobuf;
	uint32_t tx_busy; /* frames dropped with EBUSY */
	uint32_t tx_sent;
	struct fk_frame **sent;

	int fd;
	struct afx_sock_umem umem;
	struct fk_ring rx, tx, fill, comp;
	uint64_t *chunks; /* taken from the fill ring, not yet received into */
	uint32_t nb_chunks;
	uint8_t *has; /* 1 for each of them, by address / 2048 */
	uint64_t *flying; /* sent, not completed */
	uint32_t nb_flying;
	pthread_mutex_t tx_lock;
	uint32_t rx_random;
	uint32_t tx_random;
};

/* All ring indexes begin at start. False if out of memory or too many are open. */
bool fk_open(struct fk *fk, const struct afx_sock_umem *umem, const struct afx_sock_sizes *sizes,
	     uint32_t start);
void fk_close(struct fk *fk);

/* User space's view of the rings, as afx_sock_rings_create gives it. */
void fk_rings(struct fk *fk, struct afx_ring *rx, struct afx_ring *tx, struct afx_ring *fill,
	      struct afx_ring *comp);

/* Set or clear XDP_RING_NEED_WAKEUP. */
void fk_need_wakeup(struct fk_ring *ring, bool need);

/* A frame arrives. False if it is dropped. */
bool fk_receive(struct fk *fk, const void *data, uint32_t len);

/* What a send call does; returns 0 or -errno. */
int fk_tx_run(struct fk *fk);

/* Complete up to n of the sent frames; returns how many. */
uint32_t fk_complete(struct fk *fk, uint32_t n);

/* Forget the recorded frames. */
void fk_sent_clear(struct fk *fk);

/*
 * Call visit with the address of each chunk on the receive side (fill ring,
 * kernel, Rx ring), or on the transmit side (Tx ring, kernel, completion ring).
 * Nothing else runs.
 */
void fk_walk_rx(struct fk *fk, void (*visit)(void *opaque, uint64_t addr), void *opaque);
void fk_walk_tx(struct fk *fk, void (*visit)(void *opaque, uint64_t addr), void *opaque);

#endif /* FAKE_KERNEL_H */
