/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * What an interface receives: memberships of packet sockets.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/if_packet.h>

#include "afx_netdev.h"

/* Protocol 0: bound to nothing, it receives nothing. */
static int
packet_socket_open(void)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

static int
membership_change(int fd, int change, unsigned int ifindex, unsigned short type)
{
	struct packet_mreq mreq = { .mr_ifindex = ifindex, .mr_type = type };

	return setsockopt(fd, SOL_PACKET, change, &mreq, sizeof(mreq)) == 0 ? 0 : -errno;
}

/*
 * A socket counts its additions, and one drop must undo them all, so that each
 * addition replaces the one before. A second socket holds the mode meanwhile.
 */
static int
membership_renew(int fd, unsigned int ifindex, unsigned short type)
{
	int bridge;
	int ret;

	bridge = packet_socket_open();
	if (bridge < 0)
		return bridge;
	ret = membership_change(bridge, PACKET_ADD_MEMBERSHIP, ifindex, type);
	if (ret == 0) {
		/* Nothing to drop is an error on some kernels and none on others. */
		membership_change(fd, PACKET_DROP_MEMBERSHIP, ifindex, type);
		ret = membership_change(fd, PACKET_ADD_MEMBERSHIP, ifindex, type);
	}
	close(bridge);
	return ret;
}

static int
membership_set(int *fd, unsigned int ifindex, unsigned short type, bool on)
{
	int made, ret;

	if (!on) {
		if (*fd >= 0)
			membership_change(*fd, PACKET_DROP_MEMBERSHIP, ifindex, type);
		return 0;
	}
	if (*fd >= 0)
		return membership_renew(*fd, ifindex, type);
	made = packet_socket_open();
	if (made < 0)
		return made;
	ret = membership_renew(made, ifindex, type);
	if (ret < 0)
		close(made);
	else
		*fd = made;
	return ret;
}

int
afx_netdev_promisc_set(int *fd, unsigned int ifindex, bool on)
{
	return membership_set(fd, ifindex, PACKET_MR_PROMISC, on);
}

int
afx_netdev_allmulti_set(int *fd, unsigned int ifindex, bool on)
{
	return membership_set(fd, ifindex, PACKET_MR_ALLMULTI, on);
}
