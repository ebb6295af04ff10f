/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_random.h>

#include "cfg.h"
#include "gen.h"
#include "port.h"
#include "say.h"
#include "stream.h"

/* "afxp": nobody else's, on port 9. */
#define PROBE_MAGIC 0x61667870
/* Linux's default, and enough for any number of hops here. */
#define TTL 64

static uint16_t probe_tag;

void
tp_gen_header_make(const struct tp_stream *stream, struct tp_gen_header *header)
{
	uint16_t ip_len = tp_cfg.pkt_len - sizeof(header->eth);
	uint16_t udp_len = ip_len - sizeof(header->ip);

	*header = (struct tp_gen_header){
		.eth.dst_addr = stream->dst,
		.eth.src_addr = stream->src,
		.eth.ether_type = RTE_BE16(RTE_ETHER_TYPE_IPV4),
		.ip.version_ihl = RTE_IPV4_VHL_DEF,
		.ip.total_length = rte_cpu_to_be_16(ip_len),
		.ip.time_to_live = TTL,
		.ip.next_proto_id = IPPROTO_UDP,
		.ip.src_addr = rte_cpu_to_be_32(tp_cfg.ip_src),
		.ip.dst_addr = rte_cpu_to_be_32(tp_cfg.ip_dst),
		.udp.src_port = rte_cpu_to_be_16(tp_cfg.udp_src),
		.udp.dst_port = rte_cpu_to_be_16(tp_cfg.udp_dst),
		.udp.dgram_len = rte_cpu_to_be_16(udp_len),
	};
	tp_gen_flow_set(header, 0);
}

void
tp_gen_flow_set(struct tp_gen_header *header, uint32_t flow)
{
	header->ip.src_addr = rte_cpu_to_be_32(tp_cfg.ip_src + flow);
	header->ip.hdr_checksum = 0;
	header->ip.hdr_checksum = rte_ipv4_cksum(&header->ip);
}

/* Behind the first segment; -ENOMEM frees what the packet had. */
static int
segs_append(struct rte_mempool *pool, struct rte_mbuf *pkt)
{
	struct rte_mbuf *seg;
	unsigned int i;

	for (i = 1; i < tp_cfg.segs; i++) {
		seg = rte_pktmbuf_alloc(pool);
		if (seg == NULL) {
			rte_pktmbuf_free(pkt);
			return -ENOMEM;
		}
		seg->data_len = tp_cfg.seg_len[i];
		seg->pkt_len = tp_cfg.seg_len[i];
		rte_pktmbuf_chain(pkt, seg);
	}
	return 0;
}

static uint16_t
alloc_first(struct rte_mempool *pool, struct rte_mbuf **pkts, uint16_t n)
{
	uint16_t i;

	if (rte_pktmbuf_alloc_bulk(pool, pkts, n) == 0)
		return n;
	for (i = 0; i < n; i++) {
		pkts[i] = rte_pktmbuf_alloc(pool);
		if (pkts[i] == NULL)
			break;
	}
	return i;
}

uint16_t
tp_gen_alloc(const struct tp_stream *stream, const struct tp_gen_header *header,
	     struct rte_mbuf **pkts, uint16_t n)
{
	uint16_t got = alloc_first(stream->pool, pkts, n);
	uint16_t i;

	for (i = 0; i < got; i++) {
		memcpy(rte_pktmbuf_mtod(pkts[i], void *), header, sizeof(*header));
		pkts[i]->data_len = tp_cfg.seg_len[0];
		pkts[i]->pkt_len = tp_cfg.seg_len[0];
		pkts[i]->l2_len = sizeof(header->eth);
		pkts[i]->l3_len = sizeof(header->ip);
	}
	for (i = 0; tp_cfg.segs > 1 && i < got; i++) {
		if (segs_append(stream->pool, pkts[i]) < 0) {
			rte_pktmbuf_free_bulk(pkts + i + 1, got - i - 1);
			return i;
		}
	}
	return got;
}

/* How many packets stream may make now: by its pace, what is left, and a burst. */
static uint16_t
due(struct tp_stream *stream)
{
	uint16_t n = RTE_MIN((uint64_t)stream->burst, stream->left);

	if (n == 0 || __atomic_load_n(&stream->quiet, __ATOMIC_RELAXED))
		return 0;
	return tp_pace_due(&stream->pace, n);
}

