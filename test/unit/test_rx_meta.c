/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The pass over received mbufs: what each bit of it does to which frame, and
 * that an mbuf it changed is as good as any.
 */
#include <string.h>

#include "afx_rx_meta.h"
#include "burst_env.h"
#include "frames.h"

#define PTYPES (RTE_PTYPE_L2_MASK | RTE_PTYPE_L3_MASK | RTE_PTYPE_L4_MASK)
#define STRIPPED (RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED)
#define QINQ_STRIPPED (STRIPPED | RTE_MBUF_F_RX_QINQ | RTE_MBUF_F_RX_QINQ_STRIPPED)
#define BOTH (AFX_RX_META_VLAN_STRIP | AFX_RX_META_QINQ_STRIP)
#define CKSUMS (AFX_RX_META_IP_CKSUM | AFX_RX_META_UDP_CKSUM | AFX_RX_META_TCP_CKSUM)

/* From 10.0.0.1 to 10.0.0.2, with a right, a wrong and the stack's own checksum; a right one of TCP. */
#define V4_GOOD "4500 001e 0000 0000 40 11 66cd 0a000001 0a000002 "
#define V4_BAD "4500 001e 0000 0000 40 11 66ce 0a000001 0a000002 "
#define UDP_GOOD "1234 5678 000a 8229 0102 "
#define UDP_BAD "1234 5678 000a 822a 0102 "
#define UDP_PARTIAL "1234 5678 000a 141e 0102 "
#define V4_TCP "4500 0028 0000 0000 40 06 66ce 0a000001 0a000002 "
#define TCP_GOOD "1234 5678 00000001 00000002 5010 2000 1323 0000 "

#define IP_GOOD RTE_MBUF_F_RX_IP_CKSUM_GOOD
#define IP_BAD RTE_MBUF_F_RX_IP_CKSUM_BAD
#define L4_GOOD RTE_MBUF_F_RX_L4_CKSUM_GOOD
#define L4_BAD RTE_MBUF_F_RX_L4_CKSUM_BAD
#define L4_NONE RTE_MBUF_F_RX_L4_CKSUM_NONE

struct pass_case {
	const char *name;
	uint32_t what;
	uint32_t ptypes;
	const char *frame; /* as it came */
	const char *left; /* as it is given out; NULL: the same */
	uint64_t flags;
	uint32_t ptype;
	uint16_t tci;
	uint16_t tci_outer;
};

