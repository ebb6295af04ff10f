/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Every way to hold a frame in mbufs.
 */
#include <stdlib.h>
#include <string.h>

#include <rte_debug.h>

#include "kinds.h"

/* For a slice: what lies before the frame in the mbuf that it is a slice of. */
#define SLICE_LEAD 100
#define SEGS_MAX 5

int kinds_external_alive;

static const char *
frame_data(uint32_t number, uint16_t len)
{
	static char data[APP_FRAME_MAX];

	app_frame_write(data, number, len);
	return data;
}

struct rte_mbuf *
kinds_piece(struct rte_mempool *mp, const char *data, uint16_t len, uint16_t off)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(mp);

	if (m == NULL)
		rte_panic("pool %s is empty\n", mp->name);
	m->data_off = off;
	memcpy(rte_pktmbuf_append(m, len), data, len);
	return m;
}

static struct rte_mbuf *
piece(struct rte_mempool *mp, const char *data, uint16_t len)
{
	return kinds_piece(mp, data, len, RTE_PKTMBUF_HEADROOM);
}

/* The data of m behind another head; m lives on by that reference only. */
static struct rte_mbuf *
behind(struct rte_mempool *mp, struct rte_mbuf *m)
{
	struct rte_mbuf *head = rte_pktmbuf_clone(m, mp);

	if (head == NULL)
		rte_panic("pool %s is empty\n", mp->name);
	rte_pktmbuf_free(m);
	return head;
}

static void
external_free(void *addr, void *opaque __rte_unused)
{
	__atomic_fetch_sub(&kinds_external_alive, 1, __ATOMIC_RELAXED);
	free(addr);
}

static struct rte_mbuf *
external_piece(struct rte_mempool *mp, const char *data, uint16_t len)
{
	uint16_t room = len + sizeof(struct rte_mbuf_ext_shared_info) + sizeof(uintptr_t);
	struct rte_mbuf_ext_shared_info *shared;
	struct rte_mbuf *m = rte_pktmbuf_alloc(mp);
	char *buf = malloc(room);

	if (m == NULL || buf == NULL)
		rte_panic("no memory for an external buffer\n");
	shared = rte_pktmbuf_ext_shinfo_init_helper(buf, &room, external_free, NULL);
	rte_pktmbuf_attach_extbuf(m, buf, RTE_BAD_IOVA, room, shared);
	memcpy(rte_pktmbuf_append(m, len), data, len);
	__atomic_fetch_add(&kinds_external_alive, 1, __ATOMIC_RELAXED);
	return m;
}

static struct rte_mbuf *
make_direct(const struct kinds_pools *pools, uint32_t number, uint16_t len)
{
	return piece(pools->own, frame_data(number, len), len);
}

/* Anywhere in the buffer, its first and its last byte too. */
static struct rte_mbuf *
make_shifted(const struct kinds_pools *pools, uint32_t number, uint16_t len)
{
	const uint16_t last = rte_pktmbuf_data_room_size(pools->own) - len;
	const uint16_t off = number % 3 == 0 ? 0 : number % 3 == 1 ? last : number * 37 % last;

	return kinds_piece(pools->own, frame_data(number, len), len, off);
}

static struct rte_mbuf *
make_foreign(const struct kinds_pools *pools, uint32_t number, uint16_t len)
{
	return piece(pools->foreign, frame_data(number, len), len);
}

static struct rte_mbuf *
make_indirect(const struct kinds_pools *pools, uint32_t number, uint16_t len)
{
	return behind(pools->heads, make_direct(pools, number, len));
}

static struct rte_mbuf *
make_indirect_own_head(const struct kinds_pools *pools, uint32_t number, uint16_t len)
{
	return behind(pools->own, make_direct(pools, number, len));
}

static struct rte_mbuf *
make_indirect_foreign(const struct kinds_pools *pools, uint32_t number, uint16_t len)
{
	return behind(pools->own, make_foreign(pools, number, len));
}

static struct rte_mbuf *
make_indirect_foreign_head(const struct kinds_pools *pools, uint32_t number, uint16_t len)
{
	return behind(pools->foreign, make_direct(pools, number, len));
}

