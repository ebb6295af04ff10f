/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_malloc.h>

#include "bpf/afx_shared.h"

#include "afx_bind.h"
#include "afx_intr.h"
#include "afx_log.h"
#include "afx_mp.h"
#include "afx_pair.h"
#include "afx_queue.h"
#include "afx_reclaim.h"

/* Above this a single kick holds the socket for milliseconds (DESIGN section 4). */
#define TX_BUDGET_MAX UINT32_C(256)

/* Kernel memory of one frame in flight: skb, its head of 2 KiB and rounding (measured, 2.3 KB). */
#define TX_FRAME_TRUESIZE 2304

/* An Rx lcore kicks for the Tx lcore after that long: longer than any burst takes. */
#define KICK_DELAY_US 100

/* An offset in a descriptor has 16 bits, and counts from the chunk's start. */
#define OFFSET_MAX ((uint16_t)(UINT16_MAX - AFX_CHUNK_LEAD))

/* Both directions must be served by one NAPI, else a poll of this socket stalls Tx. */
static const char *
busy_poll_start(struct afx_pair *pair)
{
	uint32_t rx_napi = 0;
	uint32_t tx_napi = 0;
	uint32_t napi;
	int ret;

	if (afx_sock_napi_get(&pair->sock, &napi) != 0)
		return "the socket has no NAPI id";
	afx_netdev_napi_get(pair->dev->info.ifindex, pair->queue, &rx_napi, &tx_napi);
	if (rx_napi != napi || tx_napi != napi)
		return "a poll of the Rx queue is not known to serve the Tx queue";
	ret = afx_sock_busy_poll_set(&pair->sock, pair->dev->cfg.busy_budget);
	if (ret != 0)
		return strerror(-ret);
	pair->busy_poll = true;
	return NULL;
}

static void
sock_tune(struct afx_pair *pair)
{
	const struct afx_cfg *cfg = &pair->dev->cfg;
	struct afx_txq *txq = pair->txq;
	const char *why = NULL;

	pair->busy_poll = false;
	if (cfg->busy_budget != 0)
		why = busy_poll_start(pair);
	if (why != NULL && cfg->busy_budget_given)
		AFX_LOG(WARNING, "%s: queue %u: busy_budget=%u has no effect: %s", cfg->iface,
			pair->queue, cfg->busy_budget, why);
	if (txq == NULL)
		return;
	txq->kick_batch =
		afx_sock_tx_budget_set(&pair->sock, RTE_MIN((uint32_t)txq->nb_desc, TX_BUDGET_MAX));
	afx_sock_sndbuf_set(&pair->sock, txq->nb_desc * TX_FRAME_TRUESIZE);
}

static int
ledgers_alloc(struct afx_pair *pair, const struct afx_umem *umem)
{
	const size_t len = afx_umem_ledger_len(umem);

	if (pair->rxq != NULL) {
		pair->rxq->ledger = rte_zmalloc("afx_ledger", len, RTE_CACHE_LINE_SIZE);
		if (pair->rxq->ledger == NULL)
			return -ENOMEM;
	}
	if (pair->txq != NULL) {
		pair->txq->ledger = rte_zmalloc("afx_ledger", len * sizeof(pair->txq->ledger[0]),
						RTE_CACHE_LINE_SIZE);
		if (pair->txq->ledger == NULL)
			return -ENOMEM;
	}
	return 0;
}

static void
ledgers_free(struct afx_pair *pair)
{
	if (pair->rxq != NULL) {
		rte_free(pair->rxq->ledger);
		pair->rxq->ledger = NULL;
	}
	if (pair->txq != NULL) {
		rte_free(pair->txq->ledger);
		pair->txq->ledger = NULL;
	}
}

static void
txq_connect(struct afx_txq *q, const struct afx_umem *umem, int fd)
{
	struct afx_pair *pair = q->pair;

	q->umem = *umem;
	q->mp = umem->mp;
	q->delta = umem->delta;
	q->buf_len = RTE_MIN(rte_pktmbuf_data_room_size(umem->mp), OFFSET_MAX);
	q->outstanding = 0;
	q->fd = fd;
	afx_txq_max_len_set(q, pair->dev->info.mtu);
	pair->kick.tx = &q->tx;
	pair->kick.comp = &q->comp;
	pair->kick.taken = 0;
}

static int
pair_open(struct afx_pair *pair, const struct afx_umem *umem)
{
	int ret;

	afx_sock_init(&pair->sock);
	ret = ledgers_alloc(pair, umem);
	if (ret != 0) {
		AFX_LOG(ERR, "%s: queue %u: no memory for the ledger", pair->dev->cfg.iface,
			pair->queue);
		goto err_ledgers;
	}
	ret = afx_bind(pair, umem);
	if (ret != 0)
		goto err_ledgers;
	pair->kick.since = 0;
	/* Of a process that ended while it kicked. */
	pair->kick.busy = 0;
	pair->kick.delay = rte_get_tsc_hz() / 1000000 * KICK_DELAY_US;
	pair->kick.fd = pair->sock.fd;
	if (pair->rxq != NULL)
		pair->rxq->fd = pair->sock.fd;
	if (pair->txq != NULL)
		txq_connect(pair->txq, umem, pair->sock.fd);
	sock_tune(pair);
	pair->bound = true;
	return 0;

err_ledgers:
	ledgers_free(pair);
	return ret;
}

uint64_t
afx_pair_missed(const struct afx_pair *pair)
{
	struct afx_sock_stats stats;

	if (!pair->bound || afx_sock_stats_get(&pair->sock, &stats) != 0)
		return 0;
	return afx_sock_stats_lost(&stats);
}

