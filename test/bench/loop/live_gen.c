/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The far ends of the wires: a generator that the stack does not slow down
 * (BPF_PROG_TEST_RUN with live frames redirects straight into a wire), and
 * programs that count and drop what comes back. Obeys stand.py on stdin, each
 * line answered by one line of counters:
 *
 *   aim PEER               frames go there, the first is 0; none: nowhere
 *   go [FRAMES A SECOND]   until hold; without a number as fast as it can, with one evenly
 *   send FRAMES            that many, slowly enough for none to be lost; answered when sent
 *   hold
 *   count
 *
 * Arguments: peer=IFACE (of each wire), size, expect=ours|theirs: the header of
 * frames that come back.
 */
#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/if_ether.h>
#include <linux/if_packet.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bench_frame.h"
#include "bench_gen.skel.h"
#include "bench_peer.skel.h"
#include "loop.h"

/*
 * A call waits for RCU when it begins and ends, 25 ms and seconds on a busy machine: at full
 * speed one goes on until a signal ends it, and is aimed elsewhere meanwhile.
 */
#define CHUNK_FAST UINT32_MAX
/* What a veth queues is 256: not lost even if nobody takes any of them meanwhile. */
#define CHUNK_SAFE 192
/* How often a thread looks for commands, and sends what is due at a rate. */
#define PAUSE_US 500

#define FRAME_MAX 1514
#define COMMAND_LEN 64

static struct {
	struct bench_gen *gen;
	struct bench_peer *peers[BENCH_PEERS_MAX];
	unsigned int nb_peers;
	char frame[FRAME_MAX];
	uint32_t size;
	/* Commands for the generator's thread. */
	bool go;
	bool idle;
	uint64_t rate; /* frames a second, 0: no limit */
	uint64_t left; /* frames to send before it holds by itself */
	int socket; /* of paced frames */
	int error; /* of the first call that failed, or 0 */
	int tid;
	pthread_t thread;
} g;

/* Ended by a signal, it has sent what bench_sent says. */
static void
send_live(uint32_t n)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = g.frame, .data_size_in = g.size,
		    .repeat = n, .flags = BPF_F_TEST_XDP_LIVE_FRAMES);

	if (bpf_prog_test_run_opts(bpf_program__fd(g.gen->progs.bench_gen), &opts) != 0 &&
	    errno != EINTR && g.error == 0)
		g.error = errno;
}

/* At a rate: what time has brought, through the stack's packet socket. */
static void
send_due(uint64_t since_ns, uint64_t *sent)
{
	const uint64_t due = (loop_now_ns() - since_ns) * g.rate / UINT64_C(1000000000);
	const uint32_t target = g.gen->data->bench_target;
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_halen = ETH_ALEN };

	usleep(PAUSE_US);
	if (target >= g.nb_peers) {
		*sent = due;
		return;
	}
	to.sll_ifindex = g.gen->bss->bench_ifindex[target];
	for (; *sent < due; (*sent)++) {
		if (sendto(g.socket, g.frame, g.size, 0, (struct sockaddr *)&to, sizeof(to)) > 0)
			g.gen->bss->bench_sent[target]++;
	}
}

static void
generate(void)
{
	const uint64_t start = loop_now_ns();
	uint64_t due = 0;

	while (__atomic_load_n(&g.go, __ATOMIC_ACQUIRE) && g.left != 0 && g.error == 0) {
		const uint32_t n = g.left < CHUNK_SAFE ? g.left : CHUNK_SAFE;

		if (g.rate != 0) {
			send_due(start, &due);
		} else if (g.left == UINT64_MAX) {
			send_live(CHUNK_FAST);
		} else {
			send_live(n);
			g.left -= n;
		}
	}
	__atomic_store_n(&g.go, false, __ATOMIC_RELEASE);
}

static void *
thread_main(void *opaque)
{
	(void)opaque;
	g.tid = syscall(SYS_gettid);
	for (;;) {
		if (__atomic_load_n(&g.go, __ATOMIC_ACQUIRE))
			generate();
		__atomic_store_n(&g.idle, true, __ATOMIC_RELEASE);
		usleep(PAUSE_US);
	}
	return NULL;
}

/* Nothing to do: it is there to end a system call. */
static void
on_signal(int sig)
{
	(void)sig;
}

