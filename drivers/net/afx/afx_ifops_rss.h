/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * How the interface spreads what it receives over its queues: ethdev's operations
 * on its table, key and kinds of packets. What they change is as it was again after close.
 */
#ifndef AFX_IFOPS_RSS_H
#define AFX_IFOPS_RSS_H

#include <ethdev_driver.h>

#include "afx.h"

/*
 * Ask for what the interface has, at probe and configure: priv's rss_types,
 * rss_table_len and rss_key_len, all 0 without RSS, which dev_info claims.
 */
void afx_rss_read(struct afx_dev *priv);

/* At configure: keep the key that the application asks for, if it does. 0, or -EINVAL, logged, for its length. */
int afx_rss_configure(struct rte_eth_dev *dev);

/*
 * At start: the key, and what of the kinds of packets asked for is not hashed yet;
 * what is hashed beyond stays. 0, or -errno, logged: -ENOTSUP if the interface's driver
 * refuses a kind, unless the port has the hash by software, then that is a warning.
 */
int afx_rss_start(struct rte_eth_dev *dev);

/*
 * reta_update_t, reta_query_t: entries are Rx queues of the port, UINT16_MAX those of the
 * interface that are none. -EINVAL for another length than the table's.
 */
int afx_reta_update(struct rte_eth_dev *dev, struct rte_eth_rss_reta_entry64 *conf, uint16_t size);
int afx_reta_query(struct rte_eth_dev *dev, struct rte_eth_rss_reta_entry64 *conf, uint16_t size);

/*
 * rss_hash_update_t: exactly the kinds of packets asked for, and the key, if one
 * is given. -ENOTSUP, logged, with nothing changed, for kinds that the interface does not
 * hash, and for those that its driver refuses, without the hash by software. With that,
 * it follows, and does alone where the interface has no RSS; without either, -ENOTSUP.
 */
int afx_rss_hash_update(struct rte_eth_dev *dev, struct rte_eth_rss_conf *conf);
/* rss_hash_conf_get_t: of the interface, or, where that tells no key, of the hash by software, if the port has it. */
int afx_rss_hash_conf_get(struct rte_eth_dev *dev, struct rte_eth_rss_conf *conf);

#endif /* AFX_IFOPS_RSS_H */
