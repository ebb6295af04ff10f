/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Sends back what it receives, in each kind of mbuf in turn, and leaves
 * checksums and VLAN tags to the port. Arguments: count of frames; cksum=1;
 * vlan= and outer=, tags to insert; fast_free=1; burst; asks=, flags without an
 * offload that is configured for them.
 */
#include <errno.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_errno.h>
#include <rte_net.h>

#include "app.h"

/* Frames that wait in the ring come at once. */
#define RECEIVE_S 2

struct kind {
	const char *name;
	/* m, or what has its data; *kept: what is not the port's then, to be compared */
	struct rte_mbuf *(*from)(struct rte_mbuf *m, struct rte_mbuf **kept);
};

static struct rte_mempool *own, *foreign;
static uint64_t requests;
static unsigned int nb_kept, nb_changed, nb_unprepared;

static struct rte_mbuf *
direct(struct rte_mbuf *m, struct rte_mbuf **kept __rte_unused)
{
	return m;
}

static struct rte_mbuf *
no_headroom(struct rte_mbuf *m, struct rte_mbuf **kept __rte_unused)
{
	memmove(m->buf_addr, rte_pktmbuf_mtod(m, void *), m->data_len);
	m->data_off = 0;
	return m;
}

static struct rte_mbuf *
referred_to(struct rte_mbuf *m, struct rte_mbuf **kept)
{
	rte_mbuf_refcnt_update(m, 1);
	*kept = m;
	return m;
}

static struct rte_mbuf *
cloned(struct rte_mbuf *m, struct rte_mbuf **kept)
{
	*kept = m;
	return rte_pktmbuf_clone(m, foreign);
}

static struct rte_mbuf *
copied(struct rte_mbuf *m, struct rte_mbuf **kept)
{
	*kept = m;
	return rte_pktmbuf_copy(m, foreign, 0, UINT32_MAX);
}

/* Three segments; somewhere in the headers, and a clone behind. */
static struct rte_mbuf *
chained(struct rte_mbuf *m, struct rte_mbuf **kept)
{
	const uint16_t first = m->data_len * 7 % RTE_MIN(m->data_len, 50);
	struct rte_mbuf *head = rte_pktmbuf_copy(m, own, 0, first + 1);
	struct rte_mbuf *middle = rte_pktmbuf_copy(m, foreign, first + 1, 1);
	struct rte_mbuf *tail = rte_pktmbuf_clone(m, own);

	*kept = m;
	rte_pktmbuf_adj(tail, first + 2);
	rte_pktmbuf_chain(head, middle);
	rte_pktmbuf_chain(head, tail);
	return head;
}

static const struct kind kinds[] = {
	{ "direct", direct }, { "no_headroom", no_headroom }, { "referred_to", referred_to },
	{ "cloned", cloned }, { "copied", copied },           { "chained", chained },
};

/* What an application that parsed the frame asks for. */
static void
ask(struct rte_mbuf *m)
{
	struct rte_net_hdr_lens lens = { 0 };
	const uint32_t type = rte_net_get_ptype(m, &lens, RTE_PTYPE_ALL_MASK);

	m->ol_flags |= requests;
	m->vlan_tci = app_arg("vlan", 0);
	m->vlan_tci_outer = app_arg("outer", 0);
	if (app_arg("cksum", 0) == 0)
		return;
	m->l2_len = lens.l2_len;
	m->l3_len = lens.l3_len;
	if (RTE_ETH_IS_IPV4_HDR(type))
		m->ol_flags |= RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM;
	else if (RTE_ETH_IS_IPV6_HDR(type))
		m->ol_flags |= RTE_MBUF_F_TX_IPV6;
	if ((type & RTE_PTYPE_L4_MASK) == RTE_PTYPE_L4_UDP)
		m->ol_flags |= RTE_MBUF_F_TX_UDP_CKSUM;
	else if ((type & RTE_PTYPE_L4_MASK) == RTE_PTYPE_L4_TCP)
		m->ol_flags |= RTE_MBUF_F_TX_TCP_CKSUM;
}

