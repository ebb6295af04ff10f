/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>

#include <rte_branch_prediction.h>
#include <rte_cycles.h>

#include "afx_tx_kick.h"

/* The kernel serialises kicks by a mutex anyway; who comes second would only wait. */
static inline bool
kick_begin(struct afx_kick *k)
{
	return __atomic_exchange_n(&k->busy, 1, __ATOMIC_ACQUIRE) == 0;
}

static inline void
kick_end(struct afx_kick *k)
{
	__atomic_store_n(&k->busy, 0, __ATOMIC_RELEASE);
}

/* Whether the descriptor at index has completed since the completion ring stood at from. */
static bool
completed_since(const struct afx_kick *k, uint32_t index, uint32_t from)
{
	const uint64_t addr = afx_ring_desc(k->tx, index)->addr;
	uint32_t i = afx_ring_load(k->comp->prod);

	while (i-- != from) {
		if (*afx_ring_addr(k->comp, i) == addr)
			return true;
	}
	return false;
}

/* First descriptor that the kernel may not have taken before this kick; within the ring. */
static uint32_t
untaken_first(const struct afx_kick *k, uint32_t end)
{
	const uint32_t published = afx_ring_load(k->tx->cons);

	return end - k->taken < end - published ? k->taken : published;
}

/*
 * Which descriptor the kernel has just dropped: the last one it took. Linux
 * 6.18 stops its published index short of it, others publish it at once. Those
 * that publish a batch later (6.12) leave behind what earlier kicks took, which
 * is skipped, and what this one took. The dropped one has completed within the
 * call in any case.
 */
static uint32_t
dropped_find(const struct afx_kick *k, uint32_t from)
{
	const uint32_t end = afx_ring_load(k->tx->prod);
	uint32_t i = untaken_first(k, end);

	if (i == end || (!completed_since(k, i, from) && completed_since(k, i - 1, from)))
		return i - 1;
	while (i != end && !completed_since(k, i, from))
		i++;
	while (i != end && completed_since(k, i, from))
		i++;
	return i - 1;
}

/*
 * One kick; true if the kernel moved. Some kernels publish their place in the
 * Tx ring late, so a completion counts as movement too. EBUSY is one frame
 * dropped downstream, which the kernel has completed (net/xdp/xsk.c,
 * __xsk_generic_xmit).
 */
static bool
kick_once(struct afx_kick *k, int *ret)
{
	const uint32_t taken = afx_ring_load(k->tx->cons);
	const uint32_t completed = afx_ring_load(k->comp->prod);
	uint32_t dropped;

	*ret = afx_sock_tx_kick(k->fd);
	k->count.calls++;
	if (unlikely(*ret == -EBUSY)) {
		dropped = dropped_find(k, completed);
		k->taken = dropped + 1;
		k->count.dropped++;
		k->count.dropped_bytes += afx_ring_desc(k->tx, dropped)->len;
		return true;
	}
	return afx_ring_load(k->tx->cons) != taken || afx_ring_load(k->comp->prod) != completed;
}

/*
 * The flag says since when the Tx lcore has been away with work left. A new
 * value each time, so that the Rx lcore, which may be kicking for the last one,
 * does not take this one back.
 */
static void
flag_set(struct afx_txq *q, int ret)
{
	const bool waits = ret != 0 && ret != -ENXIO && afx_ring_pending(&q->tx) != 0;

	__atomic_store_n(&q->kick->since, waits ? rte_rdtsc() : 0, __ATOMIC_RELAXED);
}

int
afx_tx_kick(struct afx_txq *q)
{
	const uint32_t pending = afx_ring_pending(&q->tx);
	uint32_t calls = 1 + (pending + q->kick_batch - 1) / q->kick_batch;
	int ret = -EALREADY;

	if (pending == 0 || !afx_ring_needs_wakeup(&q->tx))
		return 0;
	if (likely(kick_begin(q->kick))) {
		while (calls-- != 0 && kick_once(q->kick, &ret)) {
			if (ret == 0 || afx_ring_pending(&q->tx) == 0)
				break;
		}
		kick_end(q->kick);
	}
	flag_set(q, ret);
	return ret;
}

/* Once, for a Tx lcore that is away since then; true if the kernel moved. */
static bool
kick_for_tx(struct afx_kick *kick, uint64_t since, uint64_t now)
{
	uint64_t next;
	bool moved;
	int ret;

	if (!kick_begin(kick))
		return false;
	moved = kick_once(kick, &ret);
	kick_end(kick);
	/* The Tx lcore may come back right now: then its own value of the flag stands. */
	next = ret == 0 || ret == -ENXIO ? 0 : now;
	__atomic_compare_exchange_n(&kick->since, &since, next, false, __ATOMIC_RELAXED,
				    __ATOMIC_RELAXED);
	return moved;
}

void
afx_tx_kick_overdue(struct afx_kick *kick, uint64_t since)
{
	const uint64_t now = rte_rdtsc();

	if (now - since >= kick->delay)
		kick_for_tx(kick, since, now);
}

void
afx_tx_kick_waiting(struct afx_kick *kick)
{
	uint64_t since = __atomic_load_n(&kick->since, __ATOMIC_RELAXED);
	uint32_t calls;

	/* A queue without a Tx half has no ring, and puts nothing off. */
	for (calls = 0; since != 0 && calls < kick->tx->size; calls++) {
		if (!kick_for_tx(kick, since, rte_rdtsc()))
			return;
		since = __atomic_load_n(&kick->since, __ATOMIC_RELAXED);
	}
}

uint32_t
afx_tx_waiting(const struct afx_txq *q)
{
	const uint32_t prod = afx_ring_load(q->tx.prod);
	const uint32_t untaken = prod - afx_ring_load(q->tx.cons);
	const uint32_t completed = afx_ring_load(q->comp.prod) - q->comp.own;

	return RTE_MIN(untaken, q->outstanding - RTE_MIN(completed, q->outstanding));
}

uint64_t
afx_tx_waiting_bytes(const struct afx_txq *q)
{
	const uint32_t prod = afx_ring_load(q->tx.prod);
	const uint32_t n = afx_tx_waiting(q);
	uint64_t bytes = 0;
	uint32_t i;

	for (i = 1; i <= n; i++)
		bytes += afx_ring_desc(&q->tx, prod - i)->len;
	return bytes;
}
