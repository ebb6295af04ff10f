/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <string.h>

#include <rte_common.h>

#include "engine.h"

static const struct tp_engine *const engines[] = {
	&tp_fwd_io,      &tp_fwd_mac,      &tp_fwd_macswap, &tp_fwd_rxonly,  &tp_fwd_txonly,
	&tp_fwd_flowgen, &tp_fwd_icmpecho, &tp_fwd_dump,    &tp_fwd_latency, &tp_fwd_verify,
};

const struct tp_engine *
tp_engine_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < RTE_DIM(engines); i++) {
		if (strcmp(engines[i]->name, name) == 0)
			return engines[i];
	}
	return NULL;
}

const char *
tp_engine_names(void)
{
	static char names[128];
	size_t used = 0;
	unsigned int i;

	for (i = 0; i < RTE_DIM(engines); i++)
		used += snprintf(names + used, sizeof(names) - used, "%s%s", i > 0 ? "|" : "",
				 engines[i]->name);
	return names;
}
