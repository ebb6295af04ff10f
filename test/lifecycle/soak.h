/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Random operations on ports under traffic of both directions, in epochs: after each
 * one all is still, and all is counted. Threads: main (operations), worker lcores
 * (bursts), one for each peer (the far end of a veth), one that reads statistics.
 */
#ifndef SOAK_H
#define SOAK_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_spinlock.h>

#include "app.h"

#define SOAK_PORTS 2
/* Of each port: single queues, and Rx and Tx halves without the other, are possible. */
#define SOAK_QUEUES 4
/* Of a peer's frames: ethertypes, which the kernel spreads over the queues. */
#define SOAK_FLOWS 8
/* Shortest frame that carries a number. */
#define SOAK_LEN_MIN 18

/* Who made a frame: its number is of that space. A byte of the destination address. */
enum {
	SOAK_SPACE_OWN, /* the workers */
	SOAK_SPACE_PEER, /* and one more for each peer */
	SOAK_SPACES = SOAK_SPACE_PEER + SOAK_PORTS,
};

/* What an epoch allows, and hence what can be counted exactly. */
enum soak_kind {
	SOAK_CALM, /* everything */
	SOAK_RESETS, /* statistics are reset meanwhile */
	SOAK_FLAPS, /* carrier and interface go down and up */
	SOAK_GONE, /* interfaces are deleted and moved */
	SOAK_KINDS,
};

/* A burst holds the lock; who stops the half, too. Workers only try, and leave it to who waits. */
struct soak_half {
	rte_spinlock_t lock;
	bool wanted; /* by main */
	bool runs;
};

struct soak_port {
	const char *name;
	const char *devargs;
	struct app_port conf;
	struct soak_half rx[SOAK_QUEUES];
	struct soak_half tx[SOAK_QUEUES];
	rte_spinlock_t control; /* the statistics thread keeps off while it is held */
	unsigned int detached; /* how often the XDP program was, in this epoch */
	struct rte_eth_stats carry; /* of queues that were set up anew, and of closed ports */
	/* workers, atomically */
	uint64_t received;
	uint64_t taken; /* by tx_burst */
	/* of each flow, under the lock of its queue */
	uint32_t last[SOAK_FLOWS];
};

extern struct soak_port soak_ports[SOAK_PORTS];
extern struct rte_mempool *soak_pools[];
extern const unsigned int soak_nb_pools;

/* soak.c: anything that should not be; counted, and told with the operation it came from. */
void soak_complain(const char *format, ...) __rte_format_printf(1, 2);
/* Tells of a return value other than wanted. Returns ret. */
int soak_expect(const char *what, const struct soak_port *port, int ret, int wanted);

/* Has the test do something outside: "down x0" and the like; waits until it is done. */
void soak_ask(const char *format, ...) __rte_format_printf(1, 2);
/* Removal events so far. */
unsigned int soak_removals(void);

/* Takes the lock, sleeping: who holds it may need this very core. */
void soak_lock(rte_spinlock_t *lock);
/* The calling thread may run on every core, not only on that of the lcore it comes from. */
void soak_run_anywhere(void);

/* soakrandom.c: the same sequence for the same seed. */
uint64_t soak_random(uint64_t *state);
/* 0 to n - 1 */
unsigned int soak_pick(uint64_t *state, unsigned int n);

/* soaktable.c: which frames were sent and came, by number. Any thread. */
enum soak_way {
	SOAK_TO_PEER,
	SOAK_TO_PORT,
	SOAK_WAYS,
};

void soak_table_init(void);
/* n new numbers; false if this epoch has no more. */
bool soak_numbers_take(unsigned int space, unsigned int n, uint32_t *first);
/* Half of them are used up: traffic may end soon. */
bool soak_numbers_out(void);
/* port: whose wire it is. */
void soak_table_sent(enum soak_way way, unsigned int port, unsigned int space, uint32_t number);
void soak_table_came(enum soak_way way, unsigned int port, unsigned int space, uint32_t number);
/* Frames that came more often than they were sent; then all begins anew. While nothing moves. */
unsigned int soak_table_excess(void);
unsigned int soak_frame_space(const char *data);
void soak_frame_space_set(char *data, unsigned int space);

/* soakwire.c: the peers. Each in the namespace, which has interfaces p0, p1, ... */
int soak_wires_start(const char *netns);
void soak_wires_end(void);
/* On return, all threads know. */
void soak_wires_send(bool on);
/* Until the peers have looked at all that has come. */
void soak_wires_drain(void);
/* The interfaces are new ones. */
int soak_wire_reopen(unsigned int port);
struct soak_wire_count {
	uint64_t sent; /* taken by the kernel */
	uint64_t came;
	uint64_t damaged;
	uint64_t passed; /* went by the port into the kernel's stack */
};
/* Since the last call. */
struct soak_wire_count soak_wire_take(unsigned int port);
/* Packets that have come, or were dropped at the peer's full socket, since the last take. */
uint64_t soak_wire_came(unsigned int port);

/* soakwork.c: the worker lcores. */
int soak_workers_start(uint64_t seed);
void soak_workers_end(void);
/* They run from start on. Paused: no burst, and no mbuf in their hands. */
void soak_workers_pause(bool pause);
/* Keep what comes, as much as there is room for; else it is looked at again and freed. */
void soak_workers_hold(bool hold);
uint64_t soak_workers_damaged(void);
uint64_t soak_workers_disorder(void);
/* While held, no worker makes mbufs that need a pool to have some. */
extern rte_spinlock_t soak_makers;

/* soakmake.c: mbufs of any kind with a frame; NULL if there is no memory. */
struct soak_frame {
	struct rte_mbuf *m;
	uint32_t number;
	bool good; /* may be sent */
};
int soak_make_init(void);
bool soak_make(uint64_t *random, struct rte_mempool *mp, uint32_t number, struct soak_frame *frame);
int soak_make_alive(void); /* external buffers */

/* soakport.c: the application's part; main thread. Bursts of a parked port wait. */
void soak_half_park(struct soak_half *half);
void soak_half_unpark(struct soak_half *half);
void soak_park(struct soak_port *port);
void soak_unpark(struct soak_port *port);
int soak_port_probe(struct soak_port *port);
/* Stopped or started: closed and removed. */
int soak_port_remove(struct soak_port *port);
int soak_port_setup(struct soak_port *port);
int soak_port_start(struct soak_port *port);
int soak_port_stop(struct soak_port *port);
/* port is parked. */
int soak_half_start(struct soak_port *port, uint16_t queue, bool rx);
int soak_half_stop(struct soak_port *port, uint16_t queue, bool rx);
void soak_halves_start(struct soak_port *port);
int soak_queue_resetup(struct soak_port *port, uint16_t queue, uint16_t nb_desc,
		       struct rte_mempool *mp);
struct rte_eth_stats soak_port_stats(const struct soak_port *port);

/* soakops.c */
void soak_op(enum soak_kind kind, uint64_t *random);
/* A random configuration. */
void soak_conf_pick(struct soak_port *port, uint64_t *random);

/* soakcycles.c: start and stop, over and over. */
int soak_cycles(void);

/* soakstats.c: reads, and with reset set also resets, until end. */
int soak_stats_start(void);
void soak_stats_reset(bool reset);
void soak_stats_end(void);

/* soakquiet.c */
/* All is still from there on, until soak_loud: ports are stopped, mbufs at home.
 * Has the numbers judged by what the kind of epoch promises. */
void soak_quiet(const char *kind);
void soak_loud(void);
/* What ports hold, beside what they held at the first call: complains. All ports are removed. */
void soak_resources_check(void);

#endif /* SOAK_H */
