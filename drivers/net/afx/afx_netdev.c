/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * What an interface is, by ioctl, ethtool, sysfs and procfs.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <linux/ethtool.h>
#include <linux/sockios.h>

#include "afx_netdev.h"
#include "afx_netdev_priv.h"
#include "afx_netlink.h"

/* "/sys/class/net/" + a name of 15 + "/device/numa_node", rounded up. */
#define SYSFS_PATH_LEN 64
/* A number, or a hardware address of up to 32 bytes as "xx:" each: MAX_ADDR_LEN. */
#define SYSFS_TEXT_LEN 128

int
afx_netdev_ioctl(const char *iface, unsigned long request, struct ifreq *ifr)
{
	int ret = 0;
	int fd;

	if (strlen(iface) >= sizeof(ifr->ifr_name))
		return -ENODEV;
	strcpy(ifr->ifr_name, iface);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (ioctl(fd, request, ifr) != 0)
		ret = -errno;
	close(fd);
	return ret;
}

int
afx_netdev_ethtool(const char *iface, void *cmd)
{
	struct ifreq ifr = { .ifr_data = cmd };

	return afx_netdev_ioctl(iface, SIOCETHTOOL, &ifr);
}

/* First line of a sysfs file of iface, without its newline. */
static int
sysfs_read(const char *iface, const char *file, char text[SYSFS_TEXT_LEN])
{
	char path[SYSFS_PATH_LEN];
	FILE *f;
	int ret;

	snprintf(path, sizeof(path), "/sys/class/net/%s/%s", iface, file);
	f = fopen(path, "re");
	if (f == NULL)
		return -errno;
	ret = fgets(text, SYSFS_TEXT_LEN, f) == NULL ? -EIO : 0;
	fclose(f);
	if (ret == 0)
		text[strcspn(text, "\n")] = '\0';
	return ret;
}

/* Another interface may have this name where sysfs was mounted: index and address agree with ours alone. */
bool
afx_netdev_in_sysfs(const char *iface, const struct afx_netdev_info *info)
{
	const uint8_t *mac = info->mac;
	char text[SYSFS_TEXT_LEN];
	char address[SYSFS_TEXT_LEN];

	snprintf(address, sizeof(address), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
		 mac[3], mac[4], mac[5]);
	if (sysfs_read(iface, "ifindex", text) != 0 || strtoul(text, NULL, 10) != info->ifindex)
		return false;
	return sysfs_read(iface, "address", text) == 0 && strcmp(text, address) == 0;
}

static void
sysfs_queues_get(const char *iface, struct afx_netdev_info *info)
{
	char path[SYSFS_PATH_LEN];
	uint32_t rx = 0, tx = 0;
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/class/net/%s/queues", iface);
	dir = opendir(path);
	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		rx += strncmp(entry->d_name, "rx-", 3) == 0;
		tx += strncmp(entry->d_name, "tx-", 3) == 0;
	}
	closedir(dir);
	/* Without CONFIG_RPS or XPS one kind is not listed at all. */
	info->rx_queues = rx != 0 ? rx : info->rx_queues;
	info->tx_queues = tx != 0 ? tx : info->tx_queues;
}

static void
queues_get(const char *iface, bool sysfs, struct afx_netdev_info *info)
{
	struct ethtool_channels channels = { .cmd = ETHTOOL_GCHANNELS };
	uint32_t rx, tx;

	if (afx_netdev_ethtool(iface, &channels) == 0) {
		rx = channels.combined_count + channels.rx_count;
		tx = channels.combined_count + channels.tx_count;
		if (rx != 0 || tx != 0) {
			info->rx_queues = rx;
			info->tx_queues = tx;
			info->rx_tx_channels = channels.max_combined == 0;
			return;
		}
	}
	if (sysfs)
		sysfs_queues_get(iface, info);
}

void
afx_netdev_channels_command(const char *iface, const struct afx_netdev_info *info, uint32_t n,
			    char *text, size_t len)
{
	if (info->rx_tx_channels)
		snprintf(text, len, "ethtool -L %s rx %u tx %u", iface, n, n);
	else
		snprintf(text, len, "ethtool -L %s combined %u", iface, n);
}

