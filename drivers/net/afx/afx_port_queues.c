/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_errno.h>

#include "afx_log.h"
#include "afx_mp.h"
#include "afx_pair.h"
#include "afx_port_offload.h"
#include "afx_port_queues.h"
#include "afx_prog.h"
#include "afx_queue.h"

/* All queues of a port together wait no longer at stop. */
#define STOP_MS 1000

/* Cache of the port's own pool: DPDK's usual one, well below the smallest pool's 2/3. */
#define OWN_POOL_CACHE 32

/* Two mbufs a descriptor: one in the ring, one being filled or freed. */
#define OWN_POOL_PER_DESC 2

static unsigned int
nb_pairs(const struct rte_eth_dev *dev)
{
	return RTE_MAX(dev->data->nb_rx_queues, dev->data->nb_tx_queues);
}

/* Memory of a port without Rx queues: a pool that its frames are copied into. */
static int
own_pool_make(struct rte_eth_dev *dev)
{
	struct afx_dev *priv = dev->data->dev_private;
	const uint32_t frame = RTE_MAX(priv->info.mtu + AFX_FRAME_OVERHEAD, AFX_CHUNK_MIN);
	unsigned int nb_mbufs = OWN_POOL_CACHE;
	/* Another name each time: a pool that was kept has its own, whatever port made it. */
	static unsigned int nb_made;
	char name[RTE_MEMPOOL_NAMESIZE];
	char err[AFX_UMEM_ERR_LEN];
	uint16_t i;
	int ret;

	if (frame > AFX_CHUNK_MAX - AFX_XDP_HEADROOM) {
		AFX_LOG(ERR, "%s: MTU %u is beyond one frame; run: ip link set dev %s mtu %u",
			priv->cfg.iface, priv->info.mtu, priv->cfg.iface, AFX_MTU_MAX);
		return -EINVAL;
	}
	for (i = 0; i < dev->data->nb_tx_queues; i++)
		nb_mbufs += priv->pairs[i].txq->nb_desc * OWN_POOL_PER_DESC;
	snprintf(name, sizeof(name), "afx_tx_%u_%u", priv->port_id,
		 __atomic_fetch_add(&nb_made, 1, __ATOMIC_RELAXED));
	priv->own_pool = rte_pktmbuf_pool_create(name, nb_mbufs, OWN_POOL_CACHE, 0,
						 frame + RTE_PKTMBUF_HEADROOM, SOCKET_ID_ANY);
	if (priv->own_pool == NULL) {
		ret = -rte_errno;
		AFX_LOG(ERR, "%s: no memory for %u mbufs of a port without Rx queues: %s",
			priv->cfg.iface, nb_mbufs, strerror(-ret));
		return ret;
	}
	ret = afx_umem_describe(priv->own_pool, false, &priv->own_umem, err, sizeof(err));
	if (ret != 0)
		AFX_LOG(ERR, "%s: %s", priv->cfg.iface, err);
	return ret;
}

bool
afx_port_queues_held(const struct afx_dev *priv)
{
	bool held = false;
	uint16_t i;

	for (i = 0; i < priv->cfg.queue_count; i++)
		held |= priv->pairs[i].held;
	return held;
}

/* By a queue that a secondary process keeps. One that was held before the pool was made has another. */
static bool
own_pool_held(const struct afx_dev *priv)
{
	const struct afx_pair *pair;
	bool held = false;
	uint16_t i;

	for (i = 0; i < priv->cfg.queue_count; i++) {
		pair = &priv->pairs[i];
		held |= pair->held && pair->txq != NULL && pair->txq->mp == priv->own_pool;
	}
	return held;
}

/* Kept for good if the kernel or a secondary process may still look at it. */
static void
own_pool_free(struct afx_dev *priv)
{
	if (!priv->unreleased && !own_pool_held(priv))
		rte_mempool_free(priv->own_pool);
	priv->own_pool = NULL;
	priv->unreleased = false;
}

