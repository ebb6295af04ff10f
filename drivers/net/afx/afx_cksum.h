/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Sums of 16-bit words in one's complement. They are in the byte order of the
 * frame: such a sum is the same in either order, swapped.
 */
#ifndef AFX_CKSUM_H
#define AFX_CKSUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_ip.h>

/* Of 16 bits, with every carry in it. */
static inline uint16_t
afx_cksum_fold(uint64_t sum)
{
	sum = (sum & UINT32_MAX) + (sum >> 32);
	sum = (sum & UINT32_MAX) + (sum >> 32);
	sum = (sum & UINT16_MAX) + (sum >> 16);
	sum = (sum & UINT16_MAX) + (sum >> 16);
	return sum;
}

/*
 * sum, and that of len bytes at any address. rte_raw_cksum adds 16 bits at a
 * time, which takes three times as long. A sum of these stays below 2^64,
 * whatever the length of a frame.
 */
static inline uint64_t
afx_cksum_add(uint64_t sum, const void *data, uint32_t len)
{
	const uint8_t *at = data;
	uint64_t high = 0;
	uint64_t word;
	uint32_t half;
	uint16_t quarter;

	for (; len >= sizeof(word); len -= sizeof(word), at += sizeof(word)) {
		memcpy(&word, at, sizeof(word));
		sum += word & UINT32_MAX;
		high += word >> 32;
	}
	if (len & sizeof(half)) {
		memcpy(&half, at, sizeof(half));
		sum += half;
		at += sizeof(half);
	}
	if (len & sizeof(quarter)) {
		memcpy(&quarter, at, sizeof(quarter));
		sum += quarter;
		at += sizeof(quarter);
	}
	/* The lower address of a word: its other byte counts as 0. */
	if (len & 1)
		sum += rte_cpu_to_le_16(*at);
	return sum + high;
}

/*
 * Not folded: addresses of the header at ip, protocol, and bytes that the
 * checksum is over. Source and destination are neighbours in both headers.
 */
static inline uint64_t
afx_cksum_pseudo(const void *ip, bool ipv6, uint8_t proto, uint16_t len)
{
	const uint8_t *addresses = (const uint8_t *)ip +
		(ipv6 ? offsetof(struct rte_ipv6_hdr, src_addr)
		      : offsetof(struct rte_ipv4_hdr, src_addr));
	const uint64_t sum = (uint64_t)rte_cpu_to_be_16(proto) + rte_cpu_to_be_16(len);

	return afx_cksum_add(sum, addresses, ipv6 ? 2 * 16 : 2 * sizeof(uint32_t));
}

#endif /* AFX_CKSUM_H */
