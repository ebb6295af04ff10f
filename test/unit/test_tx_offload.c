/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Checksums that Tx inserts, into each kind of mbuf, compared with those of
 * ip_frames.c byte by byte; and requests that it can not meet.
 */
#include <stdlib.h>
#include <string.h>

#include <rte_errno.h>

#include "afx_tx.h"
#include "afx_tx_offload.h"
#include "afx_tx_prepare.h"
#include "ip_frames.h"
#include "offload_env.h"

/* Extension headers: two short ones or one long one. */
#define CHAIN_LEN 16

static const struct ip_frame_cfg cfgs[] = {
	{ .name = "IPv4, UDP", .payload = 18 },
	{ .name = "IPv4, UDP, empty" },
	{ .name = "IPv4, UDP, odd", .payload = 1471 },
	{ .name = "IPv4, UDP, options, trailer", .payload = 3, .extra = 8, .trailer = 30 },
	{ .name = "IPv4, UDP, most options", .payload = 101, .extra = 40 },
	{ .name = "IPv4, UDP, ends early", .payload = 64, .udp_less = 13 },
	{ .name = "IPv4, TCP", .payload = 7, .tcp = true },
	{ .name = "IPv4, TCP, empty, trailer", .tcp = true, .trailer = 6 },
	{ .name = "IPv4, TCP, options", .payload = 1418, .extra = 24, .tcp = true },
	{ .name = "IPv4, UDP, behind another header", .payload = 77, .lead = 50 },
	{ .name = "IPv6, UDP", .ipv6 = true, .payload = 33 },
	{ .name = "IPv6, UDP, extension header", .ipv6 = true, .payload = 34, .extra = 24 },
	{ .name = "IPv6, TCP", .ipv6 = true, .tcp = true, .payload = 1440 },
	{ .name = "IPv6, TCP, extension header", .ipv6 = true, .tcp = true, .extra = 8 },
	{ .name = "IPv6, UDP, room for two", .ipv6 = true, .payload = 34, .extra = CHAIN_LEN },
};

/* What is asked for in turn. */
enum {
	L3_ONLY,
	L4_ONLY,
	L3_AND_L4,
	ASKS
};

static uint64_t
requests(const struct ip_frame *f, unsigned int asks)
{
	uint64_t flags = f->ipv6 ? RTE_MBUF_F_TX_IPV6 : RTE_MBUF_F_TX_IPV4;

	if (asks != L4_ONLY && !f->ipv6)
		flags |= RTE_MBUF_F_TX_IP_CKSUM;
	if (asks != L3_ONLY)
		flags |= f->tcp ? RTE_MBUF_F_TX_TCP_CKSUM : RTE_MBUF_F_TX_UDP_CKSUM;
	return flags;
}

static void
complete(struct ip_frame *f, unsigned int asks)
{
	if (asks != L4_ONLY && !f->ipv6)
		ip_frame_ip_cksum(f);
	if (asks != L3_ONLY)
		ip_frame_l4_cksum(f);
}

/* Each frame in each kind of mbuf; a copy only where it takes one. */
static void
test_every_kind(void **state)
{
	const struct offload_kind *kind = *state;
	static struct ip_frame f, want;
	static struct fixture fx;
	unsigned int i, asks;
	struct rte_mbuf *m;
	bool changed;

	for (i = 0; i < RTE_DIM(cfgs); i++) {
		for (asks = 0; asks < ASKS; asks++) {
			offload_open(&fx);
			ip_frame_make(&f, &cfgs[i], i);
			want = f;
			complete(&want, asks);
			changed = asks != L3_ONLY || !f.ipv6;
			m = offload_mbuf(kind, &fx, &f, requests(&f, asks));
			assert_int_equal(afx_tx_pkt_prepare(&fx.e.txq, &m, 1), 1);
			assert_int_equal(afx_tx_burst_offloads(&fx.e.txq, &m, 1), 1);
			offload_sent_is(&fx, 0, want.data, want.len);
			offload_kept_is(&fx, f.data, f.len);
			assert_int_equal(fx.e.txq.count.copied,
					 kind->copied && (changed || !kind->if_changed));
			assert_int_equal(fx.e.txq.count.offloads, changed);
			offload_close(&fx);
		}
	}
}

