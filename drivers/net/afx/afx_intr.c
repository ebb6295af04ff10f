/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The application's descriptor is an epoll instance of ours with the queue's
 * socket in it, not the socket itself: it outlives the socket, which is made at
 * each start; it can be taken from the socket while the application polls, so
 * that the kernel has nobody to wake; and to put the socket in anew raises an
 * edge for packets that came before, whoever waits for it and however.
 */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <rte_interrupts.h>

#include "afx_intr.h"
#include "afx_log.h"
#include "afx_rx.h"
#include "afx_tx_kick.h"

/* Of the handle now. */
static uint16_t
nb_wakes(const struct rte_eth_dev *dev)
{
	return dev->intr_handle == NULL ? 0 : rte_intr_nb_efd_get(dev->intr_handle);
}

static int
wakes_open(struct rte_eth_dev *dev, uint16_t n)
{
	struct afx_dev *priv = dev->data->dev_private;
	struct rte_intr_handle *handle = dev->intr_handle;
	uint16_t i;
	int ret = 0;

	for (i = 0; i < n && ret == 0; i++) {
		struct afx_wake *wake = &priv->pairs[i].wake;

		wake->fd = epoll_create1(EPOLL_CLOEXEC);
		if (wake->fd < 0)
			return -errno;
		ret = rte_intr_efds_index_set(handle, i, wake->fd);
		if (ret == 0)
			ret = rte_intr_vec_list_index_set(handle, i, RTE_INTR_VEC_RXTX_OFFSET + i);
	}
	return ret;
}

/* VDEV with a counter of 0 bytes, as it comes: EAL does not read from the descriptors. */
static int
handle_make(struct rte_eth_dev *dev, uint16_t n)
{
	struct rte_intr_handle *handle = rte_intr_instance_alloc(RTE_INTR_INSTANCE_F_PRIVATE);
	int ret;

	if (handle == NULL)
		return -ENOMEM;
	dev->intr_handle = handle;
	ret = rte_intr_type_set(handle, RTE_INTR_HANDLE_VDEV);
	if (ret == 0)
		ret = rte_intr_fd_set(handle, -1);
	if (ret == 0)
		ret = rte_intr_vec_list_alloc(handle, "afx_intr", n);
	if (ret == 0)
		ret = wakes_open(dev, n);
	if (ret == 0)
		ret = rte_intr_nb_efd_set(handle, n);
	return ret;
}

int
afx_intr_configure(struct rte_eth_dev *dev)
{
	const struct afx_dev *priv = dev->data->dev_private;
	const uint16_t n = dev->data->dev_conf.intr_conf.rxq ? dev->data->nb_rx_queues : 0;
	int ret;

	if (n == nb_wakes(dev))
		return 0;
	afx_intr_release(dev);
	if (n == 0)
		return 0;
	ret = handle_make(dev, n);
	if (ret == 0)
		return 0;
	AFX_LOG(ERR, "%s: Rx interrupts for %u queues: %s", priv->cfg.iface, n, strerror(-ret));
	afx_intr_release(dev);
	return ret;
}

void
afx_intr_stop(struct rte_eth_dev *dev)
{
	struct afx_dev *priv = dev->data->dev_private;
	uint16_t i;

	for (i = 0; i < priv->cfg.queue_count; i++)
		priv->pairs[i].wake.wanted = false;
	if (dev->intr_handle != NULL)
		rte_intr_free_epoll_fd(dev->intr_handle);
}

void
afx_intr_release(struct rte_eth_dev *dev)
{
	struct afx_dev *priv = dev->data->dev_private;
	uint16_t i;

	if (dev->intr_handle == NULL)
		return;
	afx_intr_stop(dev);
	for (i = 0; i < priv->cfg.queue_count; i++) {
		if (priv->pairs[i].wake.fd >= 0)
			close(priv->pairs[i].wake.fd);
		priv->pairs[i].wake.fd = -1;
	}
	rte_intr_vec_list_free(dev->intr_handle);
	rte_intr_instance_free(dev->intr_handle);
	dev->intr_handle = NULL;
}

static void
socket_unwatch(struct afx_pair *pair)
{
	if (pair->wake.watched)
		epoll_ctl(pair->wake.fd, EPOLL_CTL_DEL, pair->sock.fd, NULL);
	pair->wake.watched = false;
}

/* Anew, since only that is sure to raise an edge: a socket that was found readable may stay so. */
static int
socket_watch(struct afx_pair *pair)
{
	struct epoll_event event = { .events = EPOLLIN };

	socket_unwatch(pair);
	if (epoll_ctl(pair->wake.fd, EPOLL_CTL_ADD, pair->sock.fd, &event) != 0)
		return -errno;
	pair->wake.watched = true;
	return 0;
}

void
afx_intr_suspend(struct afx_pair *pair)
{
	socket_unwatch(pair);
}

/* No burst tops up the fill ring from now on. Nothing comes, and nobody wakes, without buffers. */
static int
buffers_supply(struct afx_rxq *q)
{
	if (afx_rx_prefill(q) != 0)
		q->count.nombuf++;
	return q->fill.own != q->rx.own ? 0 : -ENOBUFS;
}

/* The kernel wakes us for what comes from now on; what is there may have been told of before. */
static int
arm(struct afx_pair *pair)
{
	struct afx_rxq *q = pair->rxq;
	int ret;

	ret = buffers_supply(q);
	if (ret == 0 && (!pair->wake.watched || afx_ring_avail(&q->rx, 1) != 0))
		ret = socket_watch(pair);
	if (ret != 0)
		return ret;
	afx_tx_kick_waiting(q->kick);
	if (afx_ring_needs_wakeup(&q->fill)) {
		q->count.wakeups++;
		afx_sock_rx_kick(q->fd);
	}
	return 0;
}

int
afx_intr_resume(struct afx_pair *pair)
{
	return pair->wake.wanted ? arm(pair) : 0;
}

int
afx_intr_enable(struct rte_eth_dev *dev, uint16_t queue)
{
	struct afx_dev *priv = dev->data->dev_private;
	struct afx_pair *pair = &priv->pairs[queue];
	int ret = 0;

	if (pair->wake.fd < 0)
		return -EINVAL;
	if (pair->running & AFX_HALF_RX)
		ret = arm(pair);
	if (ret == 0)
		pair->wake.wanted = true;
	return ret;
}

int
afx_intr_disable(struct rte_eth_dev *dev, uint16_t queue)
{
	struct afx_dev *priv = dev->data->dev_private;
	struct afx_pair *pair = &priv->pairs[queue];

	if (pair->wake.fd < 0)
		return -EINVAL;
	pair->wake.wanted = false;
	socket_unwatch(pair);
	return 0;
}
