/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <string.h>

#include "afx_log.h"
#include "afx_port_offload_rx.h"

#define PTYPES_ALL (RTE_PTYPE_L2_MASK | RTE_PTYPE_L3_MASK | RTE_PTYPE_L4_MASK)

/* What is about tags alone, and can be switched while the port runs. */
#define VLAN_MASK (AFX_RX_META_VLAN_STRIP | AFX_RX_META_QINQ_STRIP | AFX_RX_META_VLAN_FILTER)

static const struct {
	uint64_t offload;
	uint32_t what;
} offloads[] = {
	{ RTE_ETH_RX_OFFLOAD_VLAN_STRIP, AFX_RX_META_VLAN_STRIP },
	{ RTE_ETH_RX_OFFLOAD_QINQ_STRIP, AFX_RX_META_QINQ_STRIP },
	{ RTE_ETH_RX_OFFLOAD_VLAN_FILTER, AFX_RX_META_VLAN_FILTER },
	{ RTE_ETH_RX_OFFLOAD_IPV4_CKSUM, AFX_RX_META_IP_CKSUM },
	{ RTE_ETH_RX_OFFLOAD_UDP_CKSUM, AFX_RX_META_UDP_CKSUM },
	{ RTE_ETH_RX_OFFLOAD_TCP_CKSUM, AFX_RX_META_TCP_CKSUM },
	{ RTE_ETH_RX_OFFLOAD_RSS_HASH, AFX_RX_META_HASH },
};

/*
 * Which hash types a kind of packet answers to. Where types of both columns are
 * asked for, the ports count. IPV6_EX means the addresses of the IPv6 header.
 */
static const struct {
	uint64_t addresses;
	uint64_t ports;
} hash_types[AFX_RX_HASH_KINDS] = {
	[AFX_RX_HASH_OTHER] = { RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_NONFRAG_IPV4_OTHER, 0 },
	[AFX_RX_HASH_FRAG] = { RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_FRAG_IPV4, 0 },
	[AFX_RX_HASH_TCP] = { RTE_ETH_RSS_IPV4, RTE_ETH_RSS_NONFRAG_IPV4_TCP },
	[AFX_RX_HASH_UDP] = { RTE_ETH_RSS_IPV4, RTE_ETH_RSS_NONFRAG_IPV4_UDP },
	[AFX_RX_HASH_SCTP] = { RTE_ETH_RSS_IPV4, RTE_ETH_RSS_NONFRAG_IPV4_SCTP },
	[AFX_RX_HASH_IPV6 | AFX_RX_HASH_OTHER] = { RTE_ETH_RSS_IPV6 | RTE_ETH_RSS_IPV6_EX |
							   RTE_ETH_RSS_NONFRAG_IPV6_OTHER,
						   0 },
	[AFX_RX_HASH_IPV6 | AFX_RX_HASH_FRAG] = { RTE_ETH_RSS_IPV6 | RTE_ETH_RSS_IPV6_EX |
							  RTE_ETH_RSS_FRAG_IPV6,
						  0 },
	[AFX_RX_HASH_IPV6 |
		AFX_RX_HASH_TCP] = { RTE_ETH_RSS_IPV6 | RTE_ETH_RSS_IPV6_EX,
				     RTE_ETH_RSS_NONFRAG_IPV6_TCP | RTE_ETH_RSS_IPV6_TCP_EX },
	[AFX_RX_HASH_IPV6 |
		AFX_RX_HASH_UDP] = { RTE_ETH_RSS_IPV6 | RTE_ETH_RSS_IPV6_EX,
				     RTE_ETH_RSS_NONFRAG_IPV6_UDP | RTE_ETH_RSS_IPV6_UDP_EX },
	[AFX_RX_HASH_IPV6 | AFX_RX_HASH_SCTP] = { RTE_ETH_RSS_IPV6 | RTE_ETH_RSS_IPV6_EX,
						  RTE_ETH_RSS_NONFRAG_IPV6_SCTP },
};

/* Microsoft's, of its RSS specification: what most NICs have unless told otherwise. */
static const uint8_t default_key[AFX_RX_HASH_KEY_LEN] = {
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
	0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
	0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
};

