/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#ifndef FAULT_H
#define FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "app.h"
#include "holdings.h"

/* What a port in use holds, and gives back. */
struct fault_state {
	struct holdings held;
	unsigned int live; /* pieces of malloc's, of driver and libraries */
	unsigned int prog; /* id of the XDP program on the interface */
	unsigned int mtu;
	unsigned int record; /* 1: of settings to be restored, in /run/afx */
	unsigned int wrong; /* mbufs that are not at home */
};

struct fault_state fault_state_get(const char *iface);
/* What there is now beside before: "fds+1,heap+2", or "nothing". */
void fault_state_left(const char *iface, const struct fault_state *before, char *text, size_t len);

/* The other end of the veth, by an AF_PACKET socket in its own namespace. */
int fault_wire_open(const char *netns, const char *peer);
/* Some frames to the port and back, or just from it if it has no Rx queue: 0 if all are whole. */
int fault_wire_exchange(const struct app_port *port);

#endif /* FAULT_H */
