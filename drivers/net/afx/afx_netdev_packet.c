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

/* In a MAC address's first byte: multicast. */
#define GROUP_BIT 1

/* Protocol 0: bound to nothing, it receives nothing. */
static int
packet_socket_open(void)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

static int
membership_change(int fd, int change, const struct packet_mreq *mreq)
{
	return setsockopt(fd, SOL_PACKET, change, mreq, sizeof(*mreq)) == 0 ? 0 : -errno;
}

/*
 * A socket counts its additions, and one drop must undo them all, so that each
 * addition replaces the one before. A second socket holds the membership meanwhile.
 */
static int
membership_renew(int fd, const struct packet_mreq *mreq)
{
	int bridge;
	int ret;

	bridge = packet_socket_open();
	if (bridge < 0)
		return bridge;
	ret = membership_change(bridge, PACKET_ADD_MEMBERSHIP, mreq);
	if (ret == 0) {
		/* Nothing to drop is an error on some kernels and none on others. */
		membership_change(fd, PACKET_DROP_MEMBERSHIP, mreq);
		ret = membership_change(fd, PACKET_ADD_MEMBERSHIP, mreq);
	}
	close(bridge);
	return ret;
}

static int
membership_set(int *fd, const struct packet_mreq *mreq, bool on)
{
	int made, ret;

	if (!on) {
		if (*fd >= 0)
			membership_change(*fd, PACKET_DROP_MEMBERSHIP, mreq);
		return 0;
	}
	if (*fd >= 0)
		return membership_renew(*fd, mreq);
	made = packet_socket_open();
	if (made < 0)
		return made;
	ret = membership_change(made, PACKET_ADD_MEMBERSHIP, mreq);
	if (ret < 0)
		close(made);
	else
		*fd = made;
	return ret;
}

int
afx_netdev_promisc_set(int *fd, unsigned int ifindex, bool on)
{
	const struct packet_mreq mreq = { .mr_ifindex = ifindex, .mr_type = PACKET_MR_PROMISC };

	return membership_set(fd, &mreq, on);
}

int
afx_netdev_allmulti_set(int *fd, unsigned int ifindex, bool on)
{
	const struct packet_mreq mreq = { .mr_ifindex = ifindex, .mr_type = PACKET_MR_ALLMULTI };

	return membership_set(fd, &mreq, on);
}

static struct packet_mreq
address_mreq(unsigned int ifindex, const uint8_t mac[AFX_NETDEV_MAC_LEN])
{
	struct packet_mreq mreq = {
		.mr_ifindex = ifindex,
		.mr_type = (mac[0] & GROUP_BIT) != 0 ? PACKET_MR_MULTICAST : PACKET_MR_UNICAST,
		.mr_alen = AFX_NETDEV_MAC_LEN,
	};

	memcpy(mreq.mr_address, mac, AFX_NETDEV_MAC_LEN);
	return mreq;
}

int
afx_netdev_address_set(int *fd, unsigned int ifindex, const uint8_t mac[AFX_NETDEV_MAC_LEN],
		       bool on)
{
	const struct packet_mreq mreq = address_mreq(ifindex, mac);

	return membership_set(fd, &mreq, on);
}

int
afx_netdev_addresses_set(int *fd, unsigned int ifindex, const uint8_t *macs, unsigned int n)
{
	struct packet_mreq mreq;
	int made = -1;
	unsigned int i;
	int ret = 0;

	if (n != 0) {
		made = packet_socket_open();
		if (made < 0)
			return made;
	}
	for (i = 0; ret == 0 && i < n; i++) {
		mreq = address_mreq(ifindex, macs + i * AFX_NETDEV_MAC_LEN);
		ret = membership_change(made, PACKET_ADD_MEMBERSHIP, &mreq);
	}
	if (ret != 0) {
		close(made);
		return ret;
	}
	if (*fd >= 0)
		close(*fd);
	*fd = made;
	return 0;
}

void
afx_netdev_polls_wait(void)
{
	int fd = packet_socket_open();

	/* Unlike membarrier(2), close waits on one CPU and with nohz_full too (synchronize_net). */
	if (fd >= 0)
		close(fd);
}