/* What afx_rx_parse tells, for ethdev, which wants RTE_PTYPE_UNKNOWN behind it. */
static const uint32_t ptypes_known[] = {
	RTE_PTYPE_L2_ETHER,      RTE_PTYPE_L2_ETHER_TIMESYNC,
	RTE_PTYPE_L2_ETHER_ARP,  RTE_PTYPE_L2_ETHER_LLDP,
	RTE_PTYPE_L2_ETHER_VLAN, RTE_PTYPE_L2_ETHER_QINQ,
	RTE_PTYPE_L3_IPV4,       RTE_PTYPE_L3_IPV4_EXT,
	RTE_PTYPE_L3_IPV6,       RTE_PTYPE_L3_IPV6_EXT,
	RTE_PTYPE_L4_TCP,        RTE_PTYPE_L4_UDP,
	RTE_PTYPE_L4_FRAG,       RTE_PTYPE_L4_SCTP,
	RTE_PTYPE_L4_ICMP,       RTE_PTYPE_L4_NONFRAG,
	RTE_PTYPE_UNKNOWN,
};

void
afx_port_offload_rx_info(struct rte_eth_dev_info *info)
{
	size_t i;

	for (i = 0; i < RTE_DIM(offloads); i++)
		info->rx_offload_capa |= offloads[i].offload;
	for (i = 0; i < RTE_DIM(hash_types); i++)
		info->flow_type_rss_offloads |= hash_types[i].addresses | hash_types[i].ports;
	/* The hardware's key, where there is one, is at least as long. */
	if (info->hash_key_size == 0)
		info->hash_key_size = AFX_RX_HASH_KEY_LEN;
}

/* The one in use may be read by the Rx lcores all the while. */
static void
hash_set(struct afx_offload_rx *offload, uint64_t types)
{
	const uint32_t next = 1 - offload->rx.hash_at;
	struct afx_rx_hash *hash = &offload->rx.hash[next];
	size_t i;

	afx_rx_hash_key_set(hash, offload->hash_key);
	for (i = 0; i < RTE_DIM(hash_types); i++) {
		hash->input[i] = AFX_RX_HASH_NOTHING;
		if (types & hash_types[i].ports)
			hash->input[i] = AFX_RX_HASH_PORTS;
		else if (types & hash_types[i].addresses)
			hash->input[i] = AFX_RX_HASH_ADDRESSES;
	}
	offload->hash_types = types;
	__atomic_store_n(&offload->rx.hash_at, next, __ATOMIC_RELEASE);
}

bool
afx_port_offload_rx_hashes(const struct rte_eth_dev *dev)
{
	return (dev->data->dev_conf.rxmode.offloads & RTE_ETH_RX_OFFLOAD_RSS_HASH) != 0;
}

int
afx_port_offload_rx_key_check(const struct rte_eth_dev *dev, const struct rte_eth_rss_conf *conf)
{
	const struct afx_dev *priv = dev->data->dev_private;

	if (!afx_port_offload_rx_hashes(dev) || conf->rss_key == NULL ||
	    conf->rss_key_len >= AFX_RX_HASH_KEY_LEN)
		return 0;
	AFX_LOG(ERR, "%s: RSS key of %u bytes: at least %u are needed", priv->cfg.iface,
		conf->rss_key_len, AFX_RX_HASH_KEY_LEN);
	return -EINVAL;
}

void
afx_port_offload_rx_hash_update(struct rte_eth_dev *dev, const struct rte_eth_rss_conf *conf)
{
	struct afx_offload_rx *offload = &((struct afx_dev *)dev->data->dev_private)->offload;

	if (!afx_port_offload_rx_hashes(dev))
		return;
	if (conf->rss_key != NULL)
		memcpy(offload->hash_key, conf->rss_key, sizeof(offload->hash_key));
	hash_set(offload, conf->rss_hf);
}

void
afx_port_offload_rx_hash_get(const struct rte_eth_dev *dev, struct rte_eth_rss_conf *conf)
{
	const struct afx_dev *priv = dev->data->dev_private;

	if (conf->rss_key != NULL && conf->rss_key_len >= AFX_RX_HASH_KEY_LEN)
		memcpy(conf->rss_key, priv->offload.hash_key, AFX_RX_HASH_KEY_LEN);
	conf->rss_key_len = AFX_RX_HASH_KEY_LEN;
	conf->rss_hf = priv->offload.hash_types;
}

/* Without one given, that of the interface: its hash, where it has one, is then the same. */
static void
key_choose(struct afx_dev *priv)
{
	struct afx_netdev_rss rss;

	memcpy(priv->offload.hash_key, default_key, sizeof(default_key));
	if (priv->rss_key_len >= AFX_RX_HASH_KEY_LEN &&
	    afx_netdev_rss_get(priv->cfg.iface, &rss) == 0 && rss.key_len >= AFX_RX_HASH_KEY_LEN)
		memcpy(priv->offload.hash_key, rss.key, sizeof(priv->offload.hash_key));
}

