/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * What the two loops under test have in common: arguments, the work (one
 * burst of each port a turn), counters, and the conversation with veth.py.
 * A loop runs in a thread of its own; all else is for the main thread.
 */
#ifndef LOOP_H
#define LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "bench_frame.h"

/* Longest burst a turn moves: testpmd's default is 32. */
#define LOOP_BURST_MAX 256

enum loop_kind {
	LOOP_RX, /* receive and free */
	LOOP_TX, /* frames of our own */
	LOOP_MACSWAP, /* out of the port they came from, addresses swapped */
	LOOP_IO, /* out of the other port, untouched */
};

struct loop_args {
	enum loop_kind kind;
	uint32_t nb_ports;
	const char *iface[BENCH_PORTS_MAX];
	uint32_t burst;
	uint32_t size; /* bytes of a frame of our own */
	uint32_t pools; /* 1: ports share their memory; 2: each has its own */
	uint32_t desc; /* entries of the Rx and of the Tx ring */
	/* Of the raw loop: frames a system call sends, at most; bytes from one frame to the next. */
	uint32_t budget;
	uint32_t stride;
};

/* Written by the loop's thread alone. */
struct loop_count {
	uint64_t turns;
	uint64_t rx;
	uint64_t tx; /* taken by the port */
	uint64_t unsent; /* received, and not taken back by a port */
};

struct loop {
	struct loop_args args;
	/* One burst of each port, by the loop's thread. */
	void (*turn)(struct loop *l);
	/* Frames that never reached the loop (missed), and that it lost after tx (dropped). */
	void (*drops)(struct loop *l, uint64_t *missed, uint64_t *dropped);
	struct loop_count count;
	int tid;
	bool go;
	bool quit;
	bool idle;
};

/* From key=value arguments, named as the members, port once or twice. 0 or -EINVAL. */
int loop_args_parse(struct loop_args *args, int argc, char **argv);

/* Runs turns while told to, and returns after loop_talk has: the loop's thread. */
void loop_run(struct loop *l);

/*
 * Says that it is ready, then obeys stdin, each line answered by one line:
 * "go", "hold" (answered when the loop's thread has stopped), "count". Returns
 * at end of file, the loop told to quit.
 */
void loop_talk(struct loop *l);

/* The header of the frames a loop sends (true), or that the generator sends it. */
void loop_header(struct bench_header *h, bool ours);

/* CLOCK_MONOTONIC. Any thread. */
uint64_t loop_now_ns(void);

/* In place, as macswap does. */
static inline void
loop_swap(void *frame)
{
	struct bench_header *h = frame;
	struct bench_header was = *h;

	__builtin_memcpy(h->dst, was.src, sizeof(h->dst));
	__builtin_memcpy(h->src, was.dst, sizeof(h->src));
}

#endif /* LOOP_H */
