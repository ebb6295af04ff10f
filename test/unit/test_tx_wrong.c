/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Requests for offloads that Tx can not meet, and frames that are not what
 * their requests say: refused by a burst, and named by prepare beforehand.
 */
#include <string.h>

#include <rte_errno.h>

#include "afx_tx.h"
#include "afx_tx_offload.h"
#include "afx_tx_prepare.h"
#include "ip_frames.h"
#include "offload_env.h"

static const struct ip_frame_cfg ipv4_udp = { .payload = 18 };
static const struct ip_frame_cfg ipv4_tcp = { .payload = 7, .tcp = true };
static const struct ip_frame_cfg ipv4_tcp_empty = { .tcp = true, .trailer = 6 };
static const struct ip_frame_cfg ipv6_udp = { .ipv6 = true, .payload = 33 };
static const struct ip_frame_cfg ipv6_tcp = { .ipv6 = true, .tcp = true, .payload = 1440 };
static const struct ip_frame_cfg ipv6_chain = { .ipv6 = true,
						.payload = 34,
						.extra = IP_FRAME_CHAIN };

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

static const struct wrong wrongs[] = {
	{ "l2_len 0", &ipv4_udp, EINVAL, .l2_more = -14 },
	{ "l2_len too small", &ipv4_udp, EINVAL, .l2_more = -1 },
	{ "l2_len too large", &ipv4_udp, EINVAL, .l2_more = 1 },
	{ "l2_len beyond the frame", &ipv4_udp, EINVAL, .l2_more = 100 },
	{ "l3_len 0", &ipv4_udp, EINVAL, .l3_more = -20 },
	{ "l3_len too small", &ipv4_udp, EINVAL, .l3_more = -4 },
	{ "l3_len too large", &ipv4_udp, EINVAL, .l3_more = 4 },
	{ "l3_len too large, IPv4 alone", &ipv4_udp, EINVAL, .flags = RTE_MBUF_F_TX_IP_CKSUM,
	  .l3_more = 4 },
	{ "header of 16 bytes", &ipv4_udp, EINVAL, .flags = RTE_MBUF_F_TX_IP_CKSUM, .l3_more = -4,
	  .at = 0, .value = 0x44, .width = 1 },
	{ "IPv6, l3_len too small", &ipv6_udp, EINVAL, .l3_more = -8 },
	{ "IPv6, l3_len beyond the frame", &ipv6_udp, EINVAL, .l3_more = 100 },
	{ "version 5", &ipv4_udp, EINVAL, .at = 0, .value = 0x55, .width = 1 },
	{ "ends behind the frame", &ipv4_udp, EINVAL, .at = 2, .value = 47, .width = 2 },
	{ "ends within its header", &ipv4_udp, EINVAL, .at = 2, .value = 19, .width = 2 },
	{ "no room for TCP", &ipv4_tcp_empty, EINVAL, .at = 2, .value = 39, .width = 2 },
	{ "no room for UDP", &ipv4_udp, EINVAL, .at = 2, .value = 27, .width = 2 },
	{ "first fragment", &ipv4_udp, EINVAL, .at = 6, .value = 0x2000, .width = 2 },
	{ "last fragment", &ipv4_udp, EINVAL, .at = 6, .value = 0x0001, .width = 2 },
	{ "IPv6 ends behind the frame", &ipv6_udp, EINVAL, .at = 4, .value = 42, .width = 2 },
	{ "IPv6 fragment", &ipv6_udp, EINVAL, .at = 6, .value = 44, .width = 1 },
	{ "UDP shorter than its header", &ipv4_udp, EINVAL, .at = 20 + 4, .value = 7, .width = 2 },
	{ "UDP longer than IP", &ipv4_udp, EINVAL, .at = 20 + 4, .value = 27, .width = 2 },
	{ "IPv4 checksum of IPv6", &ipv6_udp, EINVAL, .flags = RTE_MBUF_F_TX_IP_CKSUM },
	{ "TCP of UDP", &ipv4_udp, EINVAL, .flags = RTE_MBUF_F_TX_TCP_CKSUM },
	{ "UDP of TCP", &ipv4_tcp, EINVAL, .flags = RTE_MBUF_F_TX_UDP_CKSUM, .at = 20 + 4,
	  .value = 20, .width = 2 },
	{ "TCP of UDP, IPv6", &ipv6_udp, EINVAL, .flags = RTE_MBUF_F_TX_TCP_CKSUM },
	{ "UDP of TCP, IPv6", &ipv6_tcp, EINVAL, .flags = RTE_MBUF_F_TX_UDP_CKSUM, .at = 40 + 4,
	  .value = 20, .width = 2 },
	{ "IPv6, l3_len too large", &ipv6_tcp, EINVAL, .l3_more = 8 },
	{ "fragment behind options", &ipv6_chain, EINVAL,
	  .chain = "\x00"
		   "\x2c\x00\x01\x04\0\0\0\0"
		   "\x11\0\0\x01\0\0\0\1" },
	{ "whole in a fragment", &ipv6_chain, EINVAL,
	  .chain = "\x00"
		   "\x2c\x00\x01\x04\0\0\0\0"
		   "\x11\0\0\0\0\0\0\1" },
	{ "segments left", &ipv6_chain, EINVAL,
	  .chain = "\x2b"
		   "\x11\x01\x04\x01\0\0\0\0"
		   "\0\0\0\0\0\0\0\0" },
	{ "segments left, behind options", &ipv6_chain, EINVAL,
	  .chain = "\x00"
		   "\x2b\x00\x01\x04\0\0\0\0"
		   "\x11\x00\x04\x01\0\0\0\0" },
	{ "authentication header", &ipv6_chain, EINVAL,
	  .chain = "\x33"
		   "\x11\x01\0\0\0\0\0\0"
		   "\0\0\0\0\0\0\0\0" },
	{ "extensions longer than l3_len", &ipv6_chain, EINVAL,
	  .chain = "\x00"
		   "\x11\x02\x01\x0c\0\0\0\0"
		   "\0\0\0\0\0\0\0\0" },
	{ "extensions shorter than l3_len", &ipv6_chain, EINVAL,
	  .chain = "\x00"
		   "\x11\x00\x01\x04\0\0\0\0"
		   "\x11\0\0\0\0\0\0\0" },
	{ "another transport behind extensions", &ipv6_chain, EINVAL,
	  .chain = "\x00"
		   "\x06\x01\x01\x0c\0\0\0\0"
		   "\0\0\0\0\0\0\0\0" },
	{ "SCTP", &ipv4_udp, ENOTSUP, .flags = RTE_MBUF_F_TX_SCTP_CKSUM },
	{ "TSO", &ipv4_udp, ENOTSUP, .flags = RTE_MBUF_F_TX_TCP_SEG | RTE_MBUF_F_TX_TCP_CKSUM },
	{ "USO", &ipv4_udp, ENOTSUP, .flags = RTE_MBUF_F_TX_UDP_SEG | RTE_MBUF_F_TX_IP_CKSUM },
	{ "outer IPv4", &ipv4_udp, ENOTSUP, .flags = RTE_MBUF_F_TX_OUTER_IP_CKSUM },
	{ "outer UDP", &ipv4_udp, ENOTSUP,
	  .flags = RTE_MBUF_F_TX_OUTER_UDP_CKSUM | RTE_MBUF_F_TX_TUNNEL_VXLAN },
	{ "time stamp", &ipv4_udp, ENOTSUP, .flags = RTE_MBUF_F_TX_IEEE1588_TMST },
};

