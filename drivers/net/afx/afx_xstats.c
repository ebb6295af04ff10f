/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <stdio.h>

#include "afx.h"
#include "afx_kstats.h"
#include "afx_pair.h"
#include "afx_show.h"
#include "afx_stats.h"
#include "afx_watch.h"
#include "afx_xstats.h"

static const char *const port_names[AFX_XSTATS_PORT] = {
	[AFX_XSTAT_PROGRAM_LOST] = "xdp_program_lost",
	[AFX_XSTAT_PROGRAM_NATIVE] = "xdp_native",
};

static const char *const rx_names[AFX_XSTATS_RX] = {
	[AFX_XSTAT_RX_DROPPED] = "dropped",
	[AFX_XSTAT_RX_RING_FULL] = "ring_full",
	[AFX_XSTAT_RX_FILL_EMPTY] = "fill_ring_empty_descs",
	[AFX_XSTAT_RX_INVALID] = "invalid_descs",
	[AFX_XSTAT_RX_REFILL_FAILURES] = "refill_failures",
	[AFX_XSTAT_RX_SYSCALLS] = "syscalls",
	[AFX_XSTAT_RX_VLAN_FILTERED] = "vlan_filtered",
	[AFX_XSTAT_RX_ZEROCOPY] = "zerocopy",
};

static const char *const tx_names[AFX_XSTATS_TX] = {
	[AFX_XSTAT_TX_INVALID] = "invalid_descs",
	[AFX_XSTAT_TX_RING_EMPTY] = "ring_empty_descs",
	[AFX_XSTAT_TX_DROPPED] = "dropped",
	[AFX_XSTAT_TX_UNSENT] = "unsent",
	[AFX_XSTAT_TX_REFUSED] = "refused",
	[AFX_XSTAT_TX_REFUSED_OFFLOADS] = "refused_offloads",
	[AFX_XSTAT_TX_REFUSED_SHORT] = "refused_short",
	[AFX_XSTAT_TX_REFUSED_LONG] = "refused_long",
	[AFX_XSTAT_TX_REFUSED_SEGMENTS] = "refused_segments",
	[AFX_XSTAT_TX_COPIED] = "copied",
	[AFX_XSTAT_TX_LINEARISED] = "linearised",
	[AFX_XSTAT_TX_OFFLOADS] = "offloads",
	[AFX_XSTAT_TX_SHORT_BURSTS] = "nombuf_bursts",
	[AFX_XSTAT_TX_SYSCALLS] = "syscalls",
	[AFX_XSTAT_TX_SYSCALLS_SAVED] = "syscalls_saved",
	[AFX_XSTAT_TX_SYSCALLS_AGAIN] = "syscalls_again",
	[AFX_XSTAT_TX_SYSCALLS_FAILED] = "syscalls_failed",
	[AFX_XSTAT_TX_ZEROCOPY] = "zerocopy",
};

static void
stats_max(struct afx_sock_stats *most, const struct afx_sock_stats *other)
{
	most->rx_dropped = RTE_MAX(most->rx_dropped, other->rx_dropped);
	most->rx_ring_full = RTE_MAX(most->rx_ring_full, other->rx_ring_full);
	most->fill_empty = RTE_MAX(most->fill_empty, other->fill_empty);
	most->rx_invalid = RTE_MAX(most->rx_invalid, other->rx_invalid);
	most->tx_invalid = RTE_MAX(most->tx_invalid, other->tx_invalid);
	most->tx_empty = RTE_MAX(most->tx_empty, other->tx_empty);
}

/*
 * Of all sockets that the pair ever had. A secondary process can ask only while
 * it maps the socket, and has what the primary saw.
 */
static void
kernel_total(const struct afx_pair *pair, struct afx_sock_stats *total)
{
	struct afx_sock_stats now = { 0 };

	if (pair->bound)
		afx_sock_stats_get(&pair->sock, &now);
	*total = pair->closed;
	afx_sock_stats_add(total, &now);
	if (!afx_is_primary())
		stats_max(total, &pair->seen);
}

static void
rx_values(const struct afx_pair *pair, const struct afx_rxq *q, uint64_t *value)
{
	struct afx_sock_stats kernel;

	kernel_total(pair, &kernel);
	value[AFX_XSTAT_RX_DROPPED] = kernel.rx_dropped;
	value[AFX_XSTAT_RX_RING_FULL] = kernel.rx_ring_full;
	value[AFX_XSTAT_RX_FILL_EMPTY] = kernel.fill_empty;
	value[AFX_XSTAT_RX_INVALID] = kernel.rx_invalid;
	value[AFX_XSTAT_RX_REFILL_FAILURES] = q->count.nombuf;
	value[AFX_XSTAT_RX_SYSCALLS] = q->count.wakeups;
	value[AFX_XSTAT_RX_VLAN_FILTERED] = q->count.filtered;
	value[AFX_XSTAT_RX_ZEROCOPY] = pair->bound && pair->sock.zerocopy;
}

