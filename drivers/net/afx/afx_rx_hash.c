/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <stddef.h>

#include <rte_ip.h>
#include <rte_mbuf_ptype.h>
#include <rte_thash.h>

#include "afx_rx_hash.h"

/* Bits of half a byte, and how many such halves a word of rte_softrss has. */
#define HALF_BITS 4
#define HALVES (32 / HALF_BITS)

void
afx_rx_hash_key_set(struct afx_rx_hash *h, const uint8_t *key)
{
	uint32_t words[AFX_RX_HASH_KEY_LEN / sizeof(uint32_t)];
	uint32_t input[AFX_RX_HASH_INPUT_MAX / sizeof(uint32_t)];
	uint32_t i, value;

	memcpy(words, key, sizeof(words));
	for (i = 0; i < RTE_DIM(h->parts); i++) {
		for (value = 0; value < RTE_DIM(h->parts[0]); value++) {
			memset(input, 0, sizeof(input));
			input[i / HALVES] = value << HALF_BITS * (HALVES - 1 - i % HALVES);
			h->parts[i][value] =
				rte_softrss(input, RTE_DIM(input), (const uint8_t *)words);
		}
	}
}

/* A transport too short for its ports has no type, and counts as any other. */
static unsigned int
kind_of(uint32_t ptype)
{
	const unsigned int version = RTE_ETH_IS_IPV6_HDR(ptype) ? AFX_RX_HASH_IPV6 : 0;

	switch (ptype & RTE_PTYPE_L4_MASK) {
	case RTE_PTYPE_L4_TCP:
		return version | AFX_RX_HASH_TCP;
	case RTE_PTYPE_L4_UDP:
		return version | AFX_RX_HASH_UDP;
	case RTE_PTYPE_L4_SCTP:
		return version | AFX_RX_HASH_SCTP;
	case RTE_PTYPE_L4_FRAG:
		return version | AFX_RX_HASH_FRAG;
	default:
		return version | AFX_RX_HASH_OTHER;
	}
}

/* The len bytes of data are the input from byte number at on. */
static uint32_t
hash_part(const struct afx_rx_hash *h, uint32_t at, const uint8_t *data, uint32_t len)
{
	const uint32_t(*part)[RTE_DIM(h->parts[0])] = &h->parts[2 * at];
	uint32_t hash = 0;

	for (; len-- != 0; data++, part += 2)
		hash ^= part[0][*data >> HALF_BITS] ^
			part[1][*data & RTE_LEN2MASK(HALF_BITS, uint8_t)];
	return hash;
}

bool
afx_rx_hash(const struct afx_rx_hash *h, const uint8_t *frame, const struct afx_rx_parsed *p,
	    uint32_t *hash)
{
	const uint8_t *addresses = frame + p->l3;
	unsigned int kind;
	uint32_t len;

	if ((p->ptype & RTE_PTYPE_L3_MASK) == 0)
		return false;
	kind = kind_of(p->ptype);
	if (h->input[kind] == AFX_RX_HASH_NOTHING)
		return false;
	/* Source and destination are neighbours in both headers, and so are the ports. */
	if (kind & AFX_RX_HASH_IPV6) {
		addresses += offsetof(struct rte_ipv6_hdr, src_addr);
		len = 2 * 16;
	} else {
		addresses += offsetof(struct rte_ipv4_hdr, src_addr);
		len = 2 * sizeof(uint32_t);
	}
	*hash = hash_part(h, 0, addresses, len);
	if (h->input[kind] == AFX_RX_HASH_PORTS)
		*hash ^= hash_part(h, len, frame + p->l4, 2 * sizeof(uint16_t));
	return true;
}
