/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Checksums against those of DPDK's library, and each bit of what they protect.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <rte_ip.h>
#include <rte_mbuf_core.h>
#include <rte_tcp.h>
#include <rte_udp.h>

#include "afx_rx_cksum.h"
#include "frames.h"

#define GOOD RTE_MBUF_F_RX_L4_CKSUM_GOOD
#define BAD RTE_MBUF_F_RX_L4_CKSUM_BAD
#define NONE RTE_MBUF_F_RX_L4_CKSUM_NONE

/* Payloads of each length up to this, odd ones too, behind headers. */
#define PAYLOAD_MAX 40
#define FRAME_MAX 256

/* A datagram or segment of one of the four kinds. */
struct kind {
	bool v6;
	bool tcp;
};

static const struct kind kinds[] = {
	{ false, false }, { false, true }, { true, false }, { true, true }
};

/* A frame ends where its memory does, so that nothing in it is aligned. */
struct unaligned {
	uint16_t value;
} __rte_packed;

struct packet {
	struct frame frame;
	struct afx_rx_parsed parsed;
	struct unaligned *cksum; /* of the transport */
};

static void
append(char *hex, const char *text)
{
	strcat(hex, text);
}

/* Lengths are of the transport. */
static void
headers_append(char *hex, struct kind kind, uint16_t len)
{
	char number[8];

	append(hex, kind.v6 ? ETHER("86dd") "60000000 " : ETHER("0800") "4500 ");
	snprintf(number, sizeof(number), "%04x ", kind.v6 ? len : 20 + len);
	append(hex, number);
	if (kind.v6)
		append(hex, kind.tcp ? "06 40" : "11 40");
	else
		append(hex, kind.tcp ? "0000 0000 40 06 0000" : "0000 0000 40 11 0000");
	append(hex,
	       kind.v6 ? "fe80000000000000021132fffe435465 ff020000000000000000000000000001 "
		       : "c0a8fffe 0a0000ff ");
	if (kind.tcp) {
		append(hex, TCP_HEADER);
	} else {
		append(hex, "1234 ffff ");
		append(hex, kind.v6 ? number : "");
		if (!kind.v6) {
			snprintf(number, sizeof(number), "%04x ", len);
			append(hex, number);
		}
		append(hex, "0000 ");
	}
}

/* Its transport's checksum is 0 yet, that of IPv4 too. */
static struct packet
packet_make(struct kind kind, uint16_t payload)
{
	const uint16_t header = kind.tcp ? 20 : 8;
	char hex[2 * FRAME_MAX] = "", byte[4];
	struct packet packet;
	uint16_t i;

	headers_append(hex, kind, header + payload);
	for (i = 0; i < payload; i++) {
		snprintf(byte, sizeof(byte), "%02x", (uint8_t)(0xf1 + 41 * i));
		append(hex, byte);
	}
	packet.frame = frame_make(hex);
	afx_rx_parse(packet.frame.data, packet.frame.len, &packet.parsed);
	assert_true(packet.parsed.summable);
	packet.cksum = (struct unaligned *)(void *)(packet.frame.data + packet.parsed.l4 +
						    (kind.tcp ? offsetof(struct rte_tcp_hdr, cksum)
							      : offsetof(struct rte_udp_hdr,
									 dgram_cksum)));
	return packet;
}

static uint16_t
library_cksum(const struct packet *packet, struct kind kind)
{
	const void *ip = packet->frame.data + packet->parsed.l3;
	const void *l4 = packet->frame.data + packet->parsed.l4;

	return kind.v6 ? rte_ipv6_udptcp_cksum(ip, l4) : rte_ipv4_udptcp_cksum(ip, l4);
}

/* What the kernel's stack leaves to an offload. */
static uint16_t
library_pseudo(const struct packet *packet, struct kind kind)
{
	const void *ip = packet->frame.data + packet->parsed.l3;

	return kind.v6 ? rte_ipv6_phdr_cksum(ip, 0) : rte_ipv4_phdr_cksum(ip, 0);
}

