/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <linux/if_ether.h>
#include <linux/if_packet.h>

#include <rte_byteorder.h>

#include "soak.h"

#define BATCH 32
/* Rests between batches now and then, so that rings run both full and empty. */
#define REST_US 200
/* Far from the registered ones; one ethertype each spreads flows over queues. */
#define ETHERTYPE_FIRST 0x9b00
#define ETHERTYPE_AT 12
/* Longest frame at the peers' MTU. */
#define LEN_MAX 1514
/* Holds all that a loaded machine leaves unread for a while. */
#define RCVBUF (64 << 20)

struct wire {
	unsigned int port;
	pthread_t thread;
	uint64_t random;
	int fd; /* the peer's socket: the thread's */
	int passed_fd; /* beside the port: what the program lets pass; main thread's */
	bool idle; /* has seen that nothing is to be sent */
	bool reopen;
	int reopened; /* how that went */
	bool drain; /* until all is read that has come */
	struct soak_wire_count count;
	char out[BATCH][APP_FRAME_MAX];
};

static struct wire wires[SOAK_PORTS];
static char netns_path[128];
static bool sending;
static bool ended;

static int
packet_socket(const char *iface, int rcvbuf)
{
	const struct sockaddr_ll addr = {
		.sll_family = AF_PACKET,
		.sll_protocol = RTE_BE16(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(iface),
	};
	const int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	const int yes = 1;
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof(yes)) != 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &rcvbuf, sizeof(rcvbuf)) != 0 ||
	    bind(fd, (const struct sockaddr *)&addr, sizeof(addr)) != 0) {
		ret = -errno;
		close(fd);
		return ret;
	}
	return fd;
}

static int
peer_open(struct wire *w)
{
	char iface[IFNAMSIZ];

	snprintf(iface, sizeof(iface), "p%u", w->port);
	w->fd = packet_socket(iface, RCVBUF);
	return w->fd < 0 ? w->fd : 0;
}

/* Counts only, so that the least buffer does. */
static int
passed_open(struct wire *w)
{
	char iface[IFNAMSIZ];

	snprintf(iface, sizeof(iface), "x%u", w->port);
	w->passed_fd = packet_socket(iface, 0);
	return w->passed_fd < 0 ? w->passed_fd : 0;
}

static void
out_fill(struct wire *w, uint32_t first, struct iovec *iov)
{
	unsigned int i;

	for (i = 0; i < BATCH; i++) {
		const uint16_t len =
			SOAK_LEN_MIN + soak_pick(&w->random, LEN_MAX + 1 - SOAK_LEN_MIN);
		const rte_be16_t type =
			rte_cpu_to_be_16(ETHERTYPE_FIRST + (first + i) % SOAK_FLOWS);

		app_frame_write(w->out[i], first + i, len);
		memcpy(w->out[i] + ETHERTYPE_AT, &type, sizeof(type));
		soak_frame_space_set(w->out[i], SOAK_SPACE_PEER + w->port);
		iov[i] = (struct iovec){ .iov_base = w->out[i], .iov_len = len };
	}
}

/* What the kernel does not take was not sent. */
static void
batch_send(struct wire *w)
{
	struct mmsghdr msgs[BATCH] = { 0 };
	struct iovec iov[BATCH];
	unsigned int i;
	uint32_t first;
	int n;

	if (!soak_numbers_take(SOAK_SPACE_PEER + w->port, BATCH, &first))
		return;
	out_fill(w, first, iov);
	for (i = 0; i < BATCH; i++)
		msgs[i].msg_hdr = (struct msghdr){ .msg_iov = &iov[i], .msg_iovlen = 1 };
	for (i = 0; i < BATCH; i++) {
		/* One that fails ends a call, and is told by the next one alone. */
		n = sendmmsg(w->fd, &msgs[i], BATCH - i, MSG_DONTWAIT);
		for (; n > 0; n--, i++) {
			soak_table_sent(SOAK_TO_PORT, w->port, SOAK_SPACE_PEER + w->port,
					first + i);
			__atomic_fetch_add(&w->count.sent, 1, __ATOMIC_RELAXED);
		}
	}
}

static bool
frames_read(struct wire *w)
{
	char data[APP_FRAME_MAX];
	unsigned int i;
	ssize_t len;

	for (i = 0; i < 2 * BATCH; i++) {
		len = recv(w->fd, data, sizeof(data), MSG_DONTWAIT);
		if (len < 0)
			return i != 0;
		if (!app_frame_data_whole(data, len))
			__atomic_fetch_add(&w->count.damaged, 1, __ATOMIC_RELAXED);
		else
			soak_table_came(SOAK_TO_PEER, w->port, soak_frame_space(data),
					app_frame_number(data));
	}
	return true;
}

