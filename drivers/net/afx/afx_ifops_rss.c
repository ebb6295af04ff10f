/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "afx_ifops.h"
#include "afx_ifops_rss.h"
#include "afx_log.h"
#include "afx_port_offload_rx.h"
#include "afx_restore.h"

/* ethdev's types by what the interface hashes: addresses alone, and with ports. As everywhere, _EX are IPv6's own. */
static const struct {
	uint64_t ip;
	uint64_t ports;
} types[AFX_NETDEV_FLOWS] = {
	[AFX_NETDEV_FLOW_IPV4] = { .ip = RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_FRAG_IPV4 |
					   RTE_ETH_RSS_NONFRAG_IPV4_OTHER },
	[AFX_NETDEV_FLOW_TCP4] = { .ports = RTE_ETH_RSS_NONFRAG_IPV4_TCP },
	[AFX_NETDEV_FLOW_UDP4] = { .ports = RTE_ETH_RSS_NONFRAG_IPV4_UDP },
	[AFX_NETDEV_FLOW_SCTP4] = { .ports = RTE_ETH_RSS_NONFRAG_IPV4_SCTP },
	[AFX_NETDEV_FLOW_IPV6] = { .ip = RTE_ETH_RSS_IPV6 | RTE_ETH_RSS_FRAG_IPV6 |
					   RTE_ETH_RSS_NONFRAG_IPV6_OTHER | RTE_ETH_RSS_IPV6_EX },
	[AFX_NETDEV_FLOW_TCP6] = { .ports =
					   RTE_ETH_RSS_NONFRAG_IPV6_TCP | RTE_ETH_RSS_IPV6_TCP_EX },
	[AFX_NETDEV_FLOW_UDP6] = { .ports =
					   RTE_ETH_RSS_NONFRAG_IPV6_UDP | RTE_ETH_RSS_IPV6_UDP_EX },
	[AFX_NETDEV_FLOW_SCTP6] = { .ports = RTE_ETH_RSS_NONFRAG_IPV6_SCTP },
};

static uint64_t
flow_types(enum afx_netdev_flow flow)
{
	return types[flow].ip | types[flow].ports;
}

/* Those of fields that the interface hashes. */
static uint64_t
types_hashed(enum afx_netdev_flow flow, uint32_t fields)
{
	uint64_t hashed = 0;

	if ((fields & AFX_NETDEV_HASH_IP) == AFX_NETDEV_HASH_IP)
		hashed |= types[flow].ip;
	if ((fields & AFX_NETDEV_HASH_PORTS) == AFX_NETDEV_HASH_PORTS)
		hashed |= types[flow].ports;
	return hashed;
}

/* Fields that a flow is to have for the types asked for: those of addresses count for TCP and the like too. */
static uint32_t
fields_wanted(enum afx_netdev_flow flow, uint64_t asked)
{
	const enum afx_netdev_flow ip =
		flow < AFX_NETDEV_FLOW_IPV6 ? AFX_NETDEV_FLOW_IPV4 : AFX_NETDEV_FLOW_IPV6;
	uint32_t fields = 0;

	if ((asked & types[ip].ip) != 0)
		fields |= AFX_NETDEV_HASH_IP;
	if ((asked & types[flow].ports) != 0)
		fields |= AFX_NETDEV_HASH_IP | AFX_NETDEV_HASH_PORTS;
	return fields;
}

void
afx_rss_read(struct afx_dev *priv)
{
	struct afx_netdev_rss rss;
	uint32_t flow, fields;

	priv->rss_table_len = 0;
	priv->rss_key_len = 0;
	priv->rss_types = 0;
	if (afx_netdev_rss_get(priv->cfg.iface, &rss) != 0)
		return;
	priv->rss_table_len = rss.table_len;
	priv->rss_key_len = rss.key_len;
	for (flow = 0; flow < AFX_NETDEV_FLOWS; flow++) {
		/* What can be asked for may be changed, unless the driver has refused to. */
		if (afx_netdev_hash_get(priv->cfg.iface, flow, &fields) == 0 && fields != 0)
			priv->rss_types |= types_hashed(flow, fields) |
				(flow_types(flow) & ~priv->rss_refused);
	}
}

static int
key_set(struct afx_dev *priv, const uint8_t *key)
{
	struct afx_netdev_rss now, wanted;
	int ret;

	ret = afx_netdev_rss_get(priv->cfg.iface, &now);
	if (ret == 0 && now.key_len != priv->rss_key_len)
		ret = -EINVAL;
	if (ret == 0 && memcmp(now.key, key, now.key_len) != 0) {
		wanted = now;
		memcpy(wanted.key, key, now.key_len);
		ret = afx_restore_key_change(priv, &now, &wanted);
	}
	return afx_ifops_answered(priv, "RSS key", ret);
}

