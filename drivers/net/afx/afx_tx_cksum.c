/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_tcp.h>
#include <rte_udp.h>

#include "afx_cksum.h"
#include "afx_tx_cksum.h"

/* First byte of an IP header: the version is in its upper half. */
#define VERSION(first) ((first) >> 4)

static bool
is_l4(uint64_t flags, uint64_t request)
{
	return (flags & RTE_MBUF_F_TX_L4_MASK) == request;
}

/* Of the transport whose checksum is asked for. */
static uint8_t
l4_proto(uint64_t flags)
{
	return is_l4(flags, RTE_MBUF_F_TX_UDP_CKSUM) ? IPPROTO_UDP : IPPROTO_TCP;
}

/* Where the IP packet ends. */
static int
ipv4_end(const struct rte_mbuf *m, const struct afx_tx_cksum *at, uint32_t *end)
{
	struct rte_ipv4_hdr copy;
	const struct rte_ipv4_hdr *ip = rte_pktmbuf_read(m, at->l3, sizeof(copy), &copy);
	const rte_be16_t fragment = RTE_BE16(RTE_IPV4_HDR_OFFSET_MASK | RTE_IPV4_HDR_MF_FLAG);

	if (ip == NULL || at->l3_len < sizeof(*ip) || rte_ipv4_hdr_len(ip) != at->l3_len)
		return -EINVAL;
	if ((m->ol_flags & RTE_MBUF_F_TX_L4_MASK) &&
	    ((ip->fragment_offset & fragment) || ip->next_proto_id != l4_proto(m->ol_flags)))
		return -EINVAL;
	*end = at->l3 + rte_be_to_cpu_16(ip->total_length);
	return 0;
}

/*
 * Step over the extension header of type proto. None of a fragment, nor of a
 * packet that goes to another address first; and none whose length has another unit.
 */
static int
extension_step(const struct rte_mbuf *m, uint32_t *offset, uint8_t *proto)
{
	uint8_t copy[4];
	const uint8_t *header = rte_pktmbuf_read(m, *offset, sizeof(copy), copy);

	if (header == NULL)
		return -EINVAL;
	if (*proto != IPPROTO_HOPOPTS && *proto != IPPROTO_DSTOPTS &&
	    (*proto != IPPROTO_ROUTING || header[3] != 0))
		return -EINVAL;
	*proto = header[0];
	*offset += 8 * (1 + header[1]);
	return 0;
}

/* From the first header's type to the transport asked for, which is to begin where l3_len says. */
static int
extensions_walk(const struct rte_mbuf *m, const struct afx_tx_cksum *at, uint8_t proto)
{
	const uint32_t l4 = at->l3 + at->l3_len;
	uint32_t offset = at->l3 + sizeof(struct rte_ipv6_hdr);
	int ret = 0;

	while (ret == 0 && offset < l4)
		ret = extension_step(m, &offset, &proto);
	if (ret == 0 && (offset != l4 || proto != l4_proto(m->ol_flags)))
		ret = -EINVAL;
	return ret;
}

static int
ipv6_end(const struct rte_mbuf *m, const struct afx_tx_cksum *at, uint32_t *end)
{
	struct rte_ipv6_hdr copy;
	const struct rte_ipv6_hdr *ip = rte_pktmbuf_read(m, at->l3, sizeof(copy), &copy);

	if (ip == NULL || at->l3_len < sizeof(*ip) || (m->ol_flags & RTE_MBUF_F_TX_IP_CKSUM))
		return -EINVAL;
	*end = at->l3 + sizeof(*ip) + rte_be_to_cpu_16(ip->payload_len);
	return extensions_walk(m, at, ip->proto);
}