static void
tx_values(const struct afx_pair *pair, const struct afx_txq *q, uint64_t *value)
{
	const struct afx_kick_counters *kick = &pair->kick.count;
	struct afx_sock_stats kernel;

	kernel_total(pair, &kernel);
	value[AFX_XSTAT_TX_INVALID] = kernel.tx_invalid;
	value[AFX_XSTAT_TX_RING_EMPTY] = kernel.tx_empty;
	value[AFX_XSTAT_TX_DROPPED] = kick->dropped;
	value[AFX_XSTAT_TX_UNSENT] = q->unsent;
	value[AFX_XSTAT_TX_REFUSED] = q->count.refused;
	value[AFX_XSTAT_TX_REFUSED_OFFLOADS] = q->count.refused_offloads;
	value[AFX_XSTAT_TX_REFUSED_SHORT] = q->slow.refused[AFX_REFUSED_SHORT];
	value[AFX_XSTAT_TX_REFUSED_LONG] = q->slow.refused[AFX_REFUSED_LONG];
	value[AFX_XSTAT_TX_REFUSED_SEGMENTS] = q->slow.refused[AFX_REFUSED_SEGMENTS];
	value[AFX_XSTAT_TX_COPIED] = q->count.copied;
	value[AFX_XSTAT_TX_LINEARISED] = q->slow.linearised;
	value[AFX_XSTAT_TX_OFFLOADS] = q->count.offloads;
	value[AFX_XSTAT_TX_SHORT_BURSTS] = q->count.nombuf;
	value[AFX_XSTAT_TX_SYSCALLS] = kick->calls;
	value[AFX_XSTAT_TX_SYSCALLS_SAVED] = kick->saved;
	value[AFX_XSTAT_TX_SYSCALLS_AGAIN] = kick->again;
	value[AFX_XSTAT_TX_SYSCALLS_FAILED] = kick->failed;
	value[AFX_XSTAT_TX_ZEROCOPY] = pair->bound && pair->sock.zerocopy;
}

static unsigned int
xstats_count(const struct rte_eth_dev *dev)
{
	return AFX_XSTATS_PORT + dev->data->nb_rx_queues * AFX_XSTATS_RX +
		dev->data->nb_tx_queues * AFX_XSTATS_TX +
		(afx_is_primary() ? afx_kstats_count(dev->data->dev_private) : 0);
}

static void
names_write(const struct rte_eth_dev *dev, struct rte_eth_xstat_name *names)
{
	unsigned int i, j;

	for (j = 0; j < AFX_XSTATS_PORT; j++, names++)
		snprintf(names->name, sizeof(names->name), "rx_%s", port_names[j]);
	for (i = 0; i < dev->data->nb_rx_queues; i++) {
		for (j = 0; j < AFX_XSTATS_RX; j++, names++)
			snprintf(names->name, sizeof(names->name), "rx_q%u_%s", i, rx_names[j]);
	}
	for (i = 0; i < dev->data->nb_tx_queues; i++) {
		for (j = 0; j < AFX_XSTATS_TX; j++, names++)
			snprintf(names->name, sizeof(names->name), "tx_q%u_%s", i, tx_names[j]);
	}
	if (afx_is_primary())
		afx_kstats_names_get(dev->data->dev_private, names);
}

int
afx_xstats_names_get(struct rte_eth_dev *dev, struct rte_eth_xstat_name *names, unsigned int n)
{
	struct afx_dev *priv = dev->data->dev_private;
	unsigned int count;

	afx_show_lock(priv);
	count = xstats_count(dev);
	if (names != NULL && n >= count)
		names_write(dev, names);
	afx_show_unlock(priv);
	return count;
}

static struct rte_eth_xstat *
values_write(struct rte_eth_xstat *xstats, const uint64_t *value, const uint64_t *base,
	     unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		xstats[i].value = value[i] - RTE_MIN(value[i], base[i]);
	return xstats + n;
}

/* A queue that was configured, but is not set up, has counted nothing. */
static struct rte_eth_xstat *
rx_read(const struct afx_pair *pair, struct rte_eth_xstat *xstats)
{
	const struct afx_rxq *q = __atomic_load_n(&pair->rxq, __ATOMIC_ACQUIRE);
	uint64_t value[AFX_XSTATS_RX] = { 0 };

	if (q != NULL)
		rx_values(pair, q, value);
	return values_write(xstats, value, q != NULL ? q->xstats_base : value, AFX_XSTATS_RX);
}