static const struct pass_case cases[] = {
	{ "nothing", 0, 0, ETHER("8100") "2064 0806 0001", NULL, 0, 0, 0, 0 },
	/* types */
	{ "type", 0, PTYPES, ETHER("0806") "0001", NULL, 0, RTE_PTYPE_L2_ETHER_ARP, 0, 0 },
	{ "types", 0, PTYPES, ETHER("0800") V4_GOOD UDP_GOOD, NULL, 0,
	  RTE_PTYPE_L2_ETHER | RTE_PTYPE_L3_IPV4 | RTE_PTYPE_L4_UDP, 0, 0 },
	{ "one layer", 0, RTE_PTYPE_L3_MASK, ETHER("0800") V4_GOOD UDP_GOOD, NULL, 0,
	  RTE_PTYPE_L3_IPV4, 0, 0 },
	{ "types unasked", AFX_RX_META_IP_CKSUM, 0, ETHER("0800") V4_GOOD UDP_GOOD, NULL, IP_GOOD,
	  0, 0, 0 },
	/* tags */
	{ "strip", AFX_RX_META_VLAN_STRIP, 0, ETHER("8100") "2064 0806 0001", ETHER("0806") "0001",
	  STRIPPED, 0, 0x2064, 0 },
	{ "strip, then type", AFX_RX_META_VLAN_STRIP, PTYPES, ETHER("8100") "2064 0806 0001",
	  ETHER("0806") "0001", STRIPPED, RTE_PTYPE_L2_ETHER_ARP, 0x2064, 0 },
	{ "nothing to strip", BOTH, 0, ETHER("0806") "8100", NULL, 0, 0, 0, 0 },
	{ "shortest to strip", BOTH, 0, ETHER("8100") "0001 1234", ETHER("1234"), STRIPPED, 0, 1,
	  0 },
	{ "cut tag", BOTH, PTYPES, ETHER("8100") "000108", NULL, 0, RTE_PTYPE_L2_ETHER_VLAN, 0, 0 },
	{ "the outer of two", AFX_RX_META_VLAN_STRIP, PTYPES, ETHER("8100") "0001 8100 0002 0806",
	  ETHER("8100") "0002 0806", STRIPPED, RTE_PTYPE_L2_ETHER_VLAN, 1, 0 },
	{ "service tag is no VLAN", AFX_RX_META_VLAN_STRIP, PTYPES, ETHER("88a8") "0001 0806", NULL,
	  0, RTE_PTYPE_L2_ETHER_QINQ, 0, 0 },
	{ "both", BOTH, PTYPES, ETHER("88a8") "0001 8100 0002 0806", ETHER("0806"), QINQ_STRIPPED,
	  RTE_PTYPE_L2_ETHER_ARP, 2, 1 },
	{ "both of one type", AFX_RX_META_QINQ_STRIP, 0, ETHER("8100") "0001 8100 0002 0806",
	  ETHER("0806"), QINQ_STRIPPED, 0, 2, 1 },
	{ "one where two are asked for", AFX_RX_META_QINQ_STRIP, 0, ETHER("8100") "0001 0806 0001",
	  NULL, 0, 0, 0, 0 },
	{ "one where either is asked for", BOTH, 0, ETHER("8100") "0001 0806 0001",
	  ETHER("0806") "0001", STRIPPED, 0, 1, 0 },
	{ "second tag cut", BOTH, 0, ETHER("8100") "0001 8100 000208", ETHER("8100") "000208",
	  STRIPPED, 0, 1, 0 },
	/* checksums */
	{ "good", CKSUMS, 0, ETHER("0800") V4_GOOD UDP_GOOD, NULL, IP_GOOD | L4_GOOD, 0, 0, 0 },
	{ "bad header", CKSUMS, 0, ETHER("0800") V4_BAD UDP_GOOD, NULL, IP_BAD | L4_GOOD, 0, 0, 0 },
	{ "bad datagram", CKSUMS, 0, ETHER("0800") V4_GOOD UDP_BAD, NULL, IP_GOOD | L4_BAD, 0, 0,
	  0 },
	{ "partial", CKSUMS, 0, ETHER("0800") V4_GOOD UDP_PARTIAL, NULL, IP_GOOD | L4_NONE, 0, 0,
	  0 },
	{ "completed", CKSUMS | AFX_RX_META_COMPLETE, 0, ETHER("0800") V4_GOOD UDP_PARTIAL,
	  ETHER("0800") V4_GOOD UDP_GOOD, IP_GOOD | L4_GOOD, 0, 0, 0 },
	{ "only completed", AFX_RX_META_COMPLETE, 0, ETHER("0800") V4_GOOD UDP_PARTIAL,
	  ETHER("0800") V4_GOOD UDP_GOOD, 0, 0, 0, 0 },
	{ "completed behind a tag", AFX_RX_META_COMPLETE | AFX_RX_META_VLAN_STRIP, 0,
	  ETHER("8100") "0007 0800" V4_GOOD UDP_PARTIAL, ETHER("0800") V4_GOOD UDP_GOOD, STRIPPED,
	  0, 7, 0 },
	{ "bad stays bad", CKSUMS | AFX_RX_META_COMPLETE, 0, ETHER("0800") V4_GOOD UDP_BAD, NULL,
	  IP_GOOD | L4_BAD, 0, 0, 0 },
	{ "tcp", CKSUMS, 0, ETHER("0800") V4_TCP TCP_GOOD, NULL, IP_GOOD | L4_GOOD, 0, 0, 0 },
	{ "udp asked for, tcp came", AFX_RX_META_UDP_CKSUM, 0, ETHER("0800") V4_TCP TCP_GOOD, NULL,
	  0, 0, 0, 0 },
	{ "tcp asked for", AFX_RX_META_TCP_CKSUM, 0, ETHER("0800") V4_TCP TCP_GOOD, NULL, L4_GOOD,
	  0, 0, 0 },
	{ "udp asked for", AFX_RX_META_UDP_CKSUM, 0, ETHER("0800") V4_BAD UDP_BAD, NULL, L4_BAD, 0,
	  0, 0 },
};

static void
check_left(const struct rte_mbuf *m, const char *text)
{
	const struct frame want = frame_make(text);

	assert_int_equal(m->data_len, want.len);
	assert_int_equal(m->pkt_len, want.len);
	assert_memory_equal(rte_pktmbuf_mtod(m, uint8_t *), want.data, want.len);
}

