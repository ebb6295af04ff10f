/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * AF_XDP without DPDK: memory, sockets and the XDP program of the raw loop.
 * Frames are 2048 bytes in aligned mode, and known by the address of their
 * chunk; each is in exactly one of: free stack, a ring, the kernel.
 */
#ifndef RAW_PORT_H
#define RAW_PORT_H

#include <net/if.h>
#include <stdint.h>

#include "afx_sock.h"
#include "loop.h"

#define RAW_CHUNK 2048
/* XDP_PACKET_HEADROOM: where the kernel puts a received frame, and ours start. */
#define RAW_OFFSET UINT64_C(256)

/*
 * Chunks that lie RAW_CHUNK apart are aligned ones, else they are not, and an
 * address has its offset in the upper bits, as with mbufs.
 */
struct raw_umem {
	char *base;
	size_t len;
	uint32_t stride; /* bytes from one chunk to the next */
	uint64_t offset; /* of a frame, as an address has it */
	uint64_t *free; /* a stack of chunk addresses */
	uint32_t nb_free;
	int fd; /* of the socket that registered it, or -1 */
};

struct raw_port {
	struct afx_sock sock;
	struct afx_ring rx;
	struct afx_ring tx;
	struct afx_ring fill;
	struct afx_ring comp;
	struct raw_umem *umem;
	uint32_t kick_batch; /* descriptors that one kick moves */
	uint64_t dropped; /* kicks that said so */
	struct afx_redirect *prog;
};

/*
 * Memory for nb_frames frames stride bytes apart, all free, each holding a
 * frame of ours of size bytes. 0 or -errno.
 */
int raw_umem_make(struct raw_umem *umem, uint32_t nb_frames, uint32_t stride, uint32_t size);

/*
 * Socket on queue 0 of iface, rings of desc entries, at most budget frames a
 * kick, buffers posted by raw_port_refill(), our XDP program attached. 0 or
 * -errno; the end of the process undoes it.
 */
int raw_port_open(struct raw_port *p, const char *iface, struct raw_umem *umem, uint32_t desc,
		  uint32_t budget);

/* The rest is the loop's. Frames that the kernel has sent are free again. */
void raw_port_reap(struct raw_port *p);

/* Post free frames: no more than net_afx does in copy mode, afx_rx_supply_set(). */
void raw_port_refill(struct raw_port *p);

/* Have the kernel send what is in the Tx ring, as far as it goes. */
void raw_port_kick(struct raw_port *p);

static inline char *
raw_frame(const struct raw_umem *umem, uint64_t addr)
{
	return umem->base + (addr & XSK_UNALIGNED_BUF_ADDR_MASK) +
		(addr >> XSK_UNALIGNED_BUF_OFFSET_SHIFT);
}

/* The chunk of a frame's address. Frames are where the socket was told to put them: no program moves them. */
static inline uint64_t
raw_chunk(const struct raw_umem *umem, uint64_t addr)
{
	return addr - umem->offset;
}

static inline uint32_t
raw_min(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

#endif /* RAW_PORT_H */
