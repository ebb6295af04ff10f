/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Netlink transport, private to afx_netdev.c and the afx_netlink*.c files
 * behind afx_netdev.h. Control thread, logs nothing.
 */
#ifndef AFX_NETLINK_H
#define AFX_NETLINK_H

#include <stdbool.h>
#include <stdint.h>

#include <libmnl/libmnl.h>

/* A request of ours: a few fixed headers and at most four small attributes. */
#define AFX_NETLINK_REQ_LEN 256

struct afx_netdev_info;

/*
 * Send req on a new close-on-exec socket of the netlink protocol bus, give
 * each answer to cb (libmnl's contract; MNL_CB_STOP ends a dump early) and
 * close. req has NLM_F_DUMP or NLM_F_ACK; its sequence number is set here. An
 * interrupted dump (NLM_F_DUMP_INTR, a signal) starts over, so cb must bear
 * the same answer twice. Returns 0 or the kernel's -errno, also that of a
 * dump's end; -EOPNOTSUPP if the kernel lacks the bus, -ETIMEDOUT if it is
 * silent for 1 s.
 */
int afx_netlink_talk(int bus, struct nlmsghdr *req, mnl_cb_t cb, void *data);

/*
 * What RTM_GETLINK knows of *info: all but driver and numa_node; rx_queues and
 * tx_queues are those allocated, an upper bound. -ENODEV if there is no such interface.
 */
int afx_netlink_link_get(const char *iface, struct afx_netdev_info *info);

/*
 * True if an AF_XDP pool sits on Rx or Tx queue (queue-get's xsk nest, Linux
 * 6.15 on), also one still being released after its socket's close.
 * -EOPNOTSUPP where the kernel would not say, else fails as afx_netdev_napi_get.
 */
int afx_netlink_queue_has_xsk(unsigned int ifindex, uint32_t queue, bool *has);

#endif /* AFX_NETLINK_H */
