/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * VLAN tags that Tx inserts, with checksums or without, once and no more often,
 * into mbufs that nobody else looks at.
 */
#include <string.h>

#include <rte_errno.h>

#include "afx_tx.h"
#include "afx_tx_offload.h"
#include "afx_tx_prepare.h"
#include "offload_env.h"

#define MBUFS 1024
#define ADDRS_LEN 12
#define TCI 0x6123
#define TCI_OUTER 0xe321

static const uint8_t vlan[] = { 0x81, 0x00, 0x61, 0x23 };
static const uint8_t qinq[] = { 0x88, 0xa8, 0xe3, 0x21, 0x81, 0x00, 0x61, 0x23 };

static const struct {
	uint64_t flags;
	const uint8_t *tags;
	uint32_t len;
} tagged[] = {
	{ RTE_MBUF_F_TX_VLAN, vlan, sizeof(vlan) },
	{ RTE_MBUF_F_TX_QINQ, qinq, sizeof(qinq) },
	{ RTE_MBUF_F_TX_QINQ | RTE_MBUF_F_TX_VLAN, qinq, sizeof(qinq) },
};

#define CKSUMS (RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM | RTE_MBUF_F_TX_UDP_CKSUM)

static void
frame_make(struct ip_frame *f, uint32_t len)
{
	const uint32_t headers = 14 + 20 + 8;

	ip_frame_make(f, &(struct ip_frame_cfg){ .payload = len - headers }, len);
}

/* The frame as it is to be on the wire. */
static void
frame_tag(struct ip_frame *f, const uint8_t *tags, uint32_t len)
{
	memmove(f->data + ADDRS_LEN + len, f->data + ADDRS_LEN, f->len - ADDRS_LEN);
	memcpy(f->data + ADDRS_LEN, tags, len);
	f->len += len;
}

static struct rte_mbuf *
tci_set(struct rte_mbuf *m)
{
	m->vlan_tci = TCI;
	m->vlan_tci_outer = TCI_OUTER;
	return m;
}

static void
test_every_kind(void **state)
{
	const struct offload_kind *kind = *state;
	static struct ip_frame f, want;
	static struct fixture fx;
	unsigned int cksums;
	struct rte_mbuf *m;
	size_t i;

	for (i = 0; i < RTE_DIM(tagged); i++) {
		for (cksums = 0; cksums < 2; cksums++) {
			offload_open(&fx);
			frame_make(&f, 60 + i);
			want = f;
			if (cksums) {
				ip_frame_ip_cksum(&want);
				ip_frame_l4_cksum(&want);
			}
			frame_tag(&want, tagged[i].tags, tagged[i].len);
			m = tci_set(offload_mbuf(kind, &fx, &f,
						 tagged[i].flags | (cksums ? CKSUMS : 0)));
			assert_int_equal(afx_tx_pkt_prepare(&fx.e.txq, &m, 1), 1);
			assert_int_equal(afx_tx_burst_offloads(&fx.e.txq, &m, 1), 1);
			offload_sent_is(&fx, 0, want.data, want.len);
			offload_kept_is(&fx, f.data, f.len);
			assert_int_equal(fx.e.txq.count.copied, kind->copied);
			assert_int_equal(fx.e.txq.count.offloads, 1);
			assert_int_equal(fx.e.txq.count.bytes, want.len);
			offload_close(&fx);
		}
	}
}

/* In place where the tags fit ahead of the frame, else in a copy. */
static void
test_headroom(void **state __rte_unused)
{
	static struct ip_frame f, want;
	static struct fixture fx;
	struct rte_mbuf *m;
	uint16_t off;
	size_t i;

	for (i = 0; i < RTE_DIM(tagged); i++) {
		for (off = 0; off <= 9; off++) {
			offload_open(&fx);
			frame_make(&f, 100);
			want = f;
			frame_tag(&want, tagged[i].tags, tagged[i].len);
			m = tci_set(offload_mbuf(&offload_kinds[0], &fx, &f, tagged[i].flags));
			memmove((char *)m->buf_addr + off, rte_pktmbuf_mtod(m, char *), f.len);
			m->data_off = off;
			assert_int_equal(afx_tx_burst_offloads(&fx.e.txq, &m, 1), 1);
			offload_sent_is(&fx, 0, want.data, want.len);
			assert_int_equal(fx.e.txq.count.copied, off < tagged[i].len);
			offload_close(&fx);
		}
	}
}

