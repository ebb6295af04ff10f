/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * What the afx_netdev*.c files share. Control thread, logs nothing.
 */
#ifndef AFX_NETDEV_PRIV_H
#define AFX_NETDEV_PRIV_H

struct ifreq;

/* iface's name goes into *ifr here, the request's argument before the call. 0 or -errno. */
int afx_netdev_ioctl(const char *iface, unsigned long request, struct ifreq *ifr);

/* SIOCETHTOOL with one of ethtool's structs, its cmd filled in. 0 or -errno: -EOPNOTSUPP where the driver has no such thing. */
int afx_netdev_ethtool(const char *iface, void *cmd);

#endif /* AFX_NETDEV_PRIV_H */
