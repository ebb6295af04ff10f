/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <rte_arp.h>
#include <rte_ether.h>
#include <rte_icmp.h>
#include <rte_ip.h>
#include <rte_mbuf.h>
#include <rte_tcp.h>
#include <rte_udp.h>

#include "decode.h"

/* What is left of the frame, and of the line. */
struct reader {
	const uint8_t *data;
	uint32_t left;
	char *line;
	size_t room;
};

static void __attribute__((format(printf, 2, 3))) put(struct reader *r, const char *format, ...)
{
	va_list args;
	int used;

	va_start(args, format);
	used = vsnprintf(r->line, r->room, format, args);
	va_end(args);
	used = RTE_MIN((size_t)used, r->room - 1);
	r->line += used;
	r->room -= used;
}

/* The next header, or NULL, said so, when the frame ends before its end. */
static const void *
take(struct reader *r, uint32_t size)
{
	const void *header = r->data;

	if (r->left < size) {
		put(r, " (cut short)");
		return NULL;
	}
	r->data += size;
	r->left -= size;
	return header;
}

static void
put_ip4(struct reader *r, rte_be32_t address)
{
	char text[INET_ADDRSTRLEN];

	put(r, "%s", inet_ntop(AF_INET, &address, text, sizeof(text)));
}

static void
put_ip6(struct reader *r, const uint8_t *address)
{
	char text[INET6_ADDRSTRLEN];

	put(r, "%s", inet_ntop(AF_INET6, address, text, sizeof(text)));
}

static void
arp_put(struct reader *r)
{
	const struct rte_arp_hdr *arp = take(r, sizeof(*arp));

	if (arp == NULL)
		return;
	if (arp->arp_opcode == RTE_BE16(RTE_ARP_OP_REQUEST)) {
		put(r, ", ARP who-has ");
		put_ip4(r, arp->arp_data.arp_tip);
		put(r, " tell ");
		put_ip4(r, arp->arp_data.arp_sip);
	} else {
		put(r, ", ARP ");
		put_ip4(r, arp->arp_data.arp_sip);
		put(r, " is-at " RTE_ETHER_ADDR_PRT_FMT,
		    RTE_ETHER_ADDR_BYTES(&arp->arp_data.arp_sha));
	}
}

static void
tcp_put(struct reader *r)
{
	static const char letters[] = "FSRPAUEC";
	const struct rte_tcp_hdr *tcp = take(r, sizeof(*tcp));
	unsigned int i;

	if (tcp == NULL)
		return;
	put(r, ", TCP %u > %u [", rte_be_to_cpu_16(tcp->src_port), rte_be_to_cpu_16(tcp->dst_port));
	for (i = 0; i < sizeof(letters) - 1; i++) {
		if ((tcp->tcp_flags >> i & 1) != 0)
			put(r, "%c", letters[i]);
	}
	put(r, "] seq %u ack %u", rte_be_to_cpu_32(tcp->sent_seq), rte_be_to_cpu_32(tcp->recv_ack));
}

static void
udp_put(struct reader *r)
{
	const struct rte_udp_hdr *udp = take(r, sizeof(*udp));

	if (udp != NULL)
		put(r, ", UDP %u > %u", rte_be_to_cpu_16(udp->src_port),
		    rte_be_to_cpu_16(udp->dst_port));
}

static void
icmp_put(struct reader *r)
{
	const struct rte_icmp_hdr *icmp = take(r, sizeof(*icmp));

	if (icmp == NULL)
		return;
	if (icmp->icmp_type == RTE_IP_ICMP_ECHO_REQUEST ||
	    icmp->icmp_type == RTE_IP_ICMP_ECHO_REPLY)
		put(r, ", ICMP echo %s id %u seq %u",
		    icmp->icmp_type == RTE_IP_ICMP_ECHO_REQUEST ? "request" : "reply",
		    rte_be_to_cpu_16(icmp->icmp_ident), rte_be_to_cpu_16(icmp->icmp_seq_nb));
	else
		put(r, ", ICMP type %u code %u", icmp->icmp_type, icmp->icmp_code);
}

