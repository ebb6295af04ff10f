/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <inttypes.h>

#include <rte_byteorder.h>
#include <rte_hash_crc.h>
#include <rte_malloc.h>

#include "engine.h"
#include "flows.h"
#include "gen.h"
#include "say.h"
#include "stream.h"

/* Flows with faults that are printed one by one: a screen has 24 rows. */
#define ROWS_MAX 10

struct verify {
	struct tp_gen_header header;
	struct tp_flow *flows; /* of this stream */
	uint32_t first, turn;
};

static struct tp_flow *flows;
static uint32_t flows_nb, flows_each;
/* Ours by its head, but of no flow that there is. */
static uint64_t nowhere;

static unsigned int
senders_count(void)
{
	unsigned int i, senders = 0;

	for (i = 0; i < tp_streams_nb; i++)
		senders += tp_streams[i].has_tx;
	return senders;
}

static int
begin(void)
{
	unsigned int senders = senders_count();
	int ret = tp_gen_probes_begin();

	if (ret < 0)
		return ret;
	nowhere = 0;
	flows_each = (tp_cfg.flows + senders - 1) / senders;
	flows_nb = flows_each * senders;
	if (flows_nb > UINT16_MAX) {
		tp_error("--flowgen-flows=%u: verify tells %u flows apart at most", tp_cfg.flows,
			 UINT16_MAX / senders * senders);
		return -EINVAL;
	}
	flows = rte_zmalloc("tp_flows", sizeof(*flows) * flows_nb, RTE_CACHE_LINE_SIZE);
	if (flows != NULL)
		return 0;
	tp_error(
		"no memory for %u flows of %zu bytes: give EAL more (-m), or fewer --flowgen-flows",
		flows_nb, sizeof(*flows));
	return -ENOMEM;
}

static int
stream_begin(struct tp_stream *stream)
{
	static uint32_t first;
	struct verify *verify = tp_stream_priv_make(stream, sizeof(*verify));

	if (verify == NULL)
		return -ENOMEM;
	if (stream->index == 0)
		first = 0;
	tp_gen_header_make(stream, &verify->header);
	verify->first = first;
	verify->flows = flows + first;
	first += stream->has_tx ? flows_each : 0;
	return 0;
}

static void
end(void)
{
	tp_streams_priv_free();
	rte_free(flows);
	flows = NULL;
	flows_nb = 0;
}

static uint32_t
checksum(const struct rte_mbuf *pkt)
{
	return rte_hash_crc(rte_pktmbuf_mtod_offset(pkt, const void *, TP_GEN_HEADERS),
			    pkt->data_len - TP_GEN_HEADERS, 0);
}

/* Each number has its own bytes, so that pieces of another packet do not pass. */
static void
payload_fill(struct rte_mbuf *pkt, uint64_t number)
{
	uint32_t offset = TP_GEN_HEADERS + sizeof(struct tp_probe);
	uint8_t *byte = rte_pktmbuf_mtod_offset(pkt, uint8_t *, offset);
	uint32_t i;

	for (i = 0; i < pkt->data_len - offset; i++)
		byte[i] = number + i;
}

static void
packet_make(struct verify *verify, struct rte_mbuf *pkt)
{
	struct tp_flow *flow = &verify->flows[verify->turn];
	uint32_t id = verify->first + verify->turn;
	struct tp_probe *probe;

	tp_gen_flow_set(&verify->header, id);
	rte_pktmbuf_mtod(pkt, struct tp_gen_header *)->ip = verify->header.ip;
	probe = tp_gen_probe_set(pkt, id, flow->next);
	payload_fill(pkt, flow->next++);
	probe->crc = rte_cpu_to_be_32(checksum(pkt));
	verify->turn = verify->turn + 1 == flows_each ? 0 : verify->turn + 1;
}

/* The driver did not take the last count packets: their numbers are used again. */
static void
take_back(struct verify *verify, uint16_t count)
{
	for (; count > 0; count--) {
		verify->turn = verify->turn == 0 ? flows_each - 1 : verify->turn - 1;
		verify->flows[verify->turn].next--;
	}
}

static void
packets_make(struct tp_stream *stream, struct rte_mbuf **pkts, uint16_t n)
{
	uint16_t i;

	for (i = 0; i < n; i++)
		packet_make(stream->priv, pkts[i]);
}

static uint16_t
packets_send(struct tp_stream *stream)
{
	struct verify *verify = stream->priv;
	uint64_t before = stream->tx_packets;
	uint16_t n = tp_gen_send(stream, &verify->header, packets_make);

	take_back(verify, n - (stream->tx_packets - before));
	return n;
}

static void
packet_check(struct rte_mbuf *pkt)
{
	struct tp_probe *probe = tp_gen_probe_find(pkt);
	uint32_t crc, id;

	if (probe == NULL)
		return;
	id = rte_be_to_cpu_16(probe->flow);
	if (id >= flows_nb) {
		__atomic_fetch_add(&nowhere, 1, __ATOMIC_RELAXED);
		return;
	}
	crc = rte_be_to_cpu_32(probe->crc);
	probe->crc = 0;
	if (pkt->nb_segs != 1 || pkt->pkt_len != tp_cfg.pkt_len || checksum(pkt) != crc)
		tp_flow_corrupt(&flows[id]);
	else
		tp_flow_came(&flows[id], rte_be_to_cpu_64(probe->value));
}

