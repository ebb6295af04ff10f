/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_ether.h>
#include <rte_launch.h>
#include <rte_lcore.h>

#include "calls.h"
#include "poller.h"

#define QUEUES_MAX 8
#define BURST 32
/* More than any pool of the tests has. */
#define HOARD_MAX 16384
/* A burst received behind a burst that was left. */
#define KEPT_MAX (2 * BURST)

const char *const poller_count_names[POLLER_NB_COUNTS] = {
	[POLLER_BURSTS] = "bursts",
	[POLLER_RECEIVED] = "received",
	[POLLER_DAMAGED] = "damaged",
	[POLLER_DISCARDED] = "discarded",
	[POLLER_OWN] = "own",
	[POLLER_TAKEN] = "taken",
	[POLLER_UNSENT] = "unsent",
	[POLLER_UNSENT_WRONG] = "unsent_wrong",
	[POLLER_RX_CALLS] = "rx_calls",
	[POLLER_TX_CALLS] = "tx_calls",
	[POLLER_RX_CALLS_MAX] = "rx_calls_max",
	[POLLER_TX_CALLS_MAX] = "tx_calls_max",
};

static struct app_port port;
static uint64_t counts[POLLER_NB_COUNTS];

static struct kept {
	struct rte_mbuf *pkts[KEPT_MAX];
	uint16_t n;
} kept[QUEUES_MAX];

static uint32_t next_number;
static uint64_t to_make;
static uint16_t type_to_make;
static uint64_t nb_kept; /* in all queues */

static struct rte_mbuf *hoard[HOARD_MAX];
static unsigned int nb_hoard;
static bool hoard_wanted;

/* Counted up by main: the worker stands while it is odd, and tells so in epoch_seen. */
static unsigned int epoch;
static unsigned int epoch_seen;
static bool ended;

static void
count(enum poller_count what, uint64_t n)
{
	__atomic_fetch_add(&counts[what], n, __ATOMIC_RELAXED);
}

static void
count_max(enum poller_count what, uint64_t n)
{
	if (n > poller_counted(what))
		__atomic_store_n(&counts[what], n, __ATOMIC_RELAXED);
}

uint64_t
poller_counted(enum poller_count what)
{
	return __atomic_load_n(&counts[what], __ATOMIC_RELAXED);
}

void
poller_maxima_reset(void)
{
	__atomic_store_n(&counts[POLLER_RX_CALLS_MAX], 0, __ATOMIC_RELAXED);
	__atomic_store_n(&counts[POLLER_TX_CALLS_MAX], 0, __ATOMIC_RELAXED);
}

static void
keep(struct kept *k, struct rte_mbuf *m)
{
	k->pkts[k->n++] = m;
}

/* What becomes of a frame received. */
static void
dispose(struct kept *k, struct rte_mbuf *m, bool to_hoard)
{
	if (to_hoard && nb_hoard < HOARD_MAX) {
		hoard[nb_hoard++] = m;
	} else if (k->n < KEPT_MAX) {
		keep(k, m);
	} else {
		rte_pktmbuf_free(m);
		count(POLLER_DISCARDED, 1);
	}
}

static void
receive(uint16_t queue)
{
	const bool to_hoard = __atomic_load_n(&hoard_wanted, __ATOMIC_ACQUIRE);
	struct rte_mbuf *pkts[BURST];
	uint16_t n = rte_eth_rx_burst(port.id, queue, pkts, BURST);
	uint16_t i;

	count(POLLER_RECEIVED, n);
	for (i = 0; i < n; i++) {
		count(POLLER_DAMAGED, !app_received_whole(pkts[i], port.id));
		app_frame_swap(pkts[i]);
		dispose(&kept[queue], pkts[i], to_hoard);
	}
	if (!to_hoard && nb_hoard != 0) {
		rte_pktmbuf_free_bulk(hoard, nb_hoard);
		nb_hoard = 0;
	}
}

static struct rte_mbuf *
own_make(void)
{
	const rte_be16_t type = rte_cpu_to_be_16(type_to_make);
	struct rte_mbuf *m = app_frame_make(port.mp, next_number, 60 + next_number % 1400);

	if (m == NULL)
		return NULL;
	memcpy(rte_pktmbuf_mtod(m, char *) + 2 * RTE_ETHER_ADDR_LEN, &type, sizeof(type));
	next_number++;
	count(POLLER_OWN, 1);
	return m;
}

