/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <rte_arp.h>
#include <rte_ether.h>
#include <rte_icmp.h>
#include <rte_ip.h>

#include "engine.h"
#include "stream.h"

static void
macs_set(struct rte_ether_hdr *eth, const struct tp_stream *stream)
{
	eth->dst_addr = eth->src_addr;
	eth->src_addr = stream->src;
}

/* Every address is ours: whatever is asked for, this port's MAC is the answer. */
static bool
arp_answer(const struct tp_stream *stream, struct rte_ether_hdr *eth, void *l3, uint32_t len)
{
	struct rte_arp_hdr *arp = l3;
	struct rte_arp_ipv4 *data = &arp->arp_data;
	rte_be32_t asked;

	if (len < sizeof(*arp) || arp->arp_opcode != RTE_BE16(RTE_ARP_OP_REQUEST) ||
	    arp->arp_protocol != RTE_BE16(RTE_ETHER_TYPE_IPV4))
		return false;
	/* Who asks for its own address looks for a conflict (RFC 5227), or announces it. */
	if (data->arp_sip == 0 || data->arp_sip == data->arp_tip)
		return false;
	arp->arp_opcode = RTE_BE16(RTE_ARP_OP_REPLY);
	asked = data->arp_tip;
	data->arp_tip = data->arp_sip;
	data->arp_sip = asked;
	data->arp_tha = data->arp_sha;
	data->arp_sha = stream->src;
	macs_set(eth, stream);
	return true;
}

/* Type 8 became 0: RFC 1624 with one changed 16-bit word. */
static void
icmp_reply_make(struct rte_icmp_hdr *icmp)
{
	uint32_t sum =
		(uint16_t)~icmp->icmp_cksum + (uint16_t)~RTE_BE16(RTE_IP_ICMP_ECHO_REQUEST << 8);

	sum = (sum & UINT16_MAX) + (sum >> 16);
	icmp->icmp_cksum = ~(sum + (sum >> 16));
	icmp->icmp_type = RTE_IP_ICMP_ECHO_REPLY;
}

static bool
ping_answer(const struct tp_stream *stream, struct rte_ether_hdr *eth, void *l3, uint32_t len)
{
	struct rte_ipv4_hdr *ip = l3;
	struct rte_icmp_hdr *icmp;
	uint32_t ip_len;
	rte_be32_t src;

	if (len < sizeof(*ip))
		return false;
	ip_len = rte_ipv4_hdr_len(ip);
	icmp = RTE_PTR_ADD(ip, ip_len);
	if (ip->next_proto_id != IPPROTO_ICMP || len < ip_len + sizeof(*icmp) ||
	    (ip->fragment_offset & RTE_BE16(RTE_IPV4_HDR_OFFSET_MASK)) != 0 ||
	    icmp->icmp_type != RTE_IP_ICMP_ECHO_REQUEST ||
	    rte_is_multicast_ether_addr(&eth->dst_addr))
		return false;
	/* Swapped addresses leave the header's checksum as it is. */
	src = ip->src_addr;
	ip->src_addr = ip->dst_addr;
	ip->dst_addr = src;
	icmp_reply_make(icmp);
	macs_set(eth, stream);
	return true;
}

/* Make pkt an answer, in place; false if it asks for none. */
static bool
answer(const struct tp_stream *stream, struct rte_mbuf *pkt)
{
	struct rte_ether_hdr *eth = rte_pktmbuf_mtod(pkt, struct rte_ether_hdr *);
	rte_be16_t type = eth->ether_type;
	uint32_t offset = sizeof(*eth);
	struct rte_vlan_hdr *vlan;
	void *l3;

	if (pkt->data_len >= offset + sizeof(*vlan) && type == RTE_BE16(RTE_ETHER_TYPE_VLAN)) {
		vlan = rte_pktmbuf_mtod_offset(pkt, struct rte_vlan_hdr *, offset);
		type = vlan->eth_proto;
		offset += sizeof(*vlan);
	}
	if (pkt->data_len < offset)
		return false;
	l3 = RTE_PTR_ADD(eth, offset);
	if (type == RTE_BE16(RTE_ETHER_TYPE_ARP))
		return arp_answer(stream, eth, l3, pkt->data_len - offset);
	if (type == RTE_BE16(RTE_ETHER_TYPE_IPV4))
		return ping_answer(stream, eth, l3, pkt->data_len - offset);
	return false;
}

static uint16_t
burst(struct tp_stream *stream)
{
	struct rte_mbuf **pkts = stream->pkts;
	uint16_t n = tp_stream_rx(stream, pkts);
	uint16_t i, answers = 0;

	for (i = 0; i < n; i++) {
		if (answer(stream, pkts[i]))
			pkts[answers++] = pkts[i];
		else
			rte_pktmbuf_free(pkts[i]);
	}
	if (answers > 0)
		tp_stream_tx(stream, pkts, answers);
	return n;
}

const struct tp_engine tp_fwd_icmpecho = {
	.name = "icmpecho",
	.flags = TP_ENGINE_RX | TP_ENGINE_TX,
	.burst = burst,
};
