/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Frames made by hand, in memory that ends where they end: whoever reads behind
 * them gets a segmentation fault, in any build.
 */
#ifndef FRAMES_H
#define FRAMES_H

#include <stdint.h>

#define MACS "020000000001 020000000002 "
#define ETHER(type) MACS type " "
/* Headers without checksums, from 10.0.0.1 to 10.0.0.2 and from 2001:db8::1 to ::2. */
#define V4(total, frag, proto) "45 00 " total " 0000 " frag " 40 " proto " 0000 0a000001 0a000002 "
/* With room for options, as many as ihl says. */
#define V4_OF(ihl, total, proto) ihl " 00 " total " 0000 0000 40 " proto " 0000 0a000001 0a000002 "
#define V4_OPTIONS(total, proto) V4_OF("46", total, proto) "01010100 "
#define V6(len, next)                                                                            \
	"60000000 " len " " next " 40 20010db8000000000000000000000001 20010db80000000000000000" \
	"00000002 "
#define UDP_HEADER(len) "1234 5678 " len " 0000 "
#define TCP_HEADER "1234 5678 00000001 00000002 5010 2000 0000 0000 "
#define SCTP_HEADER "1234 5678 00000001 00000000 "

struct frame {
	uint8_t *data;
	uint32_t len;
};

/* The frame that text says in hexadecimal digits; blanks do not count. It replaces the last one. */
struct frame frame_make(const char *text);

/* A copy of the first len bytes of f, in place of the last one made. */
struct frame frame_cut(struct frame f, uint32_t len);

#endif /* FRAMES_H */
