/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Packet types, offsets and lengths of frames made by hand, whole and cut off.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <rte_common.h>
#include <rte_mbuf_ptype.h>

#include "afx_rx_parse.h"
#include "frames.h"

#define L2(name) RTE_PTYPE_L2_ETHER##name
#define L3(name) RTE_PTYPE_L3_##name
#define L4(name) RTE_PTYPE_L4_##name

/* Extension headers of 8 bytes: the next one's type, and what is in it. */
#define HOP(next) next " 00 010400000000 "
#define DEST(next) next " 00 010400000000 "
#define ROUTING(next, left) next " 00 04 " left " 00000000 "
#define FRAGMENT(next, offset) next " 00 " offset " 00000001 "

struct parse_case {
	const char *name;
	const char *frame;
	struct afx_rx_parsed want; /* l3, l4 and l4_len of a frame with such a layer */
};

static const struct parse_case cases[] = {
	{ "no header", "020000000001 02000000000208", { 0 } },
	{ "empty frame", MACS "0800", { .ptype = L2() } },
	{ "arp", ETHER("0806") "0001", { .ptype = L2(_ARP) } },
	{ "lldp", ETHER("88cc") "0001", { .ptype = L2(_LLDP) } },
	{ "ptp", ETHER("88f7") "0001", { .ptype = L2(_TIMESYNC) } },
	{ "length field", ETHER("0026") "424203", { .ptype = L2() } },
	/* IPv4 */
	{ "udp",
	  ETHER("0800") V4("0020", "0000", "11") UDP_HEADER("000c") "01020304",
	  { L2() | L3(IPV4) | L4(UDP), 14, 34, 12, true } },
	{ "udp, padded",
	  ETHER("0800") V4("001c", "4000", "11") UDP_HEADER("0008") "00000000000000000000",
	  { L2() | L3(IPV4) | L4(UDP), 14, 34, 8, true } },
	{ "udp, frame shorter than packet",
	  ETHER("0800") V4("0021", "0000", "11") UDP_HEADER("000d") "01020304",
	  { L2() | L3(IPV4) | L4(UDP), 14, 34, 12, false } },
	{ "udp, header cut",
	  ETHER("0800") V4("001b", "0000", "11") UDP_HEADER("0008"),
	  { L2() | L3(IPV4), 14, 34, 7, false } },
	{ "tcp",
	  ETHER("0800") V4("002a", "0000", "06") TCP_HEADER "0102",
	  { L2() | L3(IPV4) | L4(TCP), 14, 34, 22, true } },
	{ "tcp, header cut",
	  ETHER("0800") V4("0027", "0000", "06") TCP_HEADER,
	  { L2() | L3(IPV4), 14, 34, 19, false } },
	{ "sctp",
	  ETHER("0800") V4("0020", "0000", "84") SCTP_HEADER,
	  { L2() | L3(IPV4) | L4(SCTP), 14, 34, 12, false } },
	{ "sctp, header cut",
	  ETHER("0800") V4("001f", "0000", "84") SCTP_HEADER,
	  { L2() | L3(IPV4), 14, 34, 11, false } },
	{ "icmp",
	  ETHER("0800") V4("001c", "0000", "01") "0800 0000 0001 0001",
	  { L2() | L3(IPV4) | L4(ICMP), 14, 34, 8, false } },
	{ "icmp of the other IP",
	  ETHER("0800") V4("001c", "0000", "3a") "0800 0000 0001 0001",
	  { L2() | L3(IPV4) | L4(NONFRAG), 14, 34, 8, false } },
	{ "icmp, header cut",
	  ETHER("0800") V4("0017", "0000", "01") "0800 0000",
	  { L2() | L3(IPV4), 14, 34, 3, false } },
	{ "gre",
	  ETHER("0800") V4("0018", "0000", "2f") "0000 0800",
	  { L2() | L3(IPV4) | L4(NONFRAG), 14, 34, 4, false } },
	{ "options",
	  ETHER("0800") V4_OPTIONS("0020", "11") UDP_HEADER("0008"),
	  { L2() | L3(IPV4_EXT) | L4(UDP), 14, 38, 8, true } },
	{ "loose source routing",
	  ETHER("0800") V4_OF("47", "0024", "11") "8307 04 0a000003 00 " UDP_HEADER("0008"),
	  { L2() | L3(IPV4_EXT) | L4(UDP), 14, 42, 8, false } },
	{ "strict source routing, behind others",
	  ETHER("0800")
		  V4_OF("48", "0028", "11") "9404 0000 01 8907 04 0a000003 " UDP_HEADER("0008"),
	  { L2() | L3(IPV4_EXT) | L4(UDP), 14, 46, 8, false } },
	{ "source routing in another option, and behind the last",
	  ETHER("0800")
		  V4_OF("48", "0028", "11") "0706 04 830703 01 00 8307 04 0a00 " UDP_HEADER("0008"),
	  { L2() | L3(IPV4_EXT) | L4(UDP), 14, 46, 8, true } },
	{ "option of length 1",
	  ETHER("0800") V4_OF("46", "0020", "11") "94010101 " UDP_HEADER("0008"),
	  { L2() | L3(IPV4_EXT) | L4(UDP), 14, 38, 8, false } },
	{ "option without length",
	  ETHER("0800") V4_OF("46", "0020", "11") "01010194 " UDP_HEADER("0008"),
	  { L2() | L3(IPV4_EXT) | L4(UDP), 14, 38, 8, false } },
	{ "option to the end",
	  ETHER("0800") V4_OF("46", "0020", "11") "94040000 " UDP_HEADER("0008"),
	  { L2() | L3(IPV4_EXT) | L4(UDP), 14, 38, 8, true } },
	{ "option behind the header",
	  ETHER("0800") V4_OF("46", "0020", "11") "94050000 " UDP_HEADER("0008"),
	  { L2() | L3(IPV4_EXT) | L4(UDP), 14, 38, 8, false } },
	{ "first fragment",
	  ETHER("0800") V4("001c", "2000", "11") UDP_HEADER("0008"),
	  { L2() | L3(IPV4) | L4(FRAG), 14, 34, 8, false } },
	{ "last fragment",
	  ETHER("0800") V4("001c", "0001", "06") "0102030405060708",
	  { L2() | L3(IPV4) | L4(FRAG), 14, 34, 8, false } },
	{ "don't fragment",
	  ETHER("0800") V4("001c", "4000", "11") UDP_HEADER("0008"),
	  { L2() | L3(IPV4) | L4(UDP), 14, 34, 8, true } },
	{ "no payload",
	  ETHER("0800") V4("0014", "0000", "06"),
	  { L2() | L3(IPV4), 14, 34, 0, false } },
	{ "total length too short",
	  ETHER("0800") V4("0013", "0000", "11") UDP_HEADER("0008"),
	  { .ptype = L2() } },
	{ "total length 0",
	  ETHER("0800") V4("0000", "0000", "11") UDP_HEADER("0008"),
	  { .ptype = L2() } },
	{ "header length 4",
	  ETHER("0800") "44 00 001c 0000 0000 40 11 0000 0a000001 0a000002 " UDP_HEADER("0008"),
	  { .ptype = L2() } },
	{ "header longer than frame",
	  ETHER("0800") "4f 00 003c 0000 0000 40 11 0000 0a000001 0a000002 " UDP_HEADER("0008"),
	  { .ptype = L2() } },
	{ "version 6 of IPv4's length",
	  ETHER("0800") "65 00 001c 0000 0000 40 11 0000 0a000001 0a000002 " UDP_HEADER("0008"),
	  { .ptype = L2() } },
	{ "version 6 in IPv4",
	  ETHER("0800") V6("0008", "11") UDP_HEADER("0008"),
	  { .ptype = L2() } },
	/* IPv6 */
	{ "udp6",
	  ETHER("86dd") V6("000c", "11") UDP_HEADER("000c") "01020304",
	  { L2() | L3(IPV6) | L4(UDP), 14, 54, 12, true } },
	{ "tcp6",
	  ETHER("86dd") V6("0014", "06") TCP_HEADER "00",
	  { L2() | L3(IPV6) | L4(TCP), 14, 54, 20, true } },
	{ "tcp6, frame shorter than packet",
	  ETHER("86dd") V6("0015", "06") TCP_HEADER,
	  { L2() | L3(IPV6) | L4(TCP), 14, 54, 20, false } },
	{ "sctp6",
	  ETHER("86dd") V6("000c", "84") SCTP_HEADER,
	  { L2() | L3(IPV6) | L4(SCTP), 14, 54, 12, false } },
	{ "icmp6",
	  ETHER("86dd") V6("0008", "3a") "8000 0000 0001 0001",
	  { L2() | L3(IPV6) | L4(ICMP), 14, 54, 8, false } },
	{ "no next header",
	  ETHER("86dd") V6("0000", "3b"),
	  { L2() | L3(IPV6) | L4(NONFRAG), 14, 54, 0, false } },
	{ "esp",
	  ETHER("86dd") V6("0008", "32") "0000000100000001",
	  { L2() | L3(IPV6_EXT) | L4(NONFRAG), 14, 54, 8, false } },
	{ "ah",
	  ETHER("86dd") V6("0008", "33") "3b04000000000001",
	  { L2() | L3(IPV6_EXT) | L4(NONFRAG), 14, 54, 8, false } },
	{ "hop by hop",
	  ETHER("86dd") V6("0010", "00") HOP("11") UDP_HEADER("0008"),
	  { L2() | L3(IPV6_EXT) | L4(UDP), 14, 62, 8, true } },
	{ "routing, arrived",
	  ETHER("86dd") V6("0010", "2b") ROUTING("11", "00") UDP_HEADER("0008"),
	  { L2() | L3(IPV6_EXT) | L4(UDP), 14, 62, 8, true } },
	{ "routing, under way",
	  ETHER("86dd") V6("0010", "2b") ROUTING("11", "01") UDP_HEADER("0008"),
	  { L2() | L3(IPV6_EXT) | L4(UDP), 14, 62, 8, false } },
	{ "destination options",
	  ETHER("86dd") V6("0010", "3c") DEST("11") UDP_HEADER("0008"),
	  { L2() | L3(IPV6_EXT) | L4(UDP), 14, 62, 8, false } },
	{ "options, then hop by hop",
	  ETHER("86dd") V6("0018", "3c") DEST("00") HOP("06") UDP_HEADER("0008"),
	  { L2() | L3(IPV6_EXT), 14, 70, 8, false } },
	{ "an extension of 16",
	  ETHER("86dd") V6("0018", "00") "11 01 010c 000000000000 000000000000 " UDP_HEADER("0008"),
	  { L2() | L3(IPV6_EXT) | L4(UDP), 14, 70, 8, true } },
	{ "an extension behind the packet",
	  ETHER("86dd") V6("0010", "00") "11 02 010c 00000000 " UDP_HEADER("0008"),
	  { L2() | L3(IPV6_EXT), 14, 0, 0, false } },
	{ "an extension cut",
	  ETHER("86dd") V6("0007", "00") HOP("11"),
	  { L2() | L3(IPV6_EXT), 14, 0, 0, false } },
	{ "first fragment 6",
	  ETHER("86dd") V6("0010", "2c") FRAGMENT("11", "0001") UDP_HEADER("0008"),
	  { L2() | L3(IPV6_EXT) | L4(FRAG), 14, 62, 8, false } },
	{ "last fragment 6, of options",
	  ETHER("86dd") V6("0010", "2c") FRAGMENT("3c", "0008") "0102030405060708",
	  { L2() | L3(IPV6_EXT) | L4(FRAG), 14, 62, 8, false } },
	{ "eight extensions",
	  ETHER("86dd") V6("0048", "00") HOP("00") HOP("00") HOP("00") HOP("00") HOP("00") HOP("00")
		  HOP("00") HOP("11") UDP_HEADER("0008"),
	  { L2() | L3(IPV6_EXT) | L4(UDP), 14, 118, 8, true } },
	{ "nine extensions",
	  ETHER("86dd") V6("0050", "00") HOP("00") HOP("00") HOP("00") HOP("00") HOP("00") HOP("00")
		  HOP("00") HOP("00") HOP("11") UDP_HEADER("0008"),
	  { L2() | L3(IPV6_EXT), 14, 0, 0, false } },
	{ "version 4 in IPv6",
	  ETHER("86dd") V4("0030", "0000", "11") UDP_HEADER("0008") "0000000000000000000000000000",
	  { .ptype = L2() } },
	{ "jumbogram",
	  ETHER("86dd") V6("0000", "00") "11 00 c204 00010000 " UDP_HEADER("0000"),
	  { L2() | L3(IPV6_EXT), 14, 0, 0, false } },
	/* tags */
	{ "vlan",
	  ETHER("8100") "2064 0800 " V4("001c", "0000", "11") UDP_HEADER("0008"),
	  { L2(_VLAN) | L3(IPV4) | L4(UDP), 18, 38, 8, true } },
	{ "vlan, arp", ETHER("8100") "0064 0806 0001", { .ptype = L2(_VLAN) } },
	{ "vlan, cut", ETHER("8100") "006408", { .ptype = L2(_VLAN) } },
	{ "vlan 6",
	  ETHER("8100") "0064 86dd " V6("0014", "06") TCP_HEADER,
	  { L2(_VLAN) | L3(IPV6) | L4(TCP), 18, 58, 20, true } },
	{ "qinq",
	  ETHER("88a8") "0064 8100 00c8 0800 " V4("001c", "0000", "11") UDP_HEADER("0008"),
	  { L2(_QINQ) | L3(IPV4) | L4(UDP), 22, 42, 8, true } },
	{ "vlan in vlan",
	  ETHER("8100") "0064 8100 00c8 86dd " V6("0014", "06") TCP_HEADER,
	  { L2(_QINQ) | L3(IPV6) | L4(TCP), 22, 62, 20, true } },
	{ "service tag alone",
	  ETHER("88a8") "0064 0800 " V4("001c", "0000", "11") UDP_HEADER("0008"),
	  { L2(_QINQ) | L3(IPV4) | L4(UDP), 18, 38, 8, true } },
	{ "qinq, cut", ETHER("88a8") "0064 8100 00c808", { .ptype = L2(_QINQ) } },
	{ "three tags",
	  ETHER("8100") "0064 8100 0065 8100 0066 0800 " V4("001c", "0000", "11")
		  UDP_HEADER("0008"),
	  { .ptype = L2(_QINQ) } },
};