uint16_t
tp_gen_send(struct tp_stream *stream, const struct tp_gen_header *header,
	    void (*fill)(struct tp_stream *stream, struct rte_mbuf **pkts, uint16_t n))
{
	uint64_t before = stream->tx_packets;
	uint16_t n = due(stream);

	if (n > 0)
		n = tp_gen_alloc(stream, header, stream->pkts, n);
	if (n == 0)
		return 0;
	fill(stream, stream->pkts, n);
	tp_stream_tx(stream, stream->pkts, n);
	if (tp_cfg.packets != 0)
		__atomic_store_n(&stream->left, stream->left - (stream->tx_packets - before),
				 __ATOMIC_RELAXED);
	return n;
}

uint16_t
tp_gen_round(struct tp_stream *stream,
	     void (*came)(struct tp_stream *stream, struct rte_mbuf **pkts, uint16_t n),
	     uint16_t (*send)(struct tp_stream *stream))
{
	uint16_t n = 0;

	if (stream->has_rx)
		n = tp_stream_rx(stream, stream->pkts);
	if (n > 0 && came != NULL)
		came(stream, stream->pkts, n);
	if (n > 0)
		rte_pktmbuf_free_bulk(stream->pkts, n);
	return stream->has_tx ? n + send(stream) : n;
}

int
tp_gen_check(void)
{
	unsigned int i;
	uint16_t port, mtu;

	for (i = 0; tp_cfg.txq > 0 && i < tp_ports_used_nb; i++) {
		port = tp_ports_used[i];
		if (rte_eth_dev_get_mtu(port, &mtu) < 0 ||
		    tp_cfg.pkt_len <= mtu + RTE_ETHER_HDR_LEN)
			continue;
		tp_error(
			"txpkts: packets of %u bytes are more than the %u that port %u (%s) sends at its "
			"MTU of %u",
			tp_cfg.pkt_len, mtu + RTE_ETHER_HDR_LEN, port, tp_ports[port].name, mtu);
		return -EMSGSIZE;
	}
	return 0;
}

bool
tp_gen_finished(void)
{
	unsigned int i;

	for (i = 0; i < tp_streams_nb; i++) {
		if (tp_streams[i].has_tx &&
		    __atomic_load_n(&tp_streams[i].left, __ATOMIC_RELAXED) != 0)
			return false;
	}
	return true;
}

int
tp_gen_probes_begin(void)
{
	const int least = TP_GEN_HEADERS + (int)sizeof(struct tp_probe);

	probe_tag = rte_rand();
	if (tp_cfg.segs == 1 && tp_cfg.pkt_len >= least)
		return 0;
	tp_error("txpkts: a packet of this mode is one segment of %d bytes or more", least);
	return -EINVAL;
}

struct tp_probe *
tp_gen_probe_set(struct rte_mbuf *pkt, uint16_t flow, uint64_t value)
{
	struct tp_probe *probe = rte_pktmbuf_mtod_offset(pkt, struct tp_probe *, TP_GEN_HEADERS);

	probe->magic = RTE_BE32(PROBE_MAGIC);
	probe->tag = rte_cpu_to_be_16(probe_tag);
	probe->flow = rte_cpu_to_be_16(flow);
	probe->value = rte_cpu_to_be_64(value);
	probe->crc = 0;
	return probe;
}

struct tp_probe *
tp_gen_probe_find(const struct rte_mbuf *pkt)
{
	const struct tp_gen_header *header = rte_pktmbuf_mtod(pkt, const struct tp_gen_header *);
	struct tp_probe *probe = rte_pktmbuf_mtod_offset(pkt, struct tp_probe *, TP_GEN_HEADERS);

	if (pkt->data_len < TP_GEN_HEADERS + sizeof(*probe) ||
	    header->eth.ether_type != RTE_BE16(RTE_ETHER_TYPE_IPV4) ||
	    header->ip.next_proto_id != IPPROTO_UDP || probe->magic != RTE_BE32(PROBE_MAGIC) ||
	    probe->tag != rte_cpu_to_be_16(probe_tag))
		return NULL;
	return probe;
}
