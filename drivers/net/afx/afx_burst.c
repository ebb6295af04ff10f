/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <stddef.h>

#include <rte_common.h>

#include "afx_burst.h"
#include "afx_rx.h"
#include "afx_tx.h"

static const struct afx_burst rx_bursts[] = {
	[false] = { afx_rx_burst, "AF_XDP" },
	[true] = { afx_rx_burst_busy, "AF_XDP, busy polling" },
};

static const struct afx_burst tx_bursts[] = {
	{ afx_tx_burst, "AF_XDP" },
	{ afx_tx_burst_fast_free, "AF_XDP, fast free" },
	{ afx_tx_burst_offloads, "AF_XDP, offloads" },
	{ afx_tx_burst_fast_free_offloads, "AF_XDP, fast free, offloads" },
};

const struct afx_burst *
afx_burst_rx(bool busy)
{
	return &rx_bursts[busy];
}

const struct afx_burst *
afx_burst_tx(bool fast_free, bool offloads)
{
	return &tx_bursts[offloads * 2 + fast_free];
}

const char *
afx_burst_name(const void *fn)
{
	size_t i;

	for (i = 0; i < RTE_DIM(rx_bursts); i++) {
		if ((const void *)rx_bursts[i].fn == fn)
			return rx_bursts[i].name;
	}
	for (i = 0; i < RTE_DIM(tx_bursts); i++) {
		if ((const void *)tx_bursts[i].fn == fn)
			return tx_bursts[i].name;
	}
	return NULL;
}
