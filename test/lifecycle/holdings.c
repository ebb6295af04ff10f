/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <stdio.h>
#include <string.h>

#include <rte_malloc.h>
#include <rte_memzone.h>

#include "app.h"
#include "holdings.h"

/* A line of /proc/self/maps that matters here. */
#define LINE_LEN 256

static unsigned int
ring_mappings(void)
{
	FILE *f = fopen("/proc/self/maps", "re");
	char line[LINE_LEN];
	unsigned int n = 0;

	if (f == NULL)
		return UINT32_MAX;
	while (fgets(line, sizeof(line), f) != NULL)
		n += strstr(line, " socket:[") != NULL;
	fclose(f);
	return n;
}

static void
memzone_count(const struct rte_memzone *mz __rte_unused, void *arg)
{
	++*(unsigned int *)arg;
}

static unsigned int
heap_pieces(void)
{
	struct rte_malloc_socket_stats stats;
	unsigned int n = 0;
	unsigned int i;

	for (i = 0; i < RTE_MAX_NUMA_NODES; i++) {
		if (rte_malloc_get_socket_stats(i, &stats) == 0)
			n += stats.alloc_count;
	}
	return n;
}

struct holdings
holdings_get(void)
{
	struct holdings now = {
		.fds = app_fds(),
		.rings = ring_mappings(),
		.heap = heap_pieces(),
	};

	rte_memzone_walk(memzone_count, &now.memzones);
	return now;
}
