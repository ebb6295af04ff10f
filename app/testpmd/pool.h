/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#ifndef POOL_H
#define POOL_H

#include <stdint.h>

struct rte_mempool;

/*
 * A pool of mbufs on each socket that has ports, called mb_pool_SOCKET as testpmd's are; sockets that
 * have one keep it. Main lcore. Returns 0 or -errno, said: too few mbufs for the queues is -EINVAL.
 */
int tp_pools_make(void);
void tp_pools_free(void);
unsigned int tp_pools_nb(void);

/* The pool on the port's socket. */
struct rte_mempool *tp_pool_of(uint16_t port);

#endif
