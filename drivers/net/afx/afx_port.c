/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <string.h>

#include <rte_malloc.h>
#include <rte_string_fns.h>

#include "afx_burst.h"
#include "afx_ifops.h"
#include "afx_ifops_rss.h"
#include "afx_intr.h"
#include "afx_kstats.h"
#include "afx_led.h"
#include "afx_log.h"
#include "afx_mp.h"
#include "afx_pair.h"
#include "afx_port.h"
#include "afx_port_offload.h"
#include "afx_port_offload_rx.h"
#include "afx_port_queues.h"
#include "afx_queue.h"
#include "afx_report.h"
#include "afx_telemetry.h"
#include "afx_tx_prepare.h"
#include "afx_watch.h"

/* What testpmd and most examples use, and large enough for a softirq's worth of frames. */
#define RING_SIZE_DEFAULT 1024
#define BURST_SIZE_DEFAULT 32

/* The longest frame without multi-buffer: a page less XDP's headroom (net/xdp/xdp_umem.c). */
static uint32_t
frame_max(const struct afx_dev *priv)
{
	const uint32_t page_frame = AFX_CHUNK_MAX - AFX_XDP_HEADROOM;

	if (priv->info.max_mtu == 0)
		return page_frame;
	return RTE_MIN(page_frame, priv->info.max_mtu + AFX_FRAME_OVERHEAD);
}

int
afx_port_infos_get(struct rte_eth_dev *dev, struct rte_eth_dev_info *info)
{
	const struct afx_dev *priv = dev->data->dev_private;
	const struct rte_eth_desc_lim lim = {
		.nb_max = AFX_DESC_MAX,
		.nb_min = AFX_DESC_MIN,
		.nb_align = AFX_DESC_MIN,
		/* They are copied into one frame, however many. */
		.nb_seg_max = UINT16_MAX,
		.nb_mtu_seg_max = UINT16_MAX,
	};

	info->if_index = priv->info.ifindex;
	info->max_mac_addrs = AFX_MAC_ADDRS_MAX;
	info->speed_capa = priv->speed_capa;
	info->flow_type_rss_offloads = priv->rss_types;
	info->reta_size = priv->rss_table_len;
	info->hash_key_size = priv->rss_key_len;
	info->max_rx_queues = priv->cfg.queue_count;
	info->max_tx_queues = priv->cfg.queue_count;
	info->min_rx_bufsize = AFX_BUF_LEN_MIN - RTE_PKTMBUF_HEADROOM;
	info->max_rx_pktlen = frame_max(priv);
	info->min_mtu = priv->info.min_mtu;
	info->max_mtu = frame_max(priv) - AFX_FRAME_OVERHEAD;
	info->rx_desc_lim = lim;
	info->tx_desc_lim = lim;
	info->dev_capa =
		RTE_ETH_DEV_CAPA_RUNTIME_RX_QUEUE_SETUP | RTE_ETH_DEV_CAPA_RUNTIME_TX_QUEUE_SETUP;
	afx_port_offload_tx_info(info);
	afx_port_offload_rx_info(info);
	info->default_rxportconf.ring_size = RING_SIZE_DEFAULT;
	info->default_txportconf.ring_size = RING_SIZE_DEFAULT;
	info->default_rxportconf.burst_size = BURST_SIZE_DEFAULT;
	info->default_txportconf.burst_size = BURST_SIZE_DEFAULT;
	info->default_rxportconf.nb_queues = 1;
	info->default_txportconf.nb_queues = 1;
	return 0;
}

static int
interface_read(struct afx_dev *priv)
{
	int ret = afx_netdev_info_get(priv->cfg.iface, &priv->info);

	if (ret != 0)
		AFX_LOG(ERR, "%s: asking for the interface: %s%s", priv->cfg.iface, strerror(-ret),
			ret == -ENODEV ? " in this network namespace; see: ip link" : "");
	return ret;
}

int
afx_port_configure(struct rte_eth_dev *dev)
{
	struct afx_dev *priv = dev->data->dev_private;
	const uint16_t mtu_default =
		RTE_MIN((uint32_t)RTE_ETHER_MTU, frame_max(priv) - AFX_FRAME_OVERHEAD);
	int ret;

	ret = interface_read(priv);
	if (ret == 0)
		ret = afx_ifops_speeds_check(priv, dev->data->dev_conf.link_speeds);
	if (ret == 0)
		ret = afx_rss_configure(dev);
	if (ret == 0)
		ret = afx_port_offload_rx_configure(dev);
	if (ret != 0)
		return ret;
	afx_ifops_speeds_read(priv);
	pthread_mutex_lock(&priv->lock);
	afx_port_queues_trim(dev);
	ret = afx_intr_configure(dev);
	pthread_mutex_unlock(&priv->lock);
	if (ret != 0)
		return ret;
	if (dev->data->mtu == mtu_default && !priv->before.settings[AFX_STATE_MTU].has) {
		dev->data->mtu = priv->info.mtu;
		return 0;
	}
	return afx_ifops_mtu_apply(priv, dev->data->mtu);
}

