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
flows_spread(struct tp_stream *stream, struct rte_mbuf **pkts, uint16_t n)
{
	struct sender *sender = stream->priv;
	uint16_t i;

	for (i = 0; i < n && sender->flows > 1; i++) {
		tp_gen_flow_set(&sender->header, sender->flow);
		rte_pktmbuf_mtod(pkts[i], struct tp_gen_header *)->ip = sender->header.ip;
		sender->flow = sender->flow + 1 == sender->flows ? 0 : sender->flow + 1;
	}
}

uint16_t
tp_sender_burst(struct tp_stream *stream)
{
	return tp_gen_send(stream, &((struct sender *)stream->priv)->header, flows_spread);
}