/* Drivers have several errors for fields that they do not hash. With the hash by software it can be done without them. */
static int
fields_set(struct rte_eth_dev *dev, enum afx_netdev_flow flow, uint32_t now, uint32_t wanted)
{
	struct afx_dev *priv = dev->data->dev_private;
	int ret = afx_restore_fields_change(priv, flow, now, wanted);

	if (ret == 0)
		return 0;
	priv->rss_refused |= flow_types(flow);
	priv->rss_types &= ~(flow_types(flow) & ~types_hashed(flow, now));
	if (afx_port_offload_rx_hashes(dev)) {
		AFX_LOG(WARNING,
			"%s: RSS types 0x%" PRIx64
			" are hashed by software alone: the interface's driver refuses a change: %s",
			priv->cfg.iface, flow_types(flow), strerror(-ret));
		return 0;
	}
	AFX_LOG(ERR,
		"%s: RSS types 0x%" PRIx64 ": the interface's driver refuses a change: %s; see: "
		"ethtool -n %s rx-flow-hash tcp4",
		priv->cfg.iface, flow_types(flow), strerror(-ret), priv->cfg.iface);
	return -ENOTSUP;
}

/* keep: fields that are hashed beyond those asked for are left alone. */
static int
types_set(struct rte_eth_dev *dev, uint64_t asked, bool keep)
{
	const struct afx_dev *priv = dev->data->dev_private;
	uint32_t flow, now, wanted;
	int ret = 0;

	for (flow = 0; ret == 0 && flow < AFX_NETDEV_FLOWS; flow++) {
		if (afx_netdev_hash_get(priv->cfg.iface, flow, &now) != 0)
			continue;
		/* Not hashed, not asked for. */
		if ((asked & flow_types(flow)) == 0 && (keep || now == 0))
			continue;
		wanted = fields_wanted(flow, asked);
		if (keep)
			wanted |= now;
		if (wanted != now)
			ret = fields_set(dev, flow, now, wanted);
	}
	return ret;
}

static bool
is_asked_for(const struct rte_eth_dev *dev)
{
	return (dev->data->dev_conf.rxmode.mq_mode & RTE_ETH_MQ_RX_RSS_FLAG) != 0;
}

static int
key_len_check(const struct afx_dev *priv, const struct rte_eth_rss_conf *conf)
{
	if (conf->rss_key_len == priv->rss_key_len)
		return 0;
	AFX_LOG(ERR, "%s: RSS key of %u bytes: the interface's has %u", priv->cfg.iface,
		conf->rss_key_len, priv->rss_key_len);
	return -EINVAL;
}

/* For the starts to come. */
static void
key_keep(struct afx_dev *priv, const uint8_t *key)
{
	memcpy(priv->rss_key, key, priv->rss_key_len);
	priv->rss_key_given = true;
}

int
afx_rss_configure(struct rte_eth_dev *dev)
{
	const struct rte_eth_rss_conf *conf = &dev->data->dev_conf.rx_adv_conf.rss_conf;
	struct afx_dev *priv = dev->data->dev_private;
	int ret;

	afx_rss_read(priv);
	priv->rss_key_given = false;
	if (!is_asked_for(dev) || conf->rss_key == NULL || priv->rss_key_len == 0)
		return 0;
	ret = key_len_check(priv, conf);
	if (ret != 0)
		return ret;
	key_keep(priv, conf->rss_key);
	return 0;
}

int
afx_rss_start(struct rte_eth_dev *dev)
{
	const struct rte_eth_rss_conf *conf = &dev->data->dev_conf.rx_adv_conf.rss_conf;
	struct afx_dev *priv = dev->data->dev_private;
	int ret = 0;

	if (!is_asked_for(dev))
		return 0;
	if (priv->rss_key_given)
		ret = key_set(priv, priv->rss_key);
	/* What was refused is refused again, at every start. */
	if (ret == 0)
		ret = types_set(dev, conf->rss_hf & (priv->rss_types | priv->rss_refused), true);
	return ret;
}

static int
table_get(const struct afx_dev *priv, uint16_t size, struct afx_netdev_rss *rss)
{
	int ret;

	ret = afx_ifops_answered(priv, "RSS table", afx_netdev_rss_get(priv->cfg.iface, rss));
	if (ret != 0)
		return ret;
	if (rss->table_len == 0)
		return -ENOTSUP;
	return rss->table_len == size ? 0 : -EINVAL;
}

static bool
is_marked(const struct rte_eth_rss_reta_entry64 *conf, uint32_t i)
{
	return (conf[i / RTE_ETH_RETA_GROUP_SIZE].mask >> i % RTE_ETH_RETA_GROUP_SIZE & 1) != 0;
}

