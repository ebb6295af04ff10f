/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#ifndef STREAM_H
#define STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_common.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include "cfg.h"
#include "pace.h"
#include "stats.h"

/* How often bursts of each size came; kept with --record-burst-stats. */
struct tp_bursts {
	uint64_t rx[TP_BURST_MAX + 1];
	uint64_t tx[TP_BURST_MAX + 1];
};

/*
 * One Rx queue, one Tx queue, or both, served by one lcore. That lcore writes the counters, which
 * only grow during a run; the main lcore reads them.
 */
struct tp_stream {
	uint16_t rx_port, rx_queue, tx_port, tx_queue;
	uint16_t burst, index;
	bool has_rx, has_tx;
	bool quiet; /* nothing is to be made any more; set by the main lcore */
	struct tp_bursts *bursts; /* NULL: not recorded */
	uint64_t rx_packets, tx_packets, dropped, cycles;
	struct tp_sums base; /* of the counters, when the run began; the main lcore's */
	void *priv; /* the engine's */
	struct rte_ether_addr src, dst;
	struct rte_mempool *pool;
	struct tp_pace pace;
	uint64_t left; /* packets that may still be made */
	/*
	 * The burst under way. Not on the stack, where frames of 4 KiB make the stack of the driver
	 * alias ours: io took 2 cycles a packet more.
	 */
	struct rte_mbuf *pkts[TP_BURST_MAX] __rte_cache_aligned;
} __rte_cache_aligned;

/* A forwarding lcore and its streams, next to each other in tp_streams. */
struct tp_lcore {
	unsigned int id;
	unsigned int count;
	struct tp_stream *streams;
	bool stop;
	/* Of the engine that waits for Rx interrupts. */
	bool can_wait, armed;
	unsigned int quiet;
} __rte_cache_aligned;

extern struct tp_stream *tp_streams;
extern unsigned int tp_streams_nb;
extern struct tp_lcore tp_lcores[RTE_MAX_LCORE];
extern unsigned int tp_lcores_nb;

/*
 * Lay out streams and lcores for tp_cfg and the ports in use. Main lcore, nothing forwards. Returns 0
 * or -errno, said.
 */
int tp_streams_build(void);
void tp_streams_free(void);

/* Zeroed memory for stream's priv, or NULL, said. tp_streams_priv_free() frees that of all streams. */
void *tp_stream_priv_make(struct tp_stream *stream, size_t size);
void tp_streams_priv_free(void);

/* Forwarding lcores: how many --nb-cores or --coremask give. Returns 0 or -EINVAL, said. */
int tp_lcores_choose(void);

/* Where port's position in the list of used ports sends to. */
unsigned int tp_topology_peer(unsigned int position);

/* Receive up to a burst. */
static inline uint16_t
tp_stream_rx(struct tp_stream *stream, struct rte_mbuf **pkts)
{
	uint16_t n = rte_eth_rx_burst(stream->rx_port, stream->rx_queue, pkts, stream->burst);

	if (unlikely(stream->bursts != NULL))
		stream->bursts->rx[n]++;
	stream->rx_packets += n;
	return n;
}

/* Send n packets; what the driver does not take is freed and counted as dropped. */
static inline void
tp_stream_tx(struct tp_stream *stream, struct rte_mbuf **pkts, uint16_t n)
{
	uint16_t sent = rte_eth_tx_burst(stream->tx_port, stream->tx_queue, pkts, n);

	if (unlikely(stream->bursts != NULL))
		stream->bursts->tx[sent]++;
	stream->tx_packets += sent;
	if (unlikely(sent < n)) {
		stream->dropped += n - sent;
		rte_pktmbuf_free_bulk(pkts + sent, n - sent);
	}
}

#endif
