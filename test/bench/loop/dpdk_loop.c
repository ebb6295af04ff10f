/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The loop on DPDK: whatever --vdev gives it. As little work of its own per
 * packet as the raw loop has, so that what differs is the driver.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>

#include "loop.h"

/* Of each pool: the rings of two ports, several times over. */
#define MBUFS 16383
#define CACHE 256

struct dpdk_loop {
	struct loop loop;
	struct rte_mempool *mp;
	/* Frames of our own that the port has not taken yet. */
	struct rte_mbuf *left[LOOP_BURST_MAX];
	uint16_t nb_left;
};

static void
turn_rx(struct loop *l)
{
	struct rte_mbuf *pkts[LOOP_BURST_MAX];
	uint16_t n = rte_eth_rx_burst(0, 0, pkts, l->args.burst);

	if (n != 0)
		rte_pktmbuf_free_bulk(pkts, n);
	l->count.rx += n;
}

/* The pool's buffers hold the frame already. */
static uint16_t
frames_make(struct dpdk_loop *d, struct rte_mbuf **pkts)
{
	const uint16_t n = d->loop.args.burst;
	uint16_t i;

	if (rte_pktmbuf_alloc_bulk(d->mp, pkts, n) != 0)
		return 0;
	for (i = 0; i < n; i++) {
		pkts[i]->data_len = d->loop.args.size;
		pkts[i]->pkt_len = d->loop.args.size;
	}
	return n;
}

static void
turn_tx(struct loop *l)
{
	struct dpdk_loop *d = (struct dpdk_loop *)l;
	uint16_t sent;

	if (d->nb_left == 0)
		d->nb_left = frames_make(d, d->left);
	sent = rte_eth_tx_burst(0, 0, d->left, d->nb_left);
	d->nb_left -= sent;
	memmove(d->left, d->left + sent, d->nb_left * sizeof(d->left[0]));
	l->count.tx += sent;
}

static void
send_back(struct loop *l, uint16_t port, struct rte_mbuf **pkts, uint16_t n)
{
	uint16_t sent = rte_eth_tx_burst(port, 0, pkts, n);

	if (sent < n)
		rte_pktmbuf_free_bulk(pkts + sent, n - sent);
	l->count.rx += n;
	l->count.tx += sent;
	l->count.unsent += n - sent;
}

static void
turn_macswap(struct loop *l)
{
	struct rte_mbuf *pkts[LOOP_BURST_MAX];
	uint16_t n = rte_eth_rx_burst(0, 0, pkts, l->args.burst);
	uint16_t i;

	for (i = 0; i < n; i++)
		loop_swap(rte_pktmbuf_mtod(pkts[i], void *));
	if (n != 0)
		send_back(l, 0, pkts, n);
}

static void
turn_io(struct loop *l)
{
	struct rte_mbuf *pkts[LOOP_BURST_MAX];
	uint16_t port;
	uint16_t n;

	for (port = 0; port < BENCH_PORTS_MAX; port++) {
		n = rte_eth_rx_burst(port, 0, pkts, l->args.burst);
		if (n != 0)
			send_back(l, !port, pkts, n);
	}
}

static void
drops(struct loop *l, uint64_t *missed, uint64_t *dropped)
{
	struct rte_eth_stats stats = { 0 };
	uint16_t port;

	for (port = 0; port < l->args.nb_ports; port++) {
		rte_eth_stats_get(port, &stats);
		*missed += stats.imissed;
		*dropped += stats.oerrors;
	}
}

static void
frame_write(struct rte_mempool *mp, void *opaque, void *obj, unsigned int index)
{
	struct rte_mbuf *m = obj;
	char *frame = (char *)m->buf_addr + RTE_PKTMBUF_HEADROOM;

	(void)mp;
	(void)index;
	memset(frame, 0, *(uint32_t *)opaque);
	loop_header((struct bench_header *)frame, true);
}

static struct rte_mempool *
pool_make(struct loop *l, const char *name)
{
	struct rte_mempool *mp = rte_pktmbuf_pool_create(name, MBUFS, CACHE, 0,
							 RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);

	if (mp != NULL)
		rte_mempool_obj_iter(mp, frame_write, &l->args.size);
	return mp;
}

static int
port_open(struct loop *l, uint16_t port, struct rte_mempool *mp)
{
	const struct rte_eth_conf conf = { 0 };
	int ret;

	ret = rte_eth_dev_configure(port, 1, 1, &conf);
	if (ret == 0)
		ret = rte_eth_rx_queue_setup(port, 0, l->args.desc, SOCKET_ID_ANY, NULL, mp);
	if (ret == 0)
		ret = rte_eth_tx_queue_setup(port, 0, l->args.desc, SOCKET_ID_ANY, NULL);
	if (ret == 0)
		ret = rte_eth_dev_start(port);
	return ret;
}

static int
ports_open(struct dpdk_loop *d)
{
	struct rte_mempool *mp;
	uint16_t port;
	int ret = 0;

	d->mp = pool_make(&d->loop, "bench0");
	if (d->mp == NULL)
		return -ENOMEM;
	if (rte_eth_dev_count_avail() != d->loop.args.nb_ports)
		return -ENODEV;
	for (port = 0; port < d->loop.args.nb_ports && ret == 0; port++) {
		mp = port == 0 || d->loop.args.pools == 1 ? d->mp : pool_make(&d->loop, "bench1");
		ret = mp == NULL ? -ENOMEM : port_open(&d->loop, port, mp);
	}
	return ret;
}

static void
ports_close(struct dpdk_loop *d)
{
	uint16_t port;

	rte_pktmbuf_free_bulk(d->left, d->nb_left);
	for (port = 0; port < d->loop.args.nb_ports; port++) {
		rte_eth_dev_stop(port);
		rte_eth_dev_close(port);
	}
}

static int
lcore_main(void *opaque)
{
	loop_run(opaque);
	return 0;
}

int
main(int argc, char **argv)
{
	static void (*const turns[])(struct loop *) = {
		[LOOP_RX] = turn_rx,
		[LOOP_TX] = turn_tx,
		[LOOP_MACSWAP] = turn_macswap,
		[LOOP_IO] = turn_io,
	};
	static struct dpdk_loop d;
	int used = rte_eal_init(argc, argv);
	int ret;

	if (used < 0 || loop_args_parse(&d.loop.args, argc - used - 1, argv + used + 1) != 0)
		return EXIT_FAILURE;
	d.loop.turn = turns[d.loop.args.kind];
	d.loop.drops = drops;
	ret = ports_open(&d);
	if (ret != 0) {
		fprintf(stderr, "no ports: %s\n", strerror(-ret));
		return EXIT_FAILURE;
	}
	rte_eal_remote_launch(lcore_main, &d.loop, rte_get_next_lcore(-1, 1, 0));
	loop_talk(&d.loop);
	rte_eal_mp_wait_lcore();
	ports_close(&d);
	rte_eal_cleanup();
	return EXIT_SUCCESS;
}
