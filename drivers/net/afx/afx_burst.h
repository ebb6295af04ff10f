/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The burst functions there are, each compiled for one set of circumstances.
 */
#ifndef AFX_BURST_H
#define AFX_BURST_H

#include <stdbool.h>
#include <stdint.h>

struct rte_mbuf;

struct afx_burst {
	uint16_t (*fn)(void *queue, struct rte_mbuf **pkts, uint16_t n);
	const char *name; /* for rte_eth_rx_burst_mode_get() and its Tx twin */
};

/* Rx; busy: every Rx queue of the port busy polls; meta: it has offloads by software. */
const struct afx_burst *afx_burst_rx(bool busy, bool meta);

/*
 * Tx; fast_free: RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE is on; offloads: checksums or VLAN tags are;
 * copy: the kernel copies what is sent.
 */
const struct afx_burst *afx_burst_tx(bool fast_free, bool offloads, bool copy);

/* Name of a burst function of ours, or NULL for any other, as of a port that is stopped. */
const char *afx_burst_name(const void *fn);

#endif /* AFX_BURST_H */
