/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * AF_XDP and socket constants newer than the oldest headers we build against
 * (Debian 12: Linux 6.1). Values are kernel ABI, include/uapi/linux/if_xdp.h
 * and include/uapi/asm-generic/socket.h.
 */
#ifndef AFX_UAPI_H
#define AFX_UAPI_H

#include <linux/if_xdp.h>
#include <sys/socket.h>

#ifndef AF_XDP
#define AF_XDP 44
#endif

#ifndef SOL_XDP
#define SOL_XDP 283
#endif

/* Linux 5.11 */
#ifndef SO_PREFER_BUSY_POLL
#define SO_PREFER_BUSY_POLL 69
#endif
#ifndef SO_BUSY_POLL_BUDGET
#define SO_BUSY_POLL_BUDGET 70
#endif

/* Linux 5.14 */
#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

/* Linux 6.6: one packet in several descriptors; a bind flag */
#ifndef XDP_USE_SG
#define XDP_USE_SG (1 << 4)
#endif

/* Linux 6.11: struct xdp_umem_reg has a tx_metadata_len; a registration flag */
#ifndef XDP_UMEM_TX_METADATA_LEN
#define XDP_UMEM_TX_METADATA_LEN (1 << 2)
#endif

/* Linux 6.3: a program for one device, which may ask it for metadata; a load flag */
#ifndef BPF_F_XDP_DEV_BOUND_ONLY
#define BPF_F_XDP_DEV_BOUND_ONLY (1U << 6)
#endif

/* Linux 6.17: descriptors that one send call moves in copy mode, 32 without it. */
#ifndef XDP_MAX_TX_SKB_BUDGET
#define XDP_MAX_TX_SKB_BUDGET 9
#endif

#endif /* AFX_UAPI_H */
