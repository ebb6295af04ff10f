/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <rte_interrupts.h>
#include <rte_pause.h>

#include "afx_ifops.h"
#include "afx_log.h"
#include "afx_watch.h"

/* True the first time. */
static bool
removal_note(struct afx_dev *priv)
{
	if (priv->gone)
		return false;
	priv->gone = true;
	AFX_LOG(WARNING,
		"%s: the interface was deleted or moved to another network namespace; close the "
		"port, or reset it once an interface of that name is back",
		priv->cfg.iface);
	return true;
}

/* Once, whichever thread sees it first. */
static void
program_lost_report(struct afx_dev *priv)
{
	if (__atomic_exchange_n(&priv->prog_lost, true, __ATOMIC_RELEASE))
		return;
	__atomic_fetch_add(&priv->prog_losses, 1, __ATOMIC_RELAXED);
	AFX_LOG(ERR,
		"%s: the XDP program was detached by someone else: nothing is received until the "
		"port is stopped and started again",
		priv->cfg.iface);
}

/*
 * Ours sits on a bpf_link, which somebody must have detached on purpose. A
 * notification may be older than our attach: it only makes us ask.
 */
static void
program_check(struct afx_dev *priv, const struct afx_netdev_event *event)
{
	const uint32_t own = __atomic_load_n(&priv->prog_id, __ATOMIC_ACQUIRE);

	if (own == 0 || event->xdp_id == own || event->xdp_id == UINT32_MAX)
		return;
	if (!event->answered) {
		afx_netdev_watch_ask(priv->watch_fd, priv->info.ifindex);
		return;
	}
	program_lost_report(priv);
}

void
afx_watch_program(struct afx_dev *priv)
{
	const uint32_t id = __atomic_load_n(&priv->prog_id, __ATOMIC_ACQUIRE);
	struct afx_netdev_info now;

	if (!afx_is_primary() || __atomic_load_n(&priv->prog_lost, __ATOMIC_RELAXED) ||
	    afx_prog_attached(id))
		return;
	/* The link of a deleted interface looks the same; that is told by the removal event. */
	if (afx_netdev_info_get(priv->cfg.iface, &now) != 0 || now.ifindex != priv->prog_ifindex)
		return;
	/* Still the same one, not another that a start has attached meanwhile. */
	if (__atomic_load_n(&priv->prog_id, __ATOMIC_ACQUIRE) == id)
		program_lost_report(priv);
}

static bool
port_still_there(const struct rte_eth_dev *dev, uint16_t port_id, const struct afx_dev *priv)
{
	return rte_eth_dev_is_valid_port(port_id) && dev->data->dev_private == priv;
}

/* The application may close the port in either of its own callbacks. */
static void
on_notice(void *arg)
{
	struct rte_eth_dev *dev = arg;
	struct afx_dev *priv = dev->data->dev_private;
	const uint16_t port_id = dev->data->port_id;
	struct afx_netdev_event event;
	bool removed;
	int ret;

	ret = afx_netdev_watch_read(priv->watch_fd, priv->info.ifindex, &event);
	if (ret == -ENOBUFS)
		afx_netdev_watch_ask(priv->watch_fd, priv->info.ifindex);
	removed = event.gone && removal_note(priv);
	if (!event.gone && (event.changed || event.answered))
		program_check(priv, &event);
	if ((event.changed || event.gone || ret == -ENOBUFS) && afx_link_update(dev, 0) == 0)
		rte_eth_dev_callback_process(dev, RTE_ETH_EVENT_INTR_LSC, NULL);
	if (removed && port_still_there(dev, port_id, priv))
		rte_eth_dev_callback_process(dev, RTE_ETH_EVENT_INTR_RMV, NULL);
}

int
afx_watch_start(struct rte_eth_dev *dev)
{
	struct afx_dev *priv = dev->data->dev_private;
	int ret;

	ret = afx_netdev_watch_open(&priv->watch_fd);
	if (ret != 0) {
		AFX_LOG(ERR, "%s: no notifications of link changes: %s", priv->cfg.iface,
			strerror(-ret));
		return ret;
	}
	priv->watch = rte_intr_instance_alloc(RTE_INTR_INSTANCE_F_PRIVATE);
	if (priv->watch == NULL) {
		ret = -ENOMEM;
		AFX_LOG(ERR, "%s: no notifications of link changes: %s", priv->cfg.iface,
			strerror(-ret));
		goto err_close;
	}
	rte_intr_fd_set(priv->watch, priv->watch_fd);
	rte_intr_type_set(priv->watch, RTE_INTR_HANDLE_EXT);
	ret = rte_intr_callback_register(priv->watch, on_notice, dev);
	if (ret == 0)
		return 0;
	AFX_LOG(ERR, "%s: no place in EAL's interrupt thread: %s", priv->cfg.iface, strerror(-ret));
	rte_intr_instance_free(priv->watch);
	priv->watch = NULL;
err_close:
	close(priv->watch_fd);
	priv->watch_fd = -1;
	return ret;
}

/* EAL hands over a copy of its own of the handle, and frees that itself. */
static void
fd_close(struct rte_intr_handle *handle, void *arg __rte_unused)
{
	close(rte_intr_fd_get(handle));
}

void
afx_watch_stop(struct afx_dev *priv)
{
	struct rte_intr_handle *handle = priv->watch;

	if (handle == NULL)
		return;
	priv->watch = NULL;
	priv->watch_fd = -1;
	while (rte_intr_callback_unregister(handle, on_notice, (void *)-1) == -EAGAIN) {
		/* Called by an event handler of the application, out of on_notice itself. */
		if (rte_thread_is_intr() &&
		    rte_intr_callback_unregister_pending(handle, on_notice, (void *)-1, fd_close) >=
			    0)
			goto free;
		rte_pause();
	}
	fd_close(handle, NULL);
free:
	rte_intr_instance_free(handle);
}
