/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include "cfg.h"
#include "engine.h"
#include "gen.h"
#include "sender.h"
#include "stream.h"

static int
stream_begin(struct tp_stream *stream)
{
	return tp_sender_begin(stream, tp_cfg.flows);
}

/* What comes back is counted and freed. */
static uint16_t
burst(struct tp_stream *stream)
{
	return tp_gen_round(stream, NULL, tp_sender_burst);
}

const struct tp_engine tp_fwd_flowgen = {
	.name = "flowgen",
	.flags = TP_ENGINE_TX | TP_ENGINE_MAKES | TP_ENGINE_TAKES,
	.stream_begin = stream_begin,
	.burst = burst,
	.end = tp_streams_priv_free,
};