static uint64_t
l4(const struct packet *packet)
{
	return afx_rx_cksum_l4(packet->frame.data, &packet->parsed);
}

static void
bits_flip_check(struct packet *packet, uint32_t from, uint32_t to)
{
	uint32_t bit;

	for (bit = 8 * from; bit < 8 * to; bit++) {
		packet->frame.data[bit / 8] ^= 1 << bit % 8;
		assert_int_equal(l4(packet), BAD);
		packet->frame.data[bit / 8] ^= 1 << bit % 8;
	}
}

static void
test_l4(void **state __rte_unused)
{
	struct packet packet;
	uint16_t payload;
	size_t i;

	for (i = 0; i < RTE_DIM(kinds); i++) {
		for (payload = 0; payload <= PAYLOAD_MAX; payload++) {
			packet = packet_make(kinds[i], payload);
			packet.cksum->value = library_cksum(&packet, kinds[i]);
			assert_int_equal(l4(&packet), GOOD);
			/* The ports, what is behind a datagram's length, and the addresses. */
			bits_flip_check(&packet, packet.parsed.l4, packet.parsed.l4 + 4);
			bits_flip_check(&packet, packet.parsed.l4 + (kinds[i].tcp ? 4 : 8),
					packet.frame.len);
			bits_flip_check(&packet, packet.parsed.l4 - (kinds[i].v6 ? 32 : 8),
					packet.parsed.l4);
			assert_int_equal(l4(&packet), GOOD);
		}
	}
}

static void
test_partial(void **state __rte_unused)
{
	struct packet packet;
	uint16_t payload, want;
	size_t i;

	for (i = 0; i < RTE_DIM(kinds); i++) {
		for (payload = 0; payload <= PAYLOAD_MAX; payload++) {
			packet = packet_make(kinds[i], payload);
			want = library_cksum(&packet, kinds[i]);
			packet.cksum->value = library_pseudo(&packet, kinds[i]);
			assert_int_equal(l4(&packet), NONE);
			afx_rx_cksum_complete(packet.frame.data, &packet.parsed);
			assert_int_equal(packet.cksum->value, want);
			assert_int_equal(l4(&packet), GOOD);
		}
	}
}

/* Right or wrong, what does not look like the stack's sum stays. */
static void
test_complete_leaves_others(void **state __rte_unused)
{
	struct packet packet;
	uint16_t want;
	size_t i;

	for (i = 0; i < RTE_DIM(kinds); i++) {
		packet = packet_make(kinds[i], 9);
		want = library_cksum(&packet, kinds[i]);
		packet.cksum->value = want;
		afx_rx_cksum_complete(packet.frame.data, &packet.parsed);
		assert_int_equal(packet.cksum->value, want);
		packet.cksum->value = want ^ 0x0100;
		afx_rx_cksum_complete(packet.frame.data, &packet.parsed);
		assert_int_equal(packet.cksum->value, want ^ 0x0100);
		packet = packet_make(kinds[i], 9);
		packet.cksum->value = library_pseudo(&packet, kinds[i]);
		packet.parsed.summable = false;
		want = packet.cksum->value;
		afx_rx_cksum_complete(packet.frame.data, &packet.parsed);
		assert_int_equal(packet.cksum->value, want);
	}
}

/* A datagram whose sum comes out as 0 gets the other 0, or it would say that it has none. */
static void
test_complete_never_0(void **state __rte_unused)
{
	const struct kind udp = { false, false };
	struct packet packet = packet_make(udp, 2);
	uint16_t *payload = (void *)(packet.frame.data + packet.frame.len - 2);
	uint16_t rest;

	*payload = 0;
	packet.cksum->value = 0;
	rest = library_cksum(&packet, udp);
	*payload = rest;
	packet.cksum->value = library_pseudo(&packet, udp);
	afx_rx_cksum_complete(packet.frame.data, &packet.parsed);
	assert_int_equal(packet.cksum->value, UINT16_MAX);
	assert_int_equal(l4(&packet), GOOD);
}