static void
icmp6_put(struct reader *r)
{
	const struct rte_icmp_hdr *icmp = take(r, sizeof(*icmp));

	if (icmp != NULL)
		put(r, ", ICMPv6 type %u code %u", icmp->icmp_type, icmp->icmp_code);
}

static void
l4_put(struct reader *r, uint8_t protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		tcp_put(r);
		break;
	case IPPROTO_UDP:
		udp_put(r);
		break;
	case IPPROTO_ICMP:
		icmp_put(r);
		break;
	case IPPROTO_ICMPV6:
		icmp6_put(r);
		break;
	default:
		put(r, ", IP protocol %u", protocol);
	}
}

static void
ip4_put(struct reader *r)
{
	const struct rte_ipv4_hdr *ip = take(r, sizeof(*ip));
	uint16_t fragment;

	if (ip == NULL)
		return;
	put(r, ", IPv4 ");
	put_ip4(r, ip->src_addr);
	put(r, " > ");
	put_ip4(r, ip->dst_addr);
	if (rte_ipv4_hdr_len(ip) > sizeof(*ip) &&
	    take(r, rte_ipv4_hdr_len(ip) - sizeof(*ip)) == NULL)
		return;
	fragment = rte_be_to_cpu_16(ip->fragment_offset) & RTE_IPV4_HDR_OFFSET_MASK;
	if (fragment == 0)
		l4_put(r, ip->next_proto_id);
	else
		put(r, ", fragment at %u", fragment * RTE_IPV4_HDR_OFFSET_UNITS);
}

static void
ip6_put(struct reader *r)
{
	const struct rte_ipv6_hdr *ip = take(r, sizeof(*ip));

	if (ip == NULL)
		return;
	put(r, ", IPv6 ");
	put_ip6(r, (const uint8_t *)&ip->src_addr);
	put(r, " > ");
	put_ip6(r, (const uint8_t *)&ip->dst_addr);
	l4_put(r, ip->proto);
}

static void
l3_put(struct reader *r, uint16_t type)
{
	const struct rte_vlan_hdr *vlan;

	switch (type) {
	case RTE_ETHER_TYPE_VLAN:
	case RTE_ETHER_TYPE_QINQ:
		vlan = take(r, sizeof(*vlan));
		if (vlan == NULL)
			return;
		put(r, ", VLAN %u", rte_be_to_cpu_16(vlan->vlan_tci) & RTE_ETHER_MAX_VLAN_ID);
		/* As deep as the frame goes: each tag takes some of it. */
		l3_put(r, rte_be_to_cpu_16(vlan->eth_proto));
		break;
	case RTE_ETHER_TYPE_ARP:
		arp_put(r);
		break;
	case RTE_ETHER_TYPE_IPV4:
		ip4_put(r);
		break;
	case RTE_ETHER_TYPE_IPV6:
		ip6_put(r);
		break;
	default:
		put(r, ", EtherType 0x%04x", type);
	}
}

void
tp_decode(const struct rte_mbuf *pkt, char *line, size_t size)
{
	struct reader r = { rte_pktmbuf_mtod(pkt, const uint8_t *), pkt->data_len, line, size };
	const struct rte_ether_hdr *eth = take(&r, sizeof(*eth));

	if (eth != NULL) {
		put(&r, RTE_ETHER_ADDR_PRT_FMT " > " RTE_ETHER_ADDR_PRT_FMT,
		    RTE_ETHER_ADDR_BYTES(&eth->src_addr), RTE_ETHER_ADDR_BYTES(&eth->dst_addr));
		l3_put(&r, rte_be_to_cpu_16(eth->ether_type));
	}
	put(&r, ", length %u", pkt->pkt_len);
}
