/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <rte_ether.h>
#include <rte_mbuf.h>

#include "afx.h"
#include "afx_rx_filter.h"
#include "afx_rx_parse.h"

/* Of a tag's 16 bits, those that name the VLAN. */
#define VID_MASK 0xfff

static bool
passes(const uint64_t *vids, const struct rte_mbuf *m)
{
	const uint8_t *tci = rte_pktmbuf_mtod_offset(m, const uint8_t *, AFX_ETHER_LEN);
	uint16_t vid;

	if (m->data_len < AFX_ETHER_LEN + sizeof(vid) ||
	    afx_be16(tci - sizeof(vid)) != RTE_ETHER_TYPE_VLAN)
		return true;
	vid = afx_be16(tci) & VID_MASK;
	return vid == 0 || (__atomic_load_n(&vids[vid / 64], __ATOMIC_RELAXED) >> vid % 64 & 1);
}

uint16_t
afx_rx_filter(struct afx_rxq *q, const uint64_t *vids, struct rte_mbuf **pkts, uint16_t n)
{
	uint16_t left = 0;
	uint16_t i;

	for (i = 0; i < n; i++) {
		if (passes(vids, pkts[i])) {
			pkts[left++] = pkts[i];
			continue;
		}
		q->count.filtered_bytes += pkts[i]->pkt_len;
		rte_pktmbuf_free_seg(pkts[i]);
	}
	q->count.filtered += n - left;
	return left;
}
