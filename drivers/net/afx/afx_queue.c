/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <string.h>

#include <rte_malloc.h>

#include "afx_compat.h"
#include "afx_ledger.h"
#include "afx_log.h"
#include "afx_pair.h"
#include "afx_queue.h"
#include "afx_xstats.h"

static_assert(AFX_DESC_MAX * AFX_LEDGER_SHARED <= UINT16_MAX,
	      "an entry of a Tx ledger counts a ring full of one mbuf");

static int
ring_size_check(const struct afx_pair *pair, const char *what, uint16_t nb_desc)
{
	if (rte_is_power_of_2(nb_desc) && nb_desc >= AFX_DESC_MIN && nb_desc <= AFX_DESC_MAX)
		return 0;
	AFX_LOG(ERR,
		"%s: queue %u: %u %s descriptors: AF_XDP rings take a power of two from %u to %u",
		pair->dev->cfg.iface, pair->queue, nb_desc, what, AFX_DESC_MIN, AFX_DESC_MAX);
	return -EINVAL;
}

static int
frame_fits(const char *iface, const struct afx_umem *umem, uint32_t mtu)
{
	if (mtu + AFX_FRAME_OVERHEAD <= umem->frame_len)
		return 0;
	if (mtu > AFX_MTU_MAX)
		AFX_LOG(ERR, "%s: MTU %u is beyond one frame; run: ip link set dev %s mtu %u",
			iface, mtu, iface, AFX_MTU_MAX);
	else
		AFX_LOG(ERR,
			"%s: MTU %u needs frames of %u bytes, mempool %s takes %u: raise its data "
			"room (testpmd's --mbuf-size) or run: ip link set dev %s mtu %u",
			iface, mtu, mtu + AFX_FRAME_OVERHEAD, umem->mp->name, umem->frame_len,
			iface, umem->frame_len - AFX_FRAME_OVERHEAD);
	return -EINVAL;
}

static int
umem_describe(const struct afx_pair *pair, struct rte_mempool *mp, uint32_t mtu,
	      struct afx_umem *umem)
{
	const struct afx_dev *dev = pair->dev;
	const char *iface = dev->cfg.iface;
	char err[AFX_UMEM_ERR_LEN];
	int ret;

	ret = afx_umem_describe(mp, dev->headroom_far || dev->cfg.xdp_prog[0] != '\0', umem, err,
				sizeof(err));
	if (ret != 0) {
		AFX_LOG(ERR, "%s: queue %u: %s", iface, pair->queue, err);
		return ret;
	}
	return frame_fits(iface, umem, mtu);
}

static int
pool_size_check(const struct afx_pair *pair, const struct rte_mempool *mp, uint16_t nb_desc)
{
	const uint32_t need = nb_desc * AFX_FILL_FACTOR;

	if (mp->size >= need)
		return 0;
	AFX_LOG(ERR,
		"%s: queue %u: mempool %s has %u mbufs, a full fill ring takes %u: make "
		"the pool larger (testpmd's --total-num-mbufs) or the Rx ring smaller (--rxd)",
		pair->dev->cfg.iface, pair->queue, mp->name, mp->size, need);
	return -EINVAL;
}

/* refcnt 1, one segment, this port; data_off 0, to be added from the descriptor. */
static uint64_t
rearm_word(uint16_t port)
{
	struct rte_mbuf template = { .nb_segs = 1, .port = port };

	rte_mbuf_refcnt_set(&template, 1);
	return *AFX_MBUF_REARM(&template);
}

static int
resetup_refuse(const struct afx_pair *pair, const char *half, const char *other)
{
	AFX_LOG(ERR,
		"%s: %s queue %u: set up with another pool or ring size while its %s half runs; "
		"stop that first",
		pair->dev->cfg.iface, half, pair->queue, other);
	return -EBUSY;
}

static int
rxq_resetup(struct afx_pair *pair, uint16_t nb_desc, const struct rte_mempool *mp)
{
	const struct afx_rxq *q = pair->rxq;

	if (q != NULL && q->nb_desc == nb_desc && q->mp == mp)
		return 0;
	return resetup_refuse(pair, "Rx", "Tx");
}

static int
free_thresh_check(const struct afx_pair *pair, uint16_t nb_desc, uint16_t free_thresh)
{
	if (free_thresh < nb_desc)
		return 0;
	AFX_LOG(ERR, "%s: Tx queue %u: tx_free_thresh %u: less than the %u descriptors allowed",
		pair->dev->cfg.iface, pair->queue, free_thresh, nb_desc);
	return -EINVAL;
}

static void
free_thresh_set(struct afx_txq *q, uint16_t nb_desc, uint16_t free_thresh)
{
	q->reap_from = free_thresh != 0 ? nb_desc - free_thresh : AFX_TX_REAP_FROM;
	q->free_thresh = free_thresh;
}

static int
txq_resetup(struct afx_pair *pair, uint16_t nb_desc, uint16_t free_thresh)
{
	int ret;

	if (pair->txq == NULL || pair->txq->nb_desc != nb_desc)
		return resetup_refuse(pair, "Tx", "Rx");
	ret = free_thresh_check(pair, nb_desc, free_thresh);
	if (ret == 0)
		free_thresh_set(pair->txq, nb_desc, free_thresh);
	return ret;
}

