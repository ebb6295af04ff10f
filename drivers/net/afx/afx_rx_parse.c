/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <netinet/in.h>
#include <netinet/ip.h>

#include <rte_branch_prediction.h>
#include <rte_common.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_mbuf_ptype.h>

#include "afx_rx_parse.h"

/* Headers of IPv6 to step over: twice what a stack sends, and the bound of the loop. */
#define EXTENSIONS_MAX 8
/* Next header, length, and six bytes more: the least that an extension header has. */
#define EXTENSION_MIN 8
/* Type and length of an option of IPv4, which count in it. */
#define OPTION_MIN 2

/* Fixed part of each transport's header. */
#define TCP_MIN 20
#define UDP_MIN 8
#define SCTP_MIN 12
#define ICMP_MIN 4

/* A VLAN tag in the data. QinQ: the service tag's type, or two tags. */
static bool
is_tag(uint16_t type)
{
	return type == RTE_ETHER_TYPE_VLAN || type == RTE_ETHER_TYPE_QINQ;
}

static uint32_t
l2_type(uint16_t type)
{
	switch (type) {
	case RTE_ETHER_TYPE_ARP:
		return RTE_PTYPE_L2_ETHER_ARP;
	case RTE_ETHER_TYPE_LLDP:
		return RTE_PTYPE_L2_ETHER_LLDP;
	case RTE_ETHER_TYPE_1588:
		return RTE_PTYPE_L2_ETHER_TIMESYNC;
	default:
		return RTE_PTYPE_L2_ETHER;
	}
}

/* Step over one tag or two; returns the type of what is behind, 0 if the frame ends before. */
static uint16_t
tags_parse(const uint8_t *frame, uint32_t len, uint16_t type, struct afx_rx_parsed *out)
{
	uint32_t end = AFX_ETHER_LEN + AFX_VLAN_LEN;

	out->ptype =
		type == RTE_ETHER_TYPE_VLAN ? RTE_PTYPE_L2_ETHER_VLAN : RTE_PTYPE_L2_ETHER_QINQ;
	if (end > len)
		return 0;
	type = afx_be16(frame + end - sizeof(type));
	if (is_tag(type)) {
		out->ptype = RTE_PTYPE_L2_ETHER_QINQ;
		end += AFX_VLAN_LEN;
		if (end > len)
			return 0;
		type = afx_be16(frame + end - sizeof(type));
	}
	out->l3 = end;
	return type;
}

/* Of a packet that is no fragment; out->l4 and l4_len are known. */
static uint32_t
l4_type(uint8_t proto, uint8_t icmp, uint16_t len)
{
	if (proto == IPPROTO_TCP)
		return len >= TCP_MIN ? RTE_PTYPE_L4_TCP : 0;
	if (proto == IPPROTO_UDP)
		return len >= UDP_MIN ? RTE_PTYPE_L4_UDP : 0;
	if (proto == IPPROTO_SCTP)
		return len >= SCTP_MIN ? RTE_PTYPE_L4_SCTP : 0;
	if (proto == icmp)
		return len >= ICMP_MIN ? RTE_PTYPE_L4_ICMP : 0;
	return RTE_PTYPE_L4_NONFRAG;
}

static bool
has_sum(uint32_t l4)
{
	return l4 == RTE_PTYPE_L4_TCP || l4 == RTE_PTYPE_L4_UDP;
}

/*
 * Options of source routing: the checksum is to the last address of the route,
 * which may not be the header's. Options that can not be read may be such ones.
 */
static bool
is_routed(const uint8_t *options, uint32_t len)
{
	uint32_t i = 0;

	while (i < len && options[i] != IPOPT_EOL) {
		if (options[i] == IPOPT_NOP) {
			i++;
			continue;
		}
		if (options[i] == IPOPT_LSRR || options[i] == IPOPT_SSRR || i + 1 == len ||
		    options[i + 1] < OPTION_MIN)
			return true;
		i += options[i + 1];
	}
	return i > len;
}

