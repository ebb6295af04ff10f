/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Objects to and from a mempool in bulk, where possible in place in the lcore's
 * cache: the mempool's own calls copy the pointers once more. Pools without
 * cache and threads without lcore id go through those calls. Any lcore.
 */
#ifndef AFX_POOL_H
#define AFX_POOL_H

#include <stdint.h>
#include <string.h>

#include <rte_branch_prediction.h>
#include <rte_mempool.h>

#include "afx_compat.h"

/* How many objects can be taken in place. cache is the lcore's, or NULL. */
static inline uint32_t
afx_pool_cached(const struct rte_mempool_cache *cache)
{
	return AFX_POOL_CACHE_IN_PLACE && cache != NULL ? cache->len : 0;
}

/*
 * Take n objects, at least one, in place: returns where they are in the cache,
 * valid until the next use of the pool. NULL if it has fewer; nothing is taken then.
 */
static inline void **
afx_pool_take_cached(struct rte_mempool_cache *cache, uint32_t n)
{
	if (unlikely(afx_pool_cached(cache) < n))
		return NULL;
	cache->len -= n;
	return &cache->objs[cache->len];
}

/*
 * Take n objects, in place or to spare, which has room for n: returns where they
 * are. NULL if the pool has fewer; nothing is taken then.
 */
static inline void **
afx_pool_take(struct rte_mempool *mp, struct rte_mempool_cache *cache, void **spare, uint32_t n)
{
	void **objs = afx_pool_take_cached(cache, n);

	if (likely(objs != NULL))
		return objs;
	return likely(rte_mempool_generic_get(mp, spare, n, cache) == 0) ? spare : NULL;
}

/*
 * Where up to n objects that go back to the pool are to be written in the cache,
 * before afx_pool_give_cached(). NULL if it has no room for them, or there is none.
 */
static inline void **
afx_pool_room_cached(struct rte_mempool_cache *cache, uint32_t n)
{
	if (!AFX_POOL_CACHE_IN_PLACE || cache == NULL || cache->len + n > cache->flushthresh)
		return NULL;
	return &cache->objs[cache->len];
}

/* Give back n objects that were written there. */
static inline void
afx_pool_give_cached(struct rte_mempool_cache *cache, uint32_t n)
{
	cache->len += n;
}

/*
 * The same although the cache, if there is one, has no room: in it, its older half
 * goes to the pool, or in spare, which has room for n. Before afx_pool_give(). A mempool
 * itself empties it, and fetches as many again for whoever allocates next, so that
 * bursts of the cache's size take all of their objects through the pool, one colder
 * than the other, from the first time that it overflows. Not for caches that n
 * would fill again at once.
 */
static inline void **
afx_pool_room_make(struct rte_mempool *mp, struct rte_mempool_cache *cache, void **spare,
		   uint32_t n)
{
	uint32_t older;

	if (!AFX_POOL_CACHE_IN_PLACE || cache == NULL || n > cache->flushthresh / 2)
		return spare;
	older = cache->len / 2;
	rte_mempool_generic_put(mp, cache->objs, older, NULL);
	cache->len -= older;
	memmove(cache->objs, &cache->objs[older], cache->len * sizeof(cache->objs[0]));
	return &cache->objs[cache->len];
}

/* Give back n objects that were written to room, which is what afx_pool_room_make() returned. */
static inline void
afx_pool_give(struct rte_mempool *mp, struct rte_mempool_cache *cache, void **room, void **spare,
	      uint32_t n)
{
	if (likely(room != spare))
		afx_pool_give_cached(cache, n);
	else if (n != 0)
		rte_mempool_generic_put(mp, spare, n, cache);
}

#endif /* AFX_POOL_H */
