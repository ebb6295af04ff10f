/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include <ethdev_driver.h>
#include <rte_alarm.h>

#include "afx_log.h"
#include "afx_mp.h"
#include "afx_mp_settle.h"
#include "afx_pair.h"

/* Far less than a user notices, and seldom enough while a control thread has the lock, for 1 s at most. */
#define SETTLE_US 10000

/* No lcore polls: ethdev's bursts are dummies. */
static bool
port_stopped(const struct afx_dev *priv)
{
	bool stopped = !rte_eth_devices[priv->port_id].data->dev_started;
	uint16_t i;

	/* ethdev says so only after a start. */
	for (i = 0; i < priv->cfg.queue_count; i++)
		stopped &= priv->pairs[i].running == 0;
	return stopped;
}

/* True if secondary processes may have one that they have not. */
static bool
pairs_settle(struct afx_dev *priv)
{
	const bool stopped = port_stopped(priv);
	bool any = false;
	uint16_t i;

	for (i = 0; i < priv->cfg.queue_count; i++) {
		struct afx_pair *pair = &priv->pairs[i];

		if (pair->held && (stopped || pair->running != 0))
			any |= afx_pair_settle(pair) && pair->bound;
	}
	return any;
}

/* EAL's interrupt thread: who has the lock may wait for it. */
static void
on_alarm(void *arg)
{
	struct afx_dev *priv = arg;
	bool any;

	if (pthread_mutex_trylock(&priv->lock) != 0) {
		afx_mp_settle_soon(priv);
		return;
	}
	any = pairs_settle(priv);
	if (any)
		afx_mp_map_soon(priv);
	pthread_mutex_unlock(&priv->lock);
}

void
afx_mp_settle_soon(struct afx_dev *priv)
{
	int ret = rte_eal_alarm_set(SETTLE_US, on_alarm, priv);

	if (ret != 0)
		AFX_LOG(DEBUG, "%s: no alarm: %s; the next start or stop does it", priv->cfg.iface,
			strerror(-ret));
}

void
afx_mp_settle_cancel(struct afx_dev *priv)
{
	rte_eal_alarm_cancel(on_alarm, priv);
}
