/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <stdio.h>

#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

#include "cfg.h"
#include "pool.h"
#include "port.h"
#include "say.h"
#include "stream.h"

/* Of drivers that name no ring size of their own. */
#define RING_FALLBACK 512
/* What an AF_XDP port holds for each Rx descriptor: two in the fill ring, one in the Rx ring. */
#define RX_MBUFS 3
/* Enough for a port that is attached later with the default sizes. */
#define POOL_LEAST 8191

static struct rte_mempool *pools[RTE_MAX_NUMA_NODES];

static unsigned int
socket_of(uint16_t port)
{
	int socket = rte_eth_dev_socket_id(port);

	return socket < 0 || socket >= RTE_MAX_NUMA_NODES ? rte_socket_id() : (unsigned int)socket;
}

struct rte_mempool *
tp_pool_of(uint16_t port)
{
	return pools[socket_of(port)];
}

unsigned int
tp_pools_nb(void)
{
	unsigned int count = 0;
	unsigned int i;

	for (i = 0; i < RTE_DIM(pools); i++)
		count += pools[i] != NULL;
	return count;
}

/* Mbufs that the rings of all ports on the socket take: most at once, or least to work at all. */
static uint32_t
mbufs_taken(unsigned int socket, bool least)
{
	struct rte_eth_dev_info info;
	uint32_t rxd, txd, sum = 0;
	uint16_t port;

	RTE_ETH_FOREACH_DEV(port) {
		if (socket_of(port) != socket || rte_eth_dev_info_get(port, &info) < 0)
			continue;
		rxd = tp_cfg.rxd != 0 ? tp_cfg.rxd : info.default_rxportconf.ring_size;
		txd = tp_cfg.txd != 0 ? tp_cfg.txd : info.default_txportconf.ring_size;
		rxd = rxd != 0 ? rxd : RING_FALLBACK;
		txd = txd != 0 ? txd : RING_FALLBACK;
		sum += least ? tp_cfg.rxq * rxd : RX_MBUFS * tp_cfg.rxq * rxd + tp_cfg.txq * txd;
	}
	return sum + tp_cfg.burst;
}

static int
count_choose(unsigned int socket, uint32_t *count)
{
	uint32_t least = mbufs_taken(socket, true);
	/* A cache may hold one and a half times its size. */
	uint32_t caches = rte_lcore_count() * (tp_cfg.mbcache + tp_cfg.mbcache / 2 + tp_cfg.burst);

	*count = tp_cfg.total_mbufs;
	if (*count == 0)
		*count = RTE_MAX(mbufs_taken(socket, false) + caches, (uint32_t)POOL_LEAST);
	if (*count < least) {
		tp_error(
			"--total-num-mbufs=%u is too few: the Rx rings of all ports and a burst take %u",
			*count, least);
		return -EINVAL;
	}
	return 0;
}

static int
pool_make(unsigned int socket)
{
	char name[RTE_MEMPOOL_NAMESIZE];
	uint32_t count;
	int ret;

	ret = count_choose(socket, &count);
	if (ret < 0)
		return ret;
	snprintf(name, sizeof(name), "mb_pool_%u", socket);
	/* A cache must be smaller than two thirds of its pool. */
	pools[socket] = rte_pktmbuf_pool_create(name, count, RTE_MIN(tp_cfg.mbcache, count * 2 / 3),
						0, tp_cfg.mbuf_size, socket);
	if (pools[socket] != NULL)
		return 0;
	ret = -rte_errno;
	tp_error(
		"a pool of %u mbufs of %u bytes can not be made: %s; give EAL more memory (-m), or "
		"fewer or smaller mbufs (--total-num-mbufs, --mbuf-size)",
		count, tp_cfg.mbuf_size, rte_strerror(-ret));
	return ret;
}

int
tp_pools_make(void)
{
	unsigned int i;
	uint16_t port;
	int ret = 0;

	RTE_ETH_FOREACH_DEV(port) {
		i = socket_of(port);
		if (ret == 0 && pools[i] == NULL)
			ret = pool_make(i);
	}
	return ret;
}

void
tp_pools_free(void)
{
	unsigned int i;

	for (i = 0; i < RTE_DIM(pools); i++) {
		rte_mempool_free(pools[i]);
		pools[i] = NULL;
	}
}