/* At most a burst, and none before the last one is taken. */
static void
make(uint16_t queue)
{
	uint64_t left = __atomic_load_n(&to_make, __ATOMIC_ACQUIRE);
	const uint64_t before = left;
	struct kept *k = &kept[queue];
	struct rte_mbuf *m;
	uint16_t i;

	for (i = 0; i < BURST && left != 0 && k->n < BURST && (m = own_make()) != NULL; i++) {
		keep(k, m);
		left -= left != POLLER_ENDLESS;
	}
	if (left != before)
		__atomic_fetch_sub(&to_make, before - left, __ATOMIC_RELEASE);
}

/* What a burst did not take is as it was, and nobody else's. */
static bool
untouched(const struct rte_mbuf *m)
{
	return rte_mbuf_refcnt_read(m) == 1 && m->nb_segs == 1 && m->next == NULL &&
		m->pool == port.mp && app_frame_whole(m);
}

/* Not with nothing to send: what is in the ring then is the Rx burst's to get out. */
static void
transmit(uint16_t queue)
{
	struct kept *k = &kept[queue];
	uint16_t taken;

	if (k->n == 0)
		return;
	taken = rte_eth_tx_burst(port.id, queue, k->pkts, k->n);
	count(POLLER_TAKEN, taken);
	count(POLLER_UNSENT, k->n - taken);
	if (taken < k->n)
		count(POLLER_UNSENT_WRONG, !untouched(k->pkts[taken]));
	k->n -= taken;
	memmove(k->pkts, k->pkts + taken, k->n * sizeof(k->pkts[0]));
}

static void
turn(uint16_t queue)
{
	const uint16_t before = kept[queue].n;
	const struct calls at_first = calls_made();
	struct calls between, at_last;

	receive(queue);
	between = calls_made();
	make(queue);
	transmit(queue);
	at_last = calls_made();
	__atomic_fetch_add(&nb_kept, kept[queue].n - before, __ATOMIC_RELEASE);

	between.rx += between.tx - at_first.rx - at_first.tx;
	count(POLLER_RX_CALLS, between.rx);
	count_max(POLLER_RX_CALLS_MAX, between.rx);
	count(POLLER_TX_CALLS, at_last.tx - between.tx);
	count_max(POLLER_TX_CALLS_MAX, at_last.tx - between.tx);
	count(POLLER_BURSTS, 1);
}

static int
work(void *arg __rte_unused)
{
	unsigned int now;
	uint16_t queue;

	while (!__atomic_load_n(&ended, __ATOMIC_ACQUIRE)) {
		now = __atomic_load_n(&epoch, __ATOMIC_ACQUIRE);
		__atomic_store_n(&epoch_seen, now, __ATOMIC_RELEASE);
		for (queue = 0; queue < port.nb_rx && now % 2 == 0; queue++)
			turn(queue);
	}
	return 0;
}

int
poller_launch(const struct app_port *of)
{
	port = *of;
	if (port.nb_rx > QUEUES_MAX || port.nb_rx != port.nb_tx)
		return -EINVAL;
	epoch = 1;
	return rte_eal_remote_launch(work, NULL, rte_get_next_lcore(-1, true, false));
}

void
poller_stand(void)
{
	const unsigned int odd = epoch | 1;

	__atomic_store_n(&epoch, odd, __ATOMIC_RELEASE);
	while (__atomic_load_n(&epoch_seen, __ATOMIC_ACQUIRE) != odd)
		app_sleep_ms(1);
}

void
poller_run(void)
{
	__atomic_store_n(&epoch, epoch + epoch % 2, __ATOMIC_RELEASE);
}

void
poller_end(void)
{
	uint16_t queue;

	__atomic_store_n(&ended, true, __ATOMIC_RELEASE);
	rte_eal_wait_lcore(rte_get_next_lcore(-1, true, false));
	for (queue = 0; queue < port.nb_rx; queue++)
		rte_pktmbuf_free_bulk(kept[queue].pkts, kept[queue].n);
	rte_pktmbuf_free_bulk(hoard, nb_hoard);
}

void
poller_send(uint64_t frames, uint16_t type)
{
	type_to_make = type;
	__atomic_store_n(&to_make, frames, __ATOMIC_RELEASE);
}

void
poller_hoard(bool on)
{
	__atomic_store_n(&hoard_wanted, on, __ATOMIC_RELEASE);
}

uint64_t
poller_backlog(void)
{
	return __atomic_load_n(&to_make, __ATOMIC_ACQUIRE) +
		__atomic_load_n(&nb_kept, __ATOMIC_ACQUIRE);
}