int
afx_rxq_setup(struct afx_pair *pair, uint16_t nb_desc, unsigned int socket, struct rte_mempool *mp,
	      uint32_t mtu)
{
	struct afx_umem umem;
	struct afx_rxq *q;
	int ret;

	ret = afx_pair_vacate(pair);
	if (ret != 0)
		return ret;
	if (pair->bound)
		return rxq_resetup(pair, nb_desc, mp);
	afx_rxq_release(pair->rxq);
	ret = ring_size_check(pair, "Rx", nb_desc);
	if (ret == 0)
		ret = pool_size_check(pair, mp, nb_desc);
	if (ret == 0)
		ret = umem_describe(pair, mp, mtu, &umem);
	if (ret != 0)
		return ret;
	q = rte_zmalloc_socket("afx_rxq", sizeof(*q), RTE_CACHE_LINE_SIZE, socket);
	if (q == NULL) {
		AFX_LOG(ERR, "%s: no memory for Rx queue %u", pair->dev->cfg.iface, pair->queue);
		return -ENOMEM;
	}
	q->mp = mp;
	q->umem = umem;
	q->delta = umem.delta;
	q->rearm = rearm_word(pair->dev->port_id);
	q->meta = &pair->dev->offload.rx;
	q->kick = &pair->kick;
	afx_rxq_disconnect(q);
	q->pair = pair;
	q->nb_desc = nb_desc;
	afx_xstats_rx_rebase(pair, q);
	pair->rxq = q;
	return 0;
}

int
afx_rxq_umem_describe(struct afx_rxq *q)
{
	return umem_describe(q->pair, q->mp, q->pair->dev->info.mtu, &q->umem);
}

int
afx_txq_setup(struct afx_pair *pair, uint16_t nb_desc, unsigned int socket, uint16_t free_thresh)
{
	struct afx_txq *q;
	int ret;

	ret = afx_pair_vacate(pair);
	if (ret != 0)
		return ret;
	if (pair->bound)
		return txq_resetup(pair, nb_desc, free_thresh);
	afx_txq_release(pair->txq);
	ret = ring_size_check(pair, "Tx", nb_desc);
	if (ret == 0)
		ret = free_thresh_check(pair, nb_desc, free_thresh);
	if (ret != 0)
		return ret;
	q = rte_zmalloc_socket("afx_txq", sizeof(*q), RTE_CACHE_LINE_SIZE, socket);
	if (q == NULL) {
		AFX_LOG(ERR, "%s: no memory for Tx queue %u", pair->dev->cfg.iface, pair->queue);
		return -ENOMEM;
	}
	free_thresh_set(q, nb_desc, free_thresh);
	afx_txq_disconnect(q);
	q->kick = &pair->kick;
	q->kick_base = pair->kick.count;
	q->pair = pair;
	q->nb_desc = nb_desc;
	afx_xstats_tx_rebase(pair, q);
	pair->txq = q;
	return 0;
}

/* A ring without entries, for queues that are polled though they are stopped. */
static struct afx_ring
ring_empty(void)
{
	static uint32_t zero;

	return (struct afx_ring){ .prod = &zero, .cons = &zero, .flags = &zero };
}

void
afx_rxq_disconnect(struct afx_rxq *q)
{
	q->rx = ring_empty();
	q->fill = ring_empty();
	q->fd = -1;
}

void
afx_txq_disconnect(struct afx_txq *q)
{
	q->tx = ring_empty();
	q->comp = ring_empty();
	q->outstanding = 0;
	q->fd = -1;
}

void
afx_rxq_release(struct afx_rxq *q)
{
	if (q == NULL || q->pair->bound)
		return;
	q->pair->rxq = NULL;
	rte_free(q);
}

void
afx_txq_release(struct afx_txq *q)
{
	if (q == NULL || q->pair->bound)
		return;
	q->pair->txq = NULL;
	rte_free(q);
}

/* A zero-copy queue can not go back to copy mode while it runs. */
static int
rx_frame_fits(const struct afx_pair *pair, uint32_t mtu)
{
	const char *iface = pair->dev->cfg.iface;
	int ret = frame_fits(iface, &pair->rxq->umem, mtu);

	if (ret != 0 || !pair->bound || !pair->sock.zerocopy ||
	    !afx_umem_may_split(&pair->rxq->umem, mtu + AFX_FRAME_OVERHEAD))
		return ret;
	AFX_LOG(ERR,
		"%s: queue %u: in zero-copy the NIC may split frames of MTU %u; stop the port to set "
		"it",
		iface, pair->queue, mtu);
	return -EBUSY;
}

/* A queue without an Rx half was given memory for the MTU at its start. */
static int
tx_frame_fits(const struct afx_txq *q, uint32_t mtu)
{
	const char *iface = q->pair->dev->cfg.iface;

	if (mtu + AFX_FRAME_OVERHEAD <= q->umem.tx_len)
		return 0;
	AFX_LOG(ERR,
		"%s: Tx queue %u takes frames of %u bytes while it runs: stop the port to set MTU %u",
		iface, q->pair->queue, q->umem.tx_len, mtu);
	return -EBUSY;
}

int
afx_queue_mtu_check(const struct afx_dev *dev, uint32_t mtu)
{
	int ret = 0;
	uint16_t i;

	for (i = 0; i < dev->cfg.queue_count && ret == 0; i++) {
		const struct afx_pair *pair = &dev->pairs[i];

		if (pair->rxq != NULL)
			ret = rx_frame_fits(pair, mtu);
		else if (pair->bound)
			ret = tx_frame_fits(pair->txq, mtu);
	}
	return ret;
}

void
afx_txq_max_len_set(struct afx_txq *q, uint32_t mtu)
{
	uint32_t len = RTE_MIN(mtu + AFX_FRAME_OVERHEAD, q->umem.tx_len);

	__atomic_store_n(&q->max_len, len, __ATOMIC_RELAXED);
}
