/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The driver's objects. A port has queue pairs; Rx queue i and Tx queue i of a
 * port are the two halves of pair i, which owns one XSK. Each half is used by
 * one lcore, the two may differ, and the control thread looks on: fields of
 * different threads are on different cache lines.
 */
#ifndef AFX_H
#define AFX_H

#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_common.h>
#include <rte_eal.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

#include "afx_devargs.h"
#include "afx_netdev.h"
#include "afx_prog.h"
#include "afx_ring.h"
#include "afx_rx_meta.h"
#include "afx_sock.h"
#include "afx_state.h"
#include "afx_umem.h"

/* Ethernet header and one VLAN tag: a frame is that much longer than the MTU. */
#define AFX_FRAME_OVERHEAD 18
/* The largest MTU whose frames fit one chunk, a page; beyond that takes multi-buffer. */
#define AFX_MTU_MAX (AFX_CHUNK_MAX - AFX_XDP_HEADROOM - AFX_FRAME_OVERHEAD)
/* Ethernet header; the kernel drops what is shorter (net/xdp/xsk.c). */
#define AFX_FRAME_MIN 14

/* Destination and source of an Ethernet header: what lies before a tag. */
#define AFX_ADDRESSES_LEN 12

/* MAC addresses of a port: what larger NICs filter; the kernel has no limit, and goes promiscuous beyond the NIC's. */
#define AFX_MAC_ADDRS_MAX 128

/* The two sides of a queue pair; a bit each. */
enum afx_half {
	AFX_HALF_RX = 1,
	AFX_HALF_TX = 2,
};

struct afx_pair;
struct rte_ether_addr;
struct rte_intr_handle;

/* Counted by the lcore that kicks; read by control. */
struct afx_kick_counters {
	uint64_t calls; /* sendto */
	uint64_t dropped; /* EBUSY: frames that the kernel had taken and dropped */
	uint64_t dropped_bytes;
	uint64_t again; /* EAGAIN: more to do, or no room downstream */
	uint64_t failed; /* neither of the two, nor success */
	uint64_t saved; /* bursts with work whose ring did not ask; of the Tx lcore alone */
};

/*
 * The way of a Tx ring to the kernel. Kicked by the Tx lcore; where a temporary
 * error put a kick off, it raises since, and the Rx lcore, which looks at that
 * every burst, kicks once it is old. The rest is on a line of its own.
 */
struct afx_kick {
	uint64_t since; /* TSC cycles, 0: nothing waits */
	uint64_t delay; /* TSC cycles after which the Rx lcore kicks */

	/* the one lcore that kicks right now */
	uint32_t busy __rte_cache_aligned; /* its process, see afx_tx_kick_owner; 0: none */
	uint32_t taken; /* index in the Tx ring up to which the kernel is known to have taken */
	const struct afx_ring *tx;
	const struct afx_ring *comp;
	int fd;
	struct afx_kick_counters count;
} __rte_cache_aligned;

/* Counted by the Rx lcore; read by control. Packets unless said otherwise. */
struct afx_rx_counters {
	uint64_t packets;
	uint64_t bytes;
	uint64_t nombuf; /* refills that found too few mbufs in the pool */
	uint64_t wakeups; /* recvfrom calls */
	uint64_t filtered; /* by VLAN; of packets and bytes, which never fall */
	uint64_t filtered_bytes;
};

/* Extended statistics, by what they are about; see afx_xstats.h. */
enum {
	AFX_XSTAT_PROGRAM_LOST,
	AFX_XSTAT_PROGRAM_NATIVE,
	AFX_XSTATS_PORT,
};

enum {
	AFX_XSTAT_RX_DROPPED,
	AFX_XSTAT_RX_RING_FULL,
	AFX_XSTAT_RX_FILL_EMPTY,
	AFX_XSTAT_RX_INVALID,
	AFX_XSTATS_RX_KERNEL, /* before are the socket's, below our own */
	AFX_XSTAT_RX_REFILL_FAILURES = AFX_XSTATS_RX_KERNEL,
	AFX_XSTAT_RX_SYSCALLS,
	AFX_XSTAT_RX_VLAN_FILTERED,
	AFX_XSTAT_RX_ZEROCOPY,
	AFX_XSTATS_RX,
};

