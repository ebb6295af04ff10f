/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <string.h>

#include <rte_errno.h>

#include "afx_tx_prepare.h"

/* Segments and lengths agree, and no segment reaches beyond its buffer. */
static bool
segments_agree(const struct rte_mbuf *m)
{
	const struct rte_mbuf *seg = m;
	uint32_t left = m->pkt_len;
	uint16_t nb_segs = m->nb_segs;

	while (seg != NULL && nb_segs != 0) {
		if ((uint32_t)seg->data_off + seg->data_len > seg->buf_len || seg->data_len > left)
			return false;
		left -= seg->data_len;
		nb_segs--;
		seg = seg->next;
	}
	return seg == NULL && nb_segs == 0 && left == 0;
}

/* 0, or why it can never be sent. */
static int
check(const struct afx_txq *q, const struct rte_mbuf *m)
{
	const uint64_t len = (uint64_t)m->pkt_len + afx_tx_offload_tags_len(m->ol_flags);
	struct afx_tx_cksum at;

	if ((m->ol_flags & AFX_TX_FLAGS_REQUESTS) && !afx_tx_offload_offered(q, m->ol_flags))
		return -ENOTSUP;
	if (m->pkt_len < AFX_FRAME_MIN || len > __atomic_load_n(&q->max_len, __ATOMIC_RELAXED) ||
	    !segments_agree(m))
		return -EINVAL;
	return m->ol_flags & AFX_TX_FLAGS_CKSUM ? afx_tx_cksum_find(m, &at) : 0;
}

uint16_t
afx_tx_pkt_prepare(void *queue, struct rte_mbuf **pkts, uint16_t n)
{
	uint16_t i;
	int ret;

	for (i = 0; i < n; i++) {
		ret = check(queue, pkts[i]);
		if (ret != 0) {
			rte_errno = -ret;
			break;
		}
	}
	return i;
}

/* By the first of the reasons; in those that asked for an offload, it may be any. */
static void
refusal_count(struct afx_txq *q, const struct rte_mbuf *m)
{
	q->count.refused++;
	if (m->ol_flags & AFX_TX_FLAGS_REQUESTS)
		q->count.refused_offloads++;
	else if (m->pkt_len < AFX_FRAME_MIN)
		q->slow.refused[AFX_REFUSED_SHORT]++;
	else if (m->pkt_len > __atomic_load_n(&q->max_len, __ATOMIC_RELAXED))
		q->slow.refused[AFX_REFUSED_LONG]++;
	else
		q->slow.refused[AFX_REFUSED_SEGMENTS]++;
}

/* A chain that leads back into itself would be freed for ever: it ends where it would do so. */
static void
loop_cut(struct rte_mbuf *head)
{
	struct rte_mbuf *slow = head;
	struct rte_mbuf *fast = head;

	do {
		if (fast->next == NULL || fast->next->next == NULL)
			return;
		slow = slow->next;
		fast = fast->next->next;
	} while (slow != fast);
	/* From the head, the loop begins as many segments away as from here. */
	for (slow = head; slow != fast; slow = slow->next)
		fast = fast->next;
	while (fast->next != slow)
		fast = fast->next;
	fast->next = NULL;
}

/* The direct mbuf of our pool that holds the data of m, as it is to be sent, or NULL. */
static struct rte_mbuf *
owner_in_pool(const struct afx_txq *q, struct rte_mbuf *m)
{
	struct rte_mbuf *owner = m;
	uintptr_t offset;

	if (m->nb_segs != 1 || RTE_MBUF_HAS_EXTBUF(m) || (m->ol_flags & AFX_TX_FLAGS_REQUESTS))
		return NULL;
	if (RTE_MBUF_CLONED(m))
		owner = rte_mbuf_from_indirect(m);
	if (owner->pool != q->mp || !RTE_MBUF_DIRECT(owner))
		return NULL;
	/* Data elsewhere, or behind what a descriptor's offset can say. */
	offset = rte_pktmbuf_mtod(m, uintptr_t) - (uintptr_t)owner->buf_addr;
	return offset + m->data_len <= q->buf_len ? owner : NULL;
}

static void
describe(struct afx_tx_frame *frame, struct rte_mbuf *owner, const struct rte_mbuf *m)
{
	frame->offset = AFX_CHUNK_LEAD + (rte_pktmbuf_mtod(m, char *) - (char *)owner->buf_addr);
	frame->len = m->pkt_len;
	frame->m = owner;
}

static enum afx_tx_verdict
copy(struct afx_txq *q, struct afx_tx_frame *frame)
{
	struct rte_mbuf *m = frame->m;
	struct rte_mbuf *to = rte_pktmbuf_alloc(q->mp);
	const struct rte_mbuf *seg;

	if (to == NULL)
		return AFX_TX_NOMBUF;
	for (seg = m; seg != NULL; seg = seg->next) {
		memcpy(rte_pktmbuf_mtod_offset(to, char *, to->pkt_len),
		       rte_pktmbuf_mtod(seg, const char *), seg->data_len);
		to->pkt_len += seg->data_len;
	}
	to->data_len = to->pkt_len;
	if (m->ol_flags & AFX_TX_FLAGS_REQUESTS)
		afx_tx_offload_copied(q, to, m);
	describe(frame, to, to);
	q->slow.linearised += m->nb_segs > 1;
	rte_pktmbuf_free(m);
	q->count.copied++;
	return AFX_TX_READY;
}

enum afx_tx_verdict
afx_tx_prepare(struct afx_txq *q, struct afx_tx_frame *frame)
{
	struct rte_mbuf *m = frame->m;
	struct rte_mbuf *owner;

	if (check(q, m) != 0) {
		refusal_count(q, m);
		loop_cut(m);
		rte_pktmbuf_free(m);
		return AFX_TX_REFUSED;
	}
	owner = owner_in_pool(q, m);
	if (owner == NULL)
		return copy(q, frame);
	describe(frame, owner, m);
	frame->sole = false;
	if (owner != m) {
		rte_mbuf_refcnt_update(owner, 1);
		rte_pktmbuf_free_seg(m);
	}
	return AFX_TX_READY;
}