int
afx_netdev_info_get(const char *iface, struct afx_netdev_info *info)
{
	struct ethtool_drvinfo drvinfo = { .cmd = ETHTOOL_GDRVINFO };
	struct afx_netdev_info found;
	char text[SYSFS_TEXT_LEN];
	bool sysfs;
	int ret;

	ret = afx_netlink_link_get(iface, &found);
	if (ret < 0)
		return ret;
	sysfs = afx_netdev_in_sysfs(iface, &found);
	queues_get(iface, sysfs, &found);
	found.numa_node = -1;
	if (sysfs && sysfs_read(iface, "device/numa_node", text) == 0)
		found.numa_node = strtol(text, NULL, 10);
	if (afx_netdev_ethtool(iface, &drvinfo) == 0)
		memcpy(found.driver, drvinfo.driver, sizeof(found.driver) - 1);
	*info = found;
	return 0;
}

int
afx_netdev_mtu_set(const char *iface, uint32_t mtu)
{
	struct ifreq ifr = { .ifr_mtu = mtu };

	return afx_netdev_ioctl(iface, SIOCSIFMTU, &ifr);
}

int
afx_netdev_mac_set(const char *iface, const uint8_t mac[AFX_NETDEV_MAC_LEN])
{
	struct ifreq ifr = { .ifr_hwaddr.sa_family = ARPHRD_ETHER };

	memcpy(ifr.ifr_hwaddr.sa_data, mac, AFX_NETDEV_MAC_LEN);
	return afx_netdev_ioctl(iface, SIOCSIFHWADDR, &ifr);
}

/* Whether entry, a name in /proc/PID/fd, is the socket; want is its link text, NULL for any AF_XDP one. */
static bool
fd_is_socket(int dir_fd, const char *entry, const char *want)
{
	char path[64], text[64];
	ssize_t len;

	if (want == NULL) {
		/* getxattr has no *at() form. The value is the socket's struct proto name, NUL included. */
		snprintf(path, sizeof(path), "/proc/self/fd/%d/%.20s", dir_fd, entry);
		len = getxattr(path, "system.sockprotoname", text, sizeof(text));
		return len == sizeof("XDP") && memcmp(text, "XDP", len) == 0;
	}
	len = readlinkat(dir_fd, entry, text, sizeof(text));
	return len == (ssize_t)strlen(want) && memcmp(text, want, len) == 0;
}

static bool
process_holds(const char *pid, const char *want)
{
	struct dirent *entry;
	bool found = false;
	char path[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%.20s/fd", pid);
	dir = opendir(path);
	if (dir == NULL)
		return false;
	while (!found && (entry = readdir(dir)) != NULL)
		found = fd_is_socket(dirfd(dir), entry->d_name, want);
	closedir(dir);
	return found;
}

static bool
same_namespace(const char *pid)
{
	struct stat own, other;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%.20s/ns/net", pid);
	return stat("/proc/thread-self/ns/net", &own) == 0 && stat(path, &other) == 0 &&
		own.st_ino == other.st_ino && own.st_dev == other.st_dev;
}

static void
process_name_get(const char *pid, char *comm, size_t len)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%.20s/comm", pid);
	f = fopen(path, "re");
	if (f == NULL || fgets(comm, len, f) == NULL)
		snprintf(comm, len, "?");
	comm[strcspn(comm, "\n")] = '\0';
	if (f != NULL)
		fclose(f);
}

/* The first process whose /proc/PID/fd has want, or NULL: a process other than this one, any XSK. */
static int
process_find(const char *want, char *found, size_t len)
{
	struct dirent *entry;
	int ret = -ENOENT;
	DIR *dir;
	long id;

	dir = opendir("/proc");
	if (dir == NULL)
		return -errno;
	while (ret != 0 && (entry = readdir(dir)) != NULL) {
		id = strtol(entry->d_name, NULL, 10);
		if (id <= 0 ||
		    (want == NULL && (id == getpid() || !same_namespace(entry->d_name))) ||
		    !process_holds(entry->d_name, want))
			continue;
		snprintf(found, len, "%ld", id);
		ret = 0;
	}
	closedir(dir);
	return ret;
}

int
afx_netdev_socket_holder(uint32_t inode, pid_t *pid, char *comm, size_t len)
{
	char want[64], found[24];
	int ret;

	snprintf(want, sizeof(want), "socket:[%u]", inode);
	ret = inode != 0 ? process_find(want, found, sizeof(found)) : -ENOENT;
	if (ret != 0)
		return ret;
	*pid = strtol(found, NULL, 10);
	process_name_get(found, comm, len);
	return 0;
}

bool
afx_netdev_xsk_elsewhere(void)
{
	char found[24];

	return process_find(NULL, found, sizeof(found)) == 0;
}
