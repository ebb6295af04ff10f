/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <rte_ether.h>

#include "engine.h"
#include "stream.h"

static inline void
swap(struct rte_mbuf *pkt)
{
	struct rte_ether_hdr *eth = rte_pktmbuf_mtod(pkt, struct rte_ether_hdr *);
	struct rte_ether_addr dst = eth->dst_addr;

	eth->dst_addr = eth->src_addr;
	eth->src_addr = dst;
}

static uint16_t
burst(struct tp_stream *stream)
{
	struct rte_mbuf **pkts = stream->pkts;
	uint16_t n = tp_stream_rx(stream, pkts);
	uint16_t i;

	for (i = 0; i < n; i++)
		swap(pkts[i]);
	if (n > 0)
		tp_stream_tx(stream, pkts, n);
	return n;
}

const struct tp_engine tp_fwd_macswap = {
	.name = "macswap",
	.flags = TP_ENGINE_RX | TP_ENGINE_TX | TP_ENGINE_CROSS,
	.burst = burst,
};
