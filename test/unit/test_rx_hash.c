/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The hash against the values of Microsoft's specification, and rte_softrss.
 */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <rte_mbuf_ptype.h>
#include <rte_thash.h>

#include "afx_rx_hash.h"

#define IP_AT 14
#define ROUNDS 40

static const uint8_t key[AFX_RX_HASH_KEY_LEN] = {
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
	0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
	0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
};

/* "Verifying the RSS Hash Calculation" */
static const struct {
	const char *dst, *src;
	uint16_t dst_port, src_port;
	uint32_t addresses, ports;
} published[] = {
	{ "161.142.100.80", "66.9.149.187", 1766, 2794, 0x323e8fc2, 0x51ccc178 },
	{ "65.69.140.83", "199.92.111.2", 4739, 14230, 0xd718262a, 0xc626b0ea },
	{ "12.22.207.184", "24.19.198.95", 38024, 12898, 0xd2d0a5de, 0x5c2b394a },
	{ "209.142.163.6", "38.27.205.30", 2217, 48228, 0x82989176, 0xafc7327f },
	{ "202.188.127.2", "153.39.163.191", 1303, 44251, 0x5d1809c5, 0x10e828a2 },
	{ "3ffe:2501:200:3::1", "3ffe:2501:200:1fff::7", 1766, 2794, 0x2cc18cd5, 0x40207d3d },
	{ "ff02::1", "3ffe:501:8::260:97ff:fe40:efab", 4739, 14230, 0x0f0c461c, 0xdde51bbf },
	{ "fe80::200:f8ff:fe21:67cf", "3ffe:1900:4545:3:200:f8ff:fe21:67cf", 38024, 44251,
	  0x4b61e985, 0x02d1feef },
};

struct sample {
	uint8_t frame[128];
	struct afx_rx_parsed parsed;
};

/* Source and destination address and port, as they lie in a frame. */
static void
sample_make(struct sample *s, bool v6, const void *src, const void *dst, const uint16_t ports[2])
{
	const size_t len = v6 ? 16 : 4;

	memset(s, 0, sizeof(*s));
	s->parsed.ptype = RTE_PTYPE_L2_ETHER | (v6 ? RTE_PTYPE_L3_IPV6_EXT : RTE_PTYPE_L3_IPV4);
	s->parsed.l3 = IP_AT;
	s->parsed.l4 = IP_AT + (v6 ? 56 : 20);
	memcpy(s->frame + IP_AT + (v6 ? 8 : 12), src, len);
	memcpy(s->frame + IP_AT + (v6 ? 8 : 12) + len, dst, len);
	memcpy(s->frame + s->parsed.l4, ports, 4);
}

static uint32_t
hash_of(const struct afx_rx_hash *h, struct sample *s, uint32_t l4)
{
	uint32_t hash = 0;

	s->parsed.ptype = (s->parsed.ptype & ~RTE_PTYPE_L4_MASK) | l4;
	assert_true(afx_rx_hash(h, s->frame, &s->parsed, &hash));
	return hash;
}

static void
test_published(void **state __rte_unused)
{
	struct afx_rx_hash h;
	struct sample s;
	uint8_t src[16], dst[16];
	uint16_t ports[2];
	size_t i;

	memset(h.input, AFX_RX_HASH_ADDRESSES, sizeof(h.input));
	afx_rx_hash_key_set(&h, key);
	for (i = 0; i < RTE_DIM(published); i++) {
		const int family = strchr(published[i].src, ':') != NULL ? AF_INET6 : AF_INET;

		assert_int_equal(inet_pton(family, published[i].src, src), 1);
		assert_int_equal(inet_pton(family, published[i].dst, dst), 1);
		ports[0] = htons(published[i].src_port);
		ports[1] = htons(published[i].dst_port);
		sample_make(&s, family == AF_INET6, src, dst, ports);
		h.input[(family == AF_INET6 ? AFX_RX_HASH_IPV6 : 0) | AFX_RX_HASH_TCP] =
			AFX_RX_HASH_PORTS;
		assert_int_equal(hash_of(&h, &s, RTE_PTYPE_L4_TCP), published[i].ports);
		assert_int_equal(hash_of(&h, &s, RTE_PTYPE_L4_UDP), published[i].addresses);
		assert_int_equal(hash_of(&h, &s, RTE_PTYPE_L4_FRAG), published[i].addresses);
		assert_int_equal(hash_of(&h, &s, 0), published[i].addresses);
	}
}

static void
random_fill(void *to, size_t len)
{
	uint8_t *bytes = to;

	while (len-- != 0)
		*bytes++ = random() >> 7;
}

static void
test_random(void **state __rte_unused)
{
	uint8_t any_key[AFX_RX_HASH_KEY_LEN], src[16], dst[16];
	uint32_t input[9], words;
	struct afx_rx_hash h;
	struct sample s;
	uint16_t ports[2];
	unsigned int i, k;

	memset(h.input, AFX_RX_HASH_PORTS, sizeof(h.input));
	for (i = 0; i < ROUNDS; i++) {
		random_fill(any_key, sizeof(any_key));
		random_fill(src, sizeof(src));
		random_fill(dst, sizeof(dst));
		random_fill(ports, sizeof(ports));
		afx_rx_hash_key_set(&h, any_key);
		sample_make(&s, i % 2 == 0, src, dst, ports);
		words = i % 2 == 0 ? 4 : 1;
		memcpy(input, src, 4 * words);
		memcpy(input + words, dst, 4 * words);
		memcpy(input + 2 * words, ports, 4);
		for (k = 0; k < 2 * words + 1; k++)
			input[k] = ntohl(input[k]);
		assert_int_equal(hash_of(&h, &s, RTE_PTYPE_L4_UDP),
				 rte_softrss(input, 2 * words + 1, any_key));
	}
}

/* What a type has no input for, and what is no IP, has no hash. */
static void
test_nothing(void **state __rte_unused)
{
	static const uint32_t types[] = { [AFX_RX_HASH_OTHER / 2] = RTE_PTYPE_L4_ICMP,
					  [AFX_RX_HASH_FRAG / 2] = RTE_PTYPE_L4_FRAG,
					  [AFX_RX_HASH_TCP / 2] = RTE_PTYPE_L4_TCP,
					  [AFX_RX_HASH_UDP / 2] = RTE_PTYPE_L4_UDP,
					  [AFX_RX_HASH_SCTP / 2] = RTE_PTYPE_L4_SCTP };
	static const uint8_t zero[16];
	const uint16_t ports[2] = { 1, 2 };
	struct afx_rx_hash h;
	struct sample s;
	uint32_t hash = 77;
	unsigned int i, k;

	afx_rx_hash_key_set(&h, key);
	for (i = 0; i < AFX_RX_HASH_KINDS; i++) {
		memset(h.input, AFX_RX_HASH_NOTHING, sizeof(h.input));
		h.input[i] = AFX_RX_HASH_ADDRESSES;
		for (k = 0; k < AFX_RX_HASH_KINDS; k++) {
			sample_make(&s, k & AFX_RX_HASH_IPV6, zero, zero, ports);
			s.parsed.ptype |= types[k / 2];
			assert_int_equal(afx_rx_hash(&h, s.frame, &s.parsed, &hash), i == k);
		}
	}
	hash = 77;
	memset(h.input, AFX_RX_HASH_PORTS, sizeof(h.input));
	s.parsed.ptype = RTE_PTYPE_L2_ETHER_ARP;
	assert_false(afx_rx_hash(&h, s.frame, &s.parsed, &hash));
	assert_int_equal(hash, 77);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_published),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests_name("rx_hash", tests, NULL, NULL);
}
