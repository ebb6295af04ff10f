/* SPDX-License-Identifier: (BSD-3-Clause OR GPL-2.0-only)
 * Copyright(c) 2026 The afx authors
 *
 * The far end of the wire: counts what comes, judges its header, drops it.
 * Attached to an interface of one queue, so that each counter has one writer.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "bench_frame.h"

const volatile __u32 bench_len;
const volatile struct bench_header bench_expected;

struct bench_arrived bench_arrived;

static __always_inline int
header_differs(const struct bench_header *h)
{
	__u8 differs = h->type != bench_expected.type;
	__u32 i;

	for (i = 0; i < sizeof(h->dst); i++)
		differs |=
			(h->dst[i] ^ bench_expected.dst[i]) | (h->src[i] ^ bench_expected.src[i]);
	return differs != 0;
}

SEC("xdp")
int
bench_peer(struct xdp_md *ctx)
{
	const struct bench_header *h = (void *)(long)ctx->data;
	const __u32 len = ctx->data_end - ctx->data;

	bench_arrived.packets++;
	bench_arrived.bytes += len;
	if ((void *)(h + 1) > (void *)(long)ctx->data_end || len != bench_len || header_differs(h))
		bench_arrived.bad++;
	return XDP_DROP;
}

char _license[] SEC("license") = "Dual BSD/GPL";