/* A queue without an Rx half uses the pool of the port's first Rx queue, else the port's own. */
static const struct afx_umem *
pair_umem(const struct afx_dev *priv, const struct afx_pair *pair)
{
	if (pair->rxq != NULL)
		return &pair->rxq->umem;
	if (priv->own_pool != NULL)
		return &priv->own_umem;
	return priv->pairs[0].rxq != NULL ? &priv->pairs[0].rxq->umem : NULL;
}

static uint64_t
stop_deadline(void)
{
	return rte_get_tsc_cycles() + rte_get_tsc_hz() / 1000 * STOP_MS;
}

static int
queues_check(const struct rte_eth_dev *dev)
{
	const struct afx_dev *priv = dev->data->dev_private;
	unsigned int i;

	for (i = 0; i < nb_pairs(dev); i++) {
		if ((i < dev->data->nb_rx_queues && priv->pairs[i].rxq == NULL) ||
		    (i < dev->data->nb_tx_queues && priv->pairs[i].txq == NULL)) {
			AFX_LOG(ERR, "%s: queue %u was configured, but never set up",
				priv->cfg.iface, i);
			return -EINVAL;
		}
	}
	return 0;
}

static int
umems_describe(struct rte_eth_dev *dev)
{
	struct afx_dev *priv = dev->data->dev_private;
	uint16_t i;
	int ret = 0;

	if (dev->data->nb_rx_queues == 0)
		return own_pool_make(dev);
	for (i = 0; i < dev->data->nb_rx_queues && ret == 0; i++)
		ret = afx_rxq_umem_describe(priv->pairs[i].rxq);
	return ret;
}

static void
queue_states_set(struct rte_eth_dev *dev)
{
	const struct afx_dev *priv = dev->data->dev_private;
	uint16_t i;

	for (i = 0; i < dev->data->nb_rx_queues; i++)
		dev->data->rx_queue_state[i] = priv->pairs[i].running & AFX_HALF_RX
			? RTE_ETH_QUEUE_STATE_STARTED
			: RTE_ETH_QUEUE_STATE_STOPPED;
	for (i = 0; i < dev->data->nb_tx_queues; i++)
		dev->data->tx_queue_state[i] = priv->pairs[i].running & AFX_HALF_TX
			? RTE_ETH_QUEUE_STATE_STARTED
			: RTE_ETH_QUEUE_STATE_STOPPED;
}

/* What a queue offers is there before it is live. */
static int
half_start(const struct rte_eth_dev *dev, struct afx_pair *pair, enum afx_half half,
	   const struct afx_umem *umem)
{
	if (half == AFX_HALF_TX)
		pair->txq->offers = afx_port_offload_tx_offers(dev);
	return afx_pair_start(pair, half, umem);
}

int
afx_port_half_start(struct rte_eth_dev *dev, uint16_t index, enum afx_half half)
{
	struct afx_dev *priv = dev->data->dev_private;
	struct afx_pair *pair = &priv->pairs[index];
	const struct afx_umem *umem = pair_umem(priv, pair);
	int ret = -EINVAL;

	pthread_mutex_lock(&priv->lock);
	if (umem == NULL)
		AFX_LOG(ERR,
			"%s: Tx queue %u: Rx queue 0, whose mempool it is to use, is not set up",
			priv->cfg.iface, index);
	else
		ret = half_start(dev, pair, half, umem);
	queue_states_set(dev);
	pthread_mutex_unlock(&priv->lock);
	if (ret == 0 && dev->data->dev_started)
		afx_mp_map(priv);
	return ret;
}

/* Of pairs first to last; what polls under way still bring is there when it returns. */
static void
traffic_return(struct afx_dev *priv, uint16_t first, uint16_t last)
{
	bool any = false;
	uint16_t i;

	for (i = first; i <= last; i++)
		any |= afx_pair_traffic_return(&priv->pairs[i]);
	if (any)
		afx_netdev_polls_wait();
}

/* Queues that secondary processes use become ours; or else those that do not let go have them. */
static void
secondaries_unmap(struct afx_dev *priv, uint16_t first, uint16_t last)
{
	bool held = false;
	bool any = false;
	uint16_t i;

	/* Nobody is waited for twice. */
	for (i = first; i <= last; i++)
		any |= priv->pairs[i].running != 0 && !priv->pairs[i].held;
	if (any)
		held = !afx_mp_unmap(priv, first, last);
	for (i = first; i <= last; i++)
		priv->pairs[i].held |= priv->pairs[i].running != 0 && held;
}

