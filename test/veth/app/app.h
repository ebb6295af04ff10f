/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * A DPDK application for what stock testpmd can not do. One scenario a run; it
 * prints key=value lines, and at a checkpoint waits until the test lets it go.
 * The arguments behind EAL's: scenario name, then key=value; vdev= of each port.
 */
#ifndef APP_H
#define APP_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

/* The longest burst that the driver has to take. */
#define APP_BURST_MAX 512

/* More than any veth frame that a test makes. */
#define APP_FRAME_MAX 16384

/* Scenarios: return 0, or -errno of the step that should not have failed. */
int app_forward(void);
int app_hold(void);
int app_kinds(void);
int app_bursts(void);
int app_shared(void);
int app_refused(void);
int app_restarts(void);
int app_reopens(void);
int app_setup(void);
int app_control(void);
int app_halves(void);
int app_events(void);
int app_link(void);
int app_desc(void);
int app_intr(void);
int app_intr_rounds(void);
int app_hardware(void);
int app_features(void);
int app_offload(void);
int app_rss(void);
int app_multi(void);

/* talk.c: arguments, for any thread, and the conversation with the test: main thread. */
/* First of all, of each of the test programs: EAL, its arguments, and the word behind them; NULL: no. */
const char *app_begin(int argc, char **argv);
/* Says how a scenario ended that returned ret, and ends EAL; the exit code. */
int app_end(int ret);
unsigned long app_arg(const char *key, unsigned long otherwise);
/* The value of the nth argument with that key, from 0, or NULL. */
const char *app_arg_nth(const char *key, unsigned int n);
void app_say(const char *key, int64_t value);
/* key with a number behind it: app_say_of("tid", 1, 77) is "tid1=77". */
void app_say_of(const char *key, unsigned int index, int64_t value);
void app_say_str(const char *key, const char *value);
/*
 * Print "at=NAME" and wait for "go". Before that, "stats" is answered with what
 * app_port_say prints of each port, and "at=stats". Exits at end of file.
 */
void app_checkpoint(const char *name);

struct app_step {
	const char *name;
	int (*run)(void); /* what it returns is said as NAME= */
};

/* Do what steps=a,b,... names, with a checkpoint of that name after each. 0, or -EINVAL: no such step. */
int app_steps(const struct app_step *steps, unsigned int n);

/* pool.c */
/* By the arguments mbufs, room, priv and cache. Exits if there is no memory. */
struct rte_mempool *app_pool(const char *name);
struct rte_mempool *app_pool_sized(const char *name, unsigned int mbufs, uint16_t room);
/*
 * mbufs that are not in their pools, are there twice, or in no state to be used
 * again. While no thread and no port has any.
 */
unsigned int app_pool_wrong(struct rte_mempool *mp);
unsigned int app_pools_wrong(void); /* of all pools */
/* mbufs that somebody writes to within that time, though all are free. Overwrites their buffers. */
unsigned int app_pools_written(unsigned int ms);
/* The private area is as app_pool left it. */
bool app_priv_untouched(struct rte_mbuf *m);

/* port.c */
struct app_port {
	uint16_t id;
	uint16_t nb_rx;
	uint16_t nb_tx;
	uint16_t rxd;
	uint16_t txd;
	uint16_t mtu; /* 0: the interface's */
	bool events; /* link status by LSC events only; removal events */
	bool rx_intr;
	uint64_t tx_offloads; /* RTE_ETH_TX_OFFLOAD_* */
	struct rte_mempool *mp; /* of all Rx queues */
};

/* By the arguments nb_rx, nb_tx, rxd, txd and mtu. */
struct app_port app_port_default(uint16_t id, struct rte_mempool *mp);
/* Configure, set up the queues, without a word on failure: 0 or -errno. */
int app_port_setup(const struct app_port *port);
/* app_port_setup and start, promiscuous. */
int app_port_open(const struct app_port *port);
/* "p0_ipackets=5" and so on, and the link status. */
void app_port_say(uint16_t id);
int app_port_close(uint16_t id);
/* Open file descriptors, but for those that EAL opens and closes by itself. */
unsigned int app_fds(void);
/* Epoll instances; EAL's interrupt thread has one, which may be missing for a moment. */
unsigned int app_epolls(void);
void app_sleep_ms(unsigned int ms);
/*
 * Send all, or as many as 2 s allow; the rest is freed. Returns how many were
 * taken. The caller polls queue alone.
 */
uint16_t app_send(uint16_t port, uint16_t queue, struct rte_mbuf **pkts, uint16_t n);

/* frame.c: numbered frames with a payload that follows from number and length. */
void app_frame_init(void);
/* len bytes at to, 14 at least. */
void app_frame_write(char *to, uint32_t number, uint16_t len);
/* Of a frame of 18 bytes at least. */
uint32_t app_frame_number(const char *data);
/* The payload is what number and length say. */
bool app_frame_data_whole(const char *data, uint16_t len);
/* A frame of one segment that this or the test's generator made, headers aside. */
bool app_frame_whole(const struct rte_mbuf *m);
/* Received as it should be by port: state of the mbuf, private area, frame. */
bool app_received_whole(struct rte_mbuf *m, uint16_t port);
void app_frame_swap(struct rte_mbuf *m);
/* A frame in one mbuf of mp, or NULL if mp is empty. */
struct rte_mbuf *app_frame_make(struct rte_mempool *mp, uint32_t number, uint16_t len);
/* Length of frame number: runs through a table of all the odd ones up to 1518. */
uint16_t app_frame_len(uint32_t number);

#endif /* APP_H */