static void
wrong_apply(const struct wrong *row, struct ip_frame *f)
{
	uint8_t *at = f->data + f->l3 + row->at;

	if (row->chain != NULL)
		ip_frame_chain(f, row->chain);
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
		ip_frame_make(&good, &ipv4_udp, 1);
		ip_frame_make(&f, row->cfg, 3);
		wrong_apply(row, &f);
		flags = row->flags != 0 ? row->flags : offload_requests(&f, OFFLOAD_L3_AND_L4);
		pkts[0] = offload_mbuf(&offload_kinds[0], &fx, &good,
				       offload_requests(&good, OFFLOAD_L3_AND_L4));
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
	static const struct ip_frame_cfg *const cfg[] = { &ipv4_udp, &ipv4_udp, &ipv4_tcp_empty };
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
		cmocka_unit_test(test_header_within_the_frame),
		cmocka_unit_test(test_not_configured),
		cmocka_unit_test(test_prepare_says_what_bursts_refuse),
	};
	struct CMUnitTest tests[RTE_DIM(single) + RTE_DIM(wrongs)];
	size_t i;

	memcpy(tests, single, sizeof(single));
	for (i = 0; i < RTE_DIM(wrongs); i++)
		tests[RTE_DIM(single) + i] =
			(struct CMUnitTest){ .name = wrongs[i].name,
					     .test_func = test_wrong,
					     .initial_state = (void *)(uintptr_t)&wrongs[i] };
	return cmocka_run_group_tests(tests, env_group_setup, env_group_teardown);
}