int
afx_port_half_stop(struct rte_eth_dev *dev, uint16_t index, enum afx_half half)
{
	struct afx_dev *priv = dev->data->dev_private;

	pthread_mutex_lock(&priv->lock);
	if (half == AFX_HALF_RX)
		traffic_return(priv, index, index);
	secondaries_unmap(priv, index, index);
	afx_pair_stop(&priv->pairs[index], half, stop_deadline());
	queue_states_set(dev);
	pthread_mutex_unlock(&priv->lock);
	/* The other half goes on. */
	if (priv->pairs[index].bound && !priv->pairs[index].held)
		afx_mp_map(priv);
	return 0;
}

/* Bind before traffic: Tx halves first, so that each Rx half only adds its map entry. */
static int
halves_start(struct rte_eth_dev *dev)
{
	struct afx_dev *priv = dev->data->dev_private;
	uint16_t i;
	int ret = 0;

	for (i = 0; i < dev->data->nb_tx_queues && ret == 0; i++) {
		if (!priv->pairs[i].txq->deferred)
			ret = afx_port_half_start(dev, i, AFX_HALF_TX);
	}
	for (i = 0; i < dev->data->nb_rx_queues && ret == 0; i++) {
		if (!priv->pairs[i].rxq->deferred)
			ret = afx_port_half_start(dev, i, AFX_HALF_RX);
	}
	return ret;
}

int
afx_port_queues_start(struct rte_eth_dev *dev)
{
	int ret;

	ret = queues_check(dev);
	if (ret == 0)
		ret = umems_describe(dev);
	if (ret == 0)
		ret = halves_start(dev);
	if (ret != 0)
		afx_port_queues_stop(dev);
	return ret;
}

void
afx_port_queues_stop(struct rte_eth_dev *dev)
{
	struct afx_dev *priv = dev->data->dev_private;
	uint64_t deadline;
	uint16_t i;

	/* All of the traffic with one wait, then queue by queue drains. */
	traffic_return(priv, 0, priv->cfg.queue_count - 1);
	secondaries_unmap(priv, 0, priv->cfg.queue_count - 1);
	deadline = stop_deadline();
	for (i = 0; i < priv->cfg.queue_count; i++)
		afx_pair_stop(&priv->pairs[i], AFX_HALF_RX, deadline);
	for (i = 0; i < priv->cfg.queue_count; i++)
		afx_pair_stop(&priv->pairs[i], AFX_HALF_TX, deadline);
	for (i = 0; i < priv->cfg.queue_count; i++)
		afx_pair_settle(&priv->pairs[i]);
	own_pool_free(priv);
	queue_states_set(dev);
}

void
afx_port_queues_trim(struct rte_eth_dev *dev)
{
	struct afx_dev *priv = dev->data->dev_private;
	uint16_t i;

	for (i = 0; i < priv->cfg.queue_count; i++) {
		if (i >= dev->data->nb_rx_queues || dev->data->rx_queues[i] == NULL)
			afx_rxq_release(priv->pairs[i].rxq);
		if (i >= dev->data->nb_tx_queues || dev->data->tx_queues[i] == NULL)
			afx_txq_release(priv->pairs[i].txq);
	}
}

int
afx_port_queues_pool_check(const struct afx_dev *priv, uint16_t index, const struct rte_mempool *mp)
{
	uint16_t i;

	for (i = 0; i < priv->cfg.queue_count && index == 0; i++) {
		const struct afx_pair *pair = &priv->pairs[i];

		if (!pair->bound || pair->rxq != NULL || pair->txq->mp == mp)
			continue;
		AFX_LOG(ERR,
			"%s: Tx queue %u runs on mempool %s of Rx queue 0, which can not change to %s "
			"meanwhile; stop that queue first",
			priv->cfg.iface, i, pair->txq->mp->name, mp->name);
		return -EBUSY;
	}
	return 0;
}
