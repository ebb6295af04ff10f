/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <stddef.h>

#include <rte_common.h>

#include "afx_burst.h"
#include "afx_rx.h"
#include "afx_rx_meta.h"
#include "afx_tx.h"

static const struct afx_burst rx_bursts[] = {
	{ afx_rx_burst, "AF_XDP" },
	{ afx_rx_burst_busy, "AF_XDP, busy polling" },
	{ afx_rx_burst_meta, "AF_XDP, software offloads" },
	{ afx_rx_burst_busy_meta, "AF_XDP, busy polling, software offloads" },
};

static const struct afx_burst tx_bursts[] = {
	{ afx_tx_burst, "AF_XDP" },
	{ afx_tx_burst_fast_free, "AF_XDP, fast free" },
	{ afx_tx_burst_offloads, "AF_XDP, offloads" },
	{ afx_tx_burst_fast_free_offloads, "AF_XDP, fast free, offloads" },
	{ afx_tx_burst_copy, "AF_XDP, copy mode" },
	{ afx_tx_burst_copy_fast_free, "AF_XDP, copy mode, fast free" },
	{ afx_tx_burst_copy_offloads, "AF_XDP, copy mode, offloads" },
	{ afx_tx_burst_copy_fast_free_offloads, "AF_XDP, copy mode, fast free, offloads" },
};

const struct afx_burst *
afx_burst_rx(bool busy, bool meta)
{
	return &rx_bursts[meta * 2 + busy];
}

const struct afx_burst *
afx_burst_tx(bool fast_free, bool offloads, bool copy)
{
	return &tx_bursts[copy * 4 + offloads * 2 + fast_free];
}

static const char *
name_in(const struct afx_burst *bursts, size_t n, const void *fn)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if ((const void *)bursts[i].fn == fn)
			return bursts[i].name;
	}
	return NULL;
}

const char *
afx_burst_name(const void *fn)
{
	const char *name = name_in(rx_bursts, RTE_DIM(rx_bursts), fn);

	return name != NULL ? name : name_in(tx_bursts, RTE_DIM(tx_bursts), fn);
}
