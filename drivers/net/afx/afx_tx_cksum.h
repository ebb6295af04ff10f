/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * IPv4, TCP and UDP checksums of frames to be sent, by the CPU.
 */
#ifndef AFX_TX_CKSUM_H
#define AFX_TX_CKSUM_H

#include <stdint.h>

#include <rte_mbuf.h>

/* Requests that this file meets. */
#define AFX_TX_FLAGS_CKSUM (RTE_MBUF_F_TX_IP_CKSUM | RTE_MBUF_F_TX_L4_MASK)

/* Where a frame has what its checksums are about; offsets from its first byte. */
struct afx_tx_cksum {
	uint32_t l3;
	uint32_t l3_len;
	uint32_t l4_len; /* bytes that the L4 checksum is over; they begin behind the IP header */
	bool ipv6;
};

/*
 * Find them, by l2_len, l3_len, the outer lengths if there is a flag of an outer
 * header, and the headers. The mbuf is well formed, of any number of segments,
 * and only read. -EINVAL: lengths and headers contradict each other, or it asks
 * for an L4 checksum of a fragment, of another protocol, of IPv6 with segments
 * left, or behind another extension header than of options or routing.
 */
int afx_tx_cksum_find(const struct rte_mbuf *m, struct afx_tx_cksum *at);

/* Write the checksums that flags ask for into a frame in one piece, whatever their fields hold. */
void afx_tx_cksum_write(char *frame, uint64_t flags, const struct afx_tx_cksum *at);

#endif /* AFX_TX_CKSUM_H */
