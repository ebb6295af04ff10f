/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Probe, remove, and the table of ethdev operations.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <ethdev_driver.h>
#include <ethdev_vdev.h>
#include <rte_malloc.h>

#include "afx.h"
#include "afx_desc.h"
#include "afx_dump.h"
#include "afx_ethdev_secondary.h"
#include "afx_ifops.h"
#include "afx_ifops_rss.h"
#include "afx_intr.h"
#include "afx_kstats.h"
#include "afx_led.h"
#include "afx_log.h"
#include "afx_mp.h"
#include "afx_port.h"
#include "afx_port_offload.h"
#include "afx_port_offload_rx.h"
#include "afx_port_queues.h"
#include "afx_queue.h"
#include "afx_restore.h"
#include "afx_stats.h"
#include "afx_telemetry.h"
#include "afx_tx_reap.h"
#include "afx_watch.h"
#include "afx_xstats.h"

static int
rx_queue_setup(struct rte_eth_dev *dev, uint16_t index, uint16_t nb_desc, unsigned int socket,
	       const struct rte_eth_rxconf *conf, struct rte_mempool *mp)
{
	struct afx_dev *priv = dev->data->dev_private;
	struct afx_pair *pair = &priv->pairs[index];
	int ret;

	pthread_mutex_lock(&priv->lock);
	ret = afx_port_queues_pool_check(priv, index, mp);
	if (ret == 0)
		ret = afx_rxq_setup(pair, nb_desc, socket, mp, dev->data->mtu);
	dev->data->rx_queues[index] = pair->rxq;
	if (ret == 0)
		pair->rxq->deferred = conf->rx_deferred_start;
	pthread_mutex_unlock(&priv->lock);
	return ret;
}

static int
tx_queue_setup(struct rte_eth_dev *dev, uint16_t index, uint16_t nb_desc, unsigned int socket,
	       const struct rte_eth_txconf *conf)
{
	struct afx_dev *priv = dev->data->dev_private;
	struct afx_pair *pair = &priv->pairs[index];
	int ret;

	pthread_mutex_lock(&priv->lock);
	ret = afx_txq_setup(pair, nb_desc, socket, conf->tx_free_thresh);
	dev->data->tx_queues[index] = pair->txq;
	if (ret == 0) {
		pair->txq->deferred = conf->tx_deferred_start;
		pair->txq->offers = afx_port_offload_tx_offers(dev);
		pair->txq->own_offloads = conf->offloads;
	}
	pthread_mutex_unlock(&priv->lock);
	return ret;
}

static void
rx_queue_release(struct rte_eth_dev *dev, uint16_t index)
{
	struct afx_dev *priv = dev->data->dev_private;

	pthread_mutex_lock(&priv->lock);
	afx_rxq_release(dev->data->rx_queues[index]);
	dev->data->rx_queues[index] = NULL;
	pthread_mutex_unlock(&priv->lock);
}

static void
tx_queue_release(struct rte_eth_dev *dev, uint16_t index)
{
	struct afx_dev *priv = dev->data->dev_private;

	pthread_mutex_lock(&priv->lock);
	afx_txq_release(dev->data->tx_queues[index]);
	dev->data->tx_queues[index] = NULL;
	pthread_mutex_unlock(&priv->lock);
}

static int
rx_queue_start(struct rte_eth_dev *dev, uint16_t index)
{
	return afx_port_half_start(dev, index, AFX_HALF_RX);
}

static int
rx_queue_stop(struct rte_eth_dev *dev, uint16_t index)
{
	return afx_port_half_stop(dev, index, AFX_HALF_RX);
}

static int
tx_queue_start(struct rte_eth_dev *dev, uint16_t index)
{
	return afx_port_half_start(dev, index, AFX_HALF_TX);
}

static int
tx_queue_stop(struct rte_eth_dev *dev, uint16_t index)
{
	return afx_port_half_stop(dev, index, AFX_HALF_TX);
}

static int
link_update(struct rte_eth_dev *dev, int wait_to_complete)
{
	afx_watch_program(dev->data->dev_private);
	return afx_link_update(dev, wait_to_complete);
}

