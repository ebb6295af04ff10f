/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <stdio.h>

#include <rte_cycles.h>
#include <rte_debug.h>
#include <rte_ethdev.h>

#include "cost.h"

/* A frame over a real wire may take a while on a busy machine. */
#define LOOK_SECONDS 10

void
cost_look(const struct cost_group *group)
{
	const uint64_t deadline = rte_get_tsc_cycles() + LOOK_SECONDS * rte_get_tsc_hz();
	const uint8_t *data;
	struct rte_mbuf *m;
	uint16_t i;

	while (rte_eth_rx_burst(group->ports[0], 0, &m, 1) == 0) {
		if (rte_get_tsc_cycles() > deadline)
			rte_panic("port %u: nothing received\n", group->ports[0]);
	}
	printf("{\"look\": \"%s\", \"data_off\": %u, \"pkt_len\": %u, \"data_len\": %u, "
	       "\"bytes\": \"",
	       group->pmd, m->data_off, m->pkt_len, m->data_len);
	data = rte_pktmbuf_mtod(m, const uint8_t *);
	for (i = 0; i < m->data_len; i++)
		printf("%02x", data[i]);
	printf("\"}\n");
	rte_pktmbuf_free(m);
}