/* They end with the socket. */
static void
kernel_stats_keep(struct afx_pair *pair)
{
	struct afx_sock_stats stats;

	if (afx_sock_stats_get(&pair->sock, &stats) != 0)
		return;
	afx_sock_stats_add(&pair->closed, &stats);
	if (pair->rxq != NULL)
		pair->rxq->missed += afx_sock_stats_lost(&stats);
}

static void
pair_close(struct afx_pair *pair, uint64_t deadline)
{
	const bool zerocopy = pair->sock.zerocopy;
	bool released = true;

	if (pair->txq != NULL)
		afx_reclaim_tx_unsent(pair->txq);
	/* Once more: the wait for polls under way may have had no socket, or an entry have stayed. */
	if (pair->rxq != NULL)
		afx_reclaim_rx_unread(pair->rxq);
	kernel_stats_keep(pair);
	afx_umem_share_leave(pair->sock.fd);
	afx_sock_close(&pair->sock);
	pair->bound = false;
	if (zerocopy)
		released = afx_reclaim_wait(pair, deadline);
	if (released && pair->rxq != NULL)
		afx_reclaim_rx(pair->rxq);
	if (released && pair->txq != NULL)
		afx_reclaim_tx(pair->txq);
	if (pair->rxq != NULL)
		afx_rxq_disconnect(pair->rxq);
	if (pair->txq != NULL)
		afx_txq_disconnect(pair->txq);
	ledgers_free(pair);
	pair->shared = false;
	pair->busy_poll = false;
	pair->kick.since = 0;
}

bool
afx_pair_settle(struct afx_pair *pair)
{
	if (!pair->held)
		return true;
	if (afx_mp_pinned(pair->dev))
		return false;
	pair->held = false;
	if (pair->bound && pair->running == 0)
		pair_close(pair, 0);
	return true;
}

void
afx_pair_abandon(struct afx_pair *pair)
{
	if (afx_pair_settle(pair))
		return;
	afx_umem_share_leave(pair->sock.fd);
	afx_sock_close(&pair->sock);
}

int
afx_pair_vacate(struct afx_pair *pair)
{
	if (afx_pair_settle(pair))
		return 0;
	AFX_LOG(ERR,
		"%s: queue %u: a secondary process that does not answer has it mapped since the last "
		"stop; let that process go on, or end it",
		pair->dev->cfg.iface, pair->queue);
	return -EBUSY;
}

/* Point the XDP program's map entry at the pair; frames of an earlier run are not for this one. */
static int
traffic_take(struct afx_pair *pair)
{
	int ret;

	afx_reclaim_rx_unread(pair->rxq);
	ret = afx_intr_resume(pair);
	if (ret != 0) {
		AFX_LOG(ERR, "%s: queue %u: Rx interrupts: %s", pair->dev->cfg.iface, pair->queue,
			strerror(-ret));
		return ret;
	}
	ret = afx_prog_insert(pair->dev->prog, pair->queue, pair->sock.fd);
	if (ret != 0) {
		AFX_LOG(ERR, "%s: queue %u: no entry in %s: %s", pair->dev->cfg.iface, pair->queue,
			AFX_XSKS_MAP, strerror(-ret));
		afx_intr_suspend(pair);
	}
	return ret;
}

bool
afx_pair_traffic_return(struct afx_pair *pair)
{
	int ret;

	if (!(pair->running & AFX_HALF_RX))
		return false;
	ret = afx_prog_remove(pair->dev->prog, pair->queue);
	if (ret != 0)
		AFX_LOG(WARNING, "%s: queue %u: entry stays in %s: %s", pair->dev->cfg.iface,
			pair->queue, AFX_XSKS_MAP, strerror(-ret));
	return true;
}

/* A half set up after the socket was bound has no ring there, and can not get one. */
static int
half_check(const struct afx_pair *pair, enum afx_half half)
{
	const int fd = half == AFX_HALF_RX ? pair->rxq->fd : pair->txq->fd;

	if (!pair->bound || fd >= 0)
		return 0;
	AFX_LOG(ERR,
		"%s: queue %u: the socket of its running half has no %s ring; stop that half "
		"first",
		pair->dev->cfg.iface, pair->queue, half == AFX_HALF_RX ? "Rx" : "Tx");
	return -EBUSY;
}

int
afx_pair_start(struct afx_pair *pair, enum afx_half half, const struct afx_umem *umem)
{
	int ret;

	if (pair->running & half)
		return 0;
	ret = afx_pair_vacate(pair);
	if (ret == 0)
		ret = half_check(pair, half);
	if (ret == 0 && !pair->bound)
		ret = pair_open(pair, umem);
	if (ret != 0)
		return ret;
	if (half == AFX_HALF_RX)
		ret = traffic_take(pair);
	if (ret == 0)
		pair->running |= half;
	else if (pair->running == 0)
		pair_close(pair, 0);
	return ret;
}

void
afx_pair_stop(struct afx_pair *pair, enum afx_half half, uint64_t deadline)
{
	if (!(pair->running & half))
		return;
	if (half == AFX_HALF_RX)
		afx_intr_suspend(pair);
	pair->running &= ~half;
	/* By a process that may be in the middle of a burst: nothing that it uses is touched. */
	if (pair->held)
		return;
	if (half == AFX_HALF_RX)
		afx_reclaim_rx_unread(pair->rxq);
	else
		afx_reclaim_tx_drain(pair->txq, deadline);
	if (pair->running == 0)
		pair_close(pair, deadline);
}