enum {
	AFX_XSTAT_TX_INVALID,
	AFX_XSTAT_TX_RING_EMPTY,
	AFX_XSTATS_TX_KERNEL,
	AFX_XSTAT_TX_DROPPED = AFX_XSTATS_TX_KERNEL,
	AFX_XSTAT_TX_UNSENT,
	AFX_XSTAT_TX_REFUSED,
	AFX_XSTAT_TX_REFUSED_OFFLOADS,
	AFX_XSTAT_TX_REFUSED_SHORT,
	AFX_XSTAT_TX_REFUSED_LONG,
	AFX_XSTAT_TX_REFUSED_SEGMENTS,
	AFX_XSTAT_TX_COPIED,
	AFX_XSTAT_TX_LINEARISED,
	AFX_XSTAT_TX_OFFLOADS,
	AFX_XSTAT_TX_SHORT_BURSTS,
	AFX_XSTAT_TX_SYSCALLS,
	AFX_XSTAT_TX_SYSCALLS_SAVED,
	AFX_XSTAT_TX_SYSCALLS_AGAIN,
	AFX_XSTAT_TX_SYSCALLS_FAILED,
	AFX_XSTAT_TX_ZEROCOPY,
	AFX_XSTATS_TX,
};

struct afx_rxq {
	/* Rx lcore, every burst */
	struct afx_ring rx;
	struct afx_ring fill;
	struct rte_mempool *mp;
	uint8_t *ledger; /* 1 where the chunk is with the kernel or in a ring */
	uintptr_t delta;
	uint64_t rearm; /* refcnt 1, nb_segs 1, port; data_off comes from the descriptor */
	struct afx_kick *kick;
	int fd;
	uint32_t out_max; /* most mbufs posted and not received, see afx_rx_supply_set() */
	struct afx_rx_counters count;
	const struct afx_rx_meta *meta; /* the port's */

	/* control */
	struct afx_pair *pair __rte_cache_aligned;
	struct afx_rx_counters base; /* count at the last reset */
	struct afx_umem umem;
	uint64_t missed; /* losses of the sockets closed so far */
	uint64_t missed_seen; /* all losses as last read, for secondary processes */
	uint64_t missed_base; /* of them, before the last reset */
	uint64_t xstats_base[AFX_XSTATS_RX]; /* at the last reset */
	uint16_t nb_desc;
	bool deferred; /* does not start with the port */
} __rte_cache_aligned;

/* Counted by the Tx lcore; read by control. Packets unless said otherwise. */
struct afx_tx_counters {
	uint64_t packets; /* descriptors handed to the Tx ring */
	uint64_t bytes;
	uint64_t refused; /* freed unsent: malformed, too long, bad offload request */
	uint64_t copied; /* data outside the UMEM, or several segments */
	uint64_t nombuf; /* bursts cut short: no mbuf to copy to */
	uint64_t offloads; /* given checksums or tags */
	uint64_t refused_offloads; /* of refused: asked for an offload */
};

/* Why an mbuf was refused that asked for no offload. */
enum {
	AFX_REFUSED_SHORT,
	AFX_REFUSED_LONG,
	AFX_REFUSED_SEGMENTS,
	AFX_REFUSALS,
};

/* As above, of mbufs that do not go out as they are. */
struct afx_tx_slow_counters {
	uint64_t refused[AFX_REFUSALS];
	uint64_t linearised; /* of the copied ones, those of several segments */
};

struct afx_txq {
	/* Tx lcore, every burst */
	struct afx_ring tx;
	struct afx_ring comp;
	struct rte_mempool *mp;
	uint16_t *ledger; /* what of a chunk is with the kernel or in a ring: afx_ledger.h */
	uintptr_t delta;
	uint32_t outstanding; /* descriptors posted and not completed */
	uint32_t reap_from; /* reap completions from that many outstanding on */
	uint32_t max_len; /* longest frame: by MTU and by the mempool's room */
	uint32_t kick_batch; /* descriptors a kick moves in copy mode */
	uint16_t buf_len; /* of the pool's mbufs */
	int fd;
	struct afx_kick *kick;
	struct afx_tx_counters count;
	uint64_t offers; /* what mbufs may ask for: afx_tx_offload.h */

	/* Tx lcore, seldom */
	struct afx_tx_slow_counters slow __rte_cache_aligned;

	/* control */
	struct afx_pair *pair __rte_cache_aligned;
	struct afx_tx_counters base; /* count at the last reset */
	struct afx_kick_counters kick_base; /* the same of kick */
	struct afx_umem umem;
	uint64_t unsent; /* posted, but never sent: found at stop */
	uint64_t unsent_bytes;
	uint64_t unsent_base; /* at the last reset */
	uint64_t unsent_bytes_base;
	uint64_t xstats_base[AFX_XSTATS_TX]; /* at the last reset */
	uint16_t nb_desc;
	uint16_t free_thresh; /* as set up */
	bool deferred; /* does not start with the port */
	uint64_t own_offloads; /* as set up: RTE_ETH_TX_OFFLOAD_*, besides the port's */
} __rte_cache_aligned;

/* The data path's fields end before control's begin. */
static_assert(offsetof(struct afx_rxq, pair) % RTE_CACHE_LINE_SIZE == 0, "Rx: shared line");
static_assert(offsetof(struct afx_txq, slow) % RTE_CACHE_LINE_SIZE == 0, "Tx: shared line");
static_assert(offsetof(struct afx_txq, pair) % RTE_CACHE_LINE_SIZE == 0, "Tx: shared line");
static_assert(offsetof(struct afx_kick, busy) == RTE_CACHE_LINE_SIZE, "kick: shared line");