static void
test_case(void **state)
{
	const struct parse_case *c = *state;
	struct frame f = frame_make(c->frame);
	struct afx_rx_parsed got;

	afx_rx_parse(f.data, f.len, &got);
	assert_int_equal(got.ptype, c->want.ptype);
	assert_int_equal(got.l4, c->want.l4);
	assert_int_equal(got.l4_len, c->want.l4_len);
	assert_int_equal(got.summable, c->want.summable);
	if (got.ptype & RTE_PTYPE_L3_MASK)
		assert_int_equal(got.l3, c->want.l3);
}

/* Nothing behind the frame is read or relied upon, and what is cut off is not claimed. */
static void
test_cut(void **state)
{
	const struct parse_case *c = *state;
	struct frame f = frame_make(c->frame);
	struct afx_rx_parsed whole, got;
	uint32_t len;

	afx_rx_parse(f.data, f.len, &whole);
	for (len = f.len; len-- != 0;) {
		f = frame_cut(f, len);
		afx_rx_parse(f.data, len, &got);
		assert_true(got.l4 + got.l4_len <= len);
		if (len < whole.l4)
			assert_int_equal(got.l4, 0);
		if (len < (uint32_t)whole.l4 + whole.l4_len)
			assert_false(got.summable);
		/* Each layer is what it was, or unknown; a cut tag may hide the second. */
		assert_true((got.ptype & RTE_PTYPE_L3_MASK) == 0 ||
			    (got.ptype & RTE_PTYPE_L3_MASK) == (whole.ptype & RTE_PTYPE_L3_MASK));
		assert_true((got.ptype & RTE_PTYPE_L4_MASK) == 0 ||
			    (got.ptype & RTE_PTYPE_L4_MASK) == (whole.ptype & RTE_PTYPE_L4_MASK));
	}
}

int
main(void)
{
	static struct CMUnitTest tests[2 * RTE_DIM(cases)];
	struct CMUnitTest *test = tests;
	size_t i;

	for (i = 0; i < RTE_DIM(cases); i++) {
		void *row = (void *)(uintptr_t)&cases[i];

		*test++ = (struct CMUnitTest){ cases[i].name, test_case, NULL, NULL, row };
		*test++ = (struct CMUnitTest){ cases[i].name, test_cut, NULL, NULL, row };
	}
	return cmocka_run_group_tests_name("rx_parse", tests, NULL, NULL);
}