static struct rte_eth_xstat *
tx_read(const struct afx_pair *pair, struct rte_eth_xstat *xstats)
{
	const struct afx_txq *q = __atomic_load_n(&pair->txq, __ATOMIC_ACQUIRE);
	uint64_t value[AFX_XSTATS_TX] = { 0 };

	if (q != NULL)
		tx_values(pair, q, value);
	return values_write(xstats, value, q != NULL ? q->xstats_base : value, AFX_XSTATS_TX);
}

static void
kernel_see(struct afx_pair *pair)
{
	struct afx_sock_stats total;

	if (!afx_is_primary())
		return;
	kernel_total(pair, &total);
	pair->seen = total;
}

static void
all_read(const struct rte_eth_dev *dev, struct rte_eth_xstat *xstats)
{
	struct afx_dev *priv = dev->data->dev_private;
	struct rte_eth_xstat *next = xstats;
	unsigned int i;

	next++->value = priv->prog_losses - priv->prog_losses_base;
	next++->value = priv->prog_native;
	for (i = 0; i < priv->cfg.queue_count; i++)
		kernel_see(&priv->pairs[i]);
	for (i = 0; i < dev->data->nb_rx_queues; i++)
		next = rx_read(&priv->pairs[i], next);
	for (i = 0; i < dev->data->nb_tx_queues; i++)
		next = tx_read(&priv->pairs[i], next);
	if (afx_is_primary())
		afx_kstats_get(priv, next);
	for (i = 0; i < xstats_count(dev); i++)
		xstats[i].id = i;
}

int
afx_xstats_get(struct rte_eth_dev *dev, struct rte_eth_xstat *xstats, unsigned int n)
{
	struct afx_dev *priv = dev->data->dev_private;
	unsigned int count;

	afx_watch_program(priv);
	afx_show_lock(priv);
	count = xstats_count(dev);
	if (xstats != NULL && n >= count)
		all_read(dev, xstats);
	afx_show_unlock(priv);
	return count;
}

void
afx_xstats_rx_show(const struct afx_pair *pair, const struct afx_rxq *q, struct afx_show *to)
{
	uint64_t value[AFX_XSTATS_RX];
	unsigned int i;

	rx_values(pair, q, value);
	for (i = afx_is_primary() ? 0 : AFX_XSTATS_RX_KERNEL; i < AFX_XSTATS_RX; i++)
		to->number(to, rx_names[i], value[i] - q->xstats_base[i]);
}

void
afx_xstats_tx_show(const struct afx_pair *pair, const struct afx_txq *q, struct afx_show *to)
{
	uint64_t value[AFX_XSTATS_TX];
	unsigned int i;

	tx_values(pair, q, value);
	for (i = afx_is_primary() ? 0 : AFX_XSTATS_TX_KERNEL; i < AFX_XSTATS_TX; i++)
		to->number(to, tx_names[i], value[i] - q->xstats_base[i]);
}

/* What a queue has now, and never counted, keeps a base of 0. */
void
afx_xstats_rx_rebase(const struct afx_pair *pair, struct afx_rxq *q)
{
	rx_values(pair, q, q->xstats_base);
	q->xstats_base[AFX_XSTAT_RX_ZEROCOPY] = 0;
}

void
afx_xstats_tx_rebase(const struct afx_pair *pair, struct afx_txq *q)
{
	tx_values(pair, q, q->xstats_base);
	q->xstats_base[AFX_XSTAT_TX_ZEROCOPY] = 0;
}

/* What was seen is no less than the base: a secondary process takes one from the other. */
static void
pair_rebase(struct afx_pair *pair)
{
	if (pair->rxq != NULL)
		afx_xstats_rx_rebase(pair, pair->rxq);
	if (pair->txq != NULL)
		afx_xstats_tx_rebase(pair, pair->txq);
	kernel_see(pair);
}

int
afx_xstats_reset(struct rte_eth_dev *dev)
{
	struct afx_dev *priv = dev->data->dev_private;
	uint16_t i;

	pthread_mutex_lock(&priv->lock);
	priv->prog_losses_base = priv->prog_losses;
	for (i = 0; i < priv->cfg.queue_count; i++)
		pair_rebase(&priv->pairs[i]);
	afx_kstats_reset(priv);
	pthread_mutex_unlock(&priv->lock);
	return afx_stats_reset(dev);
}
