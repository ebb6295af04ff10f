/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#ifndef GEN_H
#define GEN_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_mbuf.h>
#include <rte_udp.h>

struct tp_stream;

struct tp_gen_header {
	struct rte_ether_hdr eth;
	struct rte_ipv4_hdr ip;
	struct rte_udp_hdr udp;
} __rte_packed __rte_aligned(2);

/* What the first segment must hold. */
#define TP_GEN_HEADERS ((int)sizeof(struct tp_gen_header))

/*
 * Begin each packet that checks something, behind the UDP header; all in network order. tag is new
 * for each run, so that stragglers of an earlier one are not taken for ours.
 */
struct tp_probe {
	rte_be32_t magic;
	rte_be16_t tag;
	rte_be16_t flow;
	rte_be64_t value;
	rte_be32_t crc; /* of all that is behind the UDP header, with 0 here */
} __rte_packed __rte_aligned(2);

/* The headers that all packets of the stream share; lengths are tp_cfg's. */
void tp_gen_header_make(const struct tp_stream *stream, struct tp_gen_header *header);

/* Make the header one of flow number flow: the source address counts. */
void tp_gen_flow_set(struct tp_gen_header *header, uint32_t flow);

/*
 * Up to n mbufs of tp_cfg's segments, the header copied in. Returns how many; fewer when the pool is
 * empty. The lcore of the stream.
 */
uint16_t tp_gen_alloc(const struct tp_stream *stream, const struct tp_gen_header *header,
		      struct rte_mbuf **pkts, uint16_t n);

/*
 * One round of a mode that makes packets, on the stream's lcore. What came, where there is an Rx queue,
 * goes to came (or NULL) and is freed; then, where there is a Tx queue, what send sends. Returns how
 * many packets came, and how many send returned.
 */
uint16_t tp_gen_round(struct tp_stream *stream,
		      void (*came)(struct tp_stream *stream, struct rte_mbuf **pkts, uint16_t n),
		      uint16_t (*send)(struct tp_stream *stream));

/* Send what is due, a burst at most, each filled in by fill. Returns how many packets were made. */
uint16_t tp_gen_send(struct tp_stream *stream, const struct tp_gen_header *header,
		     void (*fill)(struct tp_stream *stream, struct rte_mbuf **pkts, uint16_t n));

/* Whether all ports in use send packets that long. Returns 0, or -EMSGSIZE, said. Main lcore. */
int tp_gen_check(void);

/* Whether no stream has anything left to make. */
bool tp_gen_finished(void);

/* The probe in a frame that is one of ours in this run, linear up to its end, or NULL. */
struct tp_probe *tp_gen_probe_find(const struct rte_mbuf *pkt);

/* Begin a new run of probes. Returns 0 or -EINVAL, said: packets are too short for a probe. */
int tp_gen_probes_begin(void);

/* Fill in a probe without checksum. pkt is one of tp_gen_alloc(). */
struct tp_probe *tp_gen_probe_set(struct rte_mbuf *pkt, uint16_t flow, uint64_t value);

#endif