/* Headers in two segments, wherever the first one ends. */
static void
test_split_anywhere(void **state __rte_unused)
{
	static struct ip_frame f, want;
	static struct fixture fx;
	struct rte_mbuf *m;
	unsigned int i;
	uint32_t at;

	for (i = 0; i < RTE_DIM(cfgs); i++) {
		offload_open(&fx);
		ip_frame_make(&f, &cfgs[i], i);
		want = f;
		complete(&want, L3_AND_L4);
		for (at = 0; at <= 120 && at <= f.len; at++) {
			m = offload_chain(&fx, &f, at, requests(&f, L3_AND_L4));
			assert_int_equal(afx_tx_pkt_prepare(&fx.e.txq, &m, 1), 1);
			assert_int_equal(afx_tx_burst_offloads(&fx.e.txq, &m, 1), 1);
			offload_sent_is(&fx, at, want.data, want.len);
		}
		assert_int_equal(fx.e.txq.count.copied, at);
		offload_close(&fx);
	}
}

/* Without a request, marks of packet type or not, and with a field that happens to be right. */
static void
test_only_what_is_asked_for(void **state __rte_unused)
{
	static struct ip_frame f;
	static struct fixture fx;
	struct rte_mbuf *pkts[3];

	offload_open(&fx);
	ip_frame_make(&f, &cfgs[0], 1);
	pkts[0] = offload_mbuf(&offload_kinds[0], &fx, &f, 0);
	pkts[1] = offload_mbuf(&offload_kinds[0], &fx, &f, RTE_MBUF_F_TX_IPV4);
	pkts[2] = offload_mbuf(&offload_kinds[0], &fx, &f, RTE_MBUF_F_TX_IPV6);
	assert_int_equal(afx_tx_burst_offloads(&fx.e.txq, pkts, 3), 3);
	offload_sent_is(&fx, 0, f.data, f.len);
	offload_sent_is(&fx, 1, f.data, f.len);
	offload_sent_is(&fx, 2, f.data, f.len);
	assert_int_equal(fx.e.txq.count.offloads, 0);
	offload_close(&fx);
}

/* A datagram whose checksum comes out as 0 is sent with 0xffff; TCP and IPv4 keep their 0. */
static void
test_zero(void **state __rte_unused)
{
	static const struct ip_frame_cfg zero[] = { { .payload = 18 },
						    { .payload = 18, .tcp = true } };
	static struct ip_frame f;
	static struct fixture fx;
	struct rte_mbuf *m;
	unsigned int i;

	for (i = 0; i < RTE_DIM(zero); i++) {
		const uint16_t want = zero[i].tcp ? 0 : 0xffff;

		offload_open(&fx);
		ip_frame_make(&f, &zero[i], 5);
		/* With its own checksum as payload, the sum is that of 0. */
		memset(f.data + f.l4_end - 2, 0, 2);
		ip_frame_l4_cksum(&f);
		memcpy(f.data + f.l4_end - 2, f.data + f.l4_cksum, 2);
		ip_frame_l4_cksum(&f);
		assert_memory_equal(f.data + f.l4_cksum, &want, 2);
		m = offload_mbuf(&offload_kinds[0], &fx, &f, requests(&f, L4_ONLY));
		memset(rte_pktmbuf_mtod_offset(m, char *, f.l4_cksum), IP_FRAME_JUNK, 2);
		assert_int_equal(afx_tx_burst_offloads(&fx.e.txq, &m, 1), 1);
		offload_sent_is(&fx, 0, f.data, f.len);
		offload_close(&fx);
	}
}

/* One thing wrong with a frame or its requests, at a time. */
struct wrong {
	const char *name;
	const struct ip_frame_cfg *cfg;
	int err;
	uint64_t flags; /* in place of those of the frame */
	int16_t l2_more; /* than is right */
	int16_t l3_more;
	uint16_t at; /* from the IP header on, a field of width bytes, to be written */
	uint16_t value;
	uint8_t width;
	const char *chain; /* of IPv6, the first header's type, and 16 bytes of extension headers */
};

#define IPV4_UDP (&cfgs[0])
#define IPV4_TCP_EMPTY (&cfgs[7])
#define IPV4_TCP (&cfgs[6])
#define BEHIND_ANOTHER (&cfgs[9])
#define IPV6_UDP (&cfgs[10])
#define IPV6_TCP (&cfgs[12])
#define IPV6_UDP_EXTENSION (&cfgs[14])

