/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * What is in a received frame, from its Ethernet header to its transport's.
 * rte_net_get_ptype takes as long, and knows neither ARP nor ICMP, nor whether
 * the lengths in the headers are true.
 */
#ifndef AFX_RX_PARSE_H
#define AFX_RX_PARSE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <rte_byteorder.h>

/* Ethernet header, its type last; and a VLAN tag, which lies before the type. */
#define AFX_ETHER_LEN 14
#define AFX_VLAN_LEN 4

/* Offsets are from the start of the frame. */
struct afx_rx_parsed {
	uint32_t ptype; /* RTE_PTYPE_L2, _L3, _L4; a layer that can not be told is 0 */
	uint16_t l3; /* IP header; with an L3 type */
	uint16_t
		l4; /* behind the IP header and its extensions, all in the frame; 0: they are not */
	uint16_t l4_len; /* bytes from there to the end of the IP packet, or of the frame */
	bool summable; /* UDP or TCP, whole, and between the addresses in the IP header */
};

/* The 16 bits at p, whatever its alignment, in host order. */
static inline uint16_t
afx_be16(const uint8_t *p)
{
	uint16_t word;

	memcpy(&word, p, sizeof(word));
	return rte_be_to_cpu_16(word);
}

/*
 * Look at the len bytes of a frame, and at none behind them. A transport has its
 * type if its fixed header is there. Any thread, no syscalls.
 */
void afx_rx_parse(const uint8_t *frame, uint32_t len, struct afx_rx_parsed *out);

#endif /* AFX_RX_PARSE_H */
