/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <rte_cycles.h>
#include <rte_launch.h>
#include <rte_lcore.h>

#include "engine.h"
#include "gen.h"
#include "loop.h"
#include "stream.h"

/* What the largest ring of any driver we know holds, in bursts: a source without end stops there. */
#define FLUSH_PACKETS 8192

static const struct tp_engine *engine;

static inline bool
stopped(const struct tp_lcore *lcore)
{
	return __atomic_load_n(&lcore->stop, __ATOMIC_RELAXED);
}

static void
forward(struct tp_lcore *lcore)
{
	uint16_t (*burst)(struct tp_stream * stream) = engine->burst;
	unsigned int i;

	do {
		for (i = 0; i < lcore->count; i++)
			burst(&lcore->streams[i]);
	} while (!stopped(lcore));
}

/* Cycles of bursts that handled something, as testpmd counts them. */
static void
forward_measured(struct tp_lcore *lcore)
{
	struct tp_stream *stream;
	uint64_t start;
	unsigned int i;

	do {
		for (i = 0; i < lcore->count; i++) {
			stream = &lcore->streams[i];
			start = rte_rdtsc();
			if (engine->burst(stream) > 0)
				stream->cycles += rte_rdtsc() - start;
		}
	} while (!stopped(lcore));
}

static void
forward_waiting(struct tp_lcore *lcore)
{
	unsigned int i, got;

	do {
		got = 0;
		for (i = 0; i < lcore->count; i++)
			got += engine->burst(&lcore->streams[i]);
		if (got == 0)
			engine->idle(lcore);
		else
			lcore->quiet = 0;
	} while (!stopped(lcore));
}

static int
lcore_main(void *arg)
{
	struct tp_lcore *lcore = arg;

	if (engine->lcore_begin != NULL)
		engine->lcore_begin(lcore);
	if (engine->idle != NULL)
		forward_waiting(lcore);
	else if (tp_cfg.record_cycles)
		forward_measured(lcore);
	else
		forward(lcore);
	if (engine->lcore_end != NULL)
		engine->lcore_end(lcore);
	return 0;
}

void
tp_loop_launch(const struct tp_engine *by)
{
	unsigned int i;

	engine = by;
	for (i = 0; i < tp_lcores_nb; i++) {
		tp_lcores[i].stop = false;
		if (tp_lcores[i].count > 0)
			rte_eal_remote_launch(lcore_main, &tp_lcores[i], tp_lcores[i].id);
	}
}

void
tp_loop_quiet(void)
{
	unsigned int i;

	for (i = 0; i < tp_streams_nb; i++)
		__atomic_store_n(&tp_streams[i].quiet, true, __ATOMIC_RELAXED);
}

void
tp_loop_stop(void)
{
	unsigned int i;

	for (i = 0; i < tp_lcores_nb; i++)
		__atomic_store_n(&tp_lcores[i].stop, true, __ATOMIC_RELAXED);
	rte_eal_mp_wait_lcore();
}

void
tp_loop_flush(void)
{
	struct rte_mbuf *pkts[TP_BURST_MAX];
	unsigned int i, sum;
	uint16_t n;

	for (i = 0; i < tp_streams_nb; i++) {
		sum = 0;
		do {
			n = 0;
			if (tp_streams[i].has_rx)
				n = rte_eth_rx_burst(tp_streams[i].rx_port, tp_streams[i].rx_queue,
						     pkts, tp_cfg.burst);
			rte_pktmbuf_free_bulk(pkts, n);
			sum += n;
		} while (n > 0 && sum < FLUSH_PACKETS);
	}
}

void
tp_loop_first(void)
{
	struct rte_mbuf *pkts[TP_BURST_MAX];
	struct tp_gen_header header;
	unsigned int i;
	uint16_t n;

	for (i = 0; i < tp_streams_nb; i++) {
		if (!tp_streams[i].has_tx)
			continue;
		tp_gen_header_make(&tp_streams[i], &header);
		n = tp_gen_alloc(&tp_streams[i], &header, pkts, tp_cfg.burst);
		tp_stream_tx(&tp_streams[i], pkts, n);
	}
}