static void
rxq_info_get(struct rte_eth_dev *dev, uint16_t index, struct rte_eth_rxq_info *info)
{
	const struct afx_rxq *q = dev->data->rx_queues[index];

	info->mp = q->mp;
	info->nb_desc = q->nb_desc;
	info->conf.rx_deferred_start = q->deferred;
	info->conf.offloads = dev->data->dev_conf.rxmode.offloads;
	info->rx_buf_size = q->umem.frame_len;
}

static void
txq_info_get(struct rte_eth_dev *dev, uint16_t index, struct rte_eth_txq_info *info)
{
	const struct afx_txq *q = dev->data->tx_queues[index];

	info->nb_desc = q->nb_desc;
	info->conf.tx_free_thresh = q->free_thresh;
	info->conf.tx_deferred_start = q->deferred;
	info->conf.offloads = dev->data->dev_conf.txmode.offloads | q->own_offloads;
}

static int
rx_burst_mode_get(struct rte_eth_dev *dev, uint16_t queue __rte_unused,
		  struct rte_eth_burst_mode *mode)
{
	return afx_port_burst_mode_get((const void *)dev->rx_pkt_burst, mode);
}

static int
tx_burst_mode_get(struct rte_eth_dev *dev, uint16_t queue __rte_unused,
		  struct rte_eth_burst_mode *mode)
{
	return afx_port_burst_mode_get((const void *)dev->tx_pkt_burst, mode);
}

static const struct eth_dev_ops afx_ops = {
	.dev_configure = afx_port_configure,
	.dev_start = afx_port_start,
	.dev_stop = afx_port_stop,
	.dev_close = afx_port_close,
	.dev_reset = afx_port_reset,
	.dev_set_link_up = afx_link_up_set,
	.dev_set_link_down = afx_link_down_set,
	.dev_infos_get = afx_port_infos_get,
	.dev_supported_ptypes_get = afx_ptypes_get,
	.dev_ptypes_set = afx_ptypes_set,
	.vlan_offload_set = afx_vlan_offload_set,
	.vlan_filter_set = afx_vlan_filter_set,
	.rx_queue_setup = rx_queue_setup,
	.rx_queue_release = rx_queue_release,
	.tx_queue_setup = tx_queue_setup,
	.tx_queue_release = tx_queue_release,
	.rx_queue_start = rx_queue_start,
	.rx_queue_stop = rx_queue_stop,
	.tx_queue_start = tx_queue_start,
	.tx_queue_stop = tx_queue_stop,
	.rx_queue_intr_enable = afx_intr_enable,
	.rx_queue_intr_disable = afx_intr_disable,
	.get_monitor_addr = afx_rx_monitor_addr,
	.tx_done_cleanup = afx_tx_done_cleanup,
	.rxq_info_get = rxq_info_get,
	.txq_info_get = txq_info_get,
	.rx_burst_mode_get = rx_burst_mode_get,
	.tx_burst_mode_get = tx_burst_mode_get,
	.link_update = link_update,
	.mtu_set = afx_mtu_set,
	.mac_addr_set = afx_mac_addr_set,
	.mac_addr_add = afx_mac_addr_add,
	.mac_addr_remove = afx_mac_addr_remove,
	.set_mc_addr_list = afx_mc_addr_list_set,
	.promiscuous_enable = afx_promiscuous_enable,
	.promiscuous_disable = afx_promiscuous_disable,
	.allmulticast_enable = afx_allmulticast_enable,
	.allmulticast_disable = afx_allmulticast_disable,
	.fw_version_get = afx_fw_version_get,
	.get_reg = afx_reg_get,
	.get_eeprom_length = afx_eeprom_length_get,
	.get_eeprom = afx_eeprom_get,
	.get_module_info = afx_module_info_get,
	.get_module_eeprom = afx_module_eeprom_get,
	.flow_ctrl_get = afx_flow_ctrl_get,
	.flow_ctrl_set = afx_flow_ctrl_set,
	.reta_update = afx_reta_update,
	.reta_query = afx_reta_query,
	.rss_hash_update = afx_rss_hash_update,
	.rss_hash_conf_get = afx_rss_hash_conf_get,
	.fec_get_capability = afx_fec_capability_get,
	.fec_get = afx_fec_get,
	.fec_set = afx_fec_set,
	.dev_led_on = afx_led_on,
	.dev_led_off = afx_led_off,
	.stats_get = afx_stats_get,
	.stats_reset = afx_stats_reset,
	.xstats_get_names = afx_xstats_names_get,
	.xstats_get = afx_xstats_get,
	.xstats_reset = afx_xstats_reset,
	.eth_dev_priv_dump = afx_priv_dump,
};