static void
check_case(const struct env *e, const struct rte_mbuf *m, const struct pass_case *c)
{
	const uint32_t came = frame_make(c->frame).len;

	assert_true(m->ol_flags == c->flags);
	assert_int_equal(m->packet_type, c->ptype);
	assert_int_equal(m->vlan_tci, c->tci);
	if (c->flags & RTE_MBUF_F_RX_QINQ)
		assert_int_equal(m->vlan_tci_outer, c->tci_outer);
	check_left(m, c->left != NULL ? c->left : c->frame);
	assert_int_equal(m->data_off + m->data_len, 128 + came);
	assert_int_equal(rte_mbuf_refcnt_read(m), 1);
	assert_int_equal(m->nb_segs, 1);
	assert_int_equal(m->port, ENV_PORT);
	assert_ptr_equal(m->pool, e->mp);
}

/* Bursts of several lengths: those of up to four frames are all prefetched before the first. */
static void
test_case(void **state)
{
	static uint16_t (*const bursts[])(void *queue, struct rte_mbuf **pkts,
					  uint16_t n) = { afx_rx_burst_meta,
							  afx_rx_burst_busy_meta };
	const struct pass_case *c = *state;
	struct rte_mbuf *pkts[40];
	struct frame f;
	struct env e;
	uint32_t i, n;

	env_open(&e, &(struct env_cfg){ .cache = 32 });
	e.meta.what = c->what;
	e.meta.ptypes = c->ptypes;
	for (n = 1; n < RTE_DIM(pkts); n = 2 * n + 1) {
		for (i = 0; i < n; i++) {
			f = frame_make(c->frame);
			assert_true(fk_receive(&e.fk, f.data, f.len));
		}
		assert_int_equal(bursts[n % 4 / 2](&e.rxq, pkts, RTE_DIM(pkts)), n);
		for (i = 0; i < n; i++)
			check_case(&e, pkts[i], c);
		env_check(&e, pkts, n);
		rte_pktmbuf_free_bulk(pkts, n);
	}
	assert_int_equal(afx_rx_burst_meta(&e.rxq, pkts, RTE_DIM(pkts)), 0);
	env_close(&e);
}

static void
test_hash(void **state __rte_unused)
{
	static const uint8_t key[AFX_RX_HASH_KEY_LEN] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	static const char *const frames[] = { ETHER("0800") V4_GOOD UDP_GOOD,
					      ETHER("0806") "0001" };
	struct afx_rx_parsed p;
	struct rte_mbuf *pkts[2];
	struct frame f;
	struct env e;
	uint32_t want;
	int i;

	env_open(&e, &(struct env_cfg){ 0 });
	e.meta.what = AFX_RX_META_HASH;
	memset(e.meta.hash[0].input, AFX_RX_HASH_PORTS, sizeof(e.meta.hash[0].input));
	afx_rx_hash_key_set(&e.meta.hash[0], key);
	for (i = 0; i < 2; i++) {
		f = frame_make(frames[i]);
		assert_true(fk_receive(&e.fk, f.data, f.len));
	}
	assert_int_equal(afx_rx_burst_meta(&e.rxq, pkts, 2), 2);
	f = frame_make(frames[0]);
	afx_rx_parse(f.data, f.len, &p);
	assert_true(afx_rx_hash(&e.meta.hash[0], f.data, &p, &want));
	assert_true(pkts[0]->ol_flags == RTE_MBUF_F_RX_RSS_HASH);
	assert_int_equal(pkts[0]->hash.rss, want);
	assert_int_equal(pkts[0]->packet_type, 0);
	assert_true(pkts[1]->ol_flags == 0);
	assert_int_equal(pkts[1]->hash.rss, 0);
	rte_pktmbuf_free_bulk(pkts, 2);
	/* Not asked for any more, though key and types are still there. */
	e.meta.what = AFX_RX_META_IP_CKSUM;
	assert_true(fk_receive(&e.fk, f.data, f.len));
	assert_int_equal(afx_rx_burst_meta(&e.rxq, pkts, 1), 1);
	assert_true(pkts[0]->ol_flags == IP_GOOD);
	assert_int_equal(pkts[0]->hash.rss, 0);
	rte_pktmbuf_free_bulk(pkts, 1);
	env_close(&e);
}

