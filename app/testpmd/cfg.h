/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#ifndef CFG_H
#define CFG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_config.h>
#include <rte_ether.h>

/* As testpmd's: bursts live on a worker's stack, and no driver takes more at once. */
#define TP_BURST_MAX 512
/* As testpmd's --txpkts takes at most. */
#define TP_SEGS_MAX 8
/* Forwarding lcores and ports that a 64-bit mask can name. */
#define TP_MASK_BITS 64

struct tp_engine;

enum tp_topology {
	TP_PAIRED,
	TP_CHAINED,
	TP_LOOP
};

/* Packets per second, or bits of frames (without FCS) per second, of a port; 0 is no limit. */
struct tp_rate {
	uint64_t value;
	bool bits;
};

/*
 * What the user asked for. Written by cli.c before EAL starts, and by the prompt while nothing
 * forwards; lcores read it only when a run begins.
 */
struct tp_cfg {
	bool interactive, auto_start, tx_first, json, forever;
	bool no_flush_rx, no_link_check, no_device_start, no_rss;
	bool rss_udp, multi_flow, scatter, record_cycles, record_bursts;
	uint32_t stats_period, duration; /* seconds, 0: none */
	uint32_t nb_cores, nb_ports; /* 0: not given */
	uint64_t coremask, portmask; /* 0: not given */
	uint16_t rxq, txq, rxd, txd; /* descriptors 0: the driver's default */
	uint16_t burst, mbuf_size, mbcache, max_pkt_len;
	uint32_t total_mbufs; /* 0: as many as the queues take */
	uint32_t flows;
	uint64_t packets; /* 0: no limit */
	uint32_t drain_ms; /* how long what is under way may still come in */
	uint16_t segs, seg_len[TP_SEGS_MAX], pkt_len;
	uint32_t ip_src, ip_dst; /* host order */
	uint16_t udp_src, udp_dst;
	enum tp_topology topology;
	bool topology_given;
	struct tp_rate txrate;
	const struct tp_engine *engine;
	const char *write_file, *command_file, *xstats;
	struct rte_ether_addr peer[RTE_MAX_ETHPORTS];
};

extern struct tp_cfg tp_cfg;

/*
 * Take "64" or "64,128": the segments of each packet that is made here. Returns 0, or -EINVAL after
 * saying why not.
 */
int tp_cfg_txpkts(const char *value);

/*
 * Whether tp_cfg's segments fit into mbufs of tp_cfg's size: what makes packets trusts in that. Returns
 * 0, or -EINVAL after saying why not.
 */
int tp_cfg_segs_check(void);

/* Take a packet rate, "1000", "1.5Mpps", or a bit rate, "100Mbps". Returns 0, or -EINVAL, said. */
int tp_cfg_txrate(const char *value);

/* Take a forwarding mode by its name. Returns 0, or -EINVAL, said. */
int tp_cfg_engine(const char *value);

/* Take "PORT,MAC", the destination address of packets that leave PORT. Returns 0 or -EINVAL, said. */
int tp_cfg_peer(const char *value);

/* Take "SOURCE,DESTINATION" IPv4 addresses. Returns 0 or -EINVAL, said. */
int tp_cfg_ip(const char *value);

/* Take "SOURCE[,DESTINATION]" UDP ports. Returns 0 or -EINVAL, said. */
int tp_cfg_udp(const char *value);

/* Take a list such as 0,2-4 for portmask. Returns 0 or -EINVAL, said. */
int tp_cfg_portlist(const char *value);

/* Take paired, chained or loop. Returns 0 or -EINVAL, said. */
int tp_cfg_topology(const char *value);

/*
 * A whole number from min to max, decimal or 0x hexadecimal, without anything behind it. Returns 0 or
 * -EINVAL; says nothing.
 */
int tp_number(const char *text, uint64_t min, uint64_t max, uint64_t *number);

#endif
