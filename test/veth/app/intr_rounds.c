/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Rx interrupts against the clock: a thread sends one frame a round from the
 * far end of the wire, at any time around the call that enables the interrupt.
 * Each has to wake who sleeps, or to be there before.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/if_packet.h>
#include <rte_cycles.h>
#include <rte_epoll.h>
#include <rte_interrupts.h>
#include <rte_pause.h>

#include "app.h"

/* Both sides wait up to that long, so that the frame comes before, in and after the call. */
#define SPREAD_US 60
/* Who sleeps that long was not woken: no machine is that busy. */
#define WAIT_MS 10000
#define FRAME_LEN 60

static struct app_port port;
static uint32_t round_wanted;
static bool ended;

static uint64_t
some_cycles(unsigned int *seed)
{
	return rte_get_tsc_hz() / 1000000 * (rand_r(seed) % SPREAD_US);
}

static void
spin(uint64_t cycles)
{
	const uint64_t end = rte_rdtsc() + cycles;

	while (rte_rdtsc() < end)
		rte_pause();
}

/* A socket of the far end, in its network namespace. */
static int
far_socket(void)
{
	const struct sockaddr_ll none = { .sll_family = AF_PACKET };
	struct sockaddr_ll addr = none;
	int ns = open(app_arg_nth("far_netns", 0), O_RDONLY | O_CLOEXEC);
	int fd;

	if (ns < 0 || setns(ns, CLONE_NEWNET) != 0)
		return -1;
	close(ns);
	addr.sll_ifindex = if_nametoindex(app_arg_nth("far_iface", 0));
	fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) != 0)
		return -1;
	return fd;
}

static void *
far_end(void *arg __rte_unused)
{
	char frame[FRAME_LEN];
	unsigned int seed = 1;
	uint32_t done = 0;
	int fd = far_socket();

	while (fd >= 0 && !__atomic_load_n(&ended, __ATOMIC_ACQUIRE)) {
		if (__atomic_load_n(&round_wanted, __ATOMIC_ACQUIRE) == done) {
			sched_yield();
			continue;
		}
		app_frame_write(frame, ++done, sizeof(frame));
		spin(some_cycles(&seed));
		if (send(fd, frame, sizeof(frame), 0) != sizeof(frame))
			break;
	}
	if (fd >= 0)
		close(fd);
	return NULL;
}

/* Ways to sleep: EAL's, an edge of our own, a level. */
static int sleep_epoll = -1;
static int sleep_poll = -1;

static int
sleep_prepare(void)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	const char *how = app_arg_nth("how", 0);
	int fd = rte_eth_dev_rx_intr_ctl_q_get_fd(port.id, 0);

	if (how == NULL)
		return rte_eth_dev_rx_intr_ctl_q(port.id, 0, RTE_EPOLL_PER_THREAD,
						 RTE_INTR_EVENT_ADD, NULL);
	if (strcmp(how, "poll") == 0) {
		sleep_poll = fd;
		return 0;
	}
	sleep_epoll = epoll_create1(0);
	return epoll_ctl(sleep_epoll, EPOLL_CTL_ADD, fd, &event);
}

static int
sleep_until_woken(void)
{
	struct pollfd level = { .fd = sleep_poll, .events = POLLIN };
	struct rte_epoll_event eal;
	struct epoll_event edge;

	if (sleep_poll >= 0)
		return poll(&level, 1, WAIT_MS);
	if (sleep_epoll >= 0)
		return epoll_wait(sleep_epoll, &edge, 1, WAIT_MS);
	return rte_epoll_wait(RTE_EPOLL_PER_THREAD, &eal, 1, WAIT_MS);
}

static struct {
	uint64_t polled; /* rounds whose frame was there before the interrupt was enabled */
	uint64_t woken;
	uint64_t late; /* sleeps that nobody ended */
	uint64_t empty; /* wakeups without a frame */
	uint64_t damaged;
} count;

/* True if the frame of this round has come. */
static bool
receive(uint32_t number)
{
	struct rte_mbuf *m;

	if (rte_eth_rx_burst(port.id, 0, &m, 1) == 0)
		return false;
	count.damaged += !app_received_whole(m, port.id) ||
		app_frame_number(rte_pktmbuf_mtod(m, const char *)) != number;
	rte_pktmbuf_free(m);
	return true;
}

/* In one round of three the application goes back to sleep without a look at the ring. */
static int
round_sleep(uint32_t number)
{
	unsigned int sleeps = number % 3 == 0 ? 2 : 1;
	int ret;

	while (sleeps-- != 0) {
		ret = rte_eth_dev_rx_intr_enable(port.id, 0);
		if (ret != 0)
			return ret;
		if (sleep_until_woken() <= 0)
			count.late++;
	}
	count.woken++;
	if (!receive(number))
		count.empty++;
	return 0;
}

static int
round_run(uint32_t number, unsigned int *seed)
{
	int ret = 0;

	__atomic_store_n(&round_wanted, number, __ATOMIC_RELEASE);
	spin(some_cycles(seed));
	if (number % 2 == 0 && receive(number)) {
		count.polled++;
		return 0;
	}
	ret = round_sleep(number);
	if (number % 5 < 2)
		rte_eth_dev_rx_intr_disable(port.id, 0);
	return ret;
}

int
app_intr_rounds(void)
{
	const uint32_t rounds = app_arg("rounds", 1000);
	unsigned int seed = 2;
	pthread_t thread;
	uint32_t i;
	int ret;

	port = app_port_default(0, app_pool("a"));
	port.rx_intr = true;
	ret = app_port_open(&port);
	if (ret == 0)
		ret = sleep_prepare();
	if (ret == 0)
		ret = -pthread_create(&thread, NULL, far_end, NULL);
	if (ret != 0)
		return ret;
	for (i = 1; i <= rounds && ret == 0 && count.late == 0; i++)
		ret = round_run(i, &seed);
	__atomic_store_n(&ended, true, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	if (sleep_epoll >= 0)
		close(sleep_epoll);
	app_say("rounds", i - 1);
	app_say("polled", count.polled);
	app_say("woken", count.woken);
	app_say("late", count.late);
	app_say("empty", count.empty);
	app_say("damaged", count.damaged);
	app_port_say(0);
	app_port_close(0);
	return ret;
}