static const struct wrong wrongs[] = {
	{ "l2_len 0", IPV4_UDP, EINVAL, .l2_more = -14 },
	{ "l2_len too small", IPV4_UDP, EINVAL, .l2_more = -1 },
	{ "l2_len too large", IPV4_UDP, EINVAL, .l2_more = 1 },
	{ "l2_len beyond the frame", IPV4_UDP, EINVAL, .l2_more = 100 },
	{ "l3_len 0", IPV4_UDP, EINVAL, .l3_more = -20 },
	{ "l3_len too small", IPV4_UDP, EINVAL, .l3_more = -4 },
	{ "l3_len too large", IPV4_UDP, EINVAL, .l3_more = 4 },
	{ "l3_len too large, IPv4 alone", IPV4_UDP, EINVAL, .flags = RTE_MBUF_F_TX_IP_CKSUM,
	  .l3_more = 4 },
	{ "header of 16 bytes", IPV4_UDP, EINVAL, .flags = RTE_MBUF_F_TX_IP_CKSUM, .l3_more = -4,
	  .at = 0, .value = 0x44, .width = 1 },
	{ "IPv6, l3_len too small", IPV6_UDP, EINVAL, .l3_more = -8 },
	{ "IPv6, l3_len beyond the frame", IPV6_UDP, EINVAL, .l3_more = 100 },
	{ "version 5", IPV4_UDP, EINVAL, .at = 0, .value = 0x55, .width = 1 },
	{ "ends behind the frame", IPV4_UDP, EINVAL, .at = 2, .value = 47, .width = 2 },
	{ "ends within its header", IPV4_UDP, EINVAL, .at = 2, .value = 19, .width = 2 },
	{ "no room for TCP", IPV4_TCP_EMPTY, EINVAL, .at = 2, .value = 39, .width = 2 },
	{ "no room for UDP", IPV4_UDP, EINVAL, .at = 2, .value = 27, .width = 2 },
	{ "first fragment", IPV4_UDP, EINVAL, .at = 6, .value = 0x2000, .width = 2 },
	{ "last fragment", IPV4_UDP, EINVAL, .at = 6, .value = 0x0001, .width = 2 },
	{ "IPv6 ends behind the frame", IPV6_UDP, EINVAL, .at = 4, .value = 42, .width = 2 },
	{ "IPv6 fragment", IPV6_UDP, EINVAL, .at = 6, .value = 44, .width = 1 },
	{ "UDP shorter than its header", IPV4_UDP, EINVAL, .at = 20 + 4, .value = 7, .width = 2 },
	{ "UDP longer than IP", IPV4_UDP, EINVAL, .at = 20 + 4, .value = 27, .width = 2 },
	{ "IPv4 checksum of IPv6", IPV6_UDP, EINVAL, .flags = RTE_MBUF_F_TX_IP_CKSUM },
	{ "TCP of UDP", IPV4_UDP, EINVAL, .flags = RTE_MBUF_F_TX_TCP_CKSUM },
	{ "UDP of TCP", IPV4_TCP, EINVAL, .flags = RTE_MBUF_F_TX_UDP_CKSUM, .at = 20 + 4,
	  .value = 20, .width = 2 },
	{ "TCP of UDP, IPv6", IPV6_UDP, EINVAL, .flags = RTE_MBUF_F_TX_TCP_CKSUM },
	{ "UDP of TCP, IPv6", IPV6_TCP, EINVAL, .flags = RTE_MBUF_F_TX_UDP_CKSUM, .at = 40 + 4,
	  .value = 20, .width = 2 },
	{ "IPv6, l3_len too large", IPV6_TCP, EINVAL, .l3_more = 8 },
	{ "fragment behind options", IPV6_UDP_EXTENSION, EINVAL,
	  .chain = "\x00"
		   "\x2c\x00\x01\x04\0\0\0\0"
		   "\x11\0\0\x01\0\0\0\1" },
	{ "whole in a fragment", IPV6_UDP_EXTENSION, EINVAL,
	  .chain = "\x00"
		   "\x2c\x00\x01\x04\0\0\0\0"
		   "\x11\0\0\0\0\0\0\1" },
	{ "segments left", IPV6_UDP_EXTENSION, EINVAL,
	  .chain = "\x2b"
		   "\x11\x01\x04\x01\0\0\0\0"
		   "\0\0\0\0\0\0\0\0" },
	{ "segments left, behind options", IPV6_UDP_EXTENSION, EINVAL,
	  .chain = "\x00"
		   "\x2b\x00\x01\x04\0\0\0\0"
		   "\x11\x00\x04\x01\0\0\0\0" },
	{ "authentication header", IPV6_UDP_EXTENSION, EINVAL,
	  .chain = "\x33"
		   "\x11\x01\0\0\0\0\0\0"
		   "\0\0\0\0\0\0\0\0" },
	{ "extensions longer than l3_len", IPV6_UDP_EXTENSION, EINVAL,
	  .chain = "\x00"
		   "\x11\x02\x01\x0c\0\0\0\0"
		   "\0\0\0\0\0\0\0\0" },
	{ "extensions shorter than l3_len", IPV6_UDP_EXTENSION, EINVAL,
	  .chain = "\x00"
		   "\x11\x00\x01\x04\0\0\0\0"
		   "\x11\0\0\0\0\0\0\0" },
	{ "another transport behind extensions", IPV6_UDP_EXTENSION, EINVAL,
	  .chain = "\x00"
		   "\x06\x01\x01\x0c\0\0\0\0"
		   "\0\0\0\0\0\0\0\0" },
	{ "SCTP", IPV4_UDP, ENOTSUP, .flags = RTE_MBUF_F_TX_SCTP_CKSUM },
	{ "TSO", IPV4_UDP, ENOTSUP, .flags = RTE_MBUF_F_TX_TCP_SEG | RTE_MBUF_F_TX_TCP_CKSUM },
	{ "USO", IPV4_UDP, ENOTSUP, .flags = RTE_MBUF_F_TX_UDP_SEG | RTE_MBUF_F_TX_IP_CKSUM },
	{ "outer IPv4", IPV4_UDP, ENOTSUP, .flags = RTE_MBUF_F_TX_OUTER_IP_CKSUM },
	{ "outer UDP", IPV4_UDP, ENOTSUP,
	  .flags = RTE_MBUF_F_TX_OUTER_UDP_CKSUM | RTE_MBUF_F_TX_TUNNEL_VXLAN },
	{ "time stamp", IPV4_UDP, ENOTSUP, .flags = RTE_MBUF_F_TX_IEEE1588_TMST },
};

