/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * A received frame, whatever it is: the first byte says what the pass is to do,
 * the rest is the frame. Nothing outside the frame is read or written, and what
 * the pass says of it agrees with the frame and with DPDK's own parser.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <rte_mbuf.h>
#include <rte_net.h>

#include "afx_rx_cksum.h"
#include "afx_rx_meta.h"
#include "fuzz.h"

#define PTYPES (RTE_PTYPE_L2_MASK | RTE_PTYPE_L3_MASK | RTE_PTYPE_L4_MASK)
/* More than that does not arrive in one frame. */
#define FRAME_MAX 4096

static void
check_parsed(const struct afx_rx_parsed *p, uint32_t len)
{
	MUST((p->ptype & ~PTYPES) == 0);
	MUST((p->ptype & RTE_PTYPE_L3_MASK) == 0 || p->l3 + 20u <= len);
	MUST(p->l4 == 0 || (p->l4 > p->l3 && (uint32_t)p->l4 + p->l4_len <= len));
	MUST(!p->summable || p->l4_len >= 8);
	MUST((p->ptype & RTE_PTYPE_L4_MASK) == 0 || p->l4 != 0);
}

/* What both know, both say; it does not look at lengths and versions. */
static void
check_against_library(const struct afx_rx_parsed *p, uint8_t *frame, uint32_t len)
{
	struct rte_mbuf m = { .buf_addr = frame, .data_len = len, .pkt_len = len };
	const uint32_t theirs = rte_net_get_ptype(&m, NULL, PTYPES);
	const uint32_t l3 = p->ptype & RTE_PTYPE_L3_MASK;
	const uint32_t l4 = p->ptype & RTE_PTYPE_L4_MASK;
	const uint32_t l2 = p->ptype & RTE_PTYPE_L2_MASK;

	if (l2 != RTE_PTYPE_L2_ETHER && l2 != RTE_PTYPE_L2_ETHER_VLAN)
		return;
	MUST(l2 == (theirs & RTE_PTYPE_L2_MASK) ||
	     (theirs & RTE_PTYPE_L2_MASK) == RTE_PTYPE_L2_ETHER_MPLS);
	MUST(l3 == 0 || l3 == (theirs & RTE_PTYPE_L3_MASK));
	if (l4 == RTE_PTYPE_L4_NONFRAG || l4 == RTE_PTYPE_L4_ICMP)
		MUST((theirs & RTE_PTYPE_L4_MASK) == 0);
	else if (l4 != 0 && (theirs & RTE_PTYPE_L4_MASK) != 0)
		MUST(l4 == (theirs & RTE_PTYPE_L4_MASK));
}

/* Tags cut off aside, the frame is what came; the mbuf says which they were. */
static void
check_frame(const struct rte_mbuf *m, const uint8_t *came, uint32_t len)
{
	const uint8_t *left = rte_pktmbuf_mtod(m, const uint8_t *);
	const uint32_t cut = m->data_off;

	MUST(m->pkt_len == m->data_len && cut + m->data_len == len);
	MUST(cut ==
	     ((m->ol_flags & RTE_MBUF_F_RX_QINQ_STRIPPED)           ? 8
		      : (m->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) ? 4
								    : 0));
	if (cut != 0) {
		MUST(memcmp(left, came, 12) == 0);
		MUST(m->vlan_tci == afx_be16(came + 10 + cut));
		MUST(memcmp(left + 12, came + 12 + cut, m->data_len - 12) == 0);
	} else {
		MUST(memcmp(left, came, len) == 0);
	}
}

/* Completing changes two bytes, to a checksum that is right. */
static void
check_completed(const struct afx_rx_parsed *p, uint8_t *frame, uint32_t len)
{
	uint8_t *before = malloc(len);
	const uint64_t was = afx_rx_cksum_l4(frame, p);
	uint32_t changed = 0;
	uint32_t i;

	MUST(before != NULL);
	memcpy(before, frame, len);
	afx_rx_cksum_complete(frame, p);
	for (i = 0; i < len; i++)
		changed += before[i] != frame[i];
	free(before);
	MUST(changed <= 2);
	MUST(changed == 0 || was == RTE_MBUF_F_RX_L4_CKSUM_NONE);
	MUST(afx_rx_cksum_l4(frame, p) ==
	     (was == RTE_MBUF_F_RX_L4_CKSUM_NONE ? RTE_MBUF_F_RX_L4_CKSUM_GOOD : was));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct afx_rx_meta meta;
	const uint32_t len = size == 0 ? 0 : size - 1;
	struct rte_mbuf m = { .data_len = len, .pkt_len = len };
	struct rte_mbuf *pkts = &m;
	struct afx_rx_parsed p;
	unsigned int kind;

	/* The kernel gives nothing shorter; on the heap, so that its ends are known. */
	if (len < AFX_ETHER_LEN || len > FRAME_MAX)
		return 0;
	m.buf_addr = malloc(len);
	MUST(m.buf_addr != NULL);
	memcpy(m.buf_addr, data + 1, len);
	afx_rx_parse(m.buf_addr, len, &p);
	check_parsed(&p, len);
	check_against_library(&p, m.buf_addr, len);
	meta.what = data[0] & ~AFX_RX_META_COMPLETE;
	meta.ptypes = PTYPES;
	for (kind = 0; kind < AFX_RX_HASH_KINDS; kind++)
		meta.hash[0].input[kind] =
			kind < AFX_RX_HASH_TCP ? AFX_RX_HASH_ADDRESSES : AFX_RX_HASH_PORTS;
	afx_rx_meta(&meta, &pkts, 1);
	check_frame(&m, data + 1, len);
	afx_rx_parse(rte_pktmbuf_mtod(&m, uint8_t *), m.data_len, &p);
	MUST(m.packet_type == p.ptype);
	check_completed(&p, rte_pktmbuf_mtod(&m, uint8_t *), m.data_len);
	free(m.buf_addr);
	return 0;
}
