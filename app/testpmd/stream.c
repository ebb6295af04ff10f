/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <string.h>

#include <rte_lcore.h>
#include <rte_malloc.h>

#include "cfg.h"
#include "engine.h"
#include "pool.h"
#include "port.h"
#include "say.h"
#include "stream.h"

struct tp_stream *tp_streams;
unsigned int tp_streams_nb;
struct tp_lcore tp_lcores[RTE_MAX_LCORE];
unsigned int tp_lcores_nb;

static int
lcore_usable(unsigned int id)
{
	if (tp_cfg.coremask == 0)
		return 1;
	return id < TP_MASK_BITS && (tp_cfg.coremask >> id & 1) != 0;
}

static int
coremask_check(unsigned int found)
{
	unsigned int asked = __builtin_popcountll(tp_cfg.coremask);

	if (tp_cfg.coremask == 0 || asked == found)
		return 0;
	tp_error("--coremask=0x%" PRIx64
		 " names lcores that EAL's -l does not give, or the main lcore %u, "
		 "which does not forward",
		 tp_cfg.coremask, rte_get_main_lcore());
	return -EINVAL;
}

int
tp_lcores_choose(void)
{
	unsigned int id, found = 0;

	RTE_LCORE_FOREACH_WORKER(id) {
		if (lcore_usable(id))
			tp_lcores[found++].id = id;
	}
	if (coremask_check(found) < 0)
		return -EINVAL;
	if (found == 0) {
		tp_error(
			"two lcores are needed, one of them for control; give EAL -l 0-1, or, on one CPU, "
			"--lcores=0@0,1@0");
		return -EINVAL;
	}
	if (tp_cfg.nb_cores > found) {
		tp_error(
			"--nb-cores=%u: EAL has %u lcore%s to forward on besides the main one, see -l",
			tp_cfg.nb_cores, found, found == 1 ? "" : "s");
		return -EINVAL;
	}
	/* One, as testpmd, unless a mask was given. */
	tp_lcores_nb = tp_cfg.nb_cores != 0 ? tp_cfg.nb_cores : tp_cfg.coremask != 0 ? found : 1;
	return 0;
}

unsigned int
tp_topology_peer(unsigned int position)
{
	if (tp_cfg.topology == TP_LOOP || tp_ports_used_nb == 1)
		return position;
	if (tp_cfg.topology == TP_CHAINED)
		return (position + 1) % tp_ports_used_nb;
	return position ^ 1;
}

static int
topology_check(void)
{
	bool single = tp_ports_used_nb == 1 && !tp_cfg.topology_given;

	if ((tp_cfg.engine->flags & TP_ENGINE_CROSS) == 0 || tp_cfg.topology != TP_PAIRED ||
	    single || tp_ports_used_nb % 2 == 0)
		return 0;
	tp_error(
		"%u port%s can not be paired: give an even number, or --port-topology=chained or loop",
		tp_ports_used_nb, tp_ports_used_nb == 1 ? "" : "s");
	return -EINVAL;
}

static int
queues_check(void)
{
	const struct tp_engine *engine = tp_cfg.engine;

	if ((engine->flags & TP_ENGINE_RX) != 0 && tp_cfg.rxq == 0)
		tp_error("%s needs Rx queues, --rxq is 0", engine->name);
	else if ((engine->flags & TP_ENGINE_TX) != 0 && tp_cfg.txq == 0)
		tp_error("%s needs Tx queues, --txq is 0", engine->name);
	else if ((engine->flags & TP_ENGINE_RX) != 0 && (engine->flags & TP_ENGINE_TX) != 0 &&
		 (engine->flags & TP_ENGINE_MAKES) == 0 && tp_cfg.rxq > tp_cfg.txq)
		tp_error("%s needs a Tx queue for each Rx queue: --rxq=%u, --txq=%u", engine->name,
			 tp_cfg.rxq, tp_cfg.txq);
	else
		return 0;
	return -EINVAL;
}

/* Streams of a port: as many as the engine has a use for. */
static unsigned int
streams_each(void)
{
	uint32_t flags = tp_cfg.engine->flags;

	if ((flags & TP_ENGINE_MAKES) != 0 && (flags & (TP_ENGINE_RX | TP_ENGINE_TAKES)) != 0)
		return RTE_MAX(tp_cfg.rxq, tp_cfg.txq);
	return (flags & TP_ENGINE_RX) != 0 ? tp_cfg.rxq : tp_cfg.txq;
}

static double
rate_of_stream(void)
{
	double rate = tp_cfg.txrate.value;

	if (tp_cfg.txrate.bits)
		rate /= 8.0 * tp_cfg.pkt_len;
	return tp_cfg.txq != 0 ? rate / tp_cfg.txq : 0;
}