static void
hold(void)
{
	__atomic_store_n(&g.idle, false, __ATOMIC_RELEASE);
	__atomic_store_n(&g.go, false, __ATOMIC_RELEASE);
	/* Again and again: it may come just before the call. */
	while (!__atomic_load_n(&g.idle, __ATOMIC_ACQUIRE)) {
		pthread_kill(g.thread, SIGUSR1);
		usleep(PAUSE_US);
	}
}

/* Until all is sent. */
static void
sent_wait(void)
{
	while (__atomic_load_n(&g.go, __ATOMIC_ACQUIRE))
		usleep(PAUSE_US);
}

static void
begin(uint64_t rate, uint64_t frames)
{
	g.rate = rate;
	g.left = frames;
	__atomic_store_n(&g.go, true, __ATOMIC_RELEASE);
}

static void
obey(const char *line)
{
	unsigned long n = 0;

	if (strncmp(line, "aim", 3) == 0) {
		g.gen->data->bench_target = sscanf(line, "aim %lu", &n) == 1 ? n : BENCH_PEERS_MAX;
	} else if (sscanf(line, "send %lu", &n) == 1) {
		begin(0, n);
		sent_wait();
	} else if (strncmp(line, "go", 2) == 0) {
		sscanf(line, "go %lu", &n);
		begin(n, UINT64_MAX);
	} else if (strcmp(line, "hold\n") == 0) {
		hold();
	}
}

static void
answer(void)
{
	unsigned int i;

	printf("ns=%" PRIu64 " error=%d", loop_now_ns(), g.error);
	for (i = 0; i < g.nb_peers; i++) {
		const volatile struct bench_arrived *a = &g.peers[i]->bss->bench_arrived;
		const volatile __u64 *sent = &g.gen->bss->bench_sent[i];

		printf(" sent%u=%llu came%u=%llu bytes%u=%llu bad%u=%llu", i, *sent, i, a->packets,
		       i, a->bytes, i, a->bad);
	}
	printf("\n");
}

/* Judge and drop what comes to the next peer. */
static int
peer_open(const char *iface, bool ours)
{
	const unsigned int ifindex = if_nametoindex(iface);
	struct bench_peer *peer = bench_peer__open();

	if (ifindex == 0 || peer == NULL)
		return -errno;
	peer->rodata->bench_len = g.size;
	loop_header((struct bench_header *)&peer->rodata->bench_expected, ours);
	if (bench_peer__load(peer) != 0)
		return -errno;
	if (bpf_program__attach_xdp(peer->progs.bench_peer, ifindex) == NULL)
		return -errno;
	g.gen->bss->bench_ifindex[g.nb_peers] = ifindex;
	g.peers[g.nb_peers++] = peer;
	return 0;
}

static int
setup(int argc, char **argv)
{
	bool ours = false;
	int ret = 0;
	int i;

	for (i = 1; i < argc; i++) {
		if (strncmp(argv[i], "size=", 5) == 0)
			g.size = strtoul(argv[i] + 5, NULL, 0);
		else if (strcmp(argv[i], "expect=ours") == 0)
			ours = true;
	}
	if (g.size < sizeof(struct bench_header) || g.size > FRAME_MAX)
		return -EINVAL;
	loop_header((struct bench_header *)g.frame, false);
	g.socket = socket(AF_PACKET, SOCK_RAW, 0);
	g.gen = bench_gen__open_and_load();
	if (g.socket < 0 || g.gen == NULL)
		return -errno;
	for (i = 1; i < argc && ret == 0; i++) {
		if (strncmp(argv[i], "peer=", 5) == 0)
			ret = g.nb_peers == BENCH_PEERS_MAX ? -ENOSPC
							    : peer_open(argv[i] + 5, ours);
	}
	return ret;
}

int
main(int argc, char **argv)
{
	char line[COMMAND_LEN];
	const struct sigaction interrupt = { .sa_handler = on_signal };
	int ret = setup(argc, argv);

	sigaction(SIGUSR1, &interrupt, NULL);
	if (ret == 0)
		ret = -pthread_create(&g.thread, NULL, thread_main, NULL);
	if (ret != 0) {
		fprintf(stderr, "no generator: %s\n", strerror(-ret));
		return EXIT_FAILURE;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	hold();
	printf("ready=1 tid=%d\n", g.tid);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		obey(line);
		answer();
	}
	return EXIT_SUCCESS;
}
