/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Packets described as lists of layers, so that malformed ones can be written
 * down too, and the table of those whose verdict is known.
 */
#ifndef AFX_TEST_PACKET_H
#define AFX_TEST_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest of the table, with 40 units of destination options, has about 400 bytes. */
#define PKT_MAX 1024
/* An end mark and the longest of the table, with nine extension headers. */
#define LAYERS_MAX 16

enum layer_type {
	END,
	L_ETH,
	L_VLAN,
	L_IP4,
	L_IP6,
	L_EXT,
	L_FRAG6,
	L_AH,
	L_PORTS,
	L_FILL
};

struct layer {
	enum layer_type type;
	uint32_t a;
	uint32_t b;
	uint32_t c;
};

#define ETH(proto)                 \
	{                          \
		L_ETH, proto, 0, 0 \
	}
#define VLAN(proto)                 \
	{                           \
		L_VLAN, proto, 0, 0 \
	}
#define IP4(proto)                 \
	{                          \
		L_IP4, proto, 5, 0 \
	}
#define IP4_IHL(proto, ihl)          \
	{                            \
		L_IP4, proto, ihl, 0 \
	}
#define IP4_FRAG(proto, off)         \
	{                            \
		L_IP4, proto, 5, off \
	}
#define IP6(next)                 \
	{                         \
		L_IP6, next, 0, 0 \
	}
#define EXT(next, len)              \
	{                           \
		L_EXT, next, len, 0 \
	}
#define FRAG6(next, off)              \
	{                             \
		L_FRAG6, next, off, 0 \
	}
#define AH(next, len)              \
	{                          \
		L_AH, next, len, 0 \
	}
#define PORTS(src, dst)              \
	{                            \
		L_PORTS, src, dst, 0 \
	}
#define FILL(n)                 \
	{                       \
		L_FILL, n, 0, 0 \
	}

#define IP_MORE_FRAGMENTS 0x2000
#define IP_DONT_FRAGMENT 0x4000

struct pkt {
	uint8_t data[PKT_MAX];
	uint32_t len;
};

struct packet_case {
	const char *name;
	bool mgmt; /* stays with the kernel under keep=mgmt */
	bool ports; /* and under keep=PORT-LIST of listed_ports */
	struct layer layers[LAYERS_MAX];
};

/* The ports of keep=PORT-LIST that the table's verdicts are for. */
extern const uint16_t packet_listed_ports[];
extern const size_t packet_nb_listed_ports;

extern const struct packet_case packet_cases[];
extern const size_t packet_nb_cases;

/* The bytes of a case. */
void packet_build(const struct packet_case *pc, struct pkt *pkt);

#endif /* AFX_TEST_PACKET_H */