static void
chain_put(struct ip_frame *f, const char *chain)
{
	f->data[f->l3 + 6] = chain[0];
	memcpy(f->data + f->l3 + 40, chain + 1, CHAIN_LEN);
}

/* Headers of options and of routing that is done. */
static void
test_extensions(void **state __rte_unused)
{
	static const char *const chains[] = {
		"\x00"
		"\x2b\x00\x01\x04\0\0\0\0"
		"\x11\x00\x04\x00\0\0\0\0",
		"\x00"
		"\x3c\x00\x01\x04\0\0\0\0"
		"\x11\x00\x01\x04\0\0\0\0",
		"\x2b"
		"\x11\x01\x04\x00\0\0\0\0"
		"\1\0\0\0\0\0\0\0",
	};
	static struct ip_frame f, want;
	static struct fixture fx;
	struct rte_mbuf *m;
	unsigned int i;

	offload_open(&fx);
	for (i = 0; i < 2 * RTE_DIM(chains); i++) {
		ip_frame_make(&f, IPV6_UDP_EXTENSION, i);
		chain_put(&f, chains[i / 2]);
		want = f;
		complete(&want, L4_ONLY);
		m = i % 2 ? offload_chain(&fx, &f, 58, requests(&f, L4_ONLY))
			  : offload_mbuf(&offload_kinds[0], &fx, &f, requests(&f, L4_ONLY));
		assert_int_equal(afx_tx_burst_offloads(&fx.e.txq, &m, 1), 1);
		offload_sent_is(&fx, i, want.data, want.len);
	}
	offload_close(&fx);
}

