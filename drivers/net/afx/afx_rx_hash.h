/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The RSS hash of received frames, by software: Toeplitz over addresses, or
 * addresses and ports, as NICs do it.
 */
#ifndef AFX_RX_HASH_H
#define AFX_RX_HASH_H

#include <stdbool.h>
#include <stdint.h>

#include "afx_rx_parse.h"

/* Bytes of the key that the longest input takes. */
#define AFX_RX_HASH_KEY_LEN 40

/* What packets differ in: the IP version, and what it carries. */
enum {
	AFX_RX_HASH_IPV6 = 1, /* a bit, the rest is one of: */
	AFX_RX_HASH_OTHER = 0 << 1,
	AFX_RX_HASH_FRAG = 1 << 1,
	AFX_RX_HASH_TCP = 2 << 1,
	AFX_RX_HASH_UDP = 3 << 1,
	AFX_RX_HASH_SCTP = 4 << 1,
	AFX_RX_HASH_KINDS = 5 << 1,
};

enum afx_rx_hash_input {
	AFX_RX_HASH_NOTHING,
	AFX_RX_HASH_ADDRESSES,
	AFX_RX_HASH_PORTS, /* and the addresses; of TCP, UDP and SCTP only */
};

/* Two IPv6 addresses and two ports. */
#define AFX_RX_HASH_INPUT_MAX 36

/*
 * What each half of each byte of the input adds to the hash. rte_softrss goes bit
 * by bit, which takes ten times as long; a table of whole bytes would not fit the
 * first cache.
 */
struct afx_rx_hash {
	uint32_t parts[2 * AFX_RX_HASH_INPUT_MAX][16];
	uint8_t input[AFX_RX_HASH_KINDS]; /* of enum afx_rx_hash_input, by kind of packet */
};

/* Use the first AFX_RX_HASH_KEY_LEN bytes of key. */
void afx_rx_hash_key_set(struct afx_rx_hash *h, const uint8_t *key);

/* *hash of the frame; false, and *hash stays, if such packets have none. */
bool afx_rx_hash(const struct afx_rx_hash *h, const uint8_t *frame, const struct afx_rx_parsed *p,
		 uint32_t *hash);

#endif /* AFX_RX_HASH_H */