/* The longest frame is so with its tags; and a runt has no place for them. */
static void
test_lengths(void **state __rte_unused)
{
	static struct ip_frame f, want;
	static struct fixture fx;
	struct rte_mbuf *m;
	unsigned int more;
	size_t i;

	for (i = 0; i < 2 * RTE_DIM(tagged); i++) {
		for (more = 0; more < 2; more++) {
			offload_open(&fx);
			frame_make(&f, FORM_MAX_LEN - tagged[i / 2].len + more);
			want = f;
			frame_tag(&want, tagged[i / 2].tags, tagged[i / 2].len);
			m = i % 2 ? offload_chain(&fx, &f, 5, tagged[i / 2].flags)
				  : offload_mbuf(&offload_kinds[0], &fx, &f, tagged[i / 2].flags);
			tci_set(m);
			assert_int_equal(afx_tx_pkt_prepare(&fx.e.txq, &m, 1), !more);
			assert_int_equal(afx_tx_burst_offloads(&fx.e.txq, &m, 1), 1);
			assert_int_equal(fx.e.txq.count.refused, more);
			if (!more)
				offload_sent_is(&fx, 0, want.data, want.len);
			offload_close(&fx);
		}
	}
	offload_open(&fx);
	m = tci_set(env_mbuf(fx.e.mp, 13, 0));
	m->ol_flags = RTE_MBUF_F_TX_VLAN;
	assert_int_equal(afx_tx_pkt_prepare(&fx.e.txq, &m, 1), 0);
	assert_int_equal(afx_tx_burst_offloads(&fx.e.txq, &m, 1), 1);
	assert_int_equal(fx.e.txq.count.refused, 1);
	offload_close(&fx);
}

/* The caller's mbufs, and what they hold, are as they were. */
static void
unsent_is(struct rte_mbuf *const *pkts, const struct rte_mbuf *before, uint32_t n,
	  const struct ip_frame *f)
{
	uint32_t i;

	for (i = 0; i < n; i++) {
		assert_memory_equal(pkts[i], &before[i], sizeof(before[i]));
		if (pkts[i]->nb_segs == 1)
			assert_memory_equal(rte_pktmbuf_mtod(pkts[i], void *), f->data, f->len);
	}
}

/* A full ring: what it does not take has no tag yet, and one when it is sent at last. */
static void
test_tagged_once_after_a_full_ring(void **state __rte_unused)
{
	static struct ip_frame f, want;
	static struct fixture fx;
	struct rte_mbuf *pkts[131];
	struct rte_mbuf before[3];
	uint32_t i;

	offload_open(&fx);
	fx.e.fk.how.hold_completions = true;
	frame_make(&f, 80);
	want = f;
	frame_tag(&want, vlan, sizeof(vlan));
	for (i = 0; i < 131; i++)
		pkts[i] = tci_set(
			i % 2 ? offload_chain(&fx, &f, 30, RTE_MBUF_F_TX_VLAN)
			      : offload_mbuf(&offload_kinds[0], &fx, &f, RTE_MBUF_F_TX_VLAN));
	for (i = 0; i < 3; i++)
		before[i] = *pkts[128 + i];
	assert_int_equal(afx_tx_burst_offloads(&fx.e.txq, pkts, 131), 128);
	unsent_is(pkts + 128, before, 3, &f);
	assert_int_equal(afx_tx_burst_offloads(&fx.e.txq, pkts + 128, 3), 0);
	unsent_is(pkts + 128, before, 3, &f);
	env_check(&fx.e, pkts + 128, 3);
	fk_complete(&fx.e.fk, 2);
	assert_int_equal(afx_tx_burst_offloads(&fx.e.txq, pkts + 128, 3), 2);
	unsent_is(pkts + 130, before + 2, 1, &f);
	fk_complete(&fx.e.fk, 128);
	assert_int_equal(afx_tx_burst_offloads(&fx.e.txq, pkts + 130, 1), 1);
	assert_int_equal(fx.e.fk.tx_sent, 131);
	for (i = 0; i < 131; i++)
		offload_sent_is(&fx, i, want.data, want.len);
	assert_int_equal(fx.e.txq.count.offloads, 131);
	offload_close(&fx);
}