/* The type of a tunnel, which inner checksums come with, asks for nothing itself. */
static void
test_tunnel_types(void **state __rte_unused)
{
	static struct ip_frame f, want;
	static struct fixture fx;
	struct rte_mbuf *pkts[2];
	uint64_t type;

	for (type = 0; type <= RTE_MBUF_F_TX_TUNNEL_MASK; type += RTE_MBUF_F_TX_TUNNEL_VXLAN) {
		offload_open(&fx);
		ip_frame_make(&f, BEHIND_ANOTHER, 4);
		want = f;
		complete(&want, L3_AND_L4);
		pkts[0] = offload_mbuf(&offload_kinds[0], &fx, &f, requests(&f, L3_AND_L4) | type);
		pkts[1] = offload_mbuf(&offload_kinds[0], &fx, &f, type);
		assert_int_equal(afx_tx_pkt_prepare(&fx.e.txq, pkts, 2), 2);
		assert_int_equal(afx_tx_burst_offloads(&fx.e.txq, pkts, 2), 2);
		offload_sent_is(&fx, 0, want.data, want.len);
		offload_sent_is(&fx, 1, f.data, f.len);
		assert_int_equal(fx.e.txq.count.offloads, 1);
		assert_int_equal(fx.e.txq.count.copied, 0);
		offload_close(&fx);
	}
}

static void
wrong_apply(const struct wrong *row, struct ip_frame *f)
{
	uint8_t *at = f->data + f->l3 + row->at;

	if (row->chain != NULL)
		chain_put(f, row->chain);
	if (row->width == 2)
		*at++ = row->value >> 8;
	if (row->width != 0)
		*at = row->value;
}

/* Said by prepare, which changes nothing; refused by a burst, one segment or two. */
static void
test_wrong(void **state)
{
	const struct wrong *row = *state;
	static struct ip_frame f, good;
	static struct fixture fx;
	struct rte_mbuf *pkts[3];
	unsigned int split;
	uint64_t flags;

	for (split = 0; split < 2; split++) {
		offload_open(&fx);
		ip_frame_make(&good, IPV4_UDP, 1);
		ip_frame_make(&f, row->cfg, 3);
		wrong_apply(row, &f);
		flags = row->flags != 0 ? row->flags : requests(&f, L3_AND_L4);
		pkts[0] = offload_mbuf(&offload_kinds[0], &fx, &good, requests(&good, L3_AND_L4));
		pkts[1] = split ? offload_chain(&fx, &f, 20, flags)
				: offload_mbuf(&offload_kinds[0], &fx, &f, flags);
		pkts[2] = offload_mbuf(&offload_kinds[0], &fx, &good, 0);
		pkts[1]->l2_len += row->l2_more;
		pkts[1]->l3_len += row->l3_more;
		rte_errno = 0;
		assert_int_equal(afx_tx_pkt_prepare(&fx.e.txq, pkts, 3), 1);
		assert_int_equal(rte_errno, row->err);
		assert_memory_equal(rte_pktmbuf_mtod(pkts[0], void *), good.data, good.len);
		assert_int_equal(afx_tx_burst_offloads(&fx.e.txq, pkts, 3), 3);
		assert_int_equal(fx.e.txq.count.refused, 1);
		assert_int_equal(fx.e.txq.count.refused_offloads, 1);
		assert_int_equal(fx.e.fk.tx_sent, 2);
		offload_sent_is(&fx, 1, good.data, good.len);
		offload_close(&fx);
	}
}

/* The IP header is to be in the frame as a whole, and behind that of Ethernet. */
static void
test_header_within_the_frame(void **state __rte_unused)
{
	static const struct ip_frame_cfg options = { .extra = 40 };
	static struct ip_frame f, want;
	static struct fixture fx;
	struct rte_mbuf *m;
	uint32_t end, len;

	offload_open(&fx);
	ip_frame_make(&f, &options, 2);
	want = f;
	ip_frame_ip_cksum(&want);
	end = f.l3 + f.l3_len;
	for (len = f.l3; len <= end; len++) {
		m = offload_mbuf(&offload_kinds[0], &fx, &f, RTE_MBUF_F_TX_IP_CKSUM);
		rte_pktmbuf_trim(m, f.len - len);
		assert_int_equal(afx_tx_burst_offloads(&fx.e.txq, &m, 1), 1);
	}
	assert_int_equal(fx.e.txq.count.refused, end - f.l3);
	offload_sent_is(&fx, 0, want.data, end);
	f.data[0] = 0x45;
	m = offload_mbuf(&offload_kinds[0], &fx, &f, RTE_MBUF_F_TX_IP_CKSUM);
	m->l2_len = 0;
	m->l3_len = 20;
	assert_int_equal(afx_tx_pkt_prepare(&fx.e.txq, &m, 1), 0);
	rte_pktmbuf_free(m);
	offload_close(&fx);
}

