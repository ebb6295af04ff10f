/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * afx_netdev.c, the part of afx_netdev.h without netlink, against the running kernel. Needs root.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "netdev_lab.h"

static void
test_info(void **state)
{
	static const uint8_t mac[AFX_NETDEV_MAC_LEN] = { 0x02, 0xaf, 0, 0, 0, 1 };
	struct afx_netdev_info info;

	(void)state;
	assert_int_equal(afx_netdev_info_get(IFACE, &info), 0);
	assert_int_equal(info.ifindex, ifindex);
	assert_true(info.up);
	assert_true(info.ethernet);
	assert_false(info.loopback);
	assert_memory_equal(info.mac, mac, sizeof(mac));
	assert_int_equal(info.mtu, 1500);
	assert_int_equal(info.min_mtu, 68);
	assert_int_equal(info.max_mtu, 65535);
	assert_int_equal(info.numa_node, -1);
	assert_string_equal(info.driver, "veth");
}

/* Ledger 06bb59f6, 59339431: split channels, of which four are allocated. */
static void
test_info_channels(void **state)
{
	struct afx_netdev_info info;

	(void)state;
	assert_int_equal(afx_netdev_info_get(IFACE, &info), 0);
	assert_int_equal(info.rx_queues, 3);
	assert_int_equal(info.tx_queues, 2);
}

static void
test_info_not_ethernet(void **state)
{
	static const uint8_t none[AFX_NETDEV_MAC_LEN];
	struct afx_netdev_info info;

	(void)state;
	assert_int_equal(afx_netdev_info_get("lo", &info), 0);
	assert_true(info.loopback);
	assert_false(info.ethernet);
	assert_int_equal(info.mtu, 65536);
	assert_int_equal(info.min_mtu, 0);
	assert_string_equal(info.driver, "");

	assert_int_equal(run("ip tuntap add mode tun name afxnd-tun"), 0);
	assert_int_equal(afx_netdev_info_get("afxnd-tun", &info), 0);
	assert_false(info.loopback);
	assert_false(info.ethernet);
	assert_false(info.up);
	assert_memory_equal(info.mac, none, sizeof(none));
	assert_int_equal(run("ip link del afxnd-tun"), 0);
}

static void
test_no_such_interface(void **state)
{
	static const uint8_t mac[AFX_NETDEV_MAC_LEN] = { 2 };
	struct afx_netdev_info info;
	struct afx_netdev_link link;

	(void)state;
	assert_int_equal(afx_netdev_info_get("afxnd-none", &info), -ENODEV);
	assert_int_equal(afx_netdev_info_get("", &info), -ENODEV);
	assert_int_equal(afx_netdev_info_get(IFACE "x", &info), -ENODEV);
	assert_int_equal(afx_netdev_link_get("afxnd-none", &link), -ENODEV);
	assert_int_equal(afx_netdev_link_get(IFACE "x", &link), -ENODEV);
	assert_int_equal(afx_netdev_mtu_set("afxnd-none", 1500), -ENODEV);
	assert_int_equal(afx_netdev_mac_set("afxnd-none", mac), -ENODEV);
}

static uint32_t
tap_rx_queues(const char *iface)
{
	struct afx_netdev_info info;

	return afx_netdev_info_get(iface, &info) == 0 ? info.rx_queues : 0;
}

/* New namespace with a multi-queue tap, which has 256 queues allocated, one usable and no channels yet. */
static int
tap_namespace_make(const char *before)
{
	if (unshare(CLONE_NEWNET) != 0)
		return -1;
	return run("%s && ip tuntap add mode tap multi_queue name afxnd-tap && "
		   "ip link set afxnd-tap address 02:af:00:00:00:%02x",
		   before, getpid() & 0xff);
}

