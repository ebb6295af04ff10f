/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include "afx_ledger.h"
#include "afx_show.h"
#include "afx_xstats.h"

void
afx_show_lock(struct afx_dev *priv)
{
	if (afx_is_primary())
		pthread_mutex_lock(&priv->lock);
}

void
afx_show_unlock(struct afx_dev *priv)
{
	if (afx_is_primary())
		pthread_mutex_unlock(&priv->lock);
}

void
afx_show_port(const struct afx_dev *priv, struct afx_show *to)
{
	char changed[AFX_STATE_TEXT_LEN];

	to->text(to, "interface", priv->cfg.iface);
	to->text(to, "driver", priv->info.driver);
	to->number(to, "ifindex", priv->info.ifindex);
	to->number(to, "gone", priv->gone);
	to->number(to, "mtu", priv->info.mtu);
	to->number(to, "started", priv->started);
	to->number(to, "start_queue", priv->cfg.start_queue);
	to->number(to, "queue_count", priv->cfg.queue_count);
	to->text(to, "xdp", afx_prog_mode_name(priv->prog_mode));
	to->number(to, "xdp_program_id", priv->prog_id);
	to->number(to, "xdp_program_lost", priv->prog_losses);
	afx_state_text(&priv->before, changed);
	to->text(to, "to_restore", changed);
}

/* Free-running indexes; own is ours, as producer or as consumer. */
static void
ring_show(const struct afx_ring *r, const char *name, bool produced, struct afx_show *to)
{
	to->begin(to, name);
	to->number(to, "size", r->size);
	to->number(to, "producer", produced ? r->own : afx_ring_load(r->prod));
	to->number(to, "consumer", produced ? afx_ring_load(r->cons) : r->own);
	to->number(to, "need_wakeup", afx_ring_wants_wakeup(r));
	to->end(to);
}

/* A half set up after the socket was bound has no rings there. */
static bool
has_rings(const struct afx_pair *pair, int fd)
{
	return afx_is_primary() && pair->bound && fd >= 0;
}

static void
rx_show(const struct afx_pair *pair, const struct afx_rxq *q, struct afx_show *to)
{
	to->begin(to, "rx");
	to->number(to, "running", (pair->running & AFX_HALF_RX) != 0);
	to->number(to, "deferred", q->deferred);
	to->number(to, "descriptors", q->nb_desc);
	to->text(to, "pool", q->mp->name);
	to->number(to, "packets", q->count.packets);
	to->number(to, "bytes", q->count.bytes);
	to->number(to, "interrupt", pair->wake.wanted);
	afx_xstats_rx_show(pair, q, to);
	if (has_rings(pair, q->fd)) {
		ring_show(&q->rx, "rx_ring", false, to);
		ring_show(&q->fill, "fill_ring", true, to);
	}
	to->end(to);
}

static void
tx_show(const struct afx_pair *pair, const struct afx_txq *q, struct afx_show *to)
{
	to->begin(to, "tx");
	to->number(to, "running", (pair->running & AFX_HALF_TX) != 0);
	to->number(to, "deferred", q->deferred);
	to->number(to, "descriptors", q->nb_desc);
	to->number(to, "packets", q->count.packets);
	to->number(to, "bytes", q->count.bytes);
	to->number(to, "outstanding", q->outstanding);
	to->number(to, "longest_frame", q->max_len);
	to->number(to, "kick_batch", q->kick_batch);
	to->number(to, "kick_waits", pair->kick.since != 0);
	afx_xstats_tx_show(pair, q, to);
	if (has_rings(pair, q->fd)) {
		ring_show(&q->tx, "tx_ring", true, to);
		ring_show(&q->comp, "completion_ring", false, to);
	}
	to->end(to);
}

void
afx_show_pair(const struct afx_pair *pair, struct afx_show *to)
{
	const struct afx_rxq *rxq = __atomic_load_n(&pair->rxq, __ATOMIC_ACQUIRE);
	const struct afx_txq *txq = __atomic_load_n(&pair->txq, __ATOMIC_ACQUIRE);

	to->number(to, "netdev_queue", pair->queue);
	to->number(to, "bound", pair->bound);
	to->number(to, "zerocopy", pair->bound && pair->sock.zerocopy);
	to->number(to, "busy_poll", pair->busy_poll);
	if (rxq != NULL)
		rx_show(pair, rxq, to);
	if (txq != NULL)
		tx_show(pair, txq, to);
}

void
afx_show_umem(const struct afx_pair *pair, struct afx_show *to)
{
	const struct afx_umem *umem;

	to->number(to, "bound", pair->bound);
	if (!pair->bound)
		return;
	umem = pair->rxq != NULL && pair->rxq->fd >= 0 ? &pair->rxq->umem : &pair->txq->umem;
	to->text(to, "pool", umem->mp->name);
	to->number(to, "pool_size", umem->mp->size);
	to->number(to, "pool_free", rte_mempool_avail_count(umem->mp));
	to->number(to, "address", (uintptr_t)umem->reg.base);
	to->number(to, "bytes", umem->reg.len);
	to->number(to, "chunk", umem->reg.chunk);
	to->number(to, "headroom", umem->reg.headroom);
	to->number(to, "frame", umem->frame_len);
	to->number(to, "shared", pair->shared);
	if (!afx_is_primary())
		return;
	if (umem->no_zerocopy != NULL)
		to->text(to, "no_zerocopy", umem->no_zerocopy);
	if (pair->rxq != NULL && pair->rxq->ledger != NULL)
		to->number(to, "rx_mbufs_out",
			   afx_ledger_sum_rx(pair->rxq->ledger,
					     afx_umem_ledger_len(&pair->rxq->umem)));
	if (pair->txq != NULL && pair->txq->ledger != NULL)
		to->number(to, "tx_mbufs_out",
			   afx_ledger_sum_tx(pair->txq->ledger,
					     afx_umem_ledger_len(&pair->txq->umem)));
}