static void
test_datagram_without_sum(void **state __rte_unused)
{
	struct packet packet = packet_make(kinds[0], 7);

	assert_int_equal(l4(&packet), GOOD);
	packet = packet_make(kinds[1], 7);
	assert_int_equal(l4(&packet), BAD);
	packet = packet_make(kinds[2], 7);
	assert_int_equal(l4(&packet), BAD);
}

/* A datagram may end before its packet; not behind it, nor inside its own header. */
static void
test_datagram_length(void **state __rte_unused)
{
	const struct kind udp = { false, false };
	struct packet packet;
	uint16_t want;
	int len;

	for (len = 0; len <= 8 + 6 + 3; len++) {
		packet = packet_make(udp, 6);
		memset(packet.frame.data + packet.frame.len - 6, 0xee, 6);
		packet.frame.data[packet.parsed.l4 + 5] = len;
		packet.cksum->value = UINT16_MAX;
		if (len < 8 || len > 8 + 6) {
			assert_int_equal(l4(&packet), 0);
			continue;
		}
		packet.frame.data[packet.parsed.l3 + 3] = 20 + len;
		packet.cksum->value = 0;
		want = library_cksum(&packet, udp);
		packet.frame.data[packet.parsed.l3 + 3] = 20 + 8 + 6;
		packet.cksum->value = want;
		assert_int_equal(l4(&packet), GOOD);
		packet.cksum->value = ~want;
		assert_int_equal(l4(&packet), BAD);
	}
}

static void
test_ip(void **state __rte_unused)
{
	static const char *const frames[] = {
		ETHER("0800") V4("001c", "0000", "11") UDP_HEADER("0008"),
		ETHER("0800") V4_OPTIONS("0020", "11") UDP_HEADER("0008"),
	};
	struct afx_rx_parsed p;
	struct rte_ipv4_hdr *ip;
	struct frame f;
	uint32_t bit;
	size_t i;

	for (i = 0; i < RTE_DIM(frames); i++) {
		f = frame_make(frames[i]);
		ip = (void *)(f.data + 14);
		afx_rx_parse(f.data, f.len, &p);
		assert_true(afx_rx_cksum_ip(f.data, &p) == RTE_MBUF_F_RX_IP_CKSUM_BAD);
		ip->hdr_checksum = ~rte_raw_cksum(ip, rte_ipv4_hdr_len(ip));
		assert_true(afx_rx_cksum_ip(f.data, &p) == RTE_MBUF_F_RX_IP_CKSUM_GOOD);
		/* Where the header ends is in p. */
		for (bit = 8 * p.l3; bit < 8u * p.l4; bit++) {
			f.data[bit / 8] ^= 1 << bit % 8;
			assert_true(afx_rx_cksum_ip(f.data, &p) == RTE_MBUF_F_RX_IP_CKSUM_BAD);
			f.data[bit / 8] ^= 1 << bit % 8;
		}
	}
}

static void
test_nothing_to_check(void **state __rte_unused)
{
	static const char *const frames[] = {
		MACS "08",
		ETHER("0806") "0001",
		ETHER("86dd") V6("0008", "3a") "8000 0000 0001 0001",
		ETHER("0800") "4f 00 003c 0000 0000 40 11 0000 0a000001 0a000002 ",
	};
	struct afx_rx_parsed p;
	struct frame f;
	size_t i;

	for (i = 0; i < RTE_DIM(frames); i++) {
		f = frame_make(frames[i]);
		afx_rx_parse(f.data, f.len, &p);
		assert_true(afx_rx_cksum_ip(f.data, &p) == 0);
		assert_true(afx_rx_cksum_l4(f.data, &p) == 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_l4),
		cmocka_unit_test(test_partial),
		cmocka_unit_test(test_complete_leaves_others),
		cmocka_unit_test(test_complete_never_0),
		cmocka_unit_test(test_datagram_without_sum),
		cmocka_unit_test(test_datagram_length),
		cmocka_unit_test(test_ip),
		cmocka_unit_test(test_nothing_to_check),
	};

	return cmocka_run_group_tests_name("rx_cksum", tests, NULL, NULL);
}