/* Each step that does not hold is a bit of the answer. */
static void
sysfs_main(int ready)
{
	uint64_t wrong = 0;

	if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    tap_namespace_make("true") != 0 || mount("sysfs", "/sys", "sysfs", 0, NULL) != 0)
		return;
	wrong |= (tap_rx_queues("afxnd-tap") != 1) << 0;
	/* Same name and index, other address. */
	if (tap_namespace_make("true") != 0 ||
	    run("ip link set afxnd-tap address 02:00:00:00:00:01") != 0)
		return;
	wrong |= (tap_rx_queues("afxnd-tap") != 256) << 1;
	/* Same name and address, other index. */
	if (tap_namespace_make("ip link add type bridge") != 0)
		return;
	wrong |= (tap_rx_queues("afxnd-tap") != 256) << 2;
	child_ready(ready, wrong);
}

/* Ledger 06bb59f6: no channels to be had is no failure. */
static void
test_info_without_channels(void **state)
{
	uint64_t wrong = UINT64_MAX;
	struct afx_netdev_info info;
	pid_t pid;

	(void)state;
	assert_int_equal(run("ip link add afxnd-bridge type bridge"), 0);
	assert_int_equal(afx_netdev_info_get("afxnd-bridge", &info), 0);
	assert_int_equal(info.rx_queues, 1);
	assert_int_equal(info.tx_queues, 1);
	assert_int_equal(run("ip link del afxnd-bridge"), 0);

	pid = child_start(sysfs_main, &wrong);
	waitpid(pid, NULL, 0);
	assert_int_equal(wrong, 0);
}

static void
test_link(void **state)
{
	struct afx_netdev_info info;
	struct afx_netdev_link link;

	(void)state;
	assert_true(link_becomes(true));
	assert_int_equal(afx_netdev_link_get(IFACE, &link), 0);
	assert_int_equal(link.speed_mbps, 10000);
	assert_true(link.full_duplex);
	assert_false(link.autoneg);

	assert_int_equal(run_peer("ip link set afxnd-peer down"), 0);
	assert_true(link_becomes(false));
	assert_int_equal(afx_netdev_info_get(IFACE, &info), 0);
	assert_true(info.up);
	assert_int_equal(run_peer("ip link set afxnd-peer up"), 0);
	assert_true(link_becomes(true));

	assert_int_equal(run("ip link set " IFACE " down"), 0);
	assert_int_equal(afx_netdev_info_get(IFACE, &info), 0);
	assert_false(info.up);
	assert_true(link_becomes(false));
	assert_int_equal(run("ip link set " IFACE " up"), 0);
	assert_true(link_becomes(true));
}

static void
test_link_settings_refused(void **state)
{
	struct afx_netdev_link link;

	(void)state;
	assert_int_equal(afx_netdev_link_get("lo", &link), 0);
	assert_true(link.up);
	assert_true(link.full_duplex);
	assert_int_equal(link.speed_mbps, UINT32_MAX);
}

static void
test_link_half_duplex(void **state)
{
	struct afx_netdev_link link;

	(void)state;
	assert_int_equal(run("ip tuntap add mode tap name afxnd-tap"), 0);
	assert_int_equal(run("ethtool -s afxnd-tap speed 100 duplex half autoneg on"), 0);
	assert_int_equal(afx_netdev_link_get("afxnd-tap", &link), 0);
	assert_int_equal(run("ethtool -s afxnd-tap speed 0"), 0);
	assert_int_equal(link.speed_mbps, 100);
	assert_false(link.full_duplex);
	assert_true(link.autoneg);
	assert_int_equal(afx_netdev_link_get("afxnd-tap", &link), 0);
	assert_int_equal(link.speed_mbps, UINT32_MAX);
	assert_int_equal(run("ip link del afxnd-tap"), 0);
}

static void
test_mtu(void **state)
{
	struct afx_netdev_info info;

	(void)state;
	assert_int_equal(afx_netdev_mtu_set(IFACE, 9000), 0);
	assert_true(link_shows("mtu 9000"));
	assert_int_equal(afx_netdev_info_get(IFACE, &info), 0);
	assert_int_equal(info.mtu, 9000);
	assert_int_equal(afx_netdev_mtu_set(IFACE, 65536), -EINVAL);
	assert_int_equal(afx_netdev_mtu_set(IFACE, 67), -EINVAL);
	assert_int_equal(afx_netdev_mtu_set(IFACE, UINT32_MAX), -EINVAL);
	assert_int_equal(afx_netdev_mtu_set(IFACE, 1500), 0);
	assert_true(link_shows("mtu 1500"));
}