int
afx_port_offload_rx_configure(struct rte_eth_dev *dev)
{
	const struct rte_eth_rss_conf *conf = &dev->data->dev_conf.rx_adv_conf.rss_conf;
	int ret;

	ret = afx_port_offload_rx_key_check(dev, conf);
	if (ret != 0 || !afx_port_offload_rx_hashes(dev))
		return ret;
	key_choose(dev->data->dev_private);
	afx_port_offload_rx_hash_update(dev, conf);
	return 0;
}

static uint32_t
what_wanted(const struct rte_eth_dev *dev)
{
	const struct afx_dev *priv = dev->data->dev_private;
	uint32_t what = priv->cfg.csum_complete ? AFX_RX_META_COMPLETE : 0;
	size_t i;

	for (i = 0; i < RTE_DIM(offloads); i++) {
		if (dev->data->dev_conf.rxmode.offloads & offloads[i].offload)
			what |= offloads[i].what;
	}
	return what;
}

static void
pass_set(struct afx_offload_rx *offload, uint32_t what, uint32_t ptypes)
{
	__atomic_store_n(&offload->rx.what, what, __ATOMIC_RELAXED);
	__atomic_store_n(&offload->rx.ptypes, ptypes, __ATOMIC_RELAXED);
}

void
afx_port_offload_rx_start(struct rte_eth_dev *dev)
{
	struct afx_offload_rx *offload = &((struct afx_dev *)dev->data->dev_private)->offload;
	const uint32_t what = what_wanted(dev);
	uint32_t ptypes = offload->ptypes;

	/* What looks at the headers anyway tells them, too. */
	if (!offload->ptypes_set && (what & ~VLAN_MASK) != 0)
		ptypes = PTYPES_ALL;
	offload->rx.vids = dev->data->vlan_filter_conf.ids;
	pass_set(offload, what, ptypes);
	offload->meta = what != 0 || ptypes != 0;
}

static bool
runs_without_pass(const struct rte_eth_dev *dev)
{
	const struct afx_dev *priv = dev->data->dev_private;

	return dev->data->dev_started && !priv->offload.meta;
}

const uint32_t *
afx_ptypes_get(AFX_PTYPES_GET_ARGS)
{
	static const uint32_t none[] = { RTE_PTYPE_UNKNOWN };
	struct afx_offload_rx *offload = &((struct afx_dev *)dev->data->dev_private)->offload;

	/* Who never said which, and is told none, is to look itself. Who declined can still want them. */
	if (runs_without_pass(dev) ||
	    (dev->data->dev_started && !offload->ptypes_set && offload->rx.ptypes == 0)) {
		AFX_PTYPES_COUNT_SET(0);
		return none;
	}
	if (!dev->data->dev_started && !offload->ptypes_set)
		offload->ptypes = PTYPES_ALL;
	AFX_PTYPES_COUNT_SET(RTE_DIM(ptypes_known) - 1);
	return ptypes_known;
}

int
afx_ptypes_set(struct rte_eth_dev *dev, uint32_t mask)
{
	struct afx_offload_rx *offload = &((struct afx_dev *)dev->data->dev_private)->offload;

	offload->ptypes = mask & PTYPES_ALL;
	offload->ptypes_set = true;
	pass_set(offload, offload->rx.what, offload->ptypes);
	return 0;
}

int
afx_vlan_offload_set(struct rte_eth_dev *dev, int mask)
{
	struct afx_dev *priv = dev->data->dev_private;
	const uint32_t wanted = what_wanted(dev) & VLAN_MASK;

	if ((mask &
	     (RTE_ETH_VLAN_STRIP_MASK | RTE_ETH_QINQ_STRIP_MASK | RTE_ETH_VLAN_FILTER_MASK)) == 0)
		return 0;
	if (runs_without_pass(dev) && wanted != 0) {
		AFX_LOG(ERR,
			"%s: VLAN strip or filter can not be switched on: the port was started without any "
			"Rx offload; stop it first",
			priv->cfg.iface);
		return -EBUSY;
	}
	pass_set(&priv->offload, (priv->offload.rx.what & ~VLAN_MASK) | wanted,
		 priv->offload.rx.ptypes);
	return 0;
}

int
afx_vlan_filter_set(struct rte_eth_dev *dev __rte_unused, uint16_t vlan_id __rte_unused,
		    int on __rte_unused)
{
	return 0;
}
