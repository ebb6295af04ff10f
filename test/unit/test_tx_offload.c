/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Checksums that Tx inserts, into each kind of mbuf, compared with those of
 * ip_frames.c byte by byte.
 */
#include <string.h>

#include "afx_tx.h"
#include "afx_tx_offload.h"
#include "afx_tx_prepare.h"
#include "ip_frames.h"
#include "offload_env.h"

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
	{ .name = "IPv6, UDP, room for two", .ipv6 = true, .payload = 34, .extra = IP_FRAME_CHAIN },
};

#define BEHIND_ANOTHER (&cfgs[9])
#define IPV6_CHAIN (&cfgs[14])

static void
complete(struct ip_frame *f, unsigned int asks)
{
	if (asks != OFFLOAD_L4_ONLY && !f->ipv6)
		ip_frame_ip_cksum(f);
	if (asks != OFFLOAD_L3_ONLY)
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
		for (asks = 0; asks < OFFLOAD_ASKS; asks++) {
			offload_open(&fx);
			ip_frame_make(&f, &cfgs[i], i);
			want = f;
			complete(&want, asks);
			changed = asks != OFFLOAD_L3_ONLY || !f.ipv6;
			m = offload_mbuf(kind, &fx, &f, offload_requests(&f, asks));
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
		complete(&want, OFFLOAD_L3_AND_L4);
		for (at = 0; at <= 120 && at <= f.len; at++) {
			m = offload_chain(&fx, &f, at, offload_requests(&f, OFFLOAD_L3_AND_L4));
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
		m = offload_mbuf(&offload_kinds[0], &fx, &f, offload_requests(&f, OFFLOAD_L4_ONLY));
		memset(rte_pktmbuf_mtod_offset(m, char *, f.l4_cksum), IP_FRAME_JUNK, 2);
		assert_int_equal(afx_tx_burst_offloads(&fx.e.txq, &m, 1), 1);
		offload_sent_is(&fx, 0, f.data, f.len);
		offload_close(&fx);
	}
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
		ip_frame_make(&f, IPV6_CHAIN, i);
		ip_frame_chain(&f, chains[i / 2]);
		want = f;
		complete(&want, OFFLOAD_L4_ONLY);
		m = i % 2 ? offload_chain(&fx, &f, 58, offload_requests(&f, OFFLOAD_L4_ONLY))
			  : offload_mbuf(&offload_kinds[0], &fx, &f,
					 offload_requests(&f, OFFLOAD_L4_ONLY));
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
		complete(&want, OFFLOAD_L3_AND_L4);
		pkts[0] = offload_mbuf(&offload_kinds[0], &fx, &f,
				       offload_requests(&f, OFFLOAD_L3_AND_L4) | type);
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

int
main(void)
{
	const struct CMUnitTest single[] = {
		cmocka_unit_test(test_split_anywhere),
		cmocka_unit_test(test_only_what_is_asked_for),
		cmocka_unit_test(test_zero),
		cmocka_unit_test(test_extensions),
		cmocka_unit_test(test_tunnel_types),
	};
	struct CMUnitTest tests[RTE_DIM(single) + OFFLOAD_KINDS];

	memcpy(tests, single, sizeof(single));
	offload_kind_tests(tests + RTE_DIM(single), test_every_kind);
	return cmocka_run_group_tests(tests, env_group_setup, env_group_teardown);
}
