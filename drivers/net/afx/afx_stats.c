/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include "afx.h"
#include "afx_pair.h"
#include "afx_show.h"
#include "afx_stats.h"
#include "afx_tx_kick.h"
#include "afx_watch.h"

/* Of one queue pair, since the last reset. */
struct pair_stats {
	uint64_t ipackets;
	uint64_t ibytes;
	uint64_t imissed;
	uint64_t nombuf;
	uint64_t opackets;
	uint64_t obytes;
	uint64_t oerrors;
};

/* The kernel's counters end with the socket, and a secondary can ask for them only while it maps that. */
static uint64_t
missed_total(const struct afx_pair *pair, struct afx_rxq *q)
{
	const uint64_t now = q->missed + afx_pair_missed(pair);

	if (!afx_is_primary())
		return RTE_MAX(q->missed_seen, now);
	q->missed_seen = now;
	return now;
}

/* A lcore that is at work may have counted one and not yet the other. */
static uint64_t
minus(uint64_t from, uint64_t n)
{
	return from - RTE_MIN(from, n);
}

static void
rxq_stats(const struct afx_pair *pair, struct afx_rxq *q, struct pair_stats *s)
{
	s->ipackets =
		minus(q->count.packets - q->base.packets, q->count.filtered - q->base.filtered);
	s->ibytes = minus(q->count.bytes - q->base.bytes,
			  q->count.filtered_bytes - q->base.filtered_bytes);
	s->nombuf = q->count.nombuf - q->base.nombuf;
	s->imissed = missed_total(pair, q) - q->missed_base;
}

/* Taken from the application and not sent: dropped on a kick or left at stop. */
static void
tx_losses(const struct afx_pair *pair, const struct afx_txq *q, uint64_t *packets, uint64_t *bytes)
{
	const struct afx_kick_counters *kick = &pair->kick.count;

	*packets = kick->dropped - q->kick_base.dropped + q->unsent - q->unsent_base;
	*bytes = kick->dropped_bytes - q->kick_base.dropped_bytes + q->unsent_bytes -
		q->unsent_bytes_base;
}

/* In a secondary process they can go at any time. */
static bool
rings_visible(const struct afx_pair *pair)
{
	return pair->bound && afx_is_primary();
}

/* Frames that wait in the ring are not sent yet: they count when they are. */
static void
txq_stats(const struct afx_pair *pair, const struct afx_txq *q, struct pair_stats *s)
{
	uint64_t lost_packets;
	uint64_t lost_bytes;

	tx_losses(pair, q, &lost_packets, &lost_bytes);
	s->opackets = minus(q->count.packets - q->base.packets, lost_packets);
	s->obytes = minus(q->count.bytes - q->base.bytes, lost_bytes);
	s->oerrors = q->count.refused - q->base.refused + lost_packets;
	if (rings_visible(pair)) {
		s->opackets = minus(s->opackets, afx_tx_waiting(q));
		s->obytes = minus(s->obytes, afx_tx_waiting_bytes(q));
	}
}

/* In a secondary process, a queue may be set up anew meanwhile. */
static void
pair_stats(const struct afx_pair *pair, struct pair_stats *s)
{
	struct afx_rxq *rxq = __atomic_load_n(&pair->rxq, __ATOMIC_ACQUIRE);
	const struct afx_txq *txq = __atomic_load_n(&pair->txq, __ATOMIC_ACQUIRE);

	*s = (struct pair_stats){ 0 };
	if (rxq != NULL)
		rxq_stats(pair, rxq, s);
	if (txq != NULL)
		txq_stats(pair, txq, s);
}

int
afx_stats_get(AFX_STATS_GET_ARGS)
{
	struct afx_dev *priv = dev->data->dev_private;
	struct pair_stats s;
	uint16_t i;

	afx_watch_program(priv);
	afx_show_lock(priv);
	for (i = 0; i < priv->cfg.queue_count; i++) {
		pair_stats(&priv->pairs[i], &s);
		stats->ipackets += s.ipackets;
		stats->ibytes += s.ibytes;
		stats->imissed += s.imissed;
		stats->rx_nombuf += s.nombuf;
		stats->opackets += s.opackets;
		stats->obytes += s.obytes;
		stats->oerrors += s.oerrors;
		if (i >= RTE_ETHDEV_QUEUE_STAT_CNTRS || AFX_STATS_QUEUES(stats, queues) == NULL)
			continue;
		AFX_STATS_QUEUES(stats, queues)->q_ipackets[i] = s.ipackets;
		AFX_STATS_QUEUES(stats, queues)->q_ibytes[i] = s.ibytes;
		AFX_STATS_QUEUES(stats, queues)->q_errors[i] = s.imissed;
		AFX_STATS_QUEUES(stats, queues)->q_opackets[i] = s.opackets;
		AFX_STATS_QUEUES(stats, queues)->q_obytes[i] = s.obytes;
	}
	afx_show_unlock(priv);
	return 0;
}

static void
pair_reset(struct afx_pair *pair)
{
	struct afx_rxq *rxq = pair->rxq;
	struct afx_txq *txq = pair->txq;

	if (rxq != NULL) {
		rxq->base = rxq->count;
		rxq->missed_base = missed_total(pair, rxq);
	}
	if (txq != NULL) {
		txq->base = txq->count;
		txq->kick_base = pair->kick.count;
		if (rings_visible(pair)) {
			txq->base.packets -= afx_tx_waiting(txq);
			txq->base.bytes -= afx_tx_waiting_bytes(txq);
		}
		txq->unsent_base = txq->unsent;
		txq->unsent_bytes_base = txq->unsent_bytes;
	}
}

int
afx_stats_reset(struct rte_eth_dev *dev)
{
	struct afx_dev *priv = dev->data->dev_private;
	uint16_t i;

	afx_watch_program(priv);
	afx_show_lock(priv);
	for (i = 0; i < priv->cfg.queue_count; i++)
		pair_reset(&priv->pairs[i]);
	afx_show_unlock(priv);
	return 0;
}