/* The interface as it is now: it may have gone, come back, or changed since probe. */
static int
interface_check(struct rte_eth_dev *dev)
{
	struct afx_dev *priv = dev->data->dev_private;
	const struct afx_cfg *cfg = &priv->cfg;
	const uint32_t end = cfg->start_queue + cfg->queue_count;
	char command[AFX_NETDEV_COMMAND_LEN];
	int ret = interface_read(priv);

	if (ret == 0)
		ret = afx_ifops_link_start(dev);
	if (ret == 0)
		ret = afx_ifops_multicast_start(priv);
	if (ret == 0)
		ret = afx_rss_start(dev);
	if (ret != 0)
		return ret;
	if (!priv->info.up) {
		AFX_LOG(ERR, "%s is down; run: ip link set dev %s up", cfg->iface, cfg->iface);
		ret = -ENETDOWN;
	} else if (end > priv->info.rx_queues || end > priv->info.tx_queues) {
		afx_netdev_channels_command(cfg->iface, &priv->info, end, command, sizeof(command));
		AFX_LOG(ERR, "%s: queues %u to %u are configured, it has %u now; run: %s",
			cfg->iface, cfg->start_queue, end - 1,
			RTE_MIN(priv->info.rx_queues, priv->info.tx_queues), command);
		ret = -EINVAL;
	}
	return ret;
}

static void
program_close(struct afx_dev *priv)
{
	/* Read by the interrupt thread, which must not take our own detach for somebody else's. */
	__atomic_store_n(&priv->prog_id, 0, __ATOMIC_RELEASE);
	priv->prog_mode = AFX_PROG_DETACHED;
	priv->prog_native = false;
	afx_prog_close(&priv->prog);
}

/* A program that somebody took off, or that went with an interface of the same name, is dead. */
static void
program_bury(struct afx_dev *priv)
{
	if (priv->prog == NULL)
		return;
	if (__atomic_load_n(&priv->prog_lost, __ATOMIC_ACQUIRE) || !afx_prog_remains(priv->prog))
		afx_prog_lost(priv->prog);
	else if (priv->prog_ifindex == priv->info.ifindex)
		return;
	program_close(priv);
}

static int
program_open(struct afx_dev *priv)
{
	int ret;

	ret = afx_prog_open(&priv->cfg, priv->info.ifindex,
			    priv->cfg.start_queue + priv->cfg.queue_count, &priv->prog);
	if (ret != 0)
		return ret;
	priv->prog_ifindex = priv->info.ifindex;
	priv->prog_mode = afx_prog_mode_get(priv->prog);
	priv->prog_native = afx_prog_path_get(priv->prog) == AFX_PROG_NATIVE;
	/* Programs of others run on our frames: a custom one, or what shares the dispatcher. */
	priv->headroom_far =
		afx_prog_is_custom(priv->prog) || priv->prog_mode == AFX_PROG_DISPATCHER;
	__atomic_store_n(&priv->prog_lost, false, __ATOMIC_RELAXED);
	__atomic_store_n(&priv->prog_id, afx_prog_id(priv->prog), __ATOMIC_RELEASE);
	return 0;
}

/* An address that the application chose stays, for ethdev to set it again after start. */
static void
mac_refresh(struct rte_eth_dev *dev)
{
	const struct afx_dev *priv = dev->data->dev_private;

	if (!priv->before.settings[AFX_STATE_MAC].has)
		memcpy(dev->data->mac_addrs[0].addr_bytes, priv->info.mac, AFX_NETDEV_MAC_LEN);
}

/* Whether a queue that is not bound yet may come to be in zero-copy mode. */
static bool
may_be_zerocopy(const struct afx_dev *priv)
{
	bool capable;

	if (priv->cfg.copy == AFX_COPY_FORCE)
		return false;
	afx_netdev_zerocopy_get(priv->info.ifindex, &capable);
	return capable;
}

/*
 * Whether the kernel copies what all queues send, as far as is known. virtio_net
 * takes the pages by reference instead (IFF_TX_SKB_NO_LINEAR, 5.12).
 */
static bool
kernel_copies(const struct rte_eth_dev *dev)
{
	const struct afx_dev *priv = dev->data->dev_private;
	bool unbound = false;
	uint16_t i;

	if (strcmp(priv->info.driver, "virtio_net") == 0)
		return false;
	for (i = 0; i < dev->data->nb_tx_queues; i++) {
		if (!priv->pairs[i].bound)
			unbound = true;
		else if (priv->pairs[i].sock.zerocopy)
			return false;
	}
	return !unbound || !may_be_zerocopy(priv);
}

