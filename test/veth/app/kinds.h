/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#ifndef KINDS_H
#define KINDS_H

#include "app.h"

/* Pools that the makers draw from. */
struct kinds_pools {
	struct rte_mempool *own; /* the port's, if it has Rx queues */
	struct rte_mempool *foreign;
	struct rte_mempool *heads; /* mbufs without a buffer, to be attached */
};

/* A frame in some kind of mbuf. */
typedef struct rte_mbuf *(*kinds_make_t)(const struct kinds_pools *pools, uint32_t number,
					 uint16_t len);

extern const struct kinds_maker {
	const char *name;
	kinds_make_t make;
} kinds_makers[];
extern const unsigned int kinds_nb_makers;

/* External buffers that were made and not yet freed. */
extern int kinds_external_alive;

/* len bytes of data in one mbuf of mp, at offset off of its buffer. */
struct rte_mbuf *kinds_piece(struct rte_mempool *mp, const char *data, uint16_t len, uint16_t off);

#endif /* KINDS_H */
