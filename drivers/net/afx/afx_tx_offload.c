/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <string.h>

#include <rte_byteorder.h>
#include <rte_ether.h>

#include "afx_tx_offload.h"

static char *
tag_write(char *to, uint16_t type, uint16_t tci)
{
	const rte_be16_t tag[] = { rte_cpu_to_be_16(type), rte_cpu_to_be_16(tci) };

	memcpy(to, tag, sizeof(tag));
	return to + sizeof(tag);
}

/* Of two tags, the outer one is IEEE 802.1ad's service tag. */
static void
tags_insert(struct rte_mbuf *m)
{
	const uint32_t len = afx_tx_offload_tags_len(m->ol_flags);
	char *frame = rte_pktmbuf_prepend(m, len);
	char *tag = frame + AFX_ADDRESSES_LEN;

	memmove(frame, frame + len, AFX_ADDRESSES_LEN);
	if (m->ol_flags & RTE_MBUF_F_TX_QINQ)
		tag = tag_write(tag, RTE_ETHER_TYPE_QINQ, m->vlan_tci_outer);
	tag_write(tag, RTE_ETHER_TYPE_VLAN, m->vlan_tci);
}

/* at: of a frame that asks for checksums. l2_len and so on are without the tags, so these come last. */
static void
finish(struct afx_txq *q, struct rte_mbuf *m, const struct afx_tx_cksum *at)
{
	if (m->ol_flags & AFX_TX_FLAGS_CKSUM)
		afx_tx_cksum_write(rte_pktmbuf_mtod(m, char *), m->ol_flags, at);
	if (m->ol_flags & (RTE_MBUF_F_TX_VLAN | RTE_MBUF_F_TX_QINQ))
		tags_insert(m);
	q->count.offloads++;
}

bool
afx_tx_offload_in_place(struct afx_txq *q, struct rte_mbuf *m)
{
	const uint32_t tags_len = afx_tx_offload_tags_len(m->ol_flags);
	struct afx_tx_cksum at;

	if (!afx_tx_offload_offered(q, m->ol_flags) || m->data_off < tags_len ||
	    m->data_len + tags_len > __atomic_load_n(&q->max_len, __ATOMIC_RELAXED))
		return false;
	if ((m->ol_flags & AFX_TX_FLAGS_CKSUM) && afx_tx_cksum_find(m, &at) != 0)
		return false;
	finish(q, m, &at);
	return true;
}

void
afx_tx_offload_copied(struct afx_txq *q, struct rte_mbuf *copy, const struct rte_mbuf *from)
{
	struct afx_tx_cksum at;

	copy->ol_flags = from->ol_flags & RTE_MBUF_F_TX_OFFLOAD_MASK;
	copy->tx_offload = from->tx_offload;
	copy->vlan_tci = from->vlan_tci;
	copy->vlan_tci_outer = from->vlan_tci_outer;
	/* Data that somebody writes to at the same time may not be what was checked. */
	if ((copy->ol_flags & AFX_TX_FLAGS_CKSUM) && afx_tx_cksum_find(copy, &at) != 0)
		copy->ol_flags &= ~AFX_TX_FLAGS_CKSUM;
	finish(q, copy, &at);
}