/* What the application keeps has to be as it was. */
static void
compare(struct rte_mbuf *kept, struct rte_mbuf *before)
{
	nb_kept++;
	nb_changed += kept->data_len != before->data_len ||
		memcmp(rte_pktmbuf_mtod(kept, void *), rte_pktmbuf_mtod(before, void *),
		       kept->data_len) != 0;
	rte_pktmbuf_free(kept);
}

/* Every other burst through rte_eth_tx_prepare. */
static uint32_t
send_back(uint16_t port, struct rte_mbuf **pkts, uint16_t n, uint32_t first)
{
	struct rte_mbuf *before[APP_BURST_MAX];
	struct rte_mbuf *kept[APP_BURST_MAX] = { NULL };
	uint16_t i;

	for (i = 0; i < n; i++) {
		before[i] = rte_pktmbuf_copy(pkts[i], foreign, 0, UINT32_MAX);
		pkts[i] = kinds[(first + i) % RTE_DIM(kinds)].from(pkts[i], &kept[i]);
		ask(pkts[i]);
	}
	if (first / n % 2 == 1)
		nb_unprepared += n - rte_eth_tx_prepare(port, 0, pkts, n);
	n = app_send(port, 0, pkts, n);
	for (i = 0; i < n; i++) {
		if (kept[i] != NULL)
			compare(kept[i], before[i]);
		rte_pktmbuf_free(before[i]);
	}
	return n;
}

static uint32_t
reflect(uint16_t port, uint32_t count)
{
	const uint64_t deadline = rte_get_tsc_cycles() + rte_get_tsc_hz() * RECEIVE_S;
	const uint16_t burst = app_arg("burst", 32);
	struct rte_mbuf *pkts[APP_BURST_MAX];
	uint32_t done = 0;
	uint16_t n;

	while (done < count && rte_get_tsc_cycles() < deadline) {
		n = rte_eth_rx_burst(port, 0, pkts, burst);
		if (n != 0)
			done += send_back(port, pkts, n, done);
	}
	return done;
}

static uint64_t
offloads(void)
{
	uint64_t wanted = 0;

	requests = app_arg("asks", 0);
	if (app_arg("cksum", 0) != 0)
		wanted |= RTE_ETH_TX_OFFLOAD_IPV4_CKSUM | RTE_ETH_TX_OFFLOAD_UDP_CKSUM |
			RTE_ETH_TX_OFFLOAD_TCP_CKSUM;
	if (app_arg("outer", 0) != 0) {
		wanted |= RTE_ETH_TX_OFFLOAD_QINQ_INSERT;
		requests |= RTE_MBUF_F_TX_QINQ;
	} else if (app_arg("vlan", 0) != 0) {
		wanted |= RTE_ETH_TX_OFFLOAD_VLAN_INSERT;
		requests |= RTE_MBUF_F_TX_VLAN;
	}
	if (app_arg("fast_free", 0) != 0)
		wanted |= RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE;
	return wanted;
}

int
app_offload(void)
{
	struct rte_eth_burst_mode mode = { 0 };
	struct rte_eth_txq_info info = { 0 };
	struct app_port port;
	int ret;

	own = app_pool("own");
	foreign = app_pool("foreign");
	port = app_port_default(0, own);
	port.tx_offloads = offloads();
	ret = app_port_open(&port);
	if (ret == 0)
		ret = rte_eth_tx_burst_mode_get(port.id, 0, &mode);
	if (ret == 0)
		ret = rte_eth_tx_queue_info_get(port.id, 0, &info);
	if (ret != 0)
		return ret;
	app_say_str("mode", mode.info);
	app_say("told_other_offloads", info.conf.offloads ^ port.tx_offloads);
	app_say("kinds", RTE_DIM(kinds));
	app_checkpoint("ready");
	app_say("sent", reflect(port.id, app_arg("count", 0)));
	app_say("kept", nb_kept);
	app_say("changed", nb_changed);
	app_say("unprepared", nb_unprepared);
	app_say("errno", rte_errno);
	app_checkpoint("sent");
	app_port_say(port.id);
	return app_port_close(port.id);
}
