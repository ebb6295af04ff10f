/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * A mempool of mbufs seen as UMEM: geometry, address arithmetic, and which
 * bound sockets may share a registration. Control thread unless marked.
 *
 * One object of the mempool and the chunk that the kernel sees of it:
 *
 *   | object header | struct rte_mbuf | private area |  buf: headroom |  data room  |
 *                                  ^ 128 B before buf                              |
 *                                  |<- XDP's 256 B headroom ->|<---- frame ------->|
 *                                  |<------------------ chunk -------------------->|
 *
 * XDP's headroom overlaps the mbuf's own 128 bytes and, by 128 more, what lies
 * before the buffer. No program writes that far forward unless it is a custom
 * one; then the UMEM headroom is 128, and the frame starts 128 bytes later.
 */
#ifndef AFX_UMEM_H
#define AFX_UMEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_mbuf.h>
#include <rte_mempool.h>

#include "afx_compat.h"
#include "afx_sock.h"

/* XDP_PACKET_HEADROOM, which the kernel always keeps before a frame. */
#define AFX_XDP_HEADROOM 256
/* Bytes of a chunk before buf_addr: puts a frame at RTE_PKTMBUF_HEADROOM. */
#define AFX_CHUNK_LEAD (AFX_XDP_HEADROOM - RTE_PKTMBUF_HEADROOM)
/* XDP_UMEM_MIN_CHUNK_SIZE, and the page size as its upper limit (net/xdp/xdp_umem.c). */
#define AFX_CHUNK_MIN UINT32_C(2048)
#define AFX_CHUNK_MAX UINT32_C(4096)
/* Smallest buffer of an mbuf, headroom included, whose chunk the kernel takes. */
#define AFX_BUF_LEN_MIN (AFX_CHUNK_MIN - AFX_CHUNK_LEAD)
/* Two chunks never start within 2048 bytes of each other: this shift tells them apart. */
#define AFX_LEDGER_SHIFT 11
/* What a ledger's places are computed for: addresses of five bytes, 1 TiB (afx_ledger.h). */
#define AFX_UMEM_LEN_MAX (UINT64_C(1) << 40)

/* See afx_umem_may_split(). */
#define AFX_NIC_BUF_UNIT UINT32_C(1024)

/* A descriptor's address: chunk in the low 48 bits, offset into it above. */
#define AFX_ADDR_OFFSET_SHIFT XSK_UNALIGNED_BUF_OFFSET_SHIFT
#define AFX_ADDR_BASE_MASK ((UINT64_C(1) << AFX_ADDR_OFFSET_SHIFT) - 1)

/* A sentence about one pool: names, numbers, and what to change. */
#define AFX_UMEM_ERR_LEN 256

struct afx_umem {
	struct afx_sock_umem reg;
	struct rte_mempool *mp;
	/* address of an mbuf = base + delta; one value for the whole pool */
	uintptr_t delta;
	uint32_t frame_len; /* bytes that Rx can place in one mbuf */
	uint32_t tx_len; /* bytes that Tx can send from one mbuf at RTE_PKTMBUF_HEADROOM */
	/* NULL, or why the kernel could not use the memory in zero-copy mode */
	const char *no_zerocopy;
};

/*
 * Describe mp as UMEM. headroom_far: a custom program may use all of XDP's headroom.
 * Returns 0, or -EINVAL with one sentence in err that says which number of the
 * pool to change. Touches nothing.
 */
int afx_umem_describe(struct rte_mempool *mp, bool headroom_far, struct afx_umem *umem, char *err,
		      size_t err_len);

/* Entries of a ledger for umem: one for each chunk that could start in it. */
static inline size_t
afx_umem_ledger_len(const struct afx_umem *umem)
{
	return (umem->reg.len >> AFX_LEDGER_SHIFT) + 1;
}

/* Any lcore: the mbuf that owns a ring address, whatever its offset. */
static inline struct rte_mbuf *
afx_umem_mbuf(uintptr_t delta, uint64_t addr)
{
	return (struct rte_mbuf *)((addr & AFX_ADDR_BASE_MASK) + delta);
}

/* Any lcore: the mbufs that two ring addresses point into. */
static inline afx_words_t
afx_umem_mbuf_pair(uintptr_t delta, afx_words_t addrs)
{
	return (addrs & AFX_ADDR_BASE_MASK) + delta;
}

/* Any lcore: chunk address of an mbuf of the pool. */
static inline uint64_t
afx_umem_base(uintptr_t delta, const struct rte_mbuf *m)
{
	return (uintptr_t)m - delta;
}

/*
 * Whether a NIC could hand out frames of an MTU in pieces, each as a whole one,
 * in zero-copy: igb, igc and old ixgbe size their buffers in KiB, rounding down
 * (SRRCTL.BSIZEPKT).
 */
static inline bool
afx_umem_may_split(const struct afx_umem *umem, uint32_t frame_len)
{
	return RTE_ALIGN_FLOOR(umem->frame_len, AFX_NIC_BUF_UNIT) < frame_len;
}

/*
 * The registry of bound sockets, by mempool, for UMEM sharing; its lock is held
 * from find to join or skip so that a found socket stays open. A socket found
 * has the same geometry, and the mode asked for.
 */
int afx_umem_share_find(const struct afx_umem *umem, bool zerocopy);
void afx_umem_share_done(void);

/* Between find and done, for who found no socket: sleep, and let others go on meanwhile. */
void afx_umem_share_pause(unsigned int us);

/* Enter a bound socket (after find, before done), and take it out before its close. */
int afx_umem_share_join(const struct afx_umem *umem, int fd, bool zerocopy);
void afx_umem_share_leave(int fd);

#endif /* AFX_UMEM_H */
