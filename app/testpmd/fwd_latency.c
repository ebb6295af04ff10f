/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <inttypes.h>

#include <rte_cycles.h>

#include "engine.h"
#include "gen.h"
#include "histogram.h"
#include "say.h"
#include "stream.h"

/*
 * Without --txrate, packets a second of each stream: at full speed it would be the length of the
 * queues that is measured, and thousands a second fill the 99.9th percentile within seconds.
 */
#define RATE_DEFAULT 2000
/* Round trips between a microsecond and a second are told apart in the picture. */
#define PICTURE_NS_LEAST 1024
#define PICTURE_ROWS 21
#define PICTURE_WIDTH 40

struct latency {
	struct tp_gen_header header;
	struct tp_histogram ns;
	uint64_t sent;
};

static const double percents[] = { 50, 90, 99, 99.9, 99.99 };
static double ns_per_cycle;

static int
begin(void)
{
	ns_per_cycle = 1e9 / rte_get_tsc_hz();
	return tp_gen_probes_begin();
}

static int
stream_begin(struct tp_stream *stream)
{
	struct latency *latency = tp_stream_priv_make(stream, sizeof(*latency));

	if (latency == NULL)
		return -ENOMEM;
	tp_gen_header_make(stream, &latency->header);
	if (tp_cfg.txrate.value == 0)
		tp_pace_init(&stream->pace, RATE_DEFAULT);
	return 0;
}

static void
receive(struct tp_stream *stream, struct rte_mbuf **pkts, uint16_t n)
{
	struct latency *latency = stream->priv;
	uint64_t now = rte_rdtsc();
	const struct tp_probe *probe;
	uint64_t sent;
	uint16_t i;

	for (i = 0; i < n; i++) {
		probe = tp_gen_probe_find(pkts[i]);
		if (probe == NULL)
			continue;
		sent = rte_be_to_cpu_64(probe->value);
		/* Clocks of two sockets may differ by a little. */
		tp_histogram_add(&latency->ns, now > sent ? (now - sent) * ns_per_cycle : 0);
	}
}

static void
probes_fill(struct tp_stream *stream, struct rte_mbuf **pkts, uint16_t n)
{
	uint16_t i;

	for (i = 0; i < n; i++)
		tp_gen_probe_set(pkts[i], stream->index, rte_rdtsc());
}

static uint16_t
probes_send(struct tp_stream *stream)
{
	struct latency *latency = stream->priv;
	uint16_t n = tp_gen_send(stream, &latency->header, probes_fill);

	__atomic_store_n(&latency->sent, stream->tx_packets, __ATOMIC_RELAXED);
	return n;
}

static uint16_t
burst(struct tp_stream *stream)
{
	return tp_gen_round(stream, receive, probes_send);
}

static void
sums_get(uint64_t *sent, uint64_t *came)
{
	const struct latency *latency;
	unsigned int i;

	*sent = *came = 0;
	for (i = 0; i < tp_streams_nb; i++) {
		latency = tp_streams[i].priv;
		*sent += __atomic_load_n(&latency->sent, __ATOMIC_RELAXED);
		*came += __atomic_load_n(&latency->ns.count, __ATOMIC_RELAXED);
	}
}

static bool
settled(void)
{
	uint64_t sent, came;

	sums_get(&sent, &came);
	return came >= sent;
}

static bool
passed(void)
{
	uint64_t sent, came;

	sums_get(&sent, &came);
	return came > 0;
}

/* Static: too large for a stack. Main lcore only. */
static const struct tp_histogram *
all_streams(void)
{
	static struct tp_histogram sum;
	unsigned int i;

	sum = (struct tp_histogram){ .count = 0 };
	for (i = 0; i < tp_streams_nb; i++)
		tp_histogram_merge(&sum, &((const struct latency *)tp_streams[i].priv)->ns);
	return &sum;
}

static void
picture_print(const struct tp_histogram *sum)
{
	static const char stars[] = "****************************************";
	uint64_t from = 0, to = PICTURE_NS_LEAST, count;
	unsigned int row;

	RTE_BUILD_BUG_ON(sizeof(stars) - 1 != PICTURE_WIDTH);
	for (row = 0; row < PICTURE_ROWS; row++) {
		count = tp_histogram_between(sum, from, to);
		if (count > 0)
			tp_say("  %9.1f - %9.1f us %12" PRIu64 " %.*s\n", from / 1e3, to / 1e3,
			       count, (int)(count * PICTURE_WIDTH / sum->count), stars);
		from = to;
		to *= 2;
	}
}

static void
print(void)
{
	const struct tp_histogram *sum = all_streams();
	uint64_t sent, came;
	unsigned int i;

	sums_get(&sent, &came);
	tp_say("\n  Round-trip latency: %" PRIu64 " sent, %" PRIu64 " came back, %" PRIu64
	       " lost\n",
	       sent, came, sent > came ? sent - came : 0);
	if (came == 0)
		return;
	tp_say("  min %.1f us, avg %.1f us, max %.1f us\n ", sum->least / 1e3,
	       (double)sum->sum / sum->count / 1e3, sum->most / 1e3);
	for (i = 0; i < RTE_DIM(percents); i++)
		tp_say(" p%g %.1f us%s", percents[i],
		       tp_histogram_percentile(sum, percents[i]) / 1e3,
		       i + 1 < RTE_DIM(percents) ? "," : "\n");
	picture_print(sum);
}

static void
json(json_t *object)
{
	const struct tp_histogram *sum = all_streams();
	json_t *latency = json_object();
	uint64_t sent, came;
	char name[24];
	unsigned int i;

	sums_get(&sent, &came);
	json_object_set_new(latency, "sent", json_integer(sent));
	json_object_set_new(latency, "received", json_integer(came));
	if (came > 0) {
		json_object_set_new(latency, "min_ns", json_integer(sum->least));
		json_object_set_new(latency, "avg_ns", json_real((double)sum->sum / sum->count));
		json_object_set_new(latency, "max_ns", json_integer(sum->most));
	}
	for (i = 0; came > 0 && i < RTE_DIM(percents); i++) {
		snprintf(name, sizeof(name), "p%g_ns", percents[i]);
		json_object_set_new(latency, name,
				    json_integer(tp_histogram_percentile(sum, percents[i])));
	}
	json_object_set_new(object, "latency", latency);
}

const struct tp_engine tp_fwd_latency = {
	.name = "latency",
	.flags = TP_ENGINE_RX | TP_ENGINE_TX | TP_ENGINE_MAKES,
	.begin = begin,
	.stream_begin = stream_begin,
	.burst = burst,
	.settled = settled,
	.print = print,
	.json = json,
	.passed = passed,
	.end = tp_streams_priv_free,
};