int
afx_reta_update(struct rte_eth_dev *dev, struct rte_eth_rss_reta_entry64 *conf, uint16_t size)
{
	struct afx_dev *priv = dev->data->dev_private;
	struct afx_netdev_rss now, wanted;
	uint32_t i;
	int ret;

	ret = afx_netdev_info_get(priv->cfg.iface, &priv->info);
	if (ret == 0)
		ret = table_get(priv, size, &now);
	if (ret != 0)
		return ret;
	wanted = now;
	for (i = 0; i < size; i++) {
		if (is_marked(conf, i))
			wanted.table[i] = priv->cfg.start_queue +
				conf[i / RTE_ETH_RETA_GROUP_SIZE].reta[i % RTE_ETH_RETA_GROUP_SIZE];
	}
	if (memcmp(now.table, wanted.table, sizeof(now.table)) == 0)
		return 0;
	return afx_ifops_answered(priv, "RSS table", afx_restore_table_change(priv, &now, &wanted));
}

int
afx_reta_query(struct rte_eth_dev *dev, struct rte_eth_rss_reta_entry64 *conf, uint16_t size)
{
	const struct afx_dev *priv = dev->data->dev_private;
	struct afx_netdev_rss now;
	uint32_t i, queue;
	int ret;

	ret = table_get(priv, size, &now);
	if (ret != 0)
		return ret;
	for (i = 0; i < size; i++) {
		if (!is_marked(conf, i))
			continue;
		queue = (uint32_t)now.table[i] - priv->cfg.start_queue;
		conf[i / RTE_ETH_RETA_GROUP_SIZE].reta[i % RTE_ETH_RETA_GROUP_SIZE] =
			queue < dev->data->nb_rx_queues ? queue : UINT16_MAX;
	}
	return 0;
}

/* dev_info tells what the hash by software takes, whether the port has it or not. */
static int
types_check(const struct rte_eth_dev *dev, uint64_t asked)
{
	const struct afx_dev *priv = dev->data->dev_private;
	const uint64_t lacking = asked & ~priv->rss_types;

	if (lacking == 0 || afx_port_offload_rx_hashes(dev))
		return 0;
	AFX_LOG(ERR,
		"%s: RSS types 0x%" PRIx64
		": not hashed by the interface, nor by software: the port has no RTE_ETH_RX_OFFLOAD_RSS_HASH",
		priv->cfg.iface, lacking);
	return -ENOTSUP;
}

/* Key and types of the interface, as far as it has them. */
static int
interface_update(struct rte_eth_dev *dev, const struct rte_eth_rss_conf *conf)
{
	struct afx_dev *priv = dev->data->dev_private;
	const uint64_t asked = conf->rss_hf & priv->rss_types;
	int ret;

	if (priv->rss_table_len == 0 && priv->rss_key_len == 0)
		return 0;
	ret = afx_netdev_info_get(priv->cfg.iface, &priv->info);
	if (ret == 0 && conf->rss_key != NULL && priv->rss_key_len != 0) {
		ret = key_set(priv, conf->rss_key);
		if (ret == 0)
			key_keep(priv, conf->rss_key);
	}
	if (ret == 0 && (asked != 0 || conf->rss_hf == 0))
		ret = types_set(dev, asked, false);
	return ret;
}

int
afx_rss_hash_update(struct rte_eth_dev *dev, struct rte_eth_rss_conf *conf)
{
	const struct afx_dev *priv = dev->data->dev_private;
	struct rte_eth_rss_conf wanted = *conf;
	int ret;

	if (priv->rss_table_len == 0 && priv->rss_key_len == 0 && !afx_port_offload_rx_hashes(dev))
		return -ENOTSUP;
	if (wanted.rss_key_len == 0)
		wanted.rss_key = NULL;
	ret = types_check(dev, wanted.rss_hf);
	if (ret == 0 && wanted.rss_key != NULL &&
	    (priv->rss_key_len != 0 || !afx_port_offload_rx_hashes(dev)))
		ret = key_len_check(priv, &wanted);
	if (ret == 0)
		ret = afx_port_offload_rx_key_check(dev, &wanted);
	if (ret == 0)
		ret = interface_update(dev, &wanted);
	if (ret == 0)
		afx_port_offload_rx_hash_update(dev, &wanted);
	return ret;
}

int
afx_rss_hash_conf_get(struct rte_eth_dev *dev, struct rte_eth_rss_conf *conf)
{
	const struct afx_dev *priv = dev->data->dev_private;
	struct afx_netdev_rss now;
	uint32_t flow, fields;
	int ret;

	if (priv->rss_key_len == 0 && afx_port_offload_rx_hashes(dev)) {
		afx_port_offload_rx_hash_get(dev, conf);
		return 0;
	}
	ret = afx_ifops_answered(priv, "RSS", afx_netdev_rss_get(priv->cfg.iface, &now));
	if (ret != 0)
		return ret;
	if (conf->rss_key != NULL && conf->rss_key_len >= now.key_len)
		memcpy(conf->rss_key, now.key, now.key_len);
	conf->rss_key_len = now.key_len;
	conf->rss_hf = 0;
	for (flow = 0; flow < AFX_NETDEV_FLOWS; flow++) {
		if (afx_netdev_hash_get(priv->cfg.iface, flow, &fields) == 0)
			conf->rss_hf |= types_hashed(flow, fields);
	}
	return 0;
}