static void
packets_check(struct tp_stream *stream, struct rte_mbuf **pkts, uint16_t n)
{
	uint16_t i;

	RTE_SET_USED(stream);
	for (i = 0; i < n; i++)
		packet_check(pkts[i]);
}

static uint16_t
burst(struct tp_stream *stream)
{
	return tp_gen_round(stream, packets_check, packets_send);
}

static uint64_t
sums_get(struct tp_flow_counts *sum)
{
	uint64_t lost = 0;
	uint32_t i;

	*sum = (struct tp_flow_counts){ .corrupt = __atomic_load_n(&nowhere, __ATOMIC_RELAXED) };
	for (i = 0; i < flows_nb; i++) {
		flows[i].counts.sent = flows[i].next;
		lost += tp_flow_lost(&flows[i]);
		sum->sent += flows[i].counts.sent;
		sum->came += flows[i].counts.came;
		sum->duplicates += flows[i].counts.duplicates;
		sum->reordered += flows[i].counts.reordered;
		sum->corrupt += flows[i].counts.corrupt;
		sum->stale += flows[i].counts.stale;
	}
	return lost;
}

static bool
settled(void)
{
	struct tp_flow_counts sum;

	return sums_get(&sum) == 0;
}

static bool
faulty(const struct tp_flow *flow)
{
	const struct tp_flow_counts *c = &flow->counts;

	return tp_flow_lost(flow) + c->duplicates + c->reordered + c->corrupt + c->stale > 0;
}

static bool
passed(void)
{
	struct tp_flow_counts sum;
	uint64_t lost = sums_get(&sum);

	return sum.came > 0 && lost + sum.duplicates + sum.reordered + sum.corrupt + sum.stale == 0;
}

static void
flow_print(uint32_t id)
{
	const struct tp_flow_counts *c = &flows[id].counts;

	tp_say("  flow %5u: sent %-10" PRIu64 " lost %-10" PRIu64 " reordered %-8" PRIu64
	       " duplicated %-8" PRIu64 " corrupt %" PRIu64 "\n",
	       id, c->sent, tp_flow_lost(&flows[id]), c->reordered, c->duplicates, c->corrupt);
}

static void
print(void)
{
	struct tp_flow_counts sum;
	uint64_t lost = sums_get(&sum);
	unsigned int rows = 0;
	uint32_t i;

	tp_say("\n  Verification %s: %u flows, %" PRIu64 " sent, %" PRIu64 " came, %" PRIu64
	       " lost, %" PRIu64 " reordered, %" PRIu64 " duplicated, %" PRIu64 " corrupt",
	       passed() ? "passed" : "FAILED", flows_nb, sum.sent, sum.came, lost, sum.reordered,
	       sum.duplicates, sum.corrupt);
	if (sum.stale > 0)
		tp_say(", %" PRIu64 " too late to tell", sum.stale);
	tp_say("\n");
	for (i = 0; i < flows_nb; i++) {
		if (faulty(&flows[i]) && rows++ < ROWS_MAX)
			flow_print(i);
	}
	if (rows > ROWS_MAX)
		tp_say("  and %u more flows with faults\n", rows - ROWS_MAX);
}

static json_t *
counts_json(const struct tp_flow_counts *counts, uint64_t lost)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "sent", (json_int_t)counts->sent,
			 "received", (json_int_t)counts->came, "lost", (json_int_t)lost,
			 "reordered", (json_int_t)counts->reordered, "duplicated",
			 (json_int_t)counts->duplicates, "corrupt", (json_int_t)counts->corrupt,
			 "stale", (json_int_t)counts->stale);
}

static void
json(json_t *object)
{
	json_t *list = json_array();
	struct tp_flow_counts sum;
	uint64_t lost = sums_get(&sum);
	json_t *verify = counts_json(&sum, lost);
	json_t *row;
	uint32_t i;

	for (i = 0; i < flows_nb; i++) {
		if (!faulty(&flows[i]))
			continue;
		row = counts_json(&flows[i].counts, tp_flow_lost(&flows[i]));
		json_object_set_new(row, "flow", json_integer(i));
		json_array_append_new(list, row);
	}
	json_object_set_new(verify, "flows", json_integer(flows_nb));
	json_object_set_new(verify, "passed", json_boolean(passed()));
	json_object_set_new(verify, "faulty_flows", list);
	json_object_set_new(object, "verify", verify);
}

const struct tp_engine tp_fwd_verify = {
	.name = "verify",
	.flags = TP_ENGINE_RX | TP_ENGINE_TX | TP_ENGINE_MAKES,
	.begin = begin,
	.stream_begin = stream_begin,
	.burst = burst,
	.settled = settled,
	.print = print,
	.json = json,
	.passed = passed,
	.end = end,
};
