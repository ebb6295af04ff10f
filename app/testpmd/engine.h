/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#ifndef ENGINE_H
#define ENGINE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

struct tp_lcore;
struct tp_stream;

/* What an engine does with its queues. */
#define TP_ENGINE_RX UINT32_C(0x1) /* useless without an Rx queue */
#define TP_ENGINE_TX UINT32_C(0x2) /* useless without a Tx queue */
#define TP_ENGINE_CROSS UINT32_C(0x4) /* what comes in leaves by the port of the topology */
#define TP_ENGINE_MAKES \
	UINT32_C(0x8) /* sends packets of its own: --txrate and --packets count them */
#define TP_ENGINE_TAKES UINT32_C(0x10) /* polls Rx queues too, where there are any */
#define TP_ENGINE_RX_INTR UINT32_C(0x20) /* would wait for Rx interrupts */

/*
 * A forwarding mode. Only name, flags and burst are needed. begin to end happen on the main lcore
 * while no lcore forwards; the lcore_ pair and burst on the lcore of the streams.
 */
struct tp_engine {
	const char *name;
	uint32_t flags;
	/* Get ready for a run. Returns 0 or -errno, said. */
	int (*begin)(void);
	/* Each stream of a run, before it; may set its priv. Returns 0 or -errno, said. */
	int (*stream_begin)(struct tp_stream *stream);
	void (*lcore_begin)(struct tp_lcore *lcore);
	/* One round of one stream. Returns how many packets it handled. */
	uint16_t (*burst)(struct tp_stream *stream);
	/* Nothing came in a whole round of all streams. May sleep for 100 ms at most. */
	void (*idle)(struct tp_lcore *lcore);
	void (*lcore_end)(struct tp_lcore *lcore);
	/* All that is under way has come in; asked while nothing is sent any more. Main lcore. */
	bool (*settled)(void);
	/* The run's result, as text and as members of an object; valid until end. Main lcore. */
	void (*print)(void);
	void (*json)(json_t *object);
	/* Whether what the engine verifies was as it has to be. Main lcore, before end. */
	bool (*passed)(void);
	/* Give back what begin and stream_begin took; called once for each begin, even a failed one. */
	void (*end)(void);
};

extern const struct tp_engine tp_fwd_io, tp_fwd_mac, tp_fwd_macswap, tp_fwd_rxonly, tp_fwd_txonly,
	tp_fwd_flowgen, tp_fwd_icmpecho, tp_fwd_dump, tp_fwd_latency, tp_fwd_verify;

/* The engine of this name, or NULL. */
const struct tp_engine *tp_engine_find(const char *name);

/* All names, joined by |; static memory. */
const char *tp_engine_names(void);

#endif
