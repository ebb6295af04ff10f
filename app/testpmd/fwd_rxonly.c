/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include "engine.h"
#include "stream.h"

static uint16_t
burst(struct tp_stream *stream)
{
	struct rte_mbuf **pkts = stream->pkts;
	uint16_t n = tp_stream_rx(stream, pkts);

	if (n > 0)
		rte_pktmbuf_free_bulk(pkts, n);
	return n;
}

const struct tp_engine tp_fwd_rxonly = {
	.name = "rxonly",
	.flags = TP_ENGINE_RX,
	.burst = burst,
};
