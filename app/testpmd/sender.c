/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>

#include "gen.h"
#include "say.h"
#include "sender.h"
#include "stream.h"

struct sender {
	struct tp_gen_header header;
	uint32_t flow, flows;
};

int
tp_sender_begin(struct tp_stream *stream, uint32_t flows)
{
	struct sender *sender = tp_stream_priv_make(stream, sizeof(*sender));

	if (sender == NULL)
		return -ENOMEM;
	tp_gen_header_make(stream, &sender->header);
	sender->flows = flows;
	return 0;
}

static void
flows_spread(struct sender *sender, struct rte_mbuf **pkts, uint16_t n)
{
	uint16_t i;

	for (i = 0; i < n; i++) {
		tp_gen_flow_set(&sender->header, sender->flow);
		rte_pktmbuf_mtod(pkts[i], struct tp_gen_header *)->ip = sender->header.ip;
		sender->flow = sender->flow + 1 == sender->flows ? 0 : sender->flow + 1;
	}
}

uint16_t
tp_sender_burst(struct tp_stream *stream)
{
	struct sender *sender = stream->priv;
	struct rte_mbuf **pkts = stream->pkts;
	uint64_t before = stream->tx_packets;
	uint16_t n = tp_gen_due(stream);

	if (n > 0)
		n = tp_gen_alloc(stream, &sender->header, pkts, n);
	if (n == 0)
		return 0;
	if (sender->flows > 1)
		flows_spread(sender, pkts, n);
	tp_stream_tx(stream, pkts, n);
	tp_gen_made(stream, stream->tx_packets - before);
	return n;
}
