/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>

#include <rte_mempool.h>

#include "kinds.h"
#include "soak.h"

/* The makers panic without an mbuf: what other lcores may take and cache meanwhile, and more. */
#define MBUFS_MIN 4096
#define AUX_MBUFS 4096
/* One in that many is in an odd mbuf, and of these one may not be sent at all. */
#define ODD_ONE_IN 4
#define BAD_ONE_IN 4
/* MTU 1500, Ethernet header and one VLAN tag. */
#define LEN_MAX 1518
/* Lies about a length by that much are caught like larger ones. */
#define LIE 1

static struct rte_mempool *foreign;
static struct rte_mempool *heads;

/* The makers share a buffer. */
rte_spinlock_t soak_makers = RTE_SPINLOCK_INITIALIZER;

int
soak_make_init(void)
{
	foreign = app_pool_sized("foreign", AUX_MBUFS, RTE_MBUF_DEFAULT_BUF_SIZE);
	heads = app_pool_sized("heads", AUX_MBUFS, 0);
	return 0;
}

int
soak_make_alive(void)
{
	return kinds_external_alive;
}

static uint16_t
len_pick(uint64_t *random)
{
	if (soak_pick(random, 16) == 0)
		return LEN_MAX;
	return SOAK_LEN_MIN + soak_pick(random, LEN_MAX + 1 - SOAK_LEN_MIN);
}

/* A mistake of an application. What the mbuf owns is freed all the same. */
static void
spoil(uint64_t *random, struct rte_mbuf *m)
{
	static const uint64_t requests[] = { RTE_MBUF_F_TX_TCP_SEG, RTE_MBUF_F_TX_IP_CKSUM,
					     RTE_MBUF_F_TX_VLAN, RTE_MBUF_F_TX_OUTER_IP_CKSUM };

	switch (soak_pick(random, 6)) {
	case 0:
		m->pkt_len += LIE;
		break;
	case 1:
		m->data_off = m->buf_len - m->data_len + LIE;
		break;
	case 2:
		m->nb_segs = 0;
		break;
	case 3:
		m->nb_segs = 2;
		break;
	case 4:
		m->pkt_len = m->data_len = RTE_ETHER_HDR_LEN - 1;
		break;
	default:
		m->ol_flags |= requests[soak_pick(random, RTE_DIM(requests))];
		break;
	}
}

/* Anything that can be sent. */
static struct rte_mbuf *
odd_make(uint64_t *random, struct rte_mempool *mp, uint32_t number, uint16_t len)
{
	const struct kinds_pools pools = { .own = mp, .foreign = foreign, .heads = heads };
	const unsigned int kind = soak_pick(random, kinds_nb_makers - 1);
	struct rte_mbuf *m = NULL;

	if (!rte_spinlock_trylock(&soak_makers))
		return NULL;
	if (rte_mempool_avail_count(mp) >= MBUFS_MIN)
		m = kinds_makers[kind].make(&pools, number, len);
	rte_spinlock_unlock(&soak_makers);
	return m;
}

bool
soak_make(uint64_t *random, struct rte_mempool *mp, uint32_t number, struct soak_frame *frame)
{
	const uint16_t len = len_pick(random);
	const bool odd = soak_pick(random, ODD_ONE_IN) == 0;
	const bool bad = odd && soak_pick(random, BAD_ONE_IN) == 0;

	*frame = (struct soak_frame){ .number = number, .good = !bad };
	if (odd && !bad)
		frame->m = odd_make(random, mp, number, len);
	else
		frame->m = app_frame_make(mp, number, len);
	if (bad && frame->m != NULL)
		spoil(random, frame->m);
	return frame->m != NULL;
}
