/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <string.h>

#include "afx_tx.h"
#include "afx_tx_offload.h"
#include "offload_env.h"

static struct rte_mbuf *kept;

void
offload_open(struct fixture *fx)
{
	form_fixture_open(fx);
	fx->e.txq.offers = RTE_MBUF_F_TX_IP_CKSUM | RTE_MBUF_F_TX_VLAN | RTE_MBUF_F_TX_QINQ |
		AFX_TX_OFFER_L4(0) | AFX_TX_OFFER_L4(RTE_MBUF_F_TX_UDP_CKSUM) |
		AFX_TX_OFFER_L4(RTE_MBUF_F_TX_TCP_CKSUM);
	kept = NULL;
}

void
offload_close(struct fixture *fx)
{
	env_check(&fx->e, &kept, kept != NULL);
	rte_pktmbuf_free(kept);
	kept = NULL;
	form_fixture_close(fx);
}

static struct rte_mbuf *
piece(struct rte_mempool *mp, const uint8_t *data, uint32_t len, uint16_t off)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(mp);

	assert_non_null(m);
	m->data_off = off;
	memcpy(rte_pktmbuf_append(m, len), data, len);
	return m;
}

static struct rte_mbuf *
direct(struct fixture *fx, const struct ip_frame *f)
{
	return piece(fx->e.mp, f->data, f->len, RTE_PKTMBUF_HEADROOM);
}

static struct rte_mbuf *
odd_address(struct fixture *fx, const struct ip_frame *f)
{
	return piece(fx->e.mp, f->data, f->len, RTE_PKTMBUF_HEADROOM + 35);
}

static struct rte_mbuf *
foreign(struct fixture *fx, const struct ip_frame *f)
{
	return piece(fx->foreign, f->data, f->len, 0);
}

static struct rte_mbuf *
referred_to(struct fixture *fx, const struct ip_frame *f)
{
	kept = direct(fx, f);
	rte_mbuf_refcnt_update(kept, 1);
	return kept;
}

static struct rte_mbuf *
clone_kept(struct fixture *fx, const struct ip_frame *f)
{
	kept = direct(fx, f);
	return rte_pktmbuf_clone(kept, fx->foreign);
}

/* The original, while somebody has a clone. */
static struct rte_mbuf *
original(struct fixture *fx, const struct ip_frame *f)
{
	struct rte_mbuf *m = direct(fx, f);

	kept = rte_pktmbuf_clone(m, fx->e.mp);
	return m;
}

static struct rte_mbuf *
clone_alone(struct fixture *fx, const struct ip_frame *f)
{
	struct rte_mbuf *m = direct(fx, f);
	struct rte_mbuf *head = rte_pktmbuf_clone(m, fx->e.mp);

	rte_pktmbuf_free(m);
	return head;
}

/* The second segment is another one's, too. */
static struct rte_mbuf *
chain_kept(struct fixture *fx, const struct ip_frame *f)
{
	const uint32_t first_len = 16;
	struct rte_mbuf *head = piece(fx->e.mp, f->data, first_len, 0);
	struct rte_mbuf *m = direct(fx, f);

	kept = rte_pktmbuf_clone(m, fx->e.mp);
	rte_pktmbuf_adj(m, first_len);
	assert_int_equal(rte_pktmbuf_chain(head, m), 0);
	return head;
}

const struct offload_kind offload_kinds[OFFLOAD_KINDS] = {
	{ "direct", direct, false, false },
	{ "at an odd address", odd_address, false, false },
	{ "of another pool", foreign, true, false },
	{ "with two references", referred_to, true, true },
	{ "clone", clone_kept, true, true },
	{ "original of a clone", original, true, true },
	{ "clone of nothing else", clone_alone, true, true },
	{ "chain, second segment shared", chain_kept, true, false },
};

void
offload_kind_tests(struct CMUnitTest *tests, CMUnitTestFunction test)
{
	size_t i;

	for (i = 0; i < OFFLOAD_KINDS; i++)
		tests[i] = (struct CMUnitTest){
			.name = offload_kinds[i].name,
			.test_func = test,
			.initial_state = (void *)(uintptr_t)&offload_kinds[i],
		};
}

uint64_t
offload_requests(const struct ip_frame *f, unsigned int asks)
{
	uint64_t flags = f->ipv6 ? RTE_MBUF_F_TX_IPV6 : RTE_MBUF_F_TX_IPV4;

	if (asks != OFFLOAD_L4_ONLY && !f->ipv6)
		flags |= RTE_MBUF_F_TX_IP_CKSUM;
	if (asks != OFFLOAD_L3_ONLY)
		flags |= f->tcp ? RTE_MBUF_F_TX_TCP_CKSUM : RTE_MBUF_F_TX_UDP_CKSUM;
	return flags;
}

static struct rte_mbuf *
ask(struct rte_mbuf *m, const struct ip_frame *f, uint64_t flags)
{
	const uint32_t lead = f->l3 - 14;

	m->ol_flags |= flags;
	m->l2_len = lead != 0 ? 5 : 14;
	if (lead != 0) {
		m->ol_flags |= RTE_MBUF_F_TX_OUTER_IPV4;
		m->outer_l2_len = 14;
		m->outer_l3_len = lead - 5;
	}
	m->l3_len = f->l3_len;
	m->l4_len = f->tcp ? 20 : 8;
	return m;
}

struct rte_mbuf *
offload_mbuf(const struct offload_kind *kind, struct fixture *fx, const struct ip_frame *f,
	     uint64_t flags)
{
	return ask(kind->make(fx, f), f, flags);
}

struct rte_mbuf *
offload_chain(struct fixture *fx, const struct ip_frame *f, uint32_t first_len, uint64_t flags)
{
	struct rte_mbuf *head = piece(fx->e.mp, f->data, first_len, RTE_PKTMBUF_HEADROOM);
	struct rte_mbuf *tail = piece(fx->e.mp, f->data + first_len, f->len - first_len, 1);

	assert_int_equal(rte_pktmbuf_chain(head, tail), 0);
	return ask(head, f, flags);
}

void
offload_sent_is(const struct fixture *fx, uint32_t index, const uint8_t *data, uint32_t len)
{
	assert_in_range(index, 0, fx->e.fk.tx_sent - 1);
	assert_int_equal(fx->e.fk.sent[index]->len, len);
	assert_memory_equal(fx->e.fk.sent[index]->data, data, len);
}

void
offload_kept_is(const struct fixture *fx __rte_unused, const uint8_t *data, uint32_t len)
{
	if (kept == NULL)
		return;
	assert_int_equal(rte_pktmbuf_pkt_len(kept), len);
	assert_memory_equal(rte_pktmbuf_mtod(kept, void *), data, len);
}
