/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * IPv4, UDP and TCP checksums of received frames, by software.
 */
#ifndef AFX_RX_CKSUM_H
#define AFX_RX_CKSUM_H

#include <stdint.h>

#include "afx_rx_parse.h"

/* RTE_MBUF_F_RX_IP_CKSUM_GOOD or _BAD; 0, which is UNKNOWN, if p has no whole IPv4 header. */
uint64_t afx_rx_cksum_ip(const uint8_t *frame, const struct afx_rx_parsed *p);

/*
 * RTE_MBUF_F_RX_L4_CKSUM_GOOD or _BAD; _NONE if there is not yet a checksum, but
 * the folded sum of the pseudo header, as the kernel's stack leaves it for an
 * offload; 0, which is UNKNOWN, if p is not summable or the datagram is longer
 * than its packet. A datagram over IPv4 without checksum (0) is _GOOD.
 */
uint64_t afx_rx_cksum_l4(const uint8_t *frame, const struct afx_rx_parsed *p);

/* Writes the checksum where afx_rx_cksum_l4 finds _NONE; others stay as they are. */
void afx_rx_cksum_complete(uint8_t *frame, const struct afx_rx_parsed *p);

#endif /* AFX_RX_CKSUM_H */
