/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <linux/if_packet.h>

#include <rte_byteorder.h>
#include <rte_cycles.h>
#include <rte_ether.h>

#include "fault.h"

#define ETHERTYPE 0x88b5 /* app_frame_write's */
/* Fewer than any ring takes, more than a queue each. */
#define FRAMES 8
/* On a loaded machine a frame waits for the softirq. */
#define WAIT_S 3
#define LEN_MIN 60
/* Below the smallest MTU of the tests. */
#define LEN_SPREAD 1200

static int wire = -1;
/* Frames of an earlier exchange are never taken for those of this one. */
static uint32_t first;

static int
wire_bind(const char *peer)
{
	const struct timeval timeout = { .tv_sec = WAIT_S };
	const struct sockaddr_ll addr = {
		.sll_family = AF_PACKET,
		.sll_protocol = RTE_BE16(ETHERTYPE),
		.sll_ifindex = if_nametoindex(peer),
	};
	const int yes = 1;

	wire = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (wire < 0 || bind(wire, (const struct sockaddr *)&addr, sizeof(addr)) != 0 ||
	    setsockopt(wire, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) != 0 ||
	    setsockopt(wire, SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof(yes)) != 0)
		return -errno;
	return 0;
}

int
fault_wire_open(const char *netns, const char *peer)
{
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	char path[128];
	int ret = 0;
	int away;

	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	away = open(path, O_RDONLY | O_CLOEXEC);
	if (home < 0 || away < 0 || setns(away, CLONE_NEWNET) != 0)
		return -errno;
	ret = wire_bind(peer);
	if (setns(home, CLONE_NEWNET) != 0)
		ret = -errno;
	close(away);
	close(home);
	return ret;
}

static uint16_t
len_of(uint32_t number)
{
	return LEN_MIN + number * 97 % LEN_SPREAD;
}

static int
wire_send(void)
{
	char data[LEN_MIN + LEN_SPREAD];
	uint32_t i;

	for (i = first; i < first + FRAMES; i++) {
		app_frame_write(data, i, len_of(i));
		if (send(wire, data, len_of(i), 0) != len_of(i))
			return -errno;
	}
	return 0;
}

/* What the port received goes back out, addresses exchanged. */
static int
port_reflect(const struct app_port *port)
{
	const uint64_t deadline = rte_get_tsc_cycles() + rte_get_tsc_hz() * WAIT_S;
	struct rte_mbuf *pkts[FRAMES];
	unsigned int damaged = 0;
	unsigned int done = 0;
	uint16_t queue = 0;
	uint16_t n, i;

	while (done < FRAMES && rte_get_tsc_cycles() < deadline) {
		queue = (queue + 1) % port->nb_rx;
		n = rte_eth_rx_burst(port->id, queue, pkts, FRAMES);
		for (i = 0; i < n; i++) {
			damaged += !app_received_whole(pkts[i], port->id);
			app_frame_swap(pkts[i]);
		}
		if (app_send(port->id, queue % port->nb_tx, pkts, n) != n)
			return -EAGAIN;
		done += n;
	}
	if (damaged != 0)
		return -EBADMSG;
	return done == FRAMES ? 0 : -ETIMEDOUT;
}

static int
port_send(const struct app_port *port)
{
	struct rte_mbuf *m;
	uint32_t i;

	for (i = first; i < first + FRAMES; i++) {
		m = app_frame_make(port->mp, i, len_of(i));
		if (m == NULL || app_send(port->id, i % port->nb_tx, &m, 1) != 1)
			return -EAGAIN;
	}
	return 0;
}

/* Frames of several queues come in any order. */
static int
wire_receive(bool swapped)
{
	char want[LEN_MIN + LEN_SPREAD], got[LEN_MIN + LEN_SPREAD], src[RTE_ETHER_ADDR_LEN];
	bool came[FRAMES] = { false };
	rte_be32_t wire_number;
	unsigned int n = 0;
	uint32_t number;
	ssize_t len;

	while (n < FRAMES) {
		len = recv(wire, got, sizeof(got), 0);
		if (len < LEN_MIN)
			return len < 0 ? -errno : -EBADMSG;
		memcpy(&wire_number, got + RTE_ETHER_HDR_LEN, sizeof(wire_number));
		number = rte_be_to_cpu_32(wire_number);
		if (number - first >= FRAMES || came[number - first] || len != len_of(number))
			return -EBADMSG;
		app_frame_write(want, number, len);
		if (swapped) {
			memcpy(src, want + RTE_ETHER_ADDR_LEN, sizeof(src));
			memcpy(want + RTE_ETHER_ADDR_LEN, want, sizeof(src));
			memcpy(want, src, sizeof(src));
		}
		if (memcmp(want, got, len) != 0)
			return -EBADMSG;
		came[number - first] = true;
		n++;
	}
	return 0;
}

int
fault_wire_exchange(const struct app_port *port)
{
	const bool reflect = port->nb_rx != 0;
	int ret = 0;

	if (reflect)
		ret = wire_send();
	if (ret == 0)
		ret = reflect ? port_reflect(port) : port_send(port);
	if (ret == 0)
		ret = wire_receive(reflect);
	first += FRAMES;
	return ret;
}
