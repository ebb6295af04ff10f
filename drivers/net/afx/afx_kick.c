/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The two system calls of the data path, alone in a file so that the unit
 * tests can put a fake kernel in their place.
 */
#include <errno.h>
#include <sys/socket.h>

#include "afx_sock.h"
#include "afx_sock_share.h"

int
afx_sock_tx_kick(int fd)
{
	return sendto(afx_sock_share_fd(fd), NULL, 0, MSG_DONTWAIT, NULL, 0) < 0 ? -errno : 0;
}

int
afx_sock_rx_kick(int fd)
{
	return recvfrom(afx_sock_share_fd(fd), NULL, 0, MSG_DONTWAIT, NULL, NULL) < 0 ? -errno : 0;
}
