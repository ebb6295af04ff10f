/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The three applications. What they do besides calling the driver is as little
 * as can be, and the same for every driver.
 */
#include <string.h>

#include <rte_debug.h>
#include <rte_ethdev.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_udp.h>

#include "cost.h"

/* Bursts without any progress before this is a hang: the ideal NIC never makes one wait. */
#define STUCK 1000000

/* Exchange a burst for the oldest of the queue, once that is full; returns how many there are. */
static uint16_t
queue_through(struct cost_lane *lane, struct rte_mbuf **pkts, uint16_t n)
{
	const uint32_t mask = lane->fifo_size - 1;
	uint16_t i;

	for (i = 0; i < n; i++)
		lane->fifo[(lane->fifo_head + lane->fifo_depth + i) & mask] = pkts[i];
	if (lane->fifo_depth + n < lane->fifo_size) {
		lane->fifo_depth += n;
		return 0;
	}
	for (i = 0; i < n; i++)
		pkts[i] = lane->fifo[(lane->fifo_head + i) & mask];
	lane->fifo_head += n;
	return n;
}

static void
swap(struct rte_mbuf **pkts, uint16_t n)
{
	struct rte_ether_hdr *eth;
	struct rte_ether_addr addr;
	uint16_t i;

	for (i = 0; i < n; i++) {
		eth = rte_pktmbuf_mtod(pkts[i], struct rte_ether_hdr *);
		addr = eth->dst_addr;
		eth->dst_addr = eth->src_addr;
		eth->src_addr = addr;
	}
}

/* Whatever it asks for, so that asking is the only difference. */
static void
headers_write(const struct cost_lane *lane, struct rte_mbuf *m)
{
	const uint16_t ip_len = lane->len - RTE_ETHER_HDR_LEN;
	const struct rte_ipv4_hdr ip = {
		.version_ihl = RTE_IPV4_VHL_DEF,
		.total_length = rte_cpu_to_be_16(ip_len),
		.time_to_live = 64,
		.next_proto_id = IPPROTO_UDP,
		.src_addr = RTE_BE32(RTE_IPV4(192, 0, 2, 1)),
		.dst_addr = RTE_BE32(RTE_IPV4(192, 0, 2, 2)),
	};
	const struct rte_udp_hdr udp = { .dgram_len = rte_cpu_to_be_16(ip_len - sizeof(ip)) };
	char *data = rte_pktmbuf_mtod(m, char *);

	memcpy(data + RTE_ETHER_HDR_LEN, &ip, sizeof(ip));
	memcpy(data + RTE_ETHER_HDR_LEN + sizeof(ip), &udp, sizeof(udp));
	m->ol_flags = lane->flags;
	m->l2_len = RTE_ETHER_HDR_LEN;
	m->l3_len = sizeof(ip);
	m->vlan_tci = 1;
}

static void
make(const struct cost_lane *lane, struct rte_mbuf **pkts, uint16_t n)
{
	static const struct rte_ether_hdr header = {
		.dst_addr.addr_bytes = { 2, 0, 0, 0, 0, 1 },
		.src_addr.addr_bytes = { 2, 0, 0, 0, 0, 2 },
		.ether_type = RTE_BE16(RTE_ETHER_TYPE_IPV4),
	};
	uint16_t i;

	for (i = 0; i < n; i++) {
		pkts[i]->data_len = lane->len;
		pkts[i]->pkt_len = lane->len;
		if (lane->touch)
			*rte_pktmbuf_mtod(pkts[i], struct rte_ether_hdr *) = header;
		if (lane->headers)
			headers_write(lane, pkts[i]);
	}
}

static void
transmit(struct cost_lane *lane, struct rte_mbuf **pkts, uint16_t n)
{
	uint32_t tries = 0;
	uint16_t done = 0;

	for (;;) {
		done += rte_eth_tx_burst(lane->tx_port, 0, pkts + done, n - done);
		if (likely(done == n))
			break;
		lane->retries++;
		if (++tries > STUCK)
			rte_panic("port %u sends nothing\n", lane->tx_port);
	}
	lane->sent += n;
}

/* A burst of received or new packets; 0 if there is none. */
static inline uint16_t
next(struct cost_lane *lane, struct rte_mbuf **pkts)
{
	uint16_t n = lane->burst;

	if (lane->mode != COST_TX) {
		n = rte_eth_rx_burst(lane->rx_port, 0, pkts, n);
		lane->received += n;
		if (lane->touch)
			swap(pkts, n);
	} else if (unlikely(rte_pktmbuf_alloc_bulk(lane->mp, pkts, n) != 0)) {
		return 0;
	} else {
		make(lane, pkts, n);
	}
	return n;
}

/* One burst; returns how many packets came in. */
static inline uint16_t
step(struct cost_lane *lane)
{
	struct rte_mbuf *pkts[COST_BURST_MAX];
	const uint16_t came = next(lane, pkts);
	uint16_t n = came;

	if (unlikely(came == 0)) {
		lane->empty++;
		return 0;
	}
	if (lane->fifo_size != 0)
		n = queue_through(lane, pkts, n);
	if (lane->mode == COST_RX)
		rte_pktmbuf_free_bulk(pkts, n);
	else
		transmit(lane, pkts, n);
	return came;
}

uint64_t
cost_lane_run(struct cost_lane *lane, uint64_t packets)
{
	uint64_t done = 0;
	uint32_t stuck = 0;
	uint16_t n;

	while (done < packets) {
		n = step(lane);
		done += n;
		if (likely(n != 0))
			stuck = 0;
		else if (++stuck > STUCK)
			rte_panic("port %u: nothing received, or no mbufs\n", lane->rx_port);
	}
	return done;
}

void
cost_lane_drain(struct cost_lane *lane)
{
	/* A driver that makes its packets up, such as net_null, has no end of them. */
	while (lane->nic.frames != 0 && step(lane) != 0)
		;
	while (lane->fifo_depth != 0) {
		rte_pktmbuf_free(lane->fifo[lane->fifo_head++ & (lane->fifo_size - 1)]);
		lane->fifo_depth--;
	}
}