/* Frames of VLANs 5, 63 and 4095 are let in, and what belongs to none. */
static const struct {
	const char *frame;
	bool passes;
} filtered[] = {
	{ ETHER("0806") "0001", true },
	{ ETHER("8100") "6005 0806 01", true },
	{ ETHER("8100") "0006 0806 0203", false },
	{ ETHER("8100") "e000 0806 03", true },
	{ ETHER("8100") "003e 0806 04", false },
	{ ETHER("8100") "003f 0806 05", true },
	{ ETHER("8100") "0040 0806 06", false },
	{ ETHER("8100") "0045 0806 06", false },
	{ ETHER("8100") "0fff 0806 07", true },
	{ ETHER("88a8") "0006 0806 08", true },
	{ ETHER("8100") "00", true },
	{ ETHER("8100") "0006", false },
};

static void
test_vlan_filter(void **state __rte_unused)
{
	static uint64_t vids[64] = {
		UINT64_C(1) << 5 | UINT64_C(1) << 63, [63] = UINT64_C(1) << 63
	};
	struct rte_mbuf *pkts[RTE_DIM(filtered)];
	uint32_t passed = 0, bytes = 0, i;
	struct frame f;
	struct env e;

	env_open(&e, &(struct env_cfg){ .cache = 32 });
	e.meta.what = AFX_RX_META_VLAN_FILTER;
	e.meta.vids = vids;
	for (i = 0; i < RTE_DIM(filtered); i++) {
		f = frame_make(filtered[i].frame);
		assert_true(fk_receive(&e.fk, f.data, f.len));
		passed += filtered[i].passes;
	}
	assert_int_equal(afx_rx_burst_meta(&e.rxq, pkts, RTE_DIM(pkts)), passed);
	env_check(&e, pkts, passed);
	for (i = 0, passed = 0; i < RTE_DIM(filtered); i++) {
		if (!filtered[i].passes)
			continue;
		check_left(pkts[passed], filtered[i].frame);
		assert_true(pkts[passed]->ol_flags == 0);
		bytes += pkts[passed++]->pkt_len;
	}
	assert_int_equal(e.rxq.count.packets, RTE_DIM(filtered));
	assert_int_equal(e.rxq.count.filtered, RTE_DIM(filtered) - passed);
	assert_int_equal(e.rxq.count.bytes - e.rxq.count.filtered_bytes, bytes);
	rte_pktmbuf_free_bulk(pkts, passed);
	env_close(&e);
}

/* The tag that the filter looks at is the one that is stripped. */
static void
test_vlan_filter_and_strip(void **state __rte_unused)
{
	static uint64_t vids[64] = { UINT64_C(1) << 5 };
	static const char *const frames[] = { ETHER("8100") "0006 0806 01",
					      ETHER("8100") "0005 0806 02" };
	struct rte_mbuf *pkts[2];
	struct frame f;
	struct env e;
	int i;

	env_open(&e, &(struct env_cfg){ 0 });
	e.meta.what = AFX_RX_META_VLAN_FILTER | AFX_RX_META_VLAN_STRIP;
	e.meta.vids = vids;
	for (i = 0; i < 2; i++) {
		f = frame_make(frames[i]);
		assert_true(fk_receive(&e.fk, f.data, f.len));
	}
	assert_int_equal(afx_rx_burst_busy_meta(&e.rxq, pkts, 2), 1);
	assert_true(pkts[0]->ol_flags == STRIPPED);
	assert_int_equal(pkts[0]->vlan_tci, 5);
	check_left(pkts[0], ETHER("0806") "02");
	assert_int_equal(e.rxq.count.filtered, 1);
	rte_pktmbuf_free(pkts[0]);
	env_close(&e);
}

int
main(void)
{
	static struct CMUnitTest tests[RTE_DIM(cases) + 3];
	size_t i;

	for (i = 0; i < RTE_DIM(cases); i++)
		tests[i] = (struct CMUnitTest){ .name = cases[i].name,
						.test_func = test_case,
						.initial_state = (void *)(uintptr_t)&cases[i] };
	tests[i++] = (struct CMUnitTest)cmocka_unit_test(test_hash);
	tests[i++] = (struct CMUnitTest)cmocka_unit_test(test_vlan_filter);
	tests[i] = (struct CMUnitTest)cmocka_unit_test(test_vlan_filter_and_strip);
	return cmocka_run_group_tests_name("rx_meta", tests, env_group_setup, env_group_teardown);
}
