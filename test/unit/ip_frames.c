/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <string.h>

#include "burst_env.h"
#include "ip_frames.h"

#define ETHER_LEN 14
#define PROTO_TCP 6
#define PROTO_UDP 17
#define NEXT_DEST_OPTIONS 60

static void
put16(uint8_t *at, uint16_t value)
{
	at[0] = value >> 8;
	at[1] = value;
}

static uint8_t
proto(const struct ip_frame *f)
{
	return f->tcp ? PROTO_TCP : PROTO_UDP;
}

static void
ipv4_make(struct ip_frame *f, const struct ip_frame_cfg *cfg, uint32_t l4_len)
{
	uint8_t *ip = f->data + f->l3;

	f->l3_len = 20 + cfg->extra;
	f->ip_cksum = f->l3 + 10;
	ip[0] = 0x40 | f->l3_len / 4;
	put16(ip + 2, f->l3_len + l4_len);
	put16(ip + 6, 0x4000);
	ip[9] = proto(f);
	memset(ip + 10, IP_FRAME_JUNK, 2);
	memset(ip + 20, 1, cfg->extra);
}

/* The extension header is of destination options, filled by one of them. */
static void
ipv6_make(struct ip_frame *f, const struct ip_frame_cfg *cfg, uint32_t l4_len)
{
	uint8_t *ip = f->data + f->l3;

	f->l3_len = 40 + cfg->extra;
	ip[0] = 0x60 | (ip[0] & 0xf);
	put16(ip + 4, cfg->extra + l4_len);
	ip[6] = cfg->extra != 0 ? NEXT_DEST_OPTIONS : proto(f);
	if (cfg->extra == 0)
		return;
	ip[40] = proto(f);
	ip[41] = cfg->extra / 8 - 1;
	ip[42] = 1;
	ip[43] = cfg->extra - 4;
}

void
ip_frame_make(struct ip_frame *f, const struct ip_frame_cfg *cfg, uint32_t seed)
{
	const uint32_t l4_len = (cfg->tcp ? 20 : 8) + cfg->payload;
	uint8_t *l4;

	*f = (struct ip_frame){ .ipv6 = cfg->ipv6, .tcp = cfg->tcp, .l3 = ETHER_LEN + cfg->lead };
	env_pattern(f->data, sizeof(f->data), seed);
	put16(f->data + 12, cfg->ipv6 ? 0x86dd : 0x0800);
	if (cfg->ipv6)
		ipv6_make(f, cfg, l4_len);
	else
		ipv4_make(f, cfg, l4_len);
	l4 = f->data + f->l3 + f->l3_len;
	f->l4_cksum = f->l3 + f->l3_len + (cfg->tcp ? 16 : 6);
	f->l4_end = f->l3 + f->l3_len + l4_len - cfg->udp_less;
	f->len = f->l4_end + cfg->udp_less + cfg->trailer;
	if (cfg->tcp)
		l4[12] = 0x50;
	else
		put16(l4 + 4, l4_len - cfg->udp_less);
	memset(f->data + f->l4_cksum, IP_FRAME_JUNK, 2);
}

void
ip_frame_chain(struct ip_frame *f, const char *chain)
{
	f->data[f->l3 + 6] = chain[0];
	memcpy(f->data + f->l3 + 40, chain + 1, IP_FRAME_CHAIN);
}

/* RFC 1071, word by word; an odd byte is the upper half of its word. */
static uint32_t
sum16(uint32_t sum, const uint8_t *data, uint32_t len)
{
	uint32_t i;

	for (i = 0; i < len; i++)
		sum += i % 2 == 0 ? data[i] << 8 : data[i];
	return sum;
}

static uint16_t
complement(uint32_t sum)
{
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

void
ip_frame_ip_cksum(struct ip_frame *f)
{
	put16(f->data + f->ip_cksum, 0);
	put16(f->data + f->ip_cksum, complement(sum16(0, f->data + f->l3, f->l3_len)));
}

void
ip_frame_l4_cksum(struct ip_frame *f)
{
	const uint32_t l4 = f->l3 + f->l3_len;
	uint32_t sum = proto(f) + f->l4_end - l4;
	uint16_t value;

	put16(f->data + f->l4_cksum, 0);
	sum = sum16(sum, f->data + f->l3 + (f->ipv6 ? 8 : 12), f->ipv6 ? 32 : 8);
	value = complement(sum16(sum, f->data + l4, f->l4_end - l4));
	put16(f->data + f->l4_cksum, !f->tcp && value == 0 ? 0xffff : value);
}
