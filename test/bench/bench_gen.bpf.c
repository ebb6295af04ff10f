/* SPDX-License-Identifier: (BSD-3-Clause OR GPL-2.0-only)
 * Copyright(c) 2026 The afx authors
 *
 * Run by BPF_PROG_TEST_RUN with live frames: puts each frame on the wire of
 * the interface it is aimed at, as if the stack there had sent it.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "bench_frame.h"

/* Where the frames go now, an index; beyond the last they go nowhere. */
__u32 bench_target = BENCH_PEERS_MAX;
__u32 bench_ifindex[BENCH_PEERS_MAX];
/* Written by the one thread that runs the program. */
__u64 bench_sent[BENCH_PEERS_MAX];

SEC("xdp")
int
bench_gen(struct xdp_md *ctx)
{
	const __u32 target = bench_target;

	(void)ctx;
	if (target >= BENCH_PEERS_MAX)
		return XDP_DROP;
	bench_sent[target]++;
	return bpf_redirect(bench_ifindex[target], 0);
}

char _license[] SEC("license") = "Dual BSD/GPL";
