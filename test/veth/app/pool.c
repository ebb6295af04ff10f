/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <stdlib.h>
#include <string.h>

#include <rte_debug.h>
#include <rte_errno.h>
#include <rte_lcore.h>

#include "app.h"

#define POOLS_MAX 8
/* What the private areas are full of: neither 0 nor a likely piece of a frame. */
#define PRIV_BYTE 0xa5
/* What the buffers of free mbufs are full of: in no frame for more than a few bytes. */
#define FREE_BYTE 0x5a

static struct rte_mempool *pools[POOLS_MAX];
static unsigned int nb_pools;

static void
priv_fill(struct rte_mempool *mp, void *opaque __rte_unused, void *obj,
	  unsigned int index __rte_unused)
{
	memset(rte_mbuf_to_priv(obj), PRIV_BYTE, rte_pktmbuf_priv_size(mp));
}

bool
app_priv_untouched(struct rte_mbuf *m)
{
	const uint8_t *priv = rte_mbuf_to_priv(m);
	uint16_t i;

	for (i = 0; i < m->priv_size; i++) {
		if (priv[i] != PRIV_BYTE)
			return false;
	}
	return true;
}

struct rte_mempool *
app_pool_sized(const char *name, unsigned int mbufs, uint16_t room)
{
	struct rte_mempool *mp;

	mp = rte_pktmbuf_pool_create(name, mbufs, app_arg("cache", 250), app_arg("priv", 0), room,
				     SOCKET_ID_ANY);
	if (mp == NULL || nb_pools == POOLS_MAX)
		rte_panic("pool %s: %s\n", name, rte_strerror(rte_errno));
	rte_mempool_obj_iter(mp, priv_fill, NULL);
	pools[nb_pools++] = mp;
	return mp;
}

struct rte_mempool *
app_pool(const char *name)
{
	return app_pool_sized(name, app_arg("mbufs", 8192),
			      app_arg("room", RTE_MBUF_DEFAULT_BUF_SIZE));
}

static int
compare(const void *a, const void *b)
{
	const uintptr_t first = *(const uintptr_t *)a;
	const uintptr_t second = *(const uintptr_t *)b;

	return (first > second) - (first < second);
}

/* As rte_pktmbuf_alloc expects it to be. */
static bool
fit_for_use(struct rte_mbuf *m)
{
	return rte_mbuf_refcnt_read(m) == 1 && m->next == NULL && m->nb_segs == 1 &&
		RTE_MBUF_DIRECT(m) && m->buf_addr == rte_mbuf_buf_addr(m, m->pool);
}

/* All objects of mp, which the threads' caches may hold too, also other processes'. */
static unsigned int
take_all(struct rte_mempool *mp, struct rte_mbuf **objs, unsigned int max)
{
	struct rte_mempool_cache *cache;
	unsigned int n = 0;
	unsigned int lcore;

	for (lcore = 0; lcore < RTE_MAX_LCORE; lcore++) {
		cache = rte_mempool_default_cache(mp, lcore);
		if (cache != NULL)
			rte_mempool_cache_flush(cache, mp);
	}
	while (n < max && rte_mempool_generic_get(mp, (void **)&objs[n], 1, NULL) == 0)
		n++;
	return n;
}

unsigned int
app_pool_wrong(struct rte_mempool *mp)
{
	const unsigned int max = 2 * mp->populated_size;
	struct rte_mbuf **objs = calloc(max, sizeof(*objs));
	unsigned int sound = 0;
	unsigned int n;
	unsigned int i;

	if (objs == NULL)
		rte_panic("no memory for %u pointers\n", max);
	n = take_all(mp, objs, max);
	qsort(objs, n, sizeof(*objs), compare);
	for (i = 0; i < n; i++)
		sound += fit_for_use(objs[i]) && (i == 0 || objs[i] != objs[i - 1]);
	rte_mempool_generic_put(mp, (void **)objs, RTE_MIN(n, mp->populated_size), NULL);
	free(objs);
	return n - sound + mp->populated_size - sound;
}

unsigned int
app_pools_wrong(void)
{
	unsigned int wrong = 0;
	unsigned int i;

	for (i = 0; i < nb_pools; i++)
		wrong += app_pool_wrong(pools[i]);
	return wrong;
}

static void
buf_fill(struct rte_mempool *mp __rte_unused, void *opaque __rte_unused, void *obj,
	 unsigned int index __rte_unused)
{
	const struct rte_mbuf *m = obj;

	memset(m->buf_addr, FREE_BYTE, m->buf_len);
}

static void
buf_look(struct rte_mempool *mp __rte_unused, void *written, void *obj,
	 unsigned int index __rte_unused)
{
	const struct rte_mbuf *m = obj;
	const uint8_t *data = m->buf_addr;

	*(unsigned int *)written +=
		data[0] != FREE_BYTE || memcmp(data, data + 1, m->buf_len - 1) != 0;
}

unsigned int
app_pools_written(unsigned int ms)
{
	unsigned int written = 0;
	unsigned int i;

	for (i = 0; i < nb_pools; i++)
		rte_mempool_obj_iter(pools[i], buf_fill, NULL);
	app_sleep_ms(ms);
	for (i = 0; i < nb_pools; i++)
		rte_mempool_obj_iter(pools[i], buf_look, &written);
	return written;
}