/* A datagram may end before its IP packet does. */
static int
udp_len(const struct rte_mbuf *m, uint32_t l4, uint32_t *len)
{
	struct rte_udp_hdr copy;
	const struct rte_udp_hdr *udp = rte_pktmbuf_read(m, l4, sizeof(copy), &copy);
	const uint32_t own_len = udp != NULL ? rte_be_to_cpu_16(udp->dgram_len) : 0;

	if (own_len < sizeof(*udp) || own_len > *len)
		return -EINVAL;
	*len = own_len;
	return 0;
}

/* The L4 checksum is over what the IP packet has behind its header. */
static int
l4_find(const struct rte_mbuf *m, struct afx_tx_cksum *at, uint32_t end)
{
	const uint32_t l4 = at->l3 + at->l3_len;

	if (end > m->pkt_len || end < l4)
		return -EINVAL;
	at->l4_len = end - l4;
	if (is_l4(m->ol_flags, RTE_MBUF_F_TX_UDP_CKSUM))
		return udp_len(m, l4, &at->l4_len);
	return at->l4_len < sizeof(struct rte_tcp_hdr) ? -EINVAL : 0;
}

int
afx_tx_cksum_find(const struct rte_mbuf *m, struct afx_tx_cksum *at)
{
	const uint64_t outer = RTE_MBUF_F_TX_OUTER_IPV4 | RTE_MBUF_F_TX_OUTER_IPV6;
	const uint8_t *first;
	uint8_t copy;
	uint32_t end;
	int ret;

	at->l3 = m->l2_len;
	if (m->ol_flags & outer)
		at->l3 += m->outer_l2_len + m->outer_l3_len;
	at->l3_len = m->l3_len;
	first = rte_pktmbuf_read(m, at->l3, sizeof(copy), &copy);
	if (first == NULL || at->l3 < RTE_ETHER_HDR_LEN || at->l3 + at->l3_len > m->pkt_len)
		return -EINVAL;
	at->ipv6 = VERSION(*first) == 6;
	if (!at->ipv6 && VERSION(*first) != 4)
		return -EINVAL;
	ret = at->ipv6 ? ipv6_end(m, at, &end) : ipv4_end(m, at, &end);
	if (ret == 0 && (m->ol_flags & RTE_MBUF_F_TX_L4_MASK))
		ret = l4_find(m, at, end);
	return ret;
}

/*
 * The checksum of data that has its own field in it, whose value is taken out of
 * the sum: a zero stored there would have to be waited for by the loads.
 */
static uint16_t
cksum(uint64_t sum, const char *data, uint32_t len, const char *field)
{
	uint16_t old;

	memcpy(&old, field, sizeof(old));
	return ~afx_cksum_fold(afx_cksum_add(sum + (uint16_t)~old, data, len));
}

static void
ipv4_write(char *ip, uint32_t len)
{
	char *field = ip + offsetof(struct rte_ipv4_hdr, hdr_checksum);
	const uint16_t value = cksum(0, ip, len, field);

	memcpy(field, &value, sizeof(value));
}

static void
l4_write(char *l4, uint32_t len, uint64_t sum, bool udp)
{
	char *field = l4 +
		(udp ? offsetof(struct rte_udp_hdr, dgram_cksum)
		     : offsetof(struct rte_tcp_hdr, cksum));
	uint16_t value = cksum(sum, l4, len, field);

	/* 0 says that a datagram has none. */
	if (udp && value == 0)
		value = UINT16_MAX;
	memcpy(field, &value, sizeof(value));
}

void
afx_tx_cksum_write(char *frame, uint64_t flags, const struct afx_tx_cksum *at)
{
	const bool udp = is_l4(flags, RTE_MBUF_F_TX_UDP_CKSUM);
	char *ip = frame + at->l3;

	if (flags & RTE_MBUF_F_TX_IP_CKSUM)
		ipv4_write(ip, at->l3_len);
	if (flags & RTE_MBUF_F_TX_L4_MASK)
		l4_write(ip + at->l3_len, at->l4_len,
			 afx_cksum_pseudo(ip, at->ipv6, l4_proto(flags), at->l4_len), udp);
}
