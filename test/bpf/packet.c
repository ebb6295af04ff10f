/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <arpa/inet.h>
#include <assert.h>
#include <string.h>

#include "packet.h"

static void
put(struct pkt *pkt, const void *data, uint32_t len)
{
	assert(pkt->len + len <= PKT_MAX);
	memcpy(pkt->data + pkt->len, data, len);
	pkt->len += len;
}

static void
put16(struct pkt *pkt, uint16_t value)
{
	value = htons(value);
	put(pkt, &value, sizeof(value));
}

/* Bytes that no filter may take for a header it knows: 0xa5 is no ext header, port or type. */
static void
fill(struct pkt *pkt, uint32_t len)
{
	assert(pkt->len + len <= PKT_MAX);
	memset(pkt->data + pkt->len, 0xa5, len);
	pkt->len += len;
}

static void
put_ip4(struct pkt *pkt, uint32_t proto, uint32_t ihl, uint32_t frag)
{
	const uint8_t version = 0x40 | ihl;
	const uint8_t ttl_proto[] = { 64, proto };

	put(pkt, &version, 1);
	fill(pkt, 5);
	put16(pkt, frag);
	put(pkt, ttl_proto, sizeof(ttl_proto));
	fill(pkt, ihl * 4 - 10);
}

static void
put_ip6(struct pkt *pkt, uint32_t next)
{
	const uint8_t fixed[] = { 0x60, 0, 0, 0, 0, 0, next, 64 };

	put(pkt, fixed, sizeof(fixed));
	fill(pkt, 32);
}

static void
put_ext(struct pkt *pkt, uint32_t next, uint32_t len, uint32_t bytes)
{
	const uint8_t fixed[] = { next, len };

	put(pkt, fixed, sizeof(fixed));
	fill(pkt, bytes - sizeof(fixed));
}

static void
put_frag6(struct pkt *pkt, uint32_t next, uint32_t off)
{
	const uint8_t fixed[] = { next, 0xa5 }; /* reserved: not a length */

	put(pkt, fixed, sizeof(fixed));
	put16(pkt, off);
	fill(pkt, 4);
}

static void
put_layer(struct pkt *pkt, const struct layer *layer)
{
	switch (layer->type) {
	case L_ETH:
		fill(pkt, 12);
		put16(pkt, layer->a);
		break;
	case L_VLAN:
		put16(pkt, 100);
		put16(pkt, layer->a);
		break;
	case L_IP4:
		put_ip4(pkt, layer->a, layer->b, layer->c);
		break;
	case L_IP6:
		put_ip6(pkt, layer->a);
		break;
	case L_EXT:
		put_ext(pkt, layer->a, layer->b, (layer->b + 1) * 8);
		break;
	case L_AH:
		put_ext(pkt, layer->a, layer->b, (layer->b + 2) * 4);
		break;
	case L_FRAG6:
		put_frag6(pkt, layer->a, layer->b);
		break;
	case L_PORTS:
		put16(pkt, layer->a);
		put16(pkt, layer->b);
		break;
	case L_FILL:
		fill(pkt, layer->a);
		break;
	case END:
		break;
	}
}

void
packet_build(const struct packet_case *pc, struct pkt *pkt)
{
	uint32_t i;

	pkt->len = 0;
	for (i = 0; i < LAYERS_MAX && pc->layers[i].type != END; i++)
		put_layer(pkt, &pc->layers[i]);
}
