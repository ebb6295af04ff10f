/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <rte_cycles.h>
#include <rte_epoll.h>
#include <rte_ethdev.h>
#include <rte_interrupts.h>

#include "port.h"
#include "stream.h"
#include "wait.h"

/* How late an end that is asked for may be noticed. */
#define WAIT_MS 100
/* Rounds without a packet before the first sleep: a stream of packets is not slowed down. */
#define QUIET_ROUNDS 1000
/* A ring of 512 descriptors holds what 500 kpps bring in this time. */
#define SLEEP_US 1000

static int
queue_add(struct tp_stream *stream)
{
	if (!tp_ports[stream->rx_port].intr)
		return -ENOTSUP;
	return rte_eth_dev_rx_intr_ctl_q(stream->rx_port, stream->rx_queue, RTE_EPOLL_PER_THREAD,
					 RTE_INTR_EVENT_ADD, stream);
}

static void
queues_remove(struct tp_lcore *lcore, unsigned int count)
{
	while (count-- > 0)
		rte_eth_dev_rx_intr_ctl_q(lcore->streams[count].rx_port,
					  lcore->streams[count].rx_queue, RTE_EPOLL_PER_THREAD,
					  RTE_INTR_EVENT_DEL, &lcore->streams[count]);
}

void
tp_wait_begin(struct tp_lcore *lcore)
{
	unsigned int i;

	lcore->armed = false;
	lcore->quiet = 0;
	for (i = 0; i < lcore->count && queue_add(&lcore->streams[i]) == 0; i++)
		;
	lcore->can_wait = i == lcore->count;
	if (!lcore->can_wait)
		queues_remove(lcore, i);
}

static void
interrupts_set(struct tp_lcore *lcore, bool on)
{
	unsigned int i;

	for (i = 0; i < lcore->count; i++) {
		if (on)
			rte_eth_dev_rx_intr_enable(lcore->streams[i].rx_port,
						   lcore->streams[i].rx_queue);
		else
			rte_eth_dev_rx_intr_disable(lcore->streams[i].rx_port,
						    lcore->streams[i].rx_queue);
	}
	lcore->armed = on;
}

void
tp_wait_end(struct tp_lcore *lcore)
{
	if (!lcore->can_wait)
		return;
	interrupts_set(lcore, false);
	queues_remove(lcore, lcore->count);
}

void
tp_wait_idle(struct tp_lcore *lcore)
{
	struct rte_epoll_event events[TP_MASK_BITS];

	if (!lcore->can_wait) {
		if (++lcore->quiet > QUIET_ROUNDS)
			rte_delay_us_sleep(SLEEP_US);
	} else if (!lcore->armed) {
		interrupts_set(lcore, true);
	} else {
		rte_epoll_wait(RTE_EPOLL_PER_THREAD, events, RTE_DIM(events), WAIT_MS);
		interrupts_set(lcore, false);
	}
}
