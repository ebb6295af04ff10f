/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include "cfg.h"
#include "engine.h"
#include "sender.h"
#include "stream.h"

/* A byte of the source address varies, as in testpmd: enough for RSS or a bond to spread. */
#define MULTI_FLOWS 256

static int
stream_begin(struct tp_stream *stream)
{
	return tp_sender_begin(stream, tp_cfg.multi_flow ? MULTI_FLOWS : 1);
}

const struct tp_engine tp_fwd_txonly = {
	.name = "txonly",
	.flags = TP_ENGINE_TX | TP_ENGINE_MAKES,
	.stream_begin = stream_begin,
	.burst = tp_sender_burst,
	.end = tp_streams_priv_free,
};
