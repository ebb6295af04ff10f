/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The "netdev" generic netlink family (linux/netdev.h, Linux 6.3 on), which
 * the build host's headers may lack or know only in part: there these names
 * are enumerators, which cannot be guarded one by one, hence the prefix.
 * Values as in the BTF of Linux 6.18.
 */
#ifndef AFX_UAPI_NETDEV_H
#define AFX_UAPI_NETDEV_H

#define AFX_NETDEV_FAMILY_NAME "netdev"
#define AFX_NETDEV_FAMILY_VERSION 1

/* Requests: dev-get from 6.3, queue-get from 6.8, bind-tx from 6.16. */
#define AFX_NETDEV_CMD_DEV_GET 1
#define AFX_NETDEV_CMD_QUEUE_GET 10
#define AFX_NETDEV_CMD_BIND_TX 15

#define AFX_NETDEV_A_DEV_IFINDEX 1
#define AFX_NETDEV_A_DEV_XDP_FEATURES 3 /* u64 of AFX_NETDEV_XDP_ACT_* */

#define AFX_NETDEV_XDP_ACT_BASIC (UINT64_C(1) << 0)
#define AFX_NETDEV_XDP_ACT_REDIRECT (UINT64_C(1) << 1)
#define AFX_NETDEV_XDP_ACT_XSK_ZEROCOPY (UINT64_C(1) << 3)

#define AFX_NETDEV_A_QUEUE_ID 1
#define AFX_NETDEV_A_QUEUE_IFINDEX 2
#define AFX_NETDEV_A_QUEUE_TYPE 3
#define AFX_NETDEV_A_QUEUE_NAPI_ID 4
#define AFX_NETDEV_A_QUEUE_XSK 7 /* 6.15 on: an empty nest where an AF_XDP pool sits */

#define AFX_NETDEV_QUEUE_TYPE_RX 0
#define AFX_NETDEV_QUEUE_TYPE_TX 1

#endif /* AFX_UAPI_NETDEV_H */
