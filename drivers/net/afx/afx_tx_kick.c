/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>

#include <rte_branch_prediction.h>
#include <rte_cycles.h>

#include "afx_tx_kick.h"

uint32_t afx_tx_kick_owner = AFX_TX_KICK_PRIMARY;

/* For the one lcore that kicks. The kernel has kicks wait for each other anyway. */
static inline bool
kick_begin(struct afx_kick *k)
{
	uint32_t nobody = 0;

	return __atomic_compare_exchange_n(&k->busy, &nobody, afx_tx_kick_owner, false,
					   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

static inline void
kick_end(struct afx_kick *k)
{
	__atomic_store_n(&k->busy, 0, __ATOMIC_SEQ_CST);
}

void
afx_tx_kick_release(struct afx_kick *kick, uint32_t owner)
{
	__atomic_compare_exchange_n(&kick->busy, &owner, 0, false, __ATOMIC_SEQ_CST,
				    __ATOMIC_RELAXED);
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
 * call in any case. In a kick by the Rx lcore, the Tx lcore may have taken that
 * completion already, and used the slot again: then no place is known, and the
 * length that gets counted may be another frame's.
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
	if (i == end)
		return k->taken - 1;
	while (i != end && completed_since(k, i, from))
		i++;
	return i - 1;
}

/*
 * EBUSY is one frame dropped downstream, which the kernel has completed
 * (net/xdp/xsk.c, __xsk_generic_xmit).
 */
static __rte_noinline void
drop_count(struct afx_kick *k, uint32_t completed)
{
	const uint32_t dropped = dropped_find(k, completed);

	k->taken = dropped + 1;
	k->count.dropped++;
	k->count.dropped_bytes += afx_ring_desc(k->tx, dropped)->len;
}

/*
 * Counts a kick that failed with ret. taken and completed are the kernel's indexes
 * just before it. Returns whether it did something: some kernels publish their
 * place in the Tx ring late, so a completion counts as movement too.
 */
static __rte_noinline bool
failure_count(struct afx_kick *k, int ret, uint32_t taken, uint32_t completed)
{
	const bool moved = ret == -EBUSY || afx_ring_load(k->tx->cons) != taken ||
		afx_ring_load(k->comp->prod) != completed;

	k->count.again += ret == -EAGAIN;
	k->count.failed += ret != -EAGAIN && ret != -EBUSY;
	if (ret == -EBUSY)
		drop_count(k, completed);
	return moved;
}

/* One kick; *moved tells of a failed one whether the kernel did something. */
static inline int
kick_once(struct afx_kick *k, bool *moved)
{
	const uint32_t taken = afx_ring_load(k->tx->cons);
	const uint32_t completed = afx_ring_load(k->comp->prod);
	int ret;

	k->count.calls++;
	ret = afx_sock_tx_kick(k->fd);
	if (likely(ret == 0))
		return 0;
	*moved = failure_count(k, ret, taken, completed);
	return ret;
}

/* After a kick that failed: again while the kernel moves, as often as its batches take. */
static __rte_noinline int
kick_on(struct afx_txq *q, uint32_t pending, int ret, bool moved)
{
	uint32_t calls = (pending + q->kick_batch - 1) / q->kick_batch;

	while (calls-- != 0 && moved && ret != 0 && afx_ring_pending(&q->tx) != 0)
		ret = kick_once(q->kick, &moved);
	return ret;
}

/*
 * The flag says since when the Tx lcore has been away with work left. A new
 * value each time, so that the Rx lcore, which may be kicking for the last one,
 * does not take this one back; and not 0 while it is, whatever is left.
 */
static __rte_noinline void
flag_set(struct afx_txq *q, int ret)
{
	const bool waits =
		ret != 0 && ret != -ENXIO && (ret == -EALREADY || afx_ring_pending(&q->tx) != 0);

	__atomic_store_n(&q->kick->since, waits ? rte_rdtsc() : 0, __ATOMIC_SEQ_CST);
}

/*
 * afx_tx_kick() for a flag that is set: with the lock. The flag is cleared before
 * the lock is given back, so that who gets it sees that. Who finds the lock taken
 * tells of its work first and then looks again, and leaves it at that (-EALREADY):
 * the Rx lcore, which may be about to sleep, gives the lock back first and then
 * looks at the flag.
 */
static __rte_noinline int
kick_locked(struct afx_txq *q)
{
	const uint32_t pending = afx_ring_pending(&q->tx);
	bool moved;
	int ret;

	if (!kick_begin(q->kick)) {
		flag_set(q, -EALREADY);
		if (!kick_begin(q->kick))
			return -EALREADY;
	}
	ret = kick_once(q->kick, &moved);
	if (ret != 0)
		ret = kick_on(q, pending, ret, moved);
	flag_set(q, ret);
	kick_end(q->kick);
	return ret;
}

/*
 * The first kick without the lock failed with ret: counts it, goes on while the
 * kernel moves, and leaves the flag. Returns what the last one did.
 */
static __rte_noinline int
kick_failed(struct afx_txq *q, int ret, uint32_t taken, uint32_t completed)
{
	const bool moved = failure_count(q->kick, ret, taken, completed);

	ret = kick_on(q, q->tx.own - taken, ret, moved);
	if (ret != 0)
		flag_set(q, ret);
	return ret;
}

/*
 * The Rx lcore kicks only for a flag that is set, and only the Tx lcore sets
 * it: while it is clear, nobody else kicks, and no lock is needed. The kernel's
 * indexes are read behind the flag: what a kick of the Rx lcore did is not ours.
 * kick_once() is written out, and what may happen besides is elsewhere: this runs
 * once a burst, and the fewer values live across the call, the fewer registers
 * there are to save.
 */
int
afx_tx_kick(struct afx_txq *q)
{
	uint32_t completed;
	uint32_t taken;
	int ret;

	if (afx_ring_pending(&q->tx) == 0)
		return 0;
	if (!afx_ring_needs_wakeup(&q->tx)) {
		q->kick->count.saved++;
		return 0;
	}
	if (unlikely(__atomic_load_n(&q->kick->since, __ATOMIC_ACQUIRE) != 0))
		return kick_locked(q);
	taken = afx_ring_load(q->tx.cons);
	completed = afx_ring_load(q->comp.prod);
	q->kick->count.calls++;
	ret = afx_sock_tx_kick(q->kick->fd);
	return likely(ret == 0) ? 0 : kick_failed(q, ret, taken, completed);
}

/* Once, for a Tx lcore that is away since then; true if another time could do more. */
static bool
kick_for_tx(struct afx_kick *kick, uint64_t since, uint64_t now)
{
	bool moved = true;
	int ret;

	if (!kick_begin(kick))
		return false;
	if (__atomic_load_n(&kick->since, __ATOMIC_ACQUIRE) != since) {
		kick_end(kick);
		return true;
	}
	ret = kick_once(kick, &moved);
	kick_end(kick);
	/* The Tx lcore may come back right now: then its own value of the flag stands. */
	__atomic_compare_exchange_n(&kick->since, &since, ret == 0 || ret == -ENXIO ? 0 : now,
				    false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
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