/* Polling busily needs every queue's socket to take part: the burst function is the port's. */
struct afx_port_bursts
afx_port_bursts_get(const struct rte_eth_dev *dev)
{
	const struct afx_dev *priv = dev->data->dev_private;
	bool busy = dev->data->nb_rx_queues != 0;
	uint16_t i;

	for (i = 0; i < dev->data->nb_rx_queues; i++)
		busy = busy && priv->pairs[i].busy_poll;
	return (struct afx_port_bursts){
		.rx = afx_burst_rx(busy, priv->offload.meta)->fn,
		.tx = afx_port_offload_tx_burst(dev, kernel_copies(dev))->fn,
		.prepare = afx_tx_pkt_prepare,
	};
}

static void
bursts_set(struct rte_eth_dev *dev)
{
	const struct afx_port_bursts bursts = afx_port_bursts_get(dev);

	dev->rx_pkt_burst = bursts.rx;
	dev->tx_pkt_burst = bursts.tx;
	dev->tx_pkt_prepare = bursts.prepare;
}

int
afx_port_burst_mode_get(const void *fn, struct rte_eth_burst_mode *mode)
{
	const char *name = afx_burst_name(fn);

	if (name == NULL)
		return -EINVAL;
	mode->flags = 0;
	strlcpy(mode->info, name, sizeof(mode->info));
	return 0;
}

int
afx_port_start(struct rte_eth_dev *dev)
{
	struct afx_dev *priv = dev->data->dev_private;
	bool first;
	int ret;

	ret = interface_check(dev);
	if (ret != 0)
		return ret;
	priv->gone = false;
	program_bury(priv);
	first = priv->prog == NULL;
	afx_report_risks(priv);
	if (first) {
		ret = program_open(priv);
		if (ret != 0)
			return ret;
	}
	pthread_mutex_lock(&priv->lock);
	afx_port_queues_trim(dev);
	ret = afx_port_queues_start(dev);
	if (ret == 0) {
		/* Secondary processes choose their bursts by it, as soon as they get the sockets. */
		afx_port_offload_rx_start(dev);
		afx_kstats_open(priv);
	}
	pthread_mutex_unlock(&priv->lock);
	if (ret != 0) {
		if (first)
			program_close(priv);
		return ret;
	}
	mac_refresh(dev);
	bursts_set(dev);
	afx_ifops_started_set(dev, true);
	afx_report_started(priv, dev->data->nb_rx_queues);
	afx_mp_map(priv);
	return 0;
}

int
afx_port_stop(struct rte_eth_dev *dev)
{
	struct afx_dev *priv = dev->data->dev_private;

	pthread_mutex_lock(&priv->lock);
	afx_port_queues_stop(dev);
	afx_intr_stop(dev);
	pthread_mutex_unlock(&priv->lock);
	afx_ifops_started_set(dev, false);
	return 0;
}

int
afx_port_reset(struct rte_eth_dev *dev)
{
	struct afx_dev *priv = dev->data->dev_private;
	int ret;

	program_close(priv);
	afx_ifops_restore(priv);
	ret = interface_read(priv);
	if (ret != 0)
		return ret;
	priv->gone = false;
	__atomic_store_n(&priv->prog_lost, false, __ATOMIC_RELAXED);
	mac_refresh(dev);
	dev->data->mtu = priv->info.mtu;
	return 0;
}

int
afx_port_close(struct rte_eth_dev *dev)
{
	struct afx_dev *priv = dev->data->dev_private;
	uint16_t i;

	afx_telemetry_remove(priv);
	afx_led_stop(priv);
	/* Before the lock: it waits for an event handler that may read statistics. */
	afx_watch_stop(priv);
	pthread_mutex_lock(&priv->lock);
	afx_port_queues_stop(dev);
	for (i = 0; i < priv->cfg.queue_count; i++) {
		afx_pair_abandon(&priv->pairs[i]);
		afx_rxq_release(priv->pairs[i].rxq);
		afx_txq_release(priv->pairs[i].txq);
	}
	afx_intr_release(dev);
	afx_kstats_close(priv);
	afx_mp_port_close(dev);
	pthread_mutex_unlock(&priv->lock);
	program_close(priv);
	afx_ifops_restore(priv);
	/* What a secondary process's queues point at stays: ethdev frees what it still knows. */
	if (afx_port_queues_held(priv)) {
		dev->data->dev_private = NULL;
		return 0;
	}
	rte_free(priv->pairs);
	priv->pairs = NULL;
	return 0;
}
