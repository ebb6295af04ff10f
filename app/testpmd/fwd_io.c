/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include "engine.h"
#include "stream.h"

/* Out as it came in. */
static uint16_t
burst(struct tp_stream *stream)
{
	struct rte_mbuf **pkts = stream->pkts;
	uint16_t n = tp_stream_rx(stream, pkts);

	if (n > 0)
		tp_stream_tx(stream, pkts, n);
	return n;
}

const struct tp_engine tp_fwd_io = {
	.name = "io",
	.flags = TP_ENGINE_RX | TP_ENGINE_TX | TP_ENGINE_CROSS,
	.burst = burst,
};
