/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * What a NIC would do to a frame on its way out, done by the CPU: checksums and
 * VLAN tags. Only on queues that offer it; the plain bursts have none of it.
 */
#ifndef AFX_TX_OFFLOAD_H
#define AFX_TX_OFFLOAD_H

#include "afx.h"
#include "afx_tx_cksum.h"

/* Requests that a queue may offer to meet. */
#define AFX_TX_FLAGS_OFFLOAD (AFX_TX_FLAGS_CKSUM | RTE_MBUF_F_TX_VLAN | RTE_MBUF_F_TX_QINQ)

/*
 * Requests to change the frame or its timing: each is met, or the frame is
 * refused. What kind of packet it is, or of tunnel, is none by itself.
 */
#define AFX_TX_FLAGS_REQUESTS                                                   \
	(RTE_MBUF_F_TX_OFFLOAD_MASK &                                           \
	 ~(RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IPV6 | RTE_MBUF_F_TX_OUTER_IPV4 | \
	   RTE_MBUF_F_TX_OUTER_IPV6 | RTE_MBUF_F_TX_TUNNEL_MASK))

/*
 * Of afx_txq.offers: a bit for each value of the L4 field, 0 among them; they
 * are where ol_flags has flags of Rx. Requests of one bit are in their own place.
 */
#define AFX_TX_OFFER_L4(request) (UINT64_C(1) << (request) / RTE_MBUF_F_TX_TCP_CKSUM)

/* Whether the queue offers all that ol_flags ask for. */
static inline bool
afx_tx_offload_offered(const struct afx_txq *q, uint64_t flags)
{
	const uint64_t l4 = flags & RTE_MBUF_F_TX_L4_MASK;

	return !(flags & AFX_TX_FLAGS_REQUESTS & ~RTE_MBUF_F_TX_L4_MASK & ~q->offers) &&
		(q->offers & AFX_TX_OFFER_L4(l4));
}

/* Bytes that the tags asked for will add to the frame. */
static inline uint32_t
afx_tx_offload_tags_len(uint64_t flags)
{
	if (flags & RTE_MBUF_F_TX_QINQ)
		return 2 * sizeof(uint32_t);
	return flags & RTE_MBUF_F_TX_VLAN ? sizeof(uint32_t) : 0;
}

/*
 * Do what the mbuf asks for, which is to be sent at once, in its own buffer.
 * Nobody else has a reference to it, and its data is in one piece.
 * False, and nothing is changed: it takes a copy, or is to be refused. Tx lcore.
 */
bool afx_tx_offload_in_place(struct afx_txq *q, struct rte_mbuf *m);

/* The same for a copy of the data of from, with headroom; from passed the check. Tx lcore. */
void afx_tx_offload_copied(struct afx_txq *q, struct rte_mbuf *copy, const struct rte_mbuf *from);

#endif /* AFX_TX_OFFLOAD_H */