/* No mbuf to copy to: the same, and those behind it are not looked at. */
static void
test_tagged_once_after_an_empty_pool(void **state __rte_unused)
{
	static struct ip_frame f, want;
	static struct fixture fx;
	struct rte_mbuf *held[MBUFS];
	struct rte_mbuf *pkts[4];
	struct rte_mbuf before[4];
	uint32_t nb_held, i;

	offload_open(&fx);
	fx.e.fk.how.hold_completions = true;
	frame_make(&f, 80);
	want = f;
	frame_tag(&want, qinq, sizeof(qinq));
	for (i = 0; i < 4; i++)
		pkts[i] = tci_set(
			i == 1 ? offload_chain(&fx, &f, 30, RTE_MBUF_F_TX_QINQ)
			       : offload_mbuf(&offload_kinds[0], &fx, &f, RTE_MBUF_F_TX_QINQ));
	nb_held = env_drain(fx.e.mp, held, MBUFS);
	for (i = 0; i < 4; i++)
		before[i] = *pkts[i];
	assert_int_equal(afx_tx_burst_offloads(&fx.e.txq, pkts, 4), 1);
	unsent_is(pkts + 1, before + 1, 3, &f);
	assert_int_equal(fx.e.txq.count.nombuf, 1);
	rte_pktmbuf_free_bulk(held, nb_held);
	assert_int_equal(afx_tx_burst_offloads(&fx.e.txq, pkts + 1, 3), 3);
	for (i = 0; i < 4; i++)
		offload_sent_is(&fx, i, want.data, want.len);
	offload_close(&fx);
}

/* Sent twice, as on two ports, while the application has it too: each time from the same data. */
static void
test_same_mbuf_twice(void **state __rte_unused)
{
	static struct ip_frame f, want;
	static struct fixture fx;
	struct rte_mbuf *pkts[3];
	uint32_t i;

	offload_open(&fx);
	fx.e.fk.how.hold_completions = true;
	frame_make(&f, 80);
	want = f;
	ip_frame_ip_cksum(&want);
	ip_frame_l4_cksum(&want);
	frame_tag(&want, vlan, sizeof(vlan));
	pkts[0] = tci_set(offload_mbuf(&offload_kinds[0], &fx, &f, RTE_MBUF_F_TX_VLAN | CKSUMS));
	pkts[1] = pkts[0];
	pkts[2] = pkts[0];
	rte_mbuf_refcnt_update(pkts[0], 2);
	assert_int_equal(afx_tx_burst_offloads(&fx.e.txq, pkts, 2), 2);
	assert_memory_equal(rte_pktmbuf_mtod(pkts[2], void *), f.data, f.len);
	assert_int_equal(rte_mbuf_refcnt_read(pkts[2]), 1);
	env_check(&fx.e, pkts + 2, 1);
	assert_int_equal(afx_tx_burst_offloads(&fx.e.txq, pkts + 2, 1), 1);
	for (i = 0; i < 3; i++)
		offload_sent_is(&fx, i, want.data, want.len);
	assert_int_equal(fx.e.txq.count.copied, 2);
	fk_complete(&fx.e.fk, 3);
	offload_close(&fx);
}

static void
test_not_configured(void **state __rte_unused)
{
	static struct ip_frame f;
	static struct fixture fx;
	struct rte_mbuf *m;
	size_t i;

	for (i = 0; i < RTE_DIM(tagged); i++) {
		offload_open(&fx);
		fx.e.txq.offers &= ~tagged[i].flags;
		frame_make(&f, 80);
		m = tci_set(offload_mbuf(&offload_kinds[0], &fx, &f, tagged[i].flags | CKSUMS));
		assert_int_equal(afx_tx_pkt_prepare(&fx.e.txq, &m, 1), 0);
		assert_int_equal(rte_errno, ENOTSUP);
		assert_int_equal(afx_tx_burst_offloads(&fx.e.txq, &m, 1), 1);
		assert_int_equal(fx.e.txq.count.refused, 1);
		offload_close(&fx);
	}
}

int
main(void)
{
	const struct CMUnitTest single[] = {
		cmocka_unit_test(test_headroom),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_tagged_once_after_a_full_ring),
		cmocka_unit_test(test_tagged_once_after_an_empty_pool),
		cmocka_unit_test(test_same_mbuf_twice),
		cmocka_unit_test(test_not_configured),
	};
	struct CMUnitTest tests[RTE_DIM(single) + OFFLOAD_KINDS];

	memcpy(tests, single, sizeof(single));
	offload_kind_tests(tests + RTE_DIM(single), test_every_kind);
	return cmocka_run_group_tests(tests, env_group_setup, env_group_teardown);
}
