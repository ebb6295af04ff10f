/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * What user space and the BPF programs of the veth benchmark agree on.
 */
#ifndef BENCH_FRAME_H
#define BENCH_FRAME_H

#include <linux/types.h>

/* io needs two ports, no cell has more. */
#define BENCH_PORTS_MAX 2
/* Far ends of one cell: two of each driver, and two drivers more than there are. */
#define BENCH_PEERS_MAX 12

/* IEEE local experimental: nobody else's. */
#define BENCH_ETHERTYPE 0x88b5

/* A frame of the benchmark; zeroes follow. */
struct bench_header {
	__u8 dst[6];
	__u8 src[6];
	__be16 type;
};

/* Frames that came to one peer. */
struct bench_arrived {
	__u64 packets;
	__u64 bytes;
	__u64 bad; /* with other addresses than expected, or another length */
};

#endif /* BENCH_FRAME_H */
