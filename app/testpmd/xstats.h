/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#ifndef XSTATS_H
#define XSTATS_H

#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

struct rte_eth_xstat_name;
struct rte_eth_xstat;

/* All on the main lcore. */

/* Extended statistics of a port as they are now; to be freed. count is 0 if there are none. */
struct tp_xstats {
	struct rte_eth_xstat_name *names;
	struct rte_eth_xstat *values;
	int count;
};

void tp_xstats_read(uint16_t port, struct tp_xstats *xstats);
void tp_xstats_free(struct tp_xstats *xstats);

/*
 * What AF_XDP drivers tell by xstats whose names end like the kernel's own (rx_ring_full and so on),
 * summed over the queues: counters, system calls, whether zero-copy was granted. A driver which has
 * none of them yields an empty line, and no members. packets is what the port received and sent.
 */
void tp_xstats_xsk_line(uint16_t port, uint64_t packets, char *line, size_t size);
void tp_xstats_xsk_json(uint16_t port, uint64_t packets, json_t *object);

/* Whether each of --display-xstats is one of a port in use. Returns 0, or -EINVAL, said. */
int tp_xstats_chosen_check(void);

/* Those of --display-xstats that the port has. */
void tp_xstats_chosen_print(uint16_t port);
void tp_xstats_chosen_json(uint16_t port, json_t *object);

#endif
