/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The floor: what AF_XDP gives to a program that does nothing else. No DPDK,
 * no mbufs, one thread, one queue a port.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "raw_port.h"

/* As many as the DPDK loop has mbufs. */
#define FRAMES 16384

struct raw_loop {
	struct loop loop;
	struct raw_port ports[BENCH_PORTS_MAX];
	struct raw_umem umems[BENCH_PORTS_MAX];
};

static void
post(struct raw_port *p, uint32_t index, uint64_t addr, uint32_t len)
{
	*afx_ring_desc(&p->tx, index) = (struct xdp_desc){ .addr = addr, .len = len };
}

static void
give_back(struct raw_umem *umem, uint64_t addr)
{
	umem->free[umem->nb_free++] = raw_chunk(umem, addr);
}

static void
turn_rx(struct loop *l)
{
	struct raw_port *p = ((struct raw_loop *)l)->ports;
	const uint32_t n = raw_min(afx_ring_avail(&p->rx, l->args.burst), l->args.burst);
	uint32_t i;

	for (i = 0; i < n; i++)
		give_back(p->umem, afx_ring_desc(&p->rx, p->rx.own + i)->addr);
	afx_ring_release(&p->rx, n);
	raw_port_refill(p);
	l->count.rx += n;
}

static void
turn_tx(struct loop *l)
{
	struct raw_port *p = ((struct raw_loop *)l)->ports;
	uint32_t n;
	uint32_t i;

	raw_port_reap(p);
	n = raw_min(raw_min(afx_ring_free(&p->tx, l->args.burst), l->args.burst), p->umem->nb_free);
	for (i = 0; i < n; i++)
		post(p, p->tx.own + i, p->umem->free[--p->umem->nb_free] + p->umem->offset,
		     l->args.size);
	afx_ring_submit(&p->tx, n);
	raw_port_kick(p);
	l->count.tx += n;
}

/* The frame to send for a received one: itself, or a copy where the memory differs. */
static uint64_t
frame_for(struct raw_port *from, struct raw_port *to, const struct xdp_desc *desc)
{
	uint64_t addr;

	if (from->umem == to->umem)
		return desc->addr;
	addr = to->umem->free[--to->umem->nb_free] + to->umem->offset;
	memcpy(raw_frame(to->umem, addr), raw_frame(from->umem, desc->addr), desc->len);
	give_back(from->umem, desc->addr);
	return addr;
}

static void
forward(struct loop *l, struct raw_port *from, struct raw_port *to, const bool swap)
{
	const uint32_t n = raw_min(afx_ring_avail(&from->rx, l->args.burst), l->args.burst);
	uint32_t room;
	uint32_t i;

	if (n == 0)
		return;
	raw_port_reap(to);
	room = raw_min(afx_ring_free(&to->tx, n), n);
	for (i = 0; i < room; i++) {
		const struct xdp_desc *desc = afx_ring_desc(&from->rx, from->rx.own + i);

		if (swap)
			loop_swap(raw_frame(from->umem, desc->addr));
		post(to, to->tx.own + i, frame_for(from, to, desc), desc->len);
	}
	for (i = room; i < n; i++)
		give_back(from->umem, afx_ring_desc(&from->rx, from->rx.own + i)->addr);
	afx_ring_release(&from->rx, n);
	raw_port_refill(from);
	afx_ring_submit(&to->tx, room);
	raw_port_kick(to);
	l->count.rx += n;
	l->count.tx += room;
	l->count.unsent += n - room;
}

static void
turn_macswap(struct loop *l)
{
	struct raw_port *p = ((struct raw_loop *)l)->ports;

	forward(l, p, p, true);
}

static void
turn_io(struct loop *l)
{
	struct raw_port *p = ((struct raw_loop *)l)->ports;

	forward(l, &p[0], &p[1], false);
	forward(l, &p[1], &p[0], false);
}

static void
drops(struct loop *l, uint64_t *missed, uint64_t *dropped)
{
	const struct raw_port *p = ((struct raw_loop *)l)->ports;
	struct afx_sock_stats stats;
	uint32_t i;

	for (i = 0; i < l->args.nb_ports; i++) {
		if (afx_sock_stats_get(&p[i].sock, &stats) == 0)
			*missed += stats.rx_dropped + stats.rx_ring_full;
		*dropped += __atomic_load_n(&p[i].dropped, __ATOMIC_RELAXED);
	}
}

static int
ports_open(struct raw_loop *r)
{
	const struct loop_args *args = &r->loop.args;
	uint32_t i;
	int ret = 0;

	for (i = 0; i < args->pools && ret == 0; i++)
		ret = raw_umem_make(&r->umems[i], FRAMES, args->stride, args->size);
	for (i = 0; i < args->nb_ports && ret == 0; i++)
		ret = raw_port_open(&r->ports[i], args->iface[i],
				    &r->umems[args->pools == 1 ? 0 : i], args->desc, args->budget);
	return ret;
}

static void *
thread_main(void *opaque)
{
	loop_run(opaque);
	return NULL;
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
	static struct raw_loop r;
	pthread_t thread;
	int ret;

	if (loop_args_parse(&r.loop.args, argc - 1, argv + 1) != 0)
		return EXIT_FAILURE;
	r.loop.turn = turns[r.loop.args.kind];
	r.loop.drops = drops;
	ret = ports_open(&r);
	if (ret == 0)
		ret = -pthread_create(&thread, NULL, thread_main, &r.loop);
	if (ret != 0) {
		fprintf(stderr, "no ports: %s\n", strerror(-ret));
		return EXIT_FAILURE;
	}
	loop_talk(&r.loop);
	pthread_join(thread, NULL);
	return EXIT_SUCCESS;
}