static void
test_mac(void **state)
{
	static const uint8_t mac[AFX_NETDEV_MAC_LEN] = { 0x02, 0x12, 0x34, 0x56, 0x78, 0x9a };
	static const uint8_t group[AFX_NETDEV_MAC_LEN] = { 0x01, 0, 0x5e, 0, 0, 1 };
	struct afx_netdev_info info;

	(void)state;
	assert_int_equal(afx_netdev_mac_set(IFACE, mac), 0);
	assert_true(link_shows("link/ether 02:12:34:56:78:9a"));
	assert_int_equal(afx_netdev_info_get(IFACE, &info), 0);
	assert_memory_equal(info.mac, mac, sizeof(mac));
	assert_int_equal(afx_netdev_mac_set(IFACE, group), -EADDRNOTAVAIL);
	assert_true(link_shows("link/ether 02:12:34:56:78:9a"));
	assert_int_equal(run("ip link set " IFACE " address " MAC), 0);
}

static void
test_promisc_allmulti(void **state)
{
	int fd = -1;

	(void)state;
	assert_int_equal(afx_netdev_promisc_set(&fd, ifindex, false), 0);
	assert_int_equal(fd, -1);
	assert_int_equal(afx_netdev_promisc_set(&fd, ifindex, true), 0);
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_true(link_shows("promiscuity 1"));
	assert_true(link_shows("allmulti 0"));
	assert_int_equal(afx_netdev_allmulti_set(&fd, ifindex, true), 0);
	assert_true(link_shows("promiscuity 1"));
	assert_true(link_shows("allmulti 1"));

	assert_int_equal(afx_netdev_promisc_set(&fd, ifindex, true), 0);
	assert_int_equal(afx_netdev_promisc_set(&fd, ifindex, true), 0);
	assert_int_equal(afx_netdev_promisc_set(&fd, ifindex, false), 0);
	assert_true(link_shows("promiscuity 0"));
	assert_true(link_shows("allmulti 1"));
	assert_int_equal(afx_netdev_promisc_set(&fd, ifindex, false), 0);
	assert_int_equal(afx_netdev_allmulti_set(&fd, ifindex, false), 0);
	assert_true(link_shows("allmulti 0"));

	assert_int_equal(afx_netdev_promisc_set(&fd, ifindex, true), 0);
	assert_int_equal(afx_netdev_allmulti_set(&fd, ifindex, true), 0);
	close(fd);
	assert_true(link_shows("promiscuity 0"));
	assert_true(link_shows("allmulti 0"));
}

static void
test_promisc_no_interface(void **state)
{
	int fd = -1;

	(void)state;
	assert_int_equal(afx_netdev_promisc_set(&fd, NO_IFINDEX, true), -ENODEV);
	if (fd >= 0)
		close(fd);
}

static int
on_promiscuity(const struct nlattr *attr, void *data)
{
	uint32_t *least = data;

	if (mnl_attr_get_type(attr) == IFLA_PROMISCUITY && mnl_attr_get_u32(attr) < *least)
		*least = mnl_attr_get_u32(attr);
	return MNL_CB_OK;
}

/* The kernel announces each change; none of them may pass through 0. */
static void
test_promisc_repeated_does_not_flap(void **state)
{
	_Alignas(struct nlmsghdr) char buf[16384];
	uint32_t least = UINT32_MAX;
	struct mnl_socket *nl;
	int fd = -1;
	ssize_t len;

	(void)state;
	assert_int_equal(afx_netdev_promisc_set(&fd, ifindex, true), 0);
	nl = mnl_socket_open2(NETLINK_ROUTE, SOCK_NONBLOCK);
	assert_non_null(nl);
	assert_int_equal(mnl_socket_bind(nl, RTMGRP_LINK, MNL_SOCKET_AUTOPID), 0);
	assert_int_equal(afx_netdev_promisc_set(&fd, ifindex, true), 0);
	while ((len = mnl_socket_recvfrom(nl, buf, sizeof(buf))) > 0)
		mnl_attr_parse((struct nlmsghdr *)buf, sizeof(struct ifinfomsg), on_promiscuity,
			       &least);
	mnl_socket_close(nl);
	close(fd);
	assert_int_equal(least, 1);
}