/* What can be seen of the interface before any queue exists. */
static int
interface_probe(struct afx_dev *priv, const char *name)
{
	const struct afx_cfg *cfg = &priv->cfg;
	const unsigned int last = cfg->start_queue + cfg->queue_count - 1;
	char command[AFX_NETDEV_COMMAND_LEN];
	int ret;

	ret = afx_netdev_info_get(cfg->iface, &priv->info);
	if (ret == 0 && afx_restore_leftover(priv))
		ret = afx_netdev_info_get(cfg->iface, &priv->info);
	if (ret != 0) {
		AFX_LOG(ERR, "%s: iface=%s: %s%s", name, cfg->iface,
			ret == -ENODEV ? "no such interface" : strerror(-ret),
			ret == -ENODEV ? " in this network namespace; see: ip link" : "");
		return ret;
	}
	if (!priv->info.ethernet) {
		AFX_LOG(ERR, "%s: iface=%s: not an Ethernet interface", name, cfg->iface);
		return -ENOTSUP;
	}
	if (cfg->xdp_prog[0] != '\0' && access(cfg->xdp_prog, R_OK) != 0) {
		ret = -errno;
		AFX_LOG(ERR, "%s: xdp_prog=%s: %s", name, cfg->xdp_prog, strerror(-ret));
		return ret;
	}
	if (last < priv->info.rx_queues && last < priv->info.tx_queues)
		return 0;
	afx_netdev_channels_command(cfg->iface, &priv->info, last + 1, command, sizeof(command));
	AFX_LOG(ERR,
		"%s: queues %u to %u asked for, %s has %u Rx and %u Tx queues; lower queue_count or "
		"start_queue, or run: %s",
		name, cfg->start_queue, last, cfg->iface, priv->info.rx_queues,
		priv->info.tx_queues, command);
	return -EINVAL;
}

static int
pairs_alloc(struct afx_dev *priv, int numa_node)
{
	uint16_t i;

	priv->pairs = rte_zmalloc_socket("afx_pairs", priv->cfg.queue_count * sizeof(*priv->pairs),
					 RTE_CACHE_LINE_SIZE, numa_node);
	if (priv->pairs == NULL)
		return -ENOMEM;
	for (i = 0; i < priv->cfg.queue_count; i++) {
		priv->pairs[i].dev = priv;
		priv->pairs[i].queue = priv->cfg.start_queue + i;
		afx_sock_init(&priv->pairs[i].sock);
		priv->pairs[i].wake.fd = -1;
	}
	return 0;
}

static void
lock_init(struct afx_dev *priv)
{
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&priv->lock, &attr);
	pthread_mutexattr_destroy(&attr);
}

