/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <linux/ethtool.h>

#include "afx_netdev_priv.h"
#include "afx_netdev_rss.h"

static_assert(AFX_NETDEV_HASH_IP == (RXH_IP_SRC | RXH_IP_DST) &&
		      AFX_NETDEV_HASH_PORTS == (RXH_L4_B_0_1 | RXH_L4_B_2_3),
	      "fields are ethtool's");

/* The byte behind hfunc: input_xfrm since Linux 6.8, before that reserved and 0. */
static uint8_t *
input_xfrm(struct ethtool_rxfh *rxfh)
{
	return (uint8_t *)rxfh + offsetof(struct ethtool_rxfh, hfunc) + sizeof(rxfh->hfunc);
}

/* Behind it are table, of 32 bits an entry, and key. */
static struct ethtool_rxfh *
rxfh_alloc(uint32_t cmd, uint32_t table_len, uint32_t key_len)
{
	struct ethtool_rxfh *rxfh;

	rxfh = calloc(1, sizeof(*rxfh) + table_len * sizeof(rxfh->rss_config[0]) + key_len);
	if (rxfh == NULL)
		return NULL;
	rxfh->cmd = cmd;
	rxfh->indir_size = table_len;
	rxfh->key_size = key_len;
	return rxfh;
}

/* Set all but the input's transformation (symmetric RSS), which each request sets. */
static int
rxfh_set(const char *iface, struct ethtool_rxfh *rxfh)
{
	struct ethtool_rxfh now = { .cmd = ETHTOOL_GRSSH };
	int ret;

	ret = afx_netdev_ethtool(iface, &now);
	if (ret != 0)
		return ret;
	*input_xfrm(rxfh) = *input_xfrm(&now);
	return afx_netdev_ethtool(iface, rxfh);
}

static int
sizes_get(const char *iface, struct afx_netdev_rss *rss)
{
	struct ethtool_rxfh rxfh = { .cmd = ETHTOOL_GRSSH };
	int ret;

	ret = afx_netdev_ethtool(iface, &rxfh);
	if (ret != 0)
		return ret;
	if (rxfh.indir_size > AFX_NETDEV_RSS_TABLE_MAX || rxfh.key_size > AFX_NETDEV_RSS_KEY_MAX ||
	    (rxfh.indir_size == 0 && rxfh.key_size == 0))
		return -EOPNOTSUPP;
	rss->table_len = rxfh.indir_size;
	rss->key_len = rxfh.key_size;
	return 0;
}

int
afx_netdev_rss_get(const char *iface, struct afx_netdev_rss *rss)
{
	struct ethtool_rxfh *rxfh;
	uint32_t i;
	int ret;

	memset(rss, 0, sizeof(*rss));
	ret = sizes_get(iface, rss);
	if (ret != 0)
		return ret;
	rxfh = rxfh_alloc(ETHTOOL_GRSSH, rss->table_len, rss->key_len);
	if (rxfh == NULL)
		return -ENOMEM;
	ret = afx_netdev_ethtool(iface, rxfh);
	for (i = 0; ret == 0 && i < rss->table_len; i++)
		rss->table[i] = rxfh->rss_config[i];
	if (ret == 0)
		memcpy(rss->key, &rxfh->rss_config[rss->table_len], rss->key_len);
	free(rxfh);
	return ret;
}

/* ethtool_rxfh_indir_default() */
static bool
table_is_default(const char *iface, const struct afx_netdev_rss *rss)
{
	struct ethtool_rxnfc rings = { .cmd = ETHTOOL_GRXRINGS };
	uint32_t i = 0;

	if (afx_netdev_ethtool(iface, &rings) != 0 || rings.data == 0)
		return false;
	while (i < rss->table_len && rss->table[i] == i % rings.data)
		i++;
	return i == rss->table_len;
}

int
afx_netdev_rss_table_set(const char *iface, const struct afx_netdev_rss *rss)
{
	/* No entries at all: the kernel's own. */
	const uint32_t len = table_is_default(iface, rss) ? 0 : rss->table_len;
	struct ethtool_rxfh *rxfh = rxfh_alloc(ETHTOOL_SRSSH, len, 0);
	uint32_t i;
	int ret;

	if (rxfh == NULL)
		return -ENOMEM;
	for (i = 0; i < len; i++)
		rxfh->rss_config[i] = rss->table[i];
	ret = rxfh_set(iface, rxfh);
	free(rxfh);
	return ret;
}

int
afx_netdev_rss_key_set(const char *iface, const struct afx_netdev_rss *rss)
{
	struct ethtool_rxfh *rxfh = rxfh_alloc(ETHTOOL_SRSSH, 0, rss->key_len);
	int ret;

	if (rxfh == NULL)
		return -ENOMEM;
	rxfh->indir_size = ETH_RXFH_INDIR_NO_CHANGE;
	memcpy(rxfh->rss_config, rss->key, rss->key_len);
	ret = rxfh_set(iface, rxfh);
	free(rxfh);
	return ret;
}

static const uint32_t flows[AFX_NETDEV_FLOWS] = {
	[AFX_NETDEV_FLOW_IPV4] = IPV4_FLOW,   [AFX_NETDEV_FLOW_TCP4] = TCP_V4_FLOW,
	[AFX_NETDEV_FLOW_UDP4] = UDP_V4_FLOW, [AFX_NETDEV_FLOW_SCTP4] = SCTP_V4_FLOW,
	[AFX_NETDEV_FLOW_IPV6] = IPV6_FLOW,   [AFX_NETDEV_FLOW_TCP6] = TCP_V6_FLOW,
	[AFX_NETDEV_FLOW_UDP6] = UDP_V6_FLOW, [AFX_NETDEV_FLOW_SCTP6] = SCTP_V6_FLOW,
};

int
afx_netdev_hash_get(const char *iface, enum afx_netdev_flow flow, uint32_t *fields)
{
	struct ethtool_rxnfc nfc = { .cmd = ETHTOOL_GRXFH, .flow_type = flows[flow] };
	int ret;

	ret = afx_netdev_ethtool(iface, &nfc);
	if (ret == 0)
		*fields = nfc.data;
	return ret;
}

int
afx_netdev_hash_set(const char *iface, enum afx_netdev_flow flow, uint32_t fields)
{
	struct ethtool_rxnfc nfc = {
		.cmd = ETHTOOL_SRXFH,
		.flow_type = flows[flow],
		.data = fields,
	};

	return afx_netdev_ethtool(iface, &nfc);
}
