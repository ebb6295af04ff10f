/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <rte_ether.h>

#include "engine.h"
#include "stream.h"

/* From the port that sends, to --eth-peer's address of that port. */
static uint16_t
burst(struct tp_stream *stream)
{
	struct rte_mbuf **pkts = stream->pkts;
	uint16_t n = tp_stream_rx(stream, pkts);
	struct rte_ether_hdr *eth;
	uint16_t i;

	for (i = 0; i < n; i++) {
		eth = rte_pktmbuf_mtod(pkts[i], struct rte_ether_hdr *);
		eth->dst_addr = stream->dst;
		eth->src_addr = stream->src;
	}
	if (n > 0)
		tp_stream_tx(stream, pkts, n);
	return n;
}

const struct tp_engine tp_fwd_mac = {
	.name = "mac",
	.flags = TP_ENGINE_RX | TP_ENGINE_TX | TP_ENGINE_CROSS,
	.burst = burst,
};
