/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <string.h>

#include <rte_byteorder.h>
#include <rte_ether.h>

#include "app.h"

#define ETHERTYPE 0x88b5 /* IEEE local experimental: nobody else's */
#define NUMBER_AT RTE_ETHER_HDR_LEN
#define PAYLOAD_AT (NUMBER_AT + 4)

/*
 * The payload is a window of fixed noise, its place given by number and length:
 * what was cut, mixed or overwritten can not compare equal. app/program.py has the same.
 */
#define NOISE_LEN 131072
#define NOISE_SEED 2026
#define WINDOW_STEP 7919 /* prime, so that neighbours differ everywhere */
#define WINDOW_MASK 0xffff

static char noise[NOISE_LEN];

void
app_frame_init(void)
{
	uint32_t x = NOISE_SEED;
	unsigned int i;

	for (i = 0; i < NOISE_LEN; i++) {
		x = x * 1664525 + 1013904223; /* Numerical Recipes' generator */
		noise[i] = x >> 24;
	}
}

static const char *
window(uint32_t number, uint16_t len)
{
	return &noise[(number * WINDOW_STEP + len) & WINDOW_MASK];
}

void
app_frame_write(char *to, uint32_t number, uint16_t len)
{
	static const struct rte_ether_hdr header = {
		.dst_addr.addr_bytes = { 2, 0, 0, 0, 0, 2 },
		.src_addr.addr_bytes = { 2, 0, 0, 0, 0, 1 },
		.ether_type = RTE_BE16(ETHERTYPE),
	};
	const rte_be32_t wire = rte_cpu_to_be_32(number);

	memcpy(to, &header, sizeof(header));
	memcpy(to + NUMBER_AT, &wire, RTE_MIN(len - NUMBER_AT, 4));
	if (len > PAYLOAD_AT)
		memcpy(to + PAYLOAD_AT, window(number, len), len - PAYLOAD_AT);
}

uint32_t
app_frame_number(const char *data)
{
	rte_be32_t number;

	memcpy(&number, data + NUMBER_AT, sizeof(number));
	return rte_be_to_cpu_32(number);
}

bool
app_frame_data_whole(const char *data, uint16_t len)
{
	return len >= PAYLOAD_AT &&
		memcmp(data + PAYLOAD_AT, window(app_frame_number(data), len), len - PAYLOAD_AT) ==
		0;
}

bool
app_frame_whole(const struct rte_mbuf *m)
{
	return m->data_len == m->pkt_len &&
		app_frame_data_whole(rte_pktmbuf_mtod(m, const char *), m->data_len);
}

bool
app_received_whole(struct rte_mbuf *m, uint16_t port)
{
	const char *reason;

	return rte_mbuf_check(m, 1, &reason) == 0 && rte_mbuf_refcnt_read(m) == 1 &&
		m->nb_segs == 1 && m->next == NULL && m->port == port && m->ol_flags == 0 &&
		m->data_off == RTE_PKTMBUF_HEADROOM && app_priv_untouched(m) && app_frame_whole(m);
}

void
app_frame_swap(struct rte_mbuf *m)
{
	struct rte_ether_hdr *header = rte_pktmbuf_mtod(m, struct rte_ether_hdr *);
	const struct rte_ether_addr dst = header->dst_addr;

	header->dst_addr = header->src_addr;
	header->src_addr = dst;
}

struct rte_mbuf *
app_frame_make(struct rte_mempool *mp, uint32_t number, uint16_t len)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(mp);

	if (m != NULL)
		app_frame_write(rte_pktmbuf_append(m, len), number, len);
	return m;
}

uint16_t
app_frame_len(uint32_t number)
{
	static const uint16_t lens[] = { 60,   64,   14,   65,   127,  15,   128,  129,
					 17,   256,  511,  18,   512,  1023, 1024, 1280,
					 1499, 1500, 1513, 1514, 1517, 1518 };

	return lens[number % RTE_DIM(lens)];
}