static void
reopen(struct wire *w)
{
	if (w->fd >= 0)
		close(w->fd);
	w->reopened = peer_open(w);
	__atomic_store_n(&w->reopen, false, __ATOMIC_RELEASE);
}

void
soak_run_anywhere(void)
{
	cpu_set_t all;
	int i;

	CPU_ZERO(&all);
	for (i = 0; i < CPU_SETSIZE; i++)
		CPU_SET(i, &all);
	sched_setaffinity(0, sizeof(all), &all);
}

static void *
wire_run(void *arg)
{
	struct wire *w = arg;
	const int away = open(netns_path, O_RDONLY | O_CLOEXEC);
	bool drain;
	bool busy;
	bool send;

	soak_run_anywhere();
	if (away < 0 || setns(away, CLONE_NEWNET) != 0)
		soak_complain("%s: %s", netns_path, strerror(errno));
	close(away);
	while (!__atomic_load_n(&ended, __ATOMIC_ACQUIRE)) {
		if (__atomic_load_n(&w->reopen, __ATOMIC_ACQUIRE))
			reopen(w);
		send = __atomic_load_n(&sending, __ATOMIC_ACQUIRE);
		__atomic_store_n(&w->idle, !send, __ATOMIC_RELEASE);
		if (send)
			batch_send(w);
		drain = __atomic_load_n(&w->drain, __ATOMIC_ACQUIRE);
		busy = frames_read(w);
		if (drain && !busy)
			__atomic_store_n(&w->drain, false, __ATOMIC_RELEASE);
		if (!busy || soak_pick(&w->random, 4) == 0)
			usleep(REST_US);
	}
	close(w->fd);
	return NULL;
}

int
soak_wire_reopen(unsigned int port)
{
	struct wire *w = &wires[port];

	if (w->passed_fd >= 0)
		close(w->passed_fd);
	__atomic_store_n(&w->reopen, true, __ATOMIC_RELEASE);
	while (__atomic_load_n(&w->reopen, __ATOMIC_ACQUIRE))
		app_sleep_ms(1);
	return w->reopened != 0 ? w->reopened : passed_open(w);
}

int
soak_wires_start(const char *netns)
{
	unsigned int i;
	int ret = 0;

	snprintf(netns_path, sizeof(netns_path), "/run/netns/%s", netns);
	for (i = 0; i < SOAK_PORTS && ret == 0; i++) {
		wires[i].port = i;
		wires[i].fd = -1;
		wires[i].passed_fd = -1;
		wires[i].random = i;
		ret = -pthread_create(&wires[i].thread, NULL, wire_run, &wires[i]);
		if (ret == 0)
			ret = soak_wire_reopen(i);
	}
	return ret;
}

void
soak_wires_end(void)
{
	unsigned int i;

	__atomic_store_n(&ended, true, __ATOMIC_RELEASE);
	for (i = 0; i < SOAK_PORTS; i++) {
		pthread_join(wires[i].thread, NULL);
		close(wires[i].passed_fd);
	}
}

void
soak_wires_send(bool on)
{
	unsigned int i;

	__atomic_store_n(&sending, on, __ATOMIC_RELEASE);
	for (i = 0; i < SOAK_PORTS; i++) {
		while (__atomic_load_n(&wires[i].idle, __ATOMIC_ACQUIRE) == on)
			app_sleep_ms(1);
	}
}

void
soak_wires_drain(void)
{
	unsigned int i;

	for (i = 0; i < SOAK_PORTS; i++) {
		__atomic_store_n(&wires[i].drain, true, __ATOMIC_RELEASE);
		while (__atomic_load_n(&wires[i].drain, __ATOMIC_ACQUIRE))
			app_sleep_ms(1);
	}
}

/* Those that a full buffer did not take included. The kernel forgets them when asked. */
static uint64_t
packets_seen(int fd)
{
	struct tpacket_stats stats = { 0 };
	socklen_t len = sizeof(stats);

	getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len);
	return stats.tp_packets;
}

uint64_t
soak_wire_came(unsigned int port)
{
	struct wire *w = &wires[port];

	w->count.came += packets_seen(w->fd);
	return w->count.came;
}

struct soak_wire_count
soak_wire_take(unsigned int port)
{
	struct wire *w = &wires[port];
	struct soak_wire_count count;

	soak_wire_came(port);
	w->count.passed = packets_seen(w->passed_fd);
	count = w->count;
	w->count = (struct soak_wire_count){ 0 };
	return count;
}