/* Packets of stream: of --packets each stream that sends makes its part, the first ones one more. */
static uint64_t
share(unsigned int index, unsigned int senders)
{
	if (tp_cfg.packets == 0)
		return UINT64_MAX;
	return tp_cfg.packets / senders + (index < tp_cfg.packets % senders);
}

static void
stream_fill(struct tp_stream *stream, unsigned int position, unsigned int queue)
{
	bool cross = (tp_cfg.engine->flags & TP_ENGINE_CROSS) != 0;
	uint16_t rx_port = tp_ports_used[position];
	uint16_t tx_port = cross ? tp_ports_used[tp_topology_peer(position)] : rx_port;

	stream->rx_port = rx_port;
	stream->tx_port = tx_port;
	stream->rx_queue = queue;
	stream->tx_queue = queue;
	stream->has_rx = queue < tp_cfg.rxq;
	stream->has_tx = queue < tp_cfg.txq;
	stream->burst = tp_cfg.burst;
	stream->src = tp_ports[tx_port].mac;
	stream->dst = tp_cfg.peer[tx_port];
	stream->pool = tp_pool_of(tx_port);
}

static int
bursts_make(struct tp_stream *stream)
{
	if (!tp_cfg.record_bursts)
		return 0;
	stream->bursts = rte_zmalloc("tp_bursts", sizeof(*stream->bursts), RTE_CACHE_LINE_SIZE);
	return stream->bursts != NULL ? 0 : -ENOMEM;
}

/* Queue by queue, as testpmd numbers them: neighbours are the same queue of the next port. */
static int
streams_fill(void)
{
	unsigned int senders = tp_ports_used_nb * tp_cfg.txq;
	unsigned int i, sender = 0;
	int ret = 0;

	for (i = 0; ret == 0 && i < tp_streams_nb; i++) {
		stream_fill(&tp_streams[i], i % tp_ports_used_nb, i / tp_ports_used_nb);
		tp_streams[i].index = i;
		if (tp_streams[i].has_tx)
			tp_streams[i].left = share(sender++, senders);
		ret = bursts_make(&tp_streams[i]);
	}
	return ret;
}

static void
lcores_fill(void)
{
	unsigned int used = RTE_MIN(tp_lcores_nb, tp_streams_nb);
	unsigned int each = tp_streams_nb / used, extra = tp_streams_nb % used;
	struct tp_stream *next = tp_streams;
	unsigned int i;

	for (i = 0; i < used; i++) {
		tp_lcores[i] = (struct tp_lcore){
			.id = tp_lcores[i].id,
			.streams = next,
			/* The last ones get one more, as in testpmd. */
			.count = each + (i >= used - extra),
		};
		next += tp_lcores[i].count;
	}
	for (; i < tp_lcores_nb; i++)
		tp_lcores[i].count = 0;
}

void *
tp_stream_priv_make(struct tp_stream *stream, size_t size)
{
	stream->priv = rte_zmalloc("tp_priv", size, RTE_CACHE_LINE_SIZE);
	if (stream->priv == NULL)
		tp_error("no memory for a stream: give EAL more (-m)");
	return stream->priv;
}

void
tp_streams_priv_free(void)
{
	unsigned int i;

	for (i = 0; i < tp_streams_nb; i++) {
		rte_free(tp_streams[i].priv);
		tp_streams[i].priv = NULL;
	}
}

void
tp_streams_free(void)
{
	unsigned int i;

	for (i = 0; i < tp_streams_nb; i++)
		rte_free(tp_streams[i].bursts);
	rte_free(tp_streams);
	tp_streams = NULL;
	tp_streams_nb = 0;
}

static void
pace_start(void)
{
	unsigned int i;

	for (i = 0; i < tp_streams_nb; i++)
		tp_pace_init(&tp_streams[i].pace, rate_of_stream());
}

int
tp_streams_build(void)
{
	int ret;

	tp_streams_free();
	if (tp_ports_used_nb == 0) {
		tp_error("there is no port to forward on: port attach DEVARGS");
		return -ENODEV;
	}
	ret = queues_check();
	if (ret == 0)
		ret = topology_check();
	if (ret < 0)
		return ret;
	tp_streams_nb = streams_each() * tp_ports_used_nb;
	tp_streams =
		rte_zmalloc("tp_streams", sizeof(*tp_streams) * tp_streams_nb, RTE_CACHE_LINE_SIZE);
	ret = tp_streams != NULL ? streams_fill() : -ENOMEM;
	if (ret < 0) {
		tp_error("no memory for %u streams: give EAL more (-m)", tp_streams_nb);
		tp_streams_nb = tp_streams != NULL ? tp_streams_nb : 0;
		return ret;
	}
	pace_start();
	lcores_fill();
	return 0;
}
