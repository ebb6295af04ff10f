/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <rte_cycles.h>

#include "app.h"

/* A veth peer takes what it is sent within microseconds. */
#define SEND_S 2

struct app_port
app_port_default(uint16_t id, struct rte_mempool *mp)
{
	return (struct app_port){
		.id = id,
		.nb_rx = app_arg("nb_rx", 1),
		.nb_tx = app_arg("nb_tx", 1),
		.rxd = app_arg("rxd", 512),
		.txd = app_arg("txd", 512),
		.mtu = app_arg("mtu", 0),
		.mp = mp,
	};
}

int
app_port_setup(const struct app_port *port)
{
	const struct rte_eth_conf conf = {
		.rxmode.mtu = port->mtu,
		.txmode.offloads = port->tx_offloads,
		.intr_conf = { .lsc = port->events, .rmv = port->events, .rxq = port->rx_intr },
	};
	uint16_t i;
	int ret;

	ret = rte_eth_dev_configure(port->id, port->nb_rx, port->nb_tx, &conf);
	for (i = 0; i < port->nb_rx && ret == 0; i++)
		ret = rte_eth_rx_queue_setup(port->id, i, port->rxd, SOCKET_ID_ANY, NULL, port->mp);
	for (i = 0; i < port->nb_tx && ret == 0; i++)
		ret = rte_eth_tx_queue_setup(port->id, i, port->txd, SOCKET_ID_ANY, NULL);
	return ret;
}

int
app_port_open(const struct app_port *port)
{
	int ret = app_port_setup(port);

	if (ret == 0)
		ret = rte_eth_dev_start(port->id);
	if (ret == 0)
		ret = rte_eth_promiscuous_enable(port->id);
	return ret;
}

static void
say_of_port(uint16_t id, const char *what, uint64_t value)
{
	char key[32];

	snprintf(key, sizeof(key), "p%u_%s", id, what);
	app_say(key, value);
}

void
app_port_say(uint16_t id)
{
	struct rte_eth_stats stats = { 0 };
	struct rte_eth_link link = { 0 };

	rte_eth_stats_get(id, &stats);
	rte_eth_link_get_nowait(id, &link);
	say_of_port(id, "ipackets", stats.ipackets);
	say_of_port(id, "ibytes", stats.ibytes);
	say_of_port(id, "imissed", stats.imissed);
	say_of_port(id, "ierrors", stats.ierrors);
	say_of_port(id, "nombuf", stats.rx_nombuf);
	say_of_port(id, "opackets", stats.opackets);
	say_of_port(id, "obytes", stats.obytes);
	say_of_port(id, "oerrors", stats.oerrors);
	say_of_port(id, "link", link.link_status);
}

int
app_port_close(uint16_t id)
{
	int ret = rte_eth_dev_stop(id);

	return ret != 0 ? ret : rte_eth_dev_close(id);
}

#define EPOLL_TARGET "anon_inode:[eventpoll]"

/* Not EAL's own: it maps and unmaps memory, and its interrupt thread makes epoll anew, as it likes. */
static bool
fd_is_ours(const char *target)
{
	return strncmp(target, "/memfd:seg", strlen("/memfd:seg")) != 0 &&
		strcmp(target, EPOLL_TARGET) != 0;
}

static bool
fd_is_epoll(const char *target)
{
	return strcmp(target, EPOLL_TARGET) == 0;
}

static unsigned int
fds_count(bool (*counts)(const char *target))
{
	DIR *dir = opendir("/proc/self/fd");
	char target[64];
	ssize_t len;
	struct dirent *entry;
	unsigned int n = 0;

	if (dir == NULL)
		return 0;
	while ((entry = readdir(dir)) != NULL) {
		/* ".", ".." and what was closed meanwhile are no links. */
		len = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);
		if (len < 0)
			continue;
		target[len] = '\0';
		n += counts(target);
	}
	closedir(dir);
	return n;
}

unsigned int
app_fds(void)
{
	return fds_count(fd_is_ours);
}

unsigned int
app_epolls(void)
{
	return fds_count(fd_is_epoll);
}

void
app_sleep_ms(unsigned int ms)
{
	usleep(ms * 1000);
}

uint16_t
app_send(uint16_t port, uint16_t queue, struct rte_mbuf **pkts, uint16_t n)
{
	const uint64_t deadline = rte_get_tsc_cycles() + rte_get_tsc_hz() * SEND_S;
	uint16_t sent = 0;

	while (sent < n && rte_get_tsc_cycles() < deadline)
		sent += rte_eth_tx_burst(port, queue, pkts + sent, n - sent);
	if (sent < n)
		rte_pktmbuf_free_bulk(pkts + sent, n - sent);
	return sent;
}