static void
holder_main(int ready)
{
	struct stat st;
	int fd;

	prctl(PR_SET_NAME, "afxnd-holder");
	fd = socket(AF_XDP, SOCK_RAW, 0);
	if (fstat(fd, &st) != 0)
		return;
	child_ready(ready, st.st_ino);
	pause();
}

static void
test_socket_holder(void **state)
{
	char comm[AFX_NETDEV_COMM_LEN];
	pid_t child, pid = -1;
	uint64_t inode;

	(void)state;
	child = child_start(holder_main, &inode);
	assert_true(child > 0);
	assert_int_equal(afx_netdev_socket_holder(inode, &pid, comm, sizeof(comm)), 0);
	assert_int_equal(pid, child);
	assert_string_equal(comm, "afxnd-holder");
	assert_int_equal(afx_netdev_socket_holder(inode, &pid, comm, 5), 0);
	assert_string_equal(comm, "afxn");
	assert_int_equal(afx_netdev_socket_holder(0, &pid, comm, sizeof(comm)), -ENOENT);
	assert_int_equal(afx_netdev_socket_holder(UINT32_MAX, &pid, comm, sizeof(comm)), -ENOENT);
	child_stop(child);
	assert_int_equal(afx_netdev_socket_holder(inode, &pid, comm, sizeof(comm)), -ENOENT);
}

static void
other_socket_main(int ready)
{
	if (socket(AF_INET, SOCK_STREAM, 0) < 0)
		return;
	child_ready(ready, 0);
	pause();
}

static void
stray_holder_main(int ready)
{
	if (unshare(CLONE_NEWNET) == 0)
		holder_main(ready);
}

/* In a process namespace of their own, where nobody else has an AF_XDP socket. */
static void
elsewhere_main(int ready)
{
	uint64_t answer, wrong = 0;

	if (mount("proc", "/proc", "proc", 0, NULL) != 0 ||
	    child_start(other_socket_main, &answer) < 0 ||
	    child_start(stray_holder_main, &answer) < 0 || socket(AF_XDP, SOCK_RAW, 0) < 0)
		return;
	wrong |= afx_netdev_xsk_elsewhere() << 0;
	if (child_start(holder_main, &answer) < 0)
		return;
	wrong |= !afx_netdev_xsk_elsewhere() << 1;
	child_ready(ready, wrong);
}

static void
elsewhere_namespace_main(int ready)
{
	uint64_t wrong;

	if (unshare(CLONE_NEWPID | CLONE_NEWNS) != 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		return;
	if (child_start(elsewhere_main, &wrong) > 0)
		child_ready(ready, wrong);
}

static void
test_xsk_elsewhere(void **state)
{
	uint64_t wrong = UINT64_MAX;

	(void)state;
	waitpid(child_start(elsewhere_namespace_main, &wrong), NULL, 0);
	assert_int_equal(wrong, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_info),
		cmocka_unit_test(test_info_channels),
		cmocka_unit_test(test_info_not_ethernet),
		cmocka_unit_test(test_no_such_interface),
		cmocka_unit_test(test_info_without_channels),
		cmocka_unit_test(test_link),
		cmocka_unit_test(test_link_settings_refused),
		cmocka_unit_test(test_link_half_duplex),
		cmocka_unit_test(test_mtu),
		cmocka_unit_test(test_mac),
		cmocka_unit_test(test_promisc_allmulti),
		cmocka_unit_test(test_promisc_no_interface),
		cmocka_unit_test(test_promisc_repeated_does_not_flap),
		cmocka_unit_test(test_socket_holder),
		cmocka_unit_test(test_xsk_elsewhere),
		cmocka_unit_test(test_no_fd_left),
	};

	return lab_skips() ? 0 : cmocka_run_group_tests(tests, lab_setup, lab_teardown);
}
