/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Tx of what can never be sent, between frames that can.
 */
#include <errno.h>
#include <stdio.h>

#include "kinds.h"

/* good, bad, good, bad, good */
#define BURST 5
#define ONLY_BAD 64
#define BIG_ROOM 9856
#define MAX_LEN 1518 /* MTU 1500, Ethernet header and one VLAN tag */
#define GOOD_LEN 200
/* Lies about a length by that much are caught like larger ones. */
#define LIE 1

static struct kinds_pools pools;
static struct rte_mempool *big;
static uint32_t next_number;

static struct rte_mbuf *
frame(uint16_t len)
{
	static const char zeros[APP_FRAME_MAX];

	return kinds_piece(pools.own, zeros, len, RTE_PKTMBUF_HEADROOM);
}

static struct rte_mbuf *
pair(uint16_t first, uint16_t second)
{
	struct rte_mbuf *m = frame(first);

	rte_pktmbuf_chain(m, frame(second));
	return m;
}

static struct rte_mbuf *
too_long(void)
{
	return frame(MAX_LEN + 1);
}

static struct rte_mbuf *
too_long_foreign(void)
{
	return app_frame_make(big, 0, 9000);
}

static struct rte_mbuf *
too_long_chain(void)
{
	return pair(MAX_LEN, 1);
}

static struct rte_mbuf *
too_short(void)
{
	return frame(RTE_ETHER_HDR_LEN - 1);
}

static struct rte_mbuf *
too_short_chain(void)
{
	return pair(RTE_ETHER_HDR_LEN - 1, 0);
}

static struct rte_mbuf *
empty(void)
{
	return frame(0);
}

static struct rte_mbuf *
nb_segs_too_high(void)
{
	struct rte_mbuf *m = frame(GOOD_LEN);

	m->nb_segs = 2;
	return m;
}

static struct rte_mbuf *
nb_segs_zero(void)
{
	struct rte_mbuf *m = frame(GOOD_LEN);

	m->nb_segs = 0;
	return m;
}

static struct rte_mbuf *
nb_segs_too_low(void)
{
	struct rte_mbuf *m = pair(GOOD_LEN, GOOD_LEN);

	rte_pktmbuf_chain(m, frame(GOOD_LEN));
	m->nb_segs = 2;
	return m;
}

static struct rte_mbuf *
chain_called_single(void)
{
	struct rte_mbuf *m = pair(GOOD_LEN, GOOD_LEN);

	m->nb_segs = 1;
	return m;
}

/* Its length is the packet's, but there is a tail. */
static struct rte_mbuf *
single_with_tail(void)
{
	struct rte_mbuf *m = frame(GOOD_LEN);

	m->next = frame(GOOD_LEN);
	return m;
}

/* Segments without a byte, for ever. */
static struct rte_mbuf *
loop(void)
{
	struct rte_mbuf *m = pair(GOOD_LEN, 0);

	rte_pktmbuf_chain(m, frame(0));
	m->nb_segs = UINT16_MAX;
	m->next->next->next = m->next;
	return m;
}

static struct rte_mbuf *
data_len_beyond_buffer(void)
{
	struct rte_mbuf *m = frame(GOOD_LEN);

	m->data_off = m->buf_len - GOOD_LEN;
	m->data_len = MAX_LEN;
	m->pkt_len = MAX_LEN;
	return m;
}

static struct rte_mbuf *
pkt_len_too_high(void)
{
	struct rte_mbuf *m = frame(GOOD_LEN);

	m->pkt_len += LIE;
	return m;
}

static struct rte_mbuf *
pkt_len_too_low(void)
{
	struct rte_mbuf *m = pair(GOOD_LEN, GOOD_LEN);

	m->pkt_len -= LIE;
	return m;
}

static struct rte_mbuf *
beyond_buffer(void)
{
	struct rte_mbuf *m = frame(GOOD_LEN);

	m->data_off = m->buf_len - GOOD_LEN + LIE;
	return m;
}

static struct rte_mbuf *
segment_beyond_buffer(void)
{
	struct rte_mbuf *m = pair(GOOD_LEN, GOOD_LEN);

	m->next->data_off = UINT16_MAX;
	return m;
}

