/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "loop.h"

/* A command is one word. */
#define WORD_MAX 16

/* While held: often enough not to be noticed in a window of some 100 ms. */
#define HOLD_US 200

/* As net_afx asks for: afx_pair.c. */
#define TX_BUDGET_MAX 256
/* As far apart as rte_pktmbuf_pool_create() puts mbufs of default size (DPDK 22.11). */
#define MBUF_STRIDE 2368

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static const char *const kinds[] = {
	[LOOP_RX] = "rx",
	[LOOP_TX] = "tx",
	[LOOP_MACSWAP] = "macswap",
	[LOOP_IO] = "io",
};

static int
kind_parse(const char *text, enum loop_kind *kind)
{
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(kinds); i++) {
		if (strcmp(text, kinds[i]) == 0) {
			*kind = i;
			return 0;
		}
	}
	return -EINVAL;
}

static int
number_parse(struct loop_args *args, const char *key, size_t len, const char *text)
{
	const struct {
		const char *key;
		uint32_t *value;
		uint32_t max;
	} numbers[] = {
		{ "burst", &args->burst, LOOP_BURST_MAX },
		{ "size", &args->size, 1514 },
		{ "pools", &args->pools, BENCH_PORTS_MAX },
		{ "desc", &args->desc, 4096 },
		{ "stride", &args->stride, 4096 },
		{ "budget", &args->budget, TX_BUDGET_MAX },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(numbers); i++) {
		if (strlen(numbers[i].key) == len && strncmp(key, numbers[i].key, len) == 0) {
			*numbers[i].value = strtoul(text, NULL, 0);
			return *numbers[i].value == 0 || *numbers[i].value > numbers[i].max
				? -EINVAL
				: 0;
		}
	}
	return -EINVAL;
}

static int
arg_parse(struct loop_args *args, const char *arg)
{
	const char *text = strchr(arg, '=');

	if (text == NULL)
		return -EINVAL;
	text++;
	if (strncmp(arg, "kind=", text - arg) == 0)
		return kind_parse(text, &args->kind);
	if (strncmp(arg, "port=", text - arg) == 0) {
		if (args->nb_ports == BENCH_PORTS_MAX)
			return -EINVAL;
		args->iface[args->nb_ports++] = text;
		return 0;
	}
	return number_parse(args, arg, text - arg - 1, text);
}

int
loop_args_parse(struct loop_args *args, int argc, char **argv)
{
	int ret = 0;
	int i;

	*args = (struct loop_args){
		.burst = 32,
		.size = 64,
		.pools = 1,
		.desc = 1024,
		.budget = TX_BUDGET_MAX,
		.stride = MBUF_STRIDE,
	};
	for (i = 0; i < argc && ret == 0; i++) {
		ret = arg_parse(args, argv[i]);
		if (ret != 0)
			fprintf(stderr, "bad argument: %s\n", argv[i]);
	}
	if (ret == 0 && args->nb_ports != (args->kind == LOOP_IO ? 2 : 1)) {
		fprintf(stderr, "%s takes another number of ports\n", kinds[args->kind]);
		ret = -EINVAL;
	}
	return ret;
}

void
loop_header(struct bench_header *h, bool ours)
{
	/* Locally administered; the last byte tells the ends apart. */
	*h = (struct bench_header){
		.dst = { 0x02, 0, 0, 0, 0, ours ? 2 : 1 },
		.src = { 0x02, 0, 0, 0, 0, ours ? 1 : 2 },
		.type = htons(BENCH_ETHERTYPE),
	};
}

void
loop_run(struct loop *l)
{
	l->tid = syscall(SYS_gettid);
	while (!__atomic_load_n(&l->quit, __ATOMIC_ACQUIRE)) {
		if (!__atomic_load_n(&l->go, __ATOMIC_RELAXED)) {
			__atomic_store_n(&l->idle, true, __ATOMIC_RELEASE);
			usleep(HOLD_US);
			continue;
		}
		l->turn(l);
		l->count.turns++;
	}
	__atomic_store_n(&l->idle, true, __ATOMIC_RELEASE);
}

uint64_t
loop_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * UINT64_C(1000000000) + ts.tv_nsec;
}

static uint64_t
peek(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

static void
answer(struct loop *l)
{
	const uint64_t ns = loop_now_ns();
	uint64_t missed = 0;
	uint64_t dropped = 0;

	/* Taken before the drops, whose reading takes a system call. */
	printf("ns=%" PRIu64 " turns=%" PRIu64 " rx=%" PRIu64 " tx=%" PRIu64 " unsent=%" PRIu64, ns,
	       peek(&l->count.turns), peek(&l->count.rx), peek(&l->count.tx),
	       peek(&l->count.unsent));
	l->drops(l, &missed, &dropped);
	printf(" missed=%" PRIu64 " dropped=%" PRIu64 "\n", missed, dropped);
}

static void
idle_wait(struct loop *l)
{
	while (!__atomic_load_n(&l->idle, __ATOMIC_ACQUIRE))
		usleep(HOLD_US);
}

void
loop_talk(struct loop *l)
{
	char word[WORD_MAX];

	setvbuf(stdout, NULL, _IOLBF, 0);
	idle_wait(l);
	printf("ready=1 tid=%d\n", l->tid);
	while (fgets(word, sizeof(word), stdin) != NULL) {
		if (strcmp(word, "go\n") == 0) {
			__atomic_store_n(&l->idle, false, __ATOMIC_RELAXED);
			__atomic_store_n(&l->go, true, __ATOMIC_RELEASE);
		} else if (strcmp(word, "hold\n") == 0) {
			__atomic_store_n(&l->go, false, __ATOMIC_RELEASE);
			idle_wait(l);
		}
		answer(l);
	}
	__atomic_store_n(&l->quit, true, __ATOMIC_RELEASE);
}
