/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * TCP and UDP frames, their headers written byte by byte, and their checksums
 * computed in the plainest way: nothing is shared with the driver.
 */
#ifndef IP_FRAMES_H
#define IP_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

#define IP_FRAME_MAX 2048
/* In fields that are to be overwritten. */
#define IP_FRAME_JUNK 0xbd
/* Bytes of extension headers: two of the shortest or one of twice that. */
#define IP_FRAME_CHAIN 16

struct ip_frame_cfg {
	const char *name;
	bool ipv6;
	bool tcp;
	uint16_t extra; /* bytes of IPv4 options or of an IPv6 extension header, 8 each */
	uint16_t payload; /* bytes */
	uint16_t trailer; /* bytes behind the IP packet */
	uint16_t lead; /* bytes of another packet's headers, between Ethernet's and these */
	uint16_t udp_less; /* bytes that the datagram ends before its IP packet */
};

struct ip_frame {
	uint8_t data[IP_FRAME_MAX];
	uint32_t len;
	uint32_t l3; /* where the IP header is, and its length */
	uint32_t l3_len;
	uint32_t ip_cksum; /* where the fields are */
	uint32_t l4_cksum;
	uint32_t l4_end;
	bool ipv6;
	bool tcp;
};

/* Junk in both fields of checksums. */
void ip_frame_make(struct ip_frame *f, const struct ip_frame_cfg *cfg, uint32_t seed);

/* Of IPv6 with as much room (extra): the first header's type, and IP_FRAME_CHAIN bytes of headers. */
void ip_frame_chain(struct ip_frame *f, const char *chain);

/* Write the checksum of the IPv4 header, or of L4. */
void ip_frame_ip_cksum(struct ip_frame *f);
void ip_frame_l4_cksum(struct ip_frame *f);

#endif /* IP_FRAMES_H */
