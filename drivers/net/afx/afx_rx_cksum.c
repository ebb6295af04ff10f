/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <netinet/in.h>
#include <stddef.h>

#include <rte_common.h>
#include <rte_ip.h>
#include <rte_mbuf_core.h>
#include <rte_tcp.h>
#include <rte_udp.h>

#include "afx_cksum.h"
#include "afx_rx_cksum.h"

/* Of data with a right checksum among it. */
#define SUM_RIGHT UINT16_MAX

/* What is summed, and where its checksum is. */
struct segment {
	const uint8_t *data;
	uint32_t len;
	uint32_t field; /* offset of the checksum in data */
	uint16_t pseudo; /* folded sum of the pseudo header */
	bool optional; /* 0 says that there is no checksum */
};

static bool
segment_find(const uint8_t *frame, const struct afx_rx_parsed *p, struct segment *s)
{
	const bool ipv4 = RTE_ETH_IS_IPV4_HDR(p->ptype);
	const uint8_t *ip = frame + p->l3;
	const uint8_t *l4 = frame + p->l4;

	if (!p->summable)
		return false;
	s->data = l4;
	if ((p->ptype & RTE_PTYPE_L4_MASK) == RTE_PTYPE_L4_TCP) {
		s->len = p->l4_len;
		s->field = offsetof(struct rte_tcp_hdr, cksum);
		s->optional = false;
		s->pseudo = afx_cksum_fold(afx_cksum_pseudo(ip, !ipv4, IPPROTO_TCP, s->len));
		return true;
	}
	s->len = afx_be16(l4 + offsetof(struct rte_udp_hdr, dgram_len));
	s->field = offsetof(struct rte_udp_hdr, dgram_cksum);
	s->optional = ipv4;
	if (s->len < sizeof(struct rte_udp_hdr) || s->len > p->l4_len)
		return false;
	s->pseudo = afx_cksum_fold(afx_cksum_pseudo(ip, !ipv4, IPPROTO_UDP, s->len));
	return true;
}

static uint16_t
field_read(const struct segment *s)
{
	uint16_t field;

	memcpy(&field, s->data + s->field, sizeof(field));
	return field;
}

uint64_t
afx_rx_cksum_ip(const uint8_t *frame, const struct afx_rx_parsed *p)
{
	if (!RTE_ETH_IS_IPV4_HDR(p->ptype) || p->l4 == 0)
		return 0;
	return afx_cksum_fold(afx_cksum_add(0, frame + p->l3, p->l4 - p->l3)) == SUM_RIGHT
		? RTE_MBUF_F_RX_IP_CKSUM_GOOD
		: RTE_MBUF_F_RX_IP_CKSUM_BAD;
}

uint64_t
afx_rx_cksum_l4(const uint8_t *frame, const struct afx_rx_parsed *p)
{
	struct segment s;
	uint16_t field;

	if (!segment_find(frame, p, &s))
		return 0;
	field = field_read(&s);
	if (field == 0 && s.optional)
		return RTE_MBUF_F_RX_L4_CKSUM_GOOD;
	if (afx_cksum_fold(afx_cksum_add(s.pseudo, s.data, s.len)) == SUM_RIGHT)
		return RTE_MBUF_F_RX_L4_CKSUM_GOOD;
	return field == s.pseudo ? RTE_MBUF_F_RX_L4_CKSUM_NONE : RTE_MBUF_F_RX_L4_CKSUM_BAD;
}

void
afx_rx_cksum_complete(uint8_t *frame, const struct afx_rx_parsed *p)
{
	struct segment s;
	uint16_t field;

	if (!segment_find(frame, p, &s) || field_read(&s) != s.pseudo)
		return;
	field = ~afx_cksum_fold(afx_cksum_add(0, s.data, s.len));
	/* To a datagram 0 would mean none; the two are the same number in one's complement. */
	if (field == 0)
		field = UINT16_MAX;
	memcpy(frame + p->l4 + s.field, &field, sizeof(field));
}
