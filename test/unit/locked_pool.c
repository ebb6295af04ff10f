/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Mempool ops "afx_locked": a stack under a lock, for tests under TSan, which
 * does not see into DPDK's shared objects. Linking this file registers them.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <rte_mempool.h>

struct stack {
	pthread_mutex_t lock;
	uint32_t n;
	void *objs[];
};

static int
stack_alloc(struct rte_mempool *mp)
{
	struct stack *stack = calloc(1, sizeof(*stack) + mp->size * sizeof(stack->objs[0]));

	if (stack == NULL)
		return -ENOMEM;
	pthread_mutex_init(&stack->lock, NULL);
	mp->pool_data = stack;
	return 0;
}

static void
stack_free(struct rte_mempool *mp)
{
	free(mp->pool_data);
}

static int
stack_put(struct rte_mempool *mp, void *const *objs, unsigned int n)
{
	struct stack *stack = mp->pool_data;

	pthread_mutex_lock(&stack->lock);
	memcpy(stack->objs + stack->n, objs, n * sizeof(objs[0]));
	stack->n += n;
	pthread_mutex_unlock(&stack->lock);
	return 0;
}

static int
stack_get(struct rte_mempool *mp, void **objs, unsigned int n)
{
	struct stack *stack = mp->pool_data;
	int ret = -ENOBUFS;

	pthread_mutex_lock(&stack->lock);
	if (stack->n >= n) {
		stack->n -= n;
		memcpy(objs, stack->objs + stack->n, n * sizeof(objs[0]));
		ret = 0;
	}
	pthread_mutex_unlock(&stack->lock);
	return ret;
}

static unsigned int
stack_count(const struct rte_mempool *mp)
{
	return ((struct stack *)mp->pool_data)->n;
}

static const struct rte_mempool_ops stack_ops = {
	.name = "afx_locked",
	.alloc = stack_alloc,
	.free = stack_free,
	.enqueue = stack_put,
	.dequeue = stack_get,
	.get_count = stack_count,
};

RTE_MEMPOOL_REGISTER_OPS(stack_ops);
