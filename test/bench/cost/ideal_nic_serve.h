/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The data plane of one socket: what the kernel would do with its rings.
 */
#ifndef IDEAL_NIC_SERVE_H
#define IDEAL_NIC_SERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/if_xdp.h>

#include "ideal_nic.h"

/* Most descriptors that can be held back: more than any Tx ring that is measured. */
#define HOLD_MAX 4096

/* Rx and Tx may be served by different threads: two lines, for the adjacent-line prefetcher. */
#define APART 128

struct nic_ring {
	void *slots;
	uint32_t *prod;
	uint32_t *cons;
	uint32_t size; /* 0: the socket has none */
	uint32_t own; /* our index */
};

struct nic_umem {
	uint64_t addr;
	uint64_t len;
	uint32_t chunk;
	uint32_t headroom;
	bool unaligned;
};

struct nic {
	struct nic_umem umem;
	/* Served by the thread that polls or receives. */
	struct nic_ring fill __attribute__((aligned(APART)));
	struct nic_ring rx;
	uint64_t number;
	/* Served by the thread that sends. */
	struct nic_ring tx __attribute__((aligned(APART)));
	struct nic_ring comp;
	uint64_t random;
	uint32_t nb_held;
	uint64_t held[HOLD_MAX];
};

/* Read the environment; once. */
void nic_configure(void);
/* What the calling thread counts. */
struct ideal_nic_count *nic_count(void);
void nic_pause(bool pause);
/* Whether it is to be in copy mode. */
bool nic_copies(void);
/* Receive frames while there are fill entries and room in the Rx ring. */
void nic_receive(struct nic *nic);
/* Take every Tx descriptor, and complete them but for those held back. */
void nic_send(struct nic *nic);
/* Complete those held back. */
void nic_flush(struct nic *nic);

#endif /* IDEAL_NIC_SERVE_H */