/* What wakes an application that sleeps until packets come; see afx_intr.h. */
struct afx_wake {
	int fd; /* the application's; -1 without Rx interrupts */
	bool wanted; /* enabled by the application */
	bool watched; /* the socket is in fd's epoll instance */
};

/* One netdev queue and its XSK; control thread, but for kick and wake. */
struct afx_pair {
	struct afx_kick kick;
	struct afx_sock sock;
	struct afx_sock_stats closed; /* the kernel's counters of the sockets before */
	struct afx_sock_stats seen; /* and of all, when the primary process asked for them last */
	struct afx_rxq *rxq; /* NULL where the port has fewer Rx than Tx queues */
	struct afx_txq *txq; /* NULL where it has fewer Tx than Rx queues */
	struct afx_dev *dev;
	uint32_t queue; /* of the netdev */
	unsigned int running; /* of enum afx_half */
	bool bound; /* while any half runs */
	bool held; /* stopped, yet bound: a secondary process keeps the socket */
	bool shared; /* on another socket's registration */
	bool busy_poll;
	struct afx_wake wake; /* of the Rx lcore while the Rx half runs */
};

/* Offloads by software as they were asked for; see afx_port_offload_rx.h. */
struct afx_offload_rx {
	struct afx_rx_meta rx; /* as the port runs */
	uint32_t ptypes; /* layers that are asked for: RTE_PTYPE_*_MASK */
	uint64_t hash_types; /* RTE_ETH_RSS_*, of the hash in use, as hash_key */
	uint8_t hash_key[AFX_RX_HASH_KEY_LEN];
	bool ptypes_set; /* by rte_eth_dev_set_ptypes, which has the last word */
	bool meta; /* the port was started with a burst function that has the pass */
};

struct afx_dev {
	/*
	 * Control operations on queues against statistics, which other threads
	 * read (telemetry). Recursive; of the primary process.
	 */
	pthread_mutex_t lock;
	/* A look at the link and what is made of it, by control and interrupt thread. */
	pthread_mutex_t link_lock;
	bool started; /* the link counts; under link_lock */
	struct afx_cfg cfg;
	struct afx_netdev_info info; /* as at probe; refreshed at start */
	struct afx_prog *prog; /* NULL before the first start */
	struct rte_mempool *own_pool; /* of a port without Rx queues, while started */
	struct afx_umem own_umem;
	bool unreleased; /* the kernel kept a zero-copy queue beyond stop: its memory must stay */
	bool headroom_far; /* programs of others run on our frames and may use all of XDP's headroom */
	struct afx_pair *pairs; /* cfg.queue_count of them */
	struct afx_offload_rx offload;
	uint16_t port_id;
	int membership_fd; /* promiscuous, allmulticast, MAC addresses but the first */
	int multicast_fd; /* multicast; -1 without */
	unsigned int multicast_ifindex; /* of the interface that multicast_fd is about */
	uint32_t nb_multicast;
	struct rte_ether_addr *multicast; /* nb_multicast of them, as the application set them */
	int watch_fd; /* notifications of the interface, while the port exists */
	struct rte_intr_handle *watch;
	uint32_t speed_capa; /* RTE_ETH_LINK_SPEED_*, as at probe or configure; 0: unknown */
	uint64_t rss_types; /* RTE_ETH_RSS_*, as at probe or configure */
	uint64_t rss_refused; /* those whose change the interface's driver has refused */
	uint16_t rss_table_len; /* 0 without RSS */
	uint8_t rss_key_len;
	bool rss_key_given; /* at configure */
	uint8_t rss_key[AFX_NETDEV_RSS_KEY_MAX];
	bool gone; /* the interface was deleted or moved; raised once */
	bool prog_lost; /* someone detached our program; reported once; any thread, atomically */
	uint64_t prog_losses; /* programs that somebody detached; any thread, atomically */
	uint64_t prog_losses_base; /* at the last reset */
	uint32_t prog_id; /* of prog while attached by our link, else 0; for the interrupt thread */
	enum afx_prog_mode prog_mode; /* of prog, for any thread */
	bool prog_native; /* the same, or the dispatcher that it is in */
	unsigned int prog_ifindex; /* of the interface that prog is attached to */
	struct afx_led *led; /* NULL while it does not blink */
	struct afx_kstats *kstats; /* NULL without kstats=1 */
	struct afx_state_record before; /* settings to restore at close */
	struct afx_state state; /* the same, for after a kill */
};

/* Sockets, program and the port's lock are the primary process's; another looks at what it shares. */
static inline bool
afx_is_primary(void)
{
	return rte_eal_process_type() == RTE_PROC_PRIMARY;
}

#endif /* AFX_H */
