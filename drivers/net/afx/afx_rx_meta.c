/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <rte_branch_prediction.h>
#include <rte_ether.h>
#include <rte_mbuf.h>
#include <rte_prefetch.h>

#include "afx.h"
#include "afx_rx.h"
#include "afx_rx_cksum.h"
#include "afx_rx_filter.h"
#include "afx_rx_meta.h"
#include "afx_rx_parse.h"

/* Frames ahead: a few frames' work, in which a line comes from memory. */
#define PREFETCH_AHEAD 4

#define STRIP_MASK (AFX_RX_META_VLAN_STRIP | AFX_RX_META_QINQ_STRIP)
#define L4_CKSUM_MASK (AFX_RX_META_UDP_CKSUM | AFX_RX_META_TCP_CKSUM)
/* What takes a look at the headers behind the tags. */
#define LOOK_MASK (CKSUM_MASK | AFX_RX_META_HASH)
#define CKSUM_MASK (AFX_RX_META_IP_CKSUM | L4_CKSUM_MASK | AFX_RX_META_COMPLETE)

/* Take len bytes of tags off. */
static void
cut(struct rte_mbuf *m, uint16_t len)
{
	uint8_t *frame = rte_pktmbuf_mtod(m, uint8_t *);

	memmove(frame + len, frame, AFX_ADDRESSES_LEN);
	m->data_off += len;
	m->data_len -= len;
	m->pkt_len -= len;
}

/* Returns the mbuf's flags. A frame that ends in its tag keeps it. */
static uint64_t
strip(struct rte_mbuf *m, uint32_t what)
{
	const uint8_t *frame = rte_pktmbuf_mtod(m, const uint8_t *);
	const uint8_t *tci = frame + AFX_ETHER_LEN;
	uint16_t outer;

	if (m->data_len < AFX_ETHER_LEN + AFX_VLAN_LEN)
		return 0;
	outer = afx_be16(tci - sizeof(outer));
	if (likely(outer != RTE_ETHER_TYPE_VLAN && outer != RTE_ETHER_TYPE_QINQ))
		return 0;
	if ((what & AFX_RX_META_QINQ_STRIP) && m->data_len >= AFX_ETHER_LEN + 2 * AFX_VLAN_LEN &&
	    afx_be16(tci + sizeof(outer)) == RTE_ETHER_TYPE_VLAN) {
		m->vlan_tci_outer = afx_be16(tci);
		m->vlan_tci = afx_be16(tci + AFX_VLAN_LEN);
		cut(m, 2 * AFX_VLAN_LEN);
		return RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED | RTE_MBUF_F_RX_QINQ |
			RTE_MBUF_F_RX_QINQ_STRIPPED;
	}
	if ((what & AFX_RX_META_VLAN_STRIP) == 0 || outer != RTE_ETHER_TYPE_VLAN)
		return 0;
	m->vlan_tci = afx_be16(tci);
	cut(m, AFX_VLAN_LEN);
	return RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
}

static uint32_t
l4_wanted(uint32_t ptype)
{
	switch (ptype & RTE_PTYPE_L4_MASK) {
	case RTE_PTYPE_L4_TCP:
		return AFX_RX_META_TCP_CKSUM;
	case RTE_PTYPE_L4_UDP:
		return AFX_RX_META_UDP_CKSUM;
	default:
		return 0;
	}
}

/* Returns the mbuf's flags. */
static uint64_t
cksum(uint8_t *frame, const struct afx_rx_parsed *p, uint32_t what)
{
	uint64_t flags = 0;

	if (what & AFX_RX_META_IP_CKSUM)
		flags |= afx_rx_cksum_ip(frame, p);
	if (what & AFX_RX_META_COMPLETE)
		afx_rx_cksum_complete(frame, p);
	if (what & l4_wanted(p->ptype))
		flags |= afx_rx_cksum_l4(frame, p);
	return flags;
}

/* Asked for each frame: what is no longer in use is filled anew by the change after the next. */
static const struct afx_rx_hash *
hash_get(const struct afx_rx_meta *meta)
{
	return &meta->hash[__atomic_load_n(&meta->hash_at, __ATOMIC_ACQUIRE)];
}

/* Returns the mbuf's flags. */
static uint64_t
look(const struct afx_rx_meta *meta, struct rte_mbuf *m, uint32_t what, uint32_t ptypes)
{
	uint8_t *frame = rte_pktmbuf_mtod(m, uint8_t *);
	struct afx_rx_parsed p;
	uint64_t flags = 0;

	afx_rx_parse(frame, m->data_len, &p);
	m->packet_type = p.ptype & ptypes;
	if (what & CKSUM_MASK)
		flags |= cksum(frame, &p, what);
	if ((what & AFX_RX_META_HASH) && afx_rx_hash(hash_get(meta), frame, &p, &m->hash.rss))
		flags |= RTE_MBUF_F_RX_RSS_HASH;
	return flags;
}

void
afx_rx_meta(const struct afx_rx_meta *meta, struct rte_mbuf **pkts, uint32_t n)
{
	const uint32_t what = __atomic_load_n(&meta->what, __ATOMIC_RELAXED);
	const uint32_t ptypes = __atomic_load_n(&meta->ptypes, __ATOMIC_RELAXED);
	uint64_t flags;
	uint32_t i;

	for (i = 0; i < RTE_MIN(n, PREFETCH_AHEAD); i++)
		rte_prefetch0(rte_pktmbuf_mtod(pkts[i], void *));
	for (i = 0; i < n; i++) {
		if (i + PREFETCH_AHEAD < n)
			rte_prefetch0(rte_pktmbuf_mtod(pkts[i + PREFETCH_AHEAD], void *));
		flags = what & STRIP_MASK ? strip(pkts[i], what) : 0;
		if ((what & LOOK_MASK) != 0 || ptypes != 0)
			flags |= look(meta, pkts[i], what, ptypes);
		pkts[i]->ol_flags = flags;
	}
}

/* What comes after a plain burst; returns how many mbufs are left. */
static uint16_t
finish(struct afx_rxq *q, struct rte_mbuf **pkts, uint16_t n)
{
	const struct afx_rx_meta *meta = q->meta;

	if (__atomic_load_n(&meta->what, __ATOMIC_RELAXED) & AFX_RX_META_VLAN_FILTER)
		n = afx_rx_filter(q, meta->vids, pkts, n);
	afx_rx_meta(meta, pkts, n);
	return n;
}

uint16_t
afx_rx_burst_meta(void *queue, struct rte_mbuf **pkts, uint16_t n)
{
	return finish(queue, pkts, afx_rx_burst(queue, pkts, n));
}

uint16_t
afx_rx_burst_busy_meta(void *queue, struct rte_mbuf **pkts, uint16_t n)
{
	return finish(queue, pkts, afx_rx_burst_busy(queue, pkts, n));
}
