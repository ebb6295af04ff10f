/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#ifndef PORT_H
#define PORT_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_ethdev.h>

#include "stats.h"

enum tp_port_state {
	TP_PORT_GONE,
	TP_PORT_CLOSED,
	TP_PORT_STOPPED,
	TP_PORT_STARTED
};

struct tp_port {
	enum tp_port_state state;
	bool used; /* among the forwarding ports */
	bool intr; /* Rx queues can interrupt */
	bool removed; /* its device is gone; set by the interrupt thread */
	struct rte_device *device; /* a closed port's as well */
	uint16_t rxq, txq; /* as configured */
	struct rte_ether_addr mac;
	struct rte_eth_stats base; /* when the run began */
	struct tp_meter shown; /* of tp_show_stats() */
	char name[RTE_ETH_NAME_MAX_LEN];
};

extern struct tp_port tp_ports[RTE_MAX_ETHPORTS];
/* Ports that forward, in order. */
extern uint16_t tp_ports_used[RTE_MAX_ETHPORTS];
extern unsigned int tp_ports_used_nb;

/*
 * All of these run on the main lcore, return 0 or -errno, and say the reason in one sentence. Those
 * which change a port must not be called while it forwards.
 */

/* Note every port that EAL has, and which of them are used; watch for removals. */
int tp_ports_scan(void);
/* Configure with tp_cfg's queues; the port is stopped then. */
int tp_port_configure(uint16_t port);
/* Configures first, where that was not done yet, or the engine wants it otherwise. */
int tp_port_start(uint16_t port);
int tp_port_stop(uint16_t port);
int tp_port_close(uint16_t port);
/* Stops, resets and configures anew; the port is stopped afterwards. */
int tp_port_reset(uint16_t port);
int tp_port_mtu(uint16_t port, uint16_t mtu);
/*
 * Make the ports of a devargs string known, configured and used. One that EAL gives the number of a
 * closed port takes its place; the closed one's device goes then, as nothing names it any more.
 */
int tp_port_attach(const char *devargs);
/* Give the device of a stopped or closed port up, with all of its ports. */
int tp_port_detach(uint16_t port);

/* Close and detach ports whose device went away; true if there was one. */
bool tp_ports_reap(void);
/* Whether such a port is waiting for tp_ports_reap(). Any thread. */
bool tp_ports_removal(void);

/* Wait for links, 9 s at most as testpmd does, and print them. */
void tp_ports_link_wait(void);
void tp_ports_close_all(void);

/* False, with a sentence, if there is no such port. */
bool tp_port_check(uint16_t port);

/* One sentence about a call that failed for a port; ret is its -errno. Returns ret. */
int tp_port_failed(uint16_t port, const char *what, int ret);

#endif
