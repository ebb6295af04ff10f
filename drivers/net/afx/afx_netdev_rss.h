/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * How an interface spreads what it receives over its queues: table, key, and
 * what of a packet is hashed. As all of afx_netdev.h, -EOPNOTSUPP where the driver has
 * no such thing.
 */
#ifndef AFX_NETDEV_RSS_H
#define AFX_NETDEV_RSS_H

#include <stdbool.h>
#include <stdint.h>

/* More than any driver has: 2048 (ice), and 52 for 40 bytes of key and their rolling over. */
#define AFX_NETDEV_RSS_TABLE_MAX 2048
#define AFX_NETDEV_RSS_KEY_MAX 128

struct afx_netdev_rss {
	uint32_t table_len; /* 0: no table */
	uint32_t key_len; /* 0: no key that is told */
	uint8_t key[AFX_NETDEV_RSS_KEY_MAX];
	uint16_t table
		[AFX_NETDEV_RSS_TABLE_MAX]; /* queues of the interface, by the hash's low bits */
};

/* -EOPNOTSUPP too for more than fits. */
int afx_netdev_rss_get(const char *iface, struct afx_netdev_rss *rss);

/*
 * Set the table, or the key, of the length that get has told. A table as the
 * kernel makes it leaves the interface as if nobody had ever set one, so that
 * its number of queues can be changed freely.
 */
int afx_netdev_rss_table_set(const char *iface, const struct afx_netdev_rss *rss);
int afx_netdev_rss_key_set(const char *iface, const struct afx_netdev_rss *rss);

/* Kinds of packets that are hashed each in their own way. */
enum afx_netdev_flow {
	AFX_NETDEV_FLOW_IPV4, /* all that are none of the next three */
	AFX_NETDEV_FLOW_TCP4,
	AFX_NETDEV_FLOW_UDP4,
	AFX_NETDEV_FLOW_SCTP4,
	AFX_NETDEV_FLOW_IPV6, /* likewise */
	AFX_NETDEV_FLOW_TCP6,
	AFX_NETDEV_FLOW_UDP6,
	AFX_NETDEV_FLOW_SCTP6,
	AFX_NETDEV_FLOWS,
};

/* Fields that are hashed: RXH_* of linux/ethtool.h, of which these are of interest. */
#define AFX_NETDEV_HASH_IP (1 << 4 | 1 << 5)
#define AFX_NETDEV_HASH_PORTS (1 << 6 | 1 << 7)

int afx_netdev_hash_get(const char *iface, enum afx_netdev_flow flow, uint32_t *fields);
int afx_netdev_hash_set(const char *iface, enum afx_netdev_flow flow, uint32_t fields);

#endif /* AFX_NETDEV_RSS_H */