static const struct {
	const char *name;
	struct rte_mbuf *(*make)(void);
	uint64_t flags;
} cases[] = {
	{ "too_long", too_long, 0 },
	{ "too_long_foreign", too_long_foreign, 0 },
	{ "too_long_chain", too_long_chain, 0 },
	{ "too_short", too_short, 0 },
	{ "too_short_chain", too_short_chain, 0 },
	{ "empty", empty, 0 },
	{ "nb_segs_too_high", nb_segs_too_high, 0 },
	{ "nb_segs_too_low", nb_segs_too_low, 0 },
	{ "nb_segs_zero", nb_segs_zero, 0 },
	{ "chain_called_single", chain_called_single, 0 },
	{ "single_with_tail", single_with_tail, 0 },
	{ "loop", loop, 0 },
	{ "data_len_beyond_buffer", data_len_beyond_buffer, 0 },
	{ "pkt_len_too_high", pkt_len_too_high, 0 },
	{ "pkt_len_too_low", pkt_len_too_low, 0 },
	{ "beyond_buffer", beyond_buffer, 0 },
	{ "segment_beyond_buffer", segment_beyond_buffer, 0 },
	{ "ip_cksum", NULL, RTE_MBUF_F_TX_IP_CKSUM | RTE_MBUF_F_TX_IPV4 },
	{ "tcp_cksum", NULL, RTE_MBUF_F_TX_TCP_CKSUM },
	{ "udp_cksum", NULL, RTE_MBUF_F_TX_UDP_CKSUM },
	{ "outer_ip_cksum", NULL, RTE_MBUF_F_TX_OUTER_IP_CKSUM },
	{ "tcp_seg", NULL, RTE_MBUF_F_TX_TCP_SEG },
	{ "udp_seg", NULL, RTE_MBUF_F_TX_UDP_SEG },
	{ "vlan", NULL, RTE_MBUF_F_TX_VLAN },
	{ "qinq", NULL, RTE_MBUF_F_TX_QINQ },
	{ "timestamp", NULL, RTE_MBUF_F_TX_IEEE1588_TMST },
	{ "security", NULL, RTE_MBUF_F_TX_SEC_OFFLOAD },
	{ "macsec", NULL, RTE_MBUF_F_TX_MACSEC },
};

static struct rte_mbuf *
bad(unsigned int i)
{
	struct rte_mbuf *m = cases[i].make != NULL ? cases[i].make() : frame(GOOD_LEN);

	m->ol_flags |= cases[i].flags;
	return m;
}

static void
case_run(unsigned int c)
{
	struct rte_mbuf *pkts[BURST];
	struct rte_eth_stats before;
	struct rte_eth_stats after;
	char key[64];
	unsigned int i;

	for (i = 0; i < BURST; i++)
		pkts[i] = i % 2 != 0 ? bad(c) : app_frame_make(pools.own, next_number++, GOOD_LEN);
	/* Says what the frame is, asks for nothing. */
	pkts[0]->ol_flags |= RTE_MBUF_F_TX_IPV4;
	rte_eth_stats_get(0, &before);
	snprintf(key, sizeof(key), "taken_%s", cases[c].name);
	app_say(key, rte_eth_tx_burst(0, 0, pkts, BURST));
	rte_eth_stats_get(0, &after);
	snprintf(key, sizeof(key), "oerrors_%s", cases[c].name);
	app_say(key, after.oerrors - before.oerrors);
	snprintf(key, sizeof(key), "opackets_%s", cases[c].name);
	app_say(key, after.opackets - before.opackets);
}

/* A burst without a single good frame. */
static void
only_bad_run(void)
{
	struct rte_mbuf *pkts[ONLY_BAD];
	unsigned int i;

	for (i = 0; i < ONLY_BAD; i++)
		pkts[i] = bad(i % RTE_DIM(cases));
	app_say("only_bad_taken", rte_eth_tx_burst(0, 0, pkts, ONLY_BAD));
}

int
app_refused(void)
{
	struct app_port port;
	unsigned int c;
	int ret;

	pools.own = app_pool("own");
	big = app_pool_sized("big", 512, BIG_ROOM);
	port = app_port_default(0, pools.own);
	ret = app_port_open(&port);
	if (ret != 0)
		return ret;
	for (c = 0; c < RTE_DIM(cases); c++)
		case_run(c);
	only_bad_run();
	app_say("cases", RTE_DIM(cases));
	app_say("count", next_number);
	app_checkpoint("sent");
	app_port_say(0);
	return app_port_close(0);
}
