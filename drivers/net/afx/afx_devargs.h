/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * vdev arguments to a validated configuration. Pure: no syscall, no device.
 */
#ifndef AFX_DEVARGS_H
#define AFX_DEVARGS_H

#include <limits.h>
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* sockaddr_un's sun_path, NUL included: the longest dp_path a UNIX socket takes. */
#define AFX_DP_PATH_MAX 108
/* Ranges of keep=PORT-LIST after merging: plenty for a list written by hand. */
#define AFX_KEEP_RANGES_MAX 64
/* err_len that every sentence fits. */
#define AFX_DEVARGS_ERR_LEN 512
/* The incumbent's default, kept so that a command line moves unchanged. */
#define AFX_BUSY_BUDGET_DEFAULT 64
/* RTE_MAX_QUEUES_PER_PORT: more can not be configured through ethdev. */
#define AFX_QUEUES_MAX 1024

/* Where the XDP program is attached. */
enum afx_attach {
	AFX_ATTACH_AUTO, /* native, else generic */
	AFX_ATTACH_DRV, /* mode=drv: native only */
	AFX_ATTACH_SKB, /* mode=skb: generic only, always copies */
	AFX_ATTACH_HW, /* mode=hw: offloaded to the NIC */
};

/* Whether the kernel copies between its buffers and the UMEM. */
enum afx_copy {
	AFX_COPY_AUTO, /* zero-copy, else copy, and say why */
	AFX_COPY_FORCE, /* mode=copy, force_copy=1, or mode=skb, which always copies */
	AFX_COPY_NEVER, /* mode=zc: zero-copy or fail */
};

/* Traffic that the XDP program leaves to the kernel. */
enum afx_keep {
	AFX_KEEP_NONE,
	AFX_KEEP_MGMT, /* ARP, ND, DHCP, ICMPv6 and ssh */
	AFX_KEEP_PORTS, /* TCP and UDP destination ports of a list */
};

/* Whether queues on one mempool share a UMEM registration. */
enum afx_share {
	AFX_SHARE_AUTO, /* not given: share where it changes nothing else */
	AFX_SHARE_ON, /* shared_umem=1 */
	AFX_SHARE_OFF, /* shared_umem=0: every queue registers itself */
};

/* TCP and UDP destination ports, both ends included, host order, 1 <= first <= last. */
struct afx_port_range {
	uint16_t first;
	uint16_t last;
};

struct afx_cfg {
	char iface[IF_NAMESIZE];
	uint16_t start_queue;
	uint16_t queue_count;
	uint16_t busy_budget; /* 0 turns preferred busy polling off */
	uint16_t keep_nb_ranges; /* 0 unless keep is AFX_KEEP_PORTS */
	bool busy_budget_given; /* refusing it is then worth a warning */
	bool kstats; /* the interface's own counters are wanted */
	bool use_cni;
	bool use_pinned_map;
	bool csum_complete;
	enum afx_attach attach;
	enum afx_copy copy;
	enum afx_keep keep;
	enum afx_share share;
	/* ascending, neither overlapping nor adjacent */
	struct afx_port_range keep_ranges[AFX_KEEP_RANGES_MAX];
	char xdp_prog[PATH_MAX]; /* "" for our own program */
	char dp_path[AFX_DP_PATH_MAX]; /* "" unless given */
};

/* The parameter string that dpdk-pmdinfo.py prints. */
#define AFX_DEVARGS_HELP                                                        \
	"iface=<string> start_queue=<int> queue_count=<int> shared_umem=<0|1> " \
	"xdp_prog=<string> busy_budget=<int> force_copy=<0|1> use_cni=<0|1> "   \
	"use_pinned_map=<0|1> dp_path=<string> mode=<auto|zc|copy|drv|skb|hw> " \
	"keep=<none|mgmt|[port,first-last,...]> kstats=<0|1> csum_complete=<0|1>"

/*
 * Parse the argument string of one vdev ("iface=eth0,mode=zc", or the layered
 * form with bus=vdev, name= and driver=net_afx left in by EAL) into *cfg.
 *
 * Strict: unknown keys, repeated keys, keys without a value, empty arguments
 * (a trailing comma too), junk after numbers, booleans other than 0 and 1,
 * out-of-range values and contradictions are refused. mode= may be given twice
 * where the two choose different things: one of drv, skb, hw the attach mode,
 * one of auto, zc, copy the copy mode. Values can not contain '='. Paths are
 * not looked at.
 *
 * Returns 0, *cfg complete (defaults filled in, all unused bytes 0) and err "".
 * Else -EINVAL, or -ENOTSUP for an otherwise right use_cni=1 or
 * use_pinned_map=1 (not yet supported), or -ENOMEM; err then holds one
 * sentence without newline that names key, value and what is allowed, and *cfg
 * is undefined. err is NUL-terminated at any err_len > 0. args may be NULL:
 * then iface is missing. Any thread, no syscalls, no allocation kept.
 */
int afx_devargs_parse(const char *args, struct afx_cfg *cfg, char *err, size_t err_len);

#endif /* AFX_DEVARGS_H */
