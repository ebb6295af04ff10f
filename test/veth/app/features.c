/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * What the driver has: its ethdev operations, and what dev_info claims.
 */
#include <ethdev_driver.h>

#include "app.h"

#define OP(name) app_say("op_" #name, ops->name != NULL)
#define FAST_OP(name) app_say("op_" #name, dev->name != NULL)
#define RX_OFFLOAD(name) \
	app_say("rx_" #name, (info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_##name) != 0)
#define TX_OFFLOAD(name) \
	app_say("tx_" #name, (info.tx_offload_capa & RTE_ETH_TX_OFFLOAD_##name) != 0)
#define CAPA(name) app_say("capa_" #name, (info.dev_capa & RTE_ETH_DEV_CAPA_##name) != 0)
#define FLAG(name) app_say("flag_" #name, (*info.dev_flags & RTE_ETH_DEV_##name) != 0)

static void
queue_ops_say(const struct rte_eth_dev *dev)
{
	const struct eth_dev_ops *ops = dev->dev_ops;

	OP(rx_queue_start);
	OP(rx_queue_stop);
	OP(tx_queue_start);
	OP(tx_queue_stop);
	OP(rx_queue_intr_enable);
	OP(rx_queue_intr_disable);
	OP(tx_done_cleanup);
	OP(rx_burst_mode_get);
	OP(tx_burst_mode_get);
	OP(get_monitor_addr);
	FAST_OP(rx_descriptor_status);
	FAST_OP(tx_descriptor_status);
	OP(dev_supported_ptypes_get);
	OP(stats_get);
	OP(stats_reset);
	OP(xstats_get);
	OP(xstats_get_names);
	OP(xstats_reset);
	OP(timesync_enable);
}

static void
interface_ops_say(const struct eth_dev_ops *ops)
{
	OP(link_update);
	OP(mtu_set);
	OP(promiscuous_enable);
	OP(promiscuous_disable);
	OP(allmulticast_enable);
	OP(allmulticast_disable);
	OP(mac_addr_set);
	OP(mac_addr_add);
	OP(mac_addr_remove);
	OP(set_mc_addr_list);
	OP(rss_hash_update);
	OP(rss_hash_conf_get);
	OP(reta_update);
	OP(reta_query);
	OP(vlan_filter_set);
	OP(vlan_offload_set);
	OP(flow_ctrl_get);
	OP(flow_ctrl_set);
	OP(fec_get);
	OP(fec_set);
	OP(fec_get_capability);
	OP(flow_ops_get);
	OP(fw_version_get);
	OP(get_eeprom);
	OP(get_eeprom_length);
	OP(get_module_info);
	OP(get_module_eeprom);
	OP(get_reg);
	OP(dev_led_on);
	OP(dev_led_off);
}

static int
info_say(uint16_t id)
{
	struct rte_eth_dev_info info;
	int ret = rte_eth_dev_info_get(id, &info);

	if (ret != 0)
		return ret;
	RX_OFFLOAD(SCATTER);
	RX_OFFLOAD(BUFFER_SPLIT);
	RX_OFFLOAD(TCP_LRO);
	RX_OFFLOAD(RSS_HASH);
	RX_OFFLOAD(VLAN_FILTER);
	RX_OFFLOAD(VLAN_STRIP);
	RX_OFFLOAD(VLAN_EXTEND);
	RX_OFFLOAD(QINQ_STRIP);
	RX_OFFLOAD(KEEP_CRC);
	RX_OFFLOAD(TIMESTAMP);
	RX_OFFLOAD(IPV4_CKSUM);
	RX_OFFLOAD(UDP_CKSUM);
	RX_OFFLOAD(TCP_CKSUM);
	TX_OFFLOAD(MBUF_FAST_FREE);
	TX_OFFLOAD(MT_LOCKFREE);
	TX_OFFLOAD(TCP_TSO);
	TX_OFFLOAD(VLAN_INSERT);
	TX_OFFLOAD(QINQ_INSERT);
	TX_OFFLOAD(IPV4_CKSUM);
	TX_OFFLOAD(UDP_CKSUM);
	TX_OFFLOAD(TCP_CKSUM);
	CAPA(RUNTIME_RX_QUEUE_SETUP);
	CAPA(RUNTIME_TX_QUEUE_SETUP);
	CAPA(RXQ_SHARE);
	FLAG(INTR_LSC);
	FLAG(INTR_RMV);
	app_say("speed_capa", info.speed_capa);
	app_say("max_mac_addrs", info.max_mac_addrs);
	app_say("reta_size", info.reta_size);
	app_say("rss_types", info.flow_type_rss_offloads != 0);
	return 0;
}

int
app_features(void)
{
	const struct rte_eth_dev *dev = &rte_eth_devices[0];
	int ret;

	queue_ops_say(dev);
	interface_ops_say(dev->dev_ops);
	ret = info_say(0);
	return ret != 0 ? ret : rte_eth_dev_close(0);
}
