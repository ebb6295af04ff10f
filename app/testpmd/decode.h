/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#ifndef DECODE_H
#define DECODE_H

#include <stddef.h>

struct rte_mbuf;

/* Room for the longest line that tp_decode() makes: two IPv6 addresses, VLAN tags, TCP flags. */
#define TP_DECODE_LEN 320

/*
 * One line, without newline, on what pkt is: addresses, VLAN, ARP, IPv4, IPv6, TCP, UDP, ICMP, length.
 * Only what lies in the first segment is read; a frame that is cut short is said to be.
 */
void tp_decode(const struct rte_mbuf *pkt, char *line, size_t size);

#endif