static int
port_init(struct rte_eth_dev *dev, const struct afx_dev *template)
{
	struct afx_dev *priv = dev->data->dev_private;
	int ret;

	*priv = *template;
	lock_init(priv);
	pthread_mutex_init(&priv->link_lock, NULL);
	priv->port_id = dev->data->port_id;
	priv->membership_fd = -1;
	priv->multicast_fd = -1;
	priv->watch_fd = -1;
	ret = pairs_alloc(priv, dev->data->numa_node);
	if (ret != 0)
		return ret;
	dev->data->mac_addrs =
		rte_calloc("afx_mac", AFX_MAC_ADDRS_MAX, sizeof(*dev->data->mac_addrs), 0);
	if (dev->data->mac_addrs == NULL) {
		rte_free(priv->pairs);
		return -ENOMEM;
	}
	memcpy(dev->data->mac_addrs[0].addr_bytes, priv->info.mac, AFX_NETDEV_MAC_LEN);
	afx_ifops_speeds_read(priv);
	afx_rss_read(priv);
	afx_kstats_open(priv);
	dev->data->dev_flags |=
		RTE_ETH_DEV_AUTOFILL_QUEUE_XSTATS | RTE_ETH_DEV_INTR_LSC | RTE_ETH_DEV_INTR_RMV;
	dev->data->mtu = priv->info.mtu;
	dev->dev_ops = &afx_ops;
	dev->rx_queue_count = afx_rx_queue_count;
	dev->rx_descriptor_status = afx_rx_descriptor_status;
	dev->tx_descriptor_status = afx_tx_descriptor_status;
	AFX_TX_QUEUE_COUNT_SET(dev, afx_tx_queue_count);
	dev->rx_pkt_burst = rte_eth_pkt_burst_dummy;
	dev->tx_pkt_burst = rte_eth_pkt_burst_dummy;
	return 0;
}

static int
probe_primary(struct rte_vdev_device *vdev)
{
	const char *name = rte_vdev_device_name(vdev);
	struct afx_dev template = { .state.fd = -1 };
	struct rte_eth_dev *dev;
	char err[AFX_DEVARGS_ERR_LEN];
	int ret;

	ret = afx_devargs_parse(rte_vdev_device_args(vdev), &template.cfg, err, sizeof(err));
	if (ret != 0) {
		AFX_LOG(ERR, "%s: %s", name, err);
		return ret;
	}
	ret = interface_probe(&template, name);
	if (ret != 0)
		return ret;
	if (vdev->device.numa_node == SOCKET_ID_ANY)
		vdev->device.numa_node = template.info.numa_node;
	dev = rte_eth_vdev_allocate(vdev, sizeof(struct afx_dev));
	if (dev == NULL) {
		AFX_LOG(ERR, "%s: no memory or no free port", name);
		return -ENOMEM;
	}
	ret = port_init(dev, &template);
	if (ret != 0) {
		AFX_LOG(ERR, "%s: no memory for %u queues", name, template.cfg.queue_count);
		goto err_release;
	}
	ret = afx_watch_start(dev);
	if (ret != 0)
		goto err_pairs;
	afx_mp_port_open(dev);
	rte_eth_dev_probing_finish(dev);
	afx_telemetry_add(dev->data->dev_private);
	return 0;

err_pairs:
	afx_kstats_close(dev->data->dev_private);
	rte_free(((struct afx_dev *)dev->data->dev_private)->pairs);
err_release:
	rte_eth_dev_release_port(dev);
	return ret;
}

static int
afx_probe(struct rte_vdev_device *vdev)
{
	if (!afx_is_primary())
		return afx_ethdev_secondary_probe(vdev);
	return probe_primary(vdev);
}

static int
afx_remove(struct rte_vdev_device *vdev)
{
	struct rte_eth_dev *dev = rte_eth_dev_allocated(rte_vdev_device_name(vdev));

	/* The application closed the port itself. */
	if (dev == NULL)
		return 0;
	if (!afx_is_primary())
		return rte_eth_dev_close(dev->data->port_id);
	/* ethdev refuses to close a started port. */
	if (dev->data->dev_started)
		rte_eth_dev_stop(dev->data->port_id);
	return rte_eth_dev_close(dev->data->port_id);
}

static struct rte_vdev_driver afx_driver = {
	.probe = afx_probe,
	.remove = afx_remove,
};

RTE_PMD_REGISTER_VDEV(net_afx, afx_driver);
RTE_PMD_REGISTER_PARAM_STRING(net_afx, AFX_DEVARGS_HELP);

/*
 * What dpdk-pmdinfo.py looks for. DPDK's build makes it with pmdinfogen, which
 * is not packaged; pci_ids has to be there.
 */
extern const char afx_pmd_info[];
const char afx_pmd_info[] __attribute__((used)) =
	"PMD_INFO_STRING= {\"name\":\"net_afx\",\"params\":\"" AFX_DEVARGS_HELP
	"\",\"pci_ids\":[]}";