static void
ipv4_parse(const uint8_t *frame, uint32_t len, struct afx_rx_parsed *out)
{
	const struct rte_ipv4_hdr *ip = (const void *)(frame + out->l3);
	const uint32_t room = len - out->l3;
	uint32_t head, total, l4;

	if (room < sizeof(*ip) || ip->version_ihl >> 4 != 4)
		return;
	head = (ip->version_ihl & RTE_IPV4_HDR_IHL_MASK) * RTE_IPV4_IHL_MULTIPLIER;
	if (head < sizeof(*ip))
		return;
	total = rte_be_to_cpu_16(ip->total_length);
	if (head > room || head > total)
		return;
	out->ptype |= head == sizeof(*ip) ? RTE_PTYPE_L3_IPV4 : RTE_PTYPE_L3_IPV4_EXT;
	out->l4 = out->l3 + head;
	out->l4_len = RTE_MIN(total, room) - head;
	if (ip->fragment_offset & RTE_BE16(RTE_IPV4_HDR_OFFSET_MASK | RTE_IPV4_HDR_MF_FLAG)) {
		out->ptype |= RTE_PTYPE_L4_FRAG;
		return;
	}
	l4 = l4_type(ip->next_proto_id, IPPROTO_ICMP, out->l4_len);
	out->ptype |= l4;
	out->summable = has_sum(l4) && total <= room &&
		!is_routed(frame + out->l3 + sizeof(*ip), head - sizeof(*ip));
}

/* Where the walk over the headers of an IPv6 packet is. */
struct walk {
	uint32_t at; /* offset of the header of type proto */
	uint32_t end; /* of the packet, or of the frame */
	uint8_t proto;
	bool fragment;
	bool other_addresses; /* the checksum may be between others than in the IPv6 header */
};

/* One extension header; false if what is there is none, or is cut off. */
static bool
extension_step(const uint8_t *frame, struct walk *walk)
{
	const uint8_t *header = frame + walk->at;
	uint32_t size = EXTENSION_MIN;

	if (walk->end - walk->at < EXTENSION_MIN)
		return false;
	if (walk->proto == IPPROTO_FRAGMENT)
		walk->fragment = true;
	else
		size *= 1 + header[1];
	/* Routing with segments left: the last of them is the destination; options: a home address. */
	walk->other_addresses = walk->other_addresses || walk->proto == IPPROTO_DSTOPTS ||
		(walk->proto == IPPROTO_ROUTING && header[3] != 0);
	if (walk->end - walk->at < size)
		return false;
	walk->proto = header[0];
	walk->at += size;
	return true;
}

static bool
is_extension(uint8_t proto)
{
	return proto == IPPROTO_HOPOPTS || proto == IPPROTO_ROUTING || proto == IPPROTO_DSTOPTS ||
		proto == IPPROTO_FRAGMENT;
}

/* To the transport, or to the end of the first fragment header; false if it is not reached. */
static bool
extensions_walk(const uint8_t *frame, struct walk *walk)
{
	unsigned int i;

	for (i = 0; i < EXTENSIONS_MAX && is_extension(walk->proto) && !walk->fragment; i++) {
		if (!extension_step(frame, walk))
			return false;
	}
	return walk->fragment || !is_extension(walk->proto);
}

static void
ipv6_parse(const uint8_t *frame, uint32_t len, struct afx_rx_parsed *out)
{
	const struct rte_ipv6_hdr *ip = (const void *)(frame + out->l3);
	const uint32_t room = len - out->l3;
	struct walk walk;
	uint32_t total, l4;

	if (room < sizeof(*ip) || (frame[out->l3] >> 4) != 6)
		return;
	/* What IPsec adds has no length that we could step over, but it is an extension. */
	out->ptype |= is_extension(ip->proto) || ip->proto == IPPROTO_ESP || ip->proto == IPPROTO_AH
		? RTE_PTYPE_L3_IPV6_EXT
		: RTE_PTYPE_L3_IPV6;
	total = sizeof(*ip) + rte_be_to_cpu_16(ip->payload_len);
	walk = (struct walk){ .at = out->l3 + sizeof(*ip),
			      .end = out->l3 + RTE_MIN(total, room),
			      .proto = ip->proto };
	if (!extensions_walk(frame, &walk))
		return;
	out->l4 = walk.at;
	out->l4_len = walk.end - walk.at;
	if (walk.fragment) {
		out->ptype |= RTE_PTYPE_L4_FRAG;
		return;
	}
	l4 = l4_type(walk.proto, IPPROTO_ICMPV6, out->l4_len);
	out->ptype |= l4;
	out->summable = has_sum(l4) && total <= room && !walk.other_addresses;
}

void
afx_rx_parse(const uint8_t *frame, uint32_t len, struct afx_rx_parsed *out)
{
	uint16_t type;

	*out = (struct afx_rx_parsed){ .l3 = AFX_ETHER_LEN };
	if (unlikely(len < AFX_ETHER_LEN))
		return;
	type = afx_be16(frame + AFX_ETHER_LEN - sizeof(type));
	if (unlikely(is_tag(type)))
		type = tags_parse(frame, len, type, out);
	else
		out->ptype = l2_type(type);
	if (likely(type == RTE_ETHER_TYPE_IPV4))
		ipv4_parse(frame, len, out);
	else if (type == RTE_ETHER_TYPE_IPV6)
		ipv6_parse(frame, len, out);
}
