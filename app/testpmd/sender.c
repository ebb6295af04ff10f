/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>

#include <rte_malloc.h>

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
	struct sender *sender = rte_zmalloc("tp_sender", sizeof(*sender), RTE_CACHE_LINE_SIZE);

	if (sender == NULL) {
		tp_error("no memory for a stream: give EAL more (-m)");
		return -ENOMEM;
	}
	tp_gen_header_make(stream, &sender->header);
	sender->flows = flows;
	stream->priv = sender;
	return 0;
}

void
tp_senders_end(void)
{
	unsigned int i;

	for (i = 0; i < tp_streams_nb; i++) {
		rte_free(tp_streams[i].priv);
		tp_streams[i].priv = NULL;
	}
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
	struct rte_mbuf *pkts[TP_BURST_MAX];
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