/* Of one segment and of two, what was not configured is refused, the rest not. */
static void
test_not_configured(void **state __rte_unused)
{
	static const uint64_t flags[] = { RTE_MBUF_F_TX_IP_CKSUM, RTE_MBUF_F_TX_UDP_CKSUM,
					  RTE_MBUF_F_TX_TCP_CKSUM };
	static const uint64_t offers[] = { RTE_MBUF_F_TX_IP_CKSUM,
					   AFX_TX_OFFER_L4(RTE_MBUF_F_TX_UDP_CKSUM),
					   AFX_TX_OFFER_L4(RTE_MBUF_F_TX_TCP_CKSUM), 0 };
	static const struct ip_frame_cfg *const cfg[] = { IPV4_UDP, IPV4_UDP, IPV4_TCP_EMPTY };
	static struct ip_frame f;
	static struct fixture fx;
	struct rte_mbuf *m;
	size_t i, j;

	offload_open(&fx);
	for (i = 0; i < RTE_DIM(offers); i++) {
		fx.e.txq.offers = offers[i] != 0 ? offers[i] | AFX_TX_OFFER_L4(0) : 0;
		for (j = 0; j < 2 * RTE_DIM(flags); j++) {
			ip_frame_make(&f, cfg[j / 2], 0);
			m = j % 2 ? offload_chain(&fx, &f, 40, flags[j / 2])
				  : offload_mbuf(&offload_kinds[0], &fx, &f, flags[j / 2]);
			rte_errno = 0;
			assert_int_equal(afx_tx_pkt_prepare(&fx.e.txq, &m, 1), i == j / 2);
			assert_int_equal(rte_errno, i == j / 2 ? 0 : ENOTSUP);
			fx.e.txq.count.refused = 0;
			assert_int_equal(afx_tx_burst_offloads(&fx.e.txq, &m, 1), 1);
			assert_int_equal(fx.e.txq.count.refused, i != j / 2);
		}
	}
	assert_int_equal(fx.e.fk.tx_sent, 2 * RTE_DIM(flags));
	offload_close(&fx);
}

/* Of what bursts refuse without any request, prepare says the same. */
static void
test_prepare_says_what_bursts_refuse(void **state __rte_unused)
{
	static struct fixture fx;
	struct rte_mbuf *m;
	uint32_t refused = 0;
	size_t i;

	for (i = 0; i < nb_forms; i++) {
		offload_open(&fx);
		m = forms[i].make(&fx);
		rte_errno = 0;
		refused += afx_tx_pkt_prepare(&fx.e.txq, &m, 1) == 0;
		assert_int_equal(rte_errno, forms[i].len != 0 ? 0 : EINVAL);
		assert_int_equal(afx_tx_burst_offloads(&fx.e.txq, &m, 1), 1);
		assert_int_equal(fx.e.txq.count.refused, forms[i].len == 0);
		assert_int_equal(fx.e.txq.count.refused_offloads, 0);
		offload_close(&fx);
	}
	assert_in_range(refused, 5, nb_forms - 5);
}

int
main(void)
{
	const struct CMUnitTest single[] = {
		cmocka_unit_test(test_split_anywhere),
		cmocka_unit_test(test_only_what_is_asked_for),
		cmocka_unit_test(test_zero),
		cmocka_unit_test(test_extensions),
		cmocka_unit_test(test_tunnel_types),
		cmocka_unit_test(test_header_within_the_frame),
		cmocka_unit_test(test_not_configured),
		cmocka_unit_test(test_prepare_says_what_bursts_refuse),
	};
	struct CMUnitTest tests[RTE_DIM(single) + RTE_DIM(wrongs) + OFFLOAD_KINDS];
	size_t i;

	memcpy(tests, single, sizeof(single));
	for (i = 0; i < RTE_DIM(wrongs); i++)
		tests[RTE_DIM(single) + i] =
			(struct CMUnitTest){ .name = wrongs[i].name,
					     .test_func = test_wrong,
					     .initial_state = (void *)(uintptr_t)&wrongs[i] };
	for (i = 0; i < OFFLOAD_KINDS; i++)
		tests[RTE_DIM(single) + RTE_DIM(wrongs) + i] =
			(struct CMUnitTest){ .name = offload_kinds[i].name,
					     .test_func = test_every_kind,
					     .initial_state =
						     (void *)(uintptr_t)&offload_kinds[i] };
	return cmocka_run_group_tests(tests, env_group_setup, env_group_teardown);
}
