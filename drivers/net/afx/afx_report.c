/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "afx_log.h"
#include "afx_report.h"

/* "zero-copy on N, copy on N" with the largest N. */
#define MODES_LEN 48

void
afx_report_risks(const struct afx_dev *priv)
{
	const struct afx_cfg *cfg = &priv->cfg;
	bool route = false;
	bool tcp = false;

	if (cfg->keep != AFX_KEEP_NONE || cfg->xdp_prog[0] != '\0')
		return;
	afx_netdev_has_default_route(priv->info.ifindex, &route);
	afx_netdev_has_tcp_session(priv->info.ifindex, &tcp);
	if (!route && !tcp)
		return;
	AFX_LOG(WARNING,
		"%s carries %s%s%s of this host, which its bound queues take from now on; keep=mgmt "
		"leaves ARP, ND, DHCP, ICMPv6 and ssh to the kernel",
		cfg->iface, route ? "the default route" : "", route && tcp ? " and " : "",
		tcp ? "an established TCP session" : "");
}

/* Queues below start_queue are other ports' business, and fewer channels would take ours away. */
static void
channels_warn(const struct afx_dev *priv, unsigned int nb_rx)
{
	const struct afx_cfg *cfg = &priv->cfg;
	const unsigned int channels = priv->info.rx_queues;
	char command[AFX_NETDEV_COMMAND_LEN] = "";

	if (nb_rx == 0 || nb_rx >= channels)
		return;
	if (cfg->start_queue == 0)
		afx_netdev_channels_command(cfg->iface, &priv->info, nb_rx, command,
					    sizeof(command));
	AFX_LOG(WARNING,
		"%s has %u channels, %u are bound: about %u/%u of the flows stay with the kernel, "
		"unless other ports take them; to take all, use queue_count=%u and as many Rx "
		"queues%s%s",
		cfg->iface, channels, nb_rx, channels - nb_rx, channels,
		channels - cfg->start_queue, command[0] != '\0' ? ", or run: " : "", command);
}

/* What the bound pairs have in common. */
struct summary {
	unsigned int bound;
	unsigned int zerocopy;
	unsigned int shared;
	unsigned int busy;
	unsigned int first; /* netdev queues */
	unsigned int last;
	const struct afx_umem *umem; /* of the first */
};

static void
summary_get(const struct afx_dev *priv, struct summary *sum)
{
	uint16_t i;

	*sum = (struct summary){ 0 };
	for (i = 0; i < priv->cfg.queue_count; i++) {
		const struct afx_pair *pair = &priv->pairs[i];

		if (!pair->bound)
			continue;
		if (sum->bound++ == 0) {
			sum->first = pair->queue;
			sum->umem = pair->rxq != NULL ? &pair->rxq->umem : &pair->txq->umem;
		}
		sum->last = pair->queue;
		sum->zerocopy += pair->sock.zerocopy;
		sum->shared += pair->shared;
		sum->busy += pair->busy_poll;
	}
}

static void
copy_mode_describe(const struct summary *sum, char *text, size_t len)
{
	if (sum->zerocopy == sum->bound || sum->zerocopy == 0)
		snprintf(text, len, "%s on each", sum->zerocopy != 0 ? "zero-copy" : "copy");
	else
		snprintf(text, len, "zero-copy on %u, copy on %u", sum->zerocopy,
			 sum->bound - sum->zerocopy);
}

static void
banner_log(const struct afx_dev *priv)
{
	const char *driver = priv->info.driver[0] != '\0' ? priv->info.driver : "driver unknown";
	const char *attach = afx_prog_mode_name(afx_prog_mode_get(priv->prog));
	char modes[MODES_LEN];
	struct summary sum;

	summary_get(priv, &sum);
	if (sum.bound == 0) {
		AFX_LOG(NOTICE, "%s (%s): %s XDP, no queue bound yet: all are deferred",
			priv->cfg.iface, driver, attach);
		return;
	}
	copy_mode_describe(&sum, modes, sizeof(modes));
	AFX_LOG(NOTICE,
		"%s (%s): %s XDP, queues %u-%u, %s; need_wakeup on; busy poll %s; UMEM %s %" PRIu64
		" KiB, %u of %u queues share it",
		priv->cfg.iface, driver, attach, sum.first, sum.last, modes,
		sum.busy == sum.bound   ? "on"
			: sum.busy != 0 ? "on some"
					: "off",
		sum.umem->mp->name, sum.umem->reg.len / 1024, sum.shared, sum.bound);
}

void
afx_report_started(const struct afx_dev *priv, unsigned int nb_rx)
{
	banner_log(priv);
	channels_warn(priv, nb_rx);
}