/* Not all of the direct mbuf's data, and not its beginning. */
static struct rte_mbuf *
make_slice(const struct kinds_pools *pools, uint32_t number, uint16_t len)
{
	struct rte_mbuf *m = kinds_piece(pools->own, frame_data(number, len), len,
					 RTE_PKTMBUF_HEADROOM + SLICE_LEAD);

	rte_pktmbuf_prepend(m, SLICE_LEAD);
	m = behind(pools->heads, m);
	rte_pktmbuf_adj(m, SLICE_LEAD);
	return m;
}

static struct rte_mbuf *
make_external(const struct kinds_pools *pools, uint32_t number, uint16_t len)
{
	return external_piece(pools->own, frame_data(number, len), len);
}

static struct rte_mbuf *
make_external_foreign(const struct kinds_pools *pools, uint32_t number, uint16_t len)
{
	return external_piece(pools->foreign, frame_data(number, len), len);
}

static struct rte_mbuf *
make_external_clone(const struct kinds_pools *pools, uint32_t number, uint16_t len)
{
	return behind(pools->heads, make_external(pools, number, len));
}

/* One segment of a chain whose segments are all different. */
static struct rte_mbuf *
any_piece(const struct kinds_pools *pools, unsigned int kind, const char *data, uint16_t len)
{
	switch (kind % 5) {
	case 0:
		return piece(pools->foreign, data, len);
	case 1:
		return behind(pools->heads, piece(pools->own, data, len));
	case 2:
		return external_piece(pools->own, data, len);
	case 3:
		return behind(pools->own, piece(pools->foreign, data, len));
	default:
		return piece(pools->own, data, len);
	}
}

/* Segments of any length, empty ones and a first one without a whole header too. */
static struct rte_mbuf *
chain(const struct kinds_pools *pools, uint32_t number, uint16_t len, unsigned int nb_segs,
      bool mixed)
{
	const char *data = frame_data(number, len);
	struct rte_mbuf *head = NULL;
	uint16_t done = 0;
	unsigned int i;

	for (i = 0; i < nb_segs; i++) {
		uint16_t left = len - done;
		uint16_t n = i + 1 == nb_segs ? left : (uint16_t)(number * (i + 3) % (left + 1u));
		struct rte_mbuf *m = mixed ? any_piece(pools, number + i, data + done, n)
					   : piece(pools->own, data + done, n);

		done += n;
		if (head == NULL)
			head = m;
		else if (rte_pktmbuf_chain(head, m) != 0)
			rte_panic("chain of %u segments\n", nb_segs);
	}
	return head;
}

static struct rte_mbuf *
make_chain(const struct kinds_pools *pools, uint32_t number, uint16_t len)
{
	return chain(pools, number, len, 2 + number % (SEGS_MAX - 1), false);
}

static struct rte_mbuf *
make_chain_mixed(const struct kinds_pools *pools, uint32_t number, uint16_t len)
{
	return chain(pools, number, len, 2 + number % (SEGS_MAX - 1), true);
}

static struct rte_mbuf *
make_chain_clone(const struct kinds_pools *pools, uint32_t number, uint16_t len)
{
	return behind(pools->heads, make_chain(pools, number, len));
}

static struct rte_mbuf *
make_any(const struct kinds_pools *pools, uint32_t number, uint16_t len)
{
	return kinds_makers[number % (kinds_nb_makers - 1)].make(pools, number, len);
}

/* The last one picks from the others. */
const struct kinds_maker kinds_makers[] = {
	{ "direct", make_direct },
	{ "shifted", make_shifted },
	{ "foreign", make_foreign },
	{ "indirect", make_indirect },
	{ "indirect_own_head", make_indirect_own_head },
	{ "indirect_foreign", make_indirect_foreign },
	{ "indirect_foreign_head", make_indirect_foreign_head },
	{ "slice", make_slice },
	{ "external", make_external },
	{ "external_foreign", make_external_foreign },
	{ "external_clone", make_external_clone },
	{ "chain", make_chain },
	{ "chain_mixed", make_chain_mixed },
	{ "chain_clone", make_chain_clone },
	{ "any", make_any },
};
const unsigned int kinds_nb_makers = RTE_DIM(kinds_makers);
