/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * afx_netlink*.c, the netlink part of afx_netdev.h, against the running kernel. Needs root.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <linux/if_xdp.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>

#include "afx_netlink.h"
#include "netdev_lab.h"

static int
addresses_setup(void **state)
{
	(void)state;
	return run("ip address add 10.99.0.1/24 dev " IFACE " && "
		   "ip address add 10.97.0.1 peer 10.97.0.2 dev " IFACE " && "
		   "ip address add fd99::1/64 nodad dev " IFACE " && "
		   "ip address add fe80::1/64 nodad dev " IFACE);
}

static int
addresses_teardown(void **state)
{
	(void)state;
	run("! ip link show afxnd-other >/dev/null 2>&1 || ip link del afxnd-other");
	return run("ip address flush dev " IFACE);
}

static void
test_zerocopy(void **state)
{
	bool zc = true;

	(void)state;
	assert_int_equal(afx_netdev_zerocopy_get(ifindex, &zc), 0);
	assert_false(zc);
	assert_int_equal(afx_netdev_zerocopy_get(NO_IFINDEX, &zc), -ENODEV);
	assert_true(zc);
}

static void
test_napi(void **state)
{
	uint32_t rx = 7, tx = 7;

	(void)state;
	assert_int_equal(afx_netdev_napi_get(ifindex, 0, &rx, &tx), 0);
	assert_int_equal(rx, 0);
	assert_int_equal(tx, 0);
	/* The third queue has no Tx half. */
	assert_int_equal(afx_netdev_napi_get(ifindex, 2, &rx, &tx), 0);
	assert_int_equal(afx_netdev_napi_get(ifindex, 3, &rx, &tx), -EINVAL);
	assert_int_equal(afx_netdev_napi_get(NO_IFINDEX, 0, &rx, &tx), -ENODEV);
	assert_int_equal(run("ip link set " IFACE " down"), 0);
	assert_int_equal(afx_netdev_napi_get(ifindex, 0, &rx, &tx), -ENOENT);
	assert_int_equal(run("ip link set " IFACE " up"), 0);
}

static bool
has_default_route(unsigned int index)
{
	bool has;

	assert_int_equal(afx_netdev_has_default_route(index, &has), 0);
	return has;
}

static void
test_default_route(void **state)
{
	static const struct {
		const char *route;
		bool ours;
	} routes[] = {
		{ "default via 10.99.0.2", true },
		{ "default dev " IFACE, true },
		{ "default nexthop dev afxnd-other nexthop via 10.99.0.2", true },
		{ "default nhid 99", true },
		{ "default via fd99::2", true },
		{ "default nexthop via fd98::7 dev afxnd-other nexthop via fd99::2", true },
		{ "default nhid 98", true },
		{ "default via 10.99.0.2 table 100", false },
		{ "default via fd99::2 table 100", false },
		{ "unreachable default", false },
		{ "unreachable ::/0", false },
		{ "default dev afxnd-other", false },
		{ "0.0.0.0/1 via 10.99.0.2", false },
		{ "::/1 via fd99::2", false },
	};
	bool has = true;
	size_t i;

	(void)state;
	assert_int_equal(run("ip tuntap add mode tap name afxnd-other && ip link set afxnd-other up"
			     " && ip -6 address add fd98::1/64 nodad dev afxnd-other"),
			 0);
	/* Then the kernel names no interface in a route through a nexthop object. */
	assert_int_equal(run("sysctl -qw net.ipv4.nexthop_compat_mode=0"), 0);
	assert_int_equal(run("ip nexthop add id 99 via 10.99.0.2 dev " IFACE), 0);
	assert_int_equal(run("ip nexthop add id 98 via fd99::2 dev " IFACE), 0);
	assert_false(has_default_route(ifindex));
	for (i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		/* Without a hint ip takes a nexthop id for IPv4's. */
		if (run("ip %s route add %s", strstr(routes[i].route, "nhid 98") ? "-6" : "",
			routes[i].route) != 0 ||
		    has_default_route(ifindex) != routes[i].ours ||
		    has_default_route(if_nametoindex("lo")))
			fail_msg("wrong on: %s", routes[i].route);
		run("ip -4 route flush table all proto boot; ip -6 route flush table all proto boot");
		assert_false(has_default_route(ifindex));
	}
	assert_int_equal(afx_netdev_has_default_route(NO_IFINDEX, &has), -ENODEV);
	assert_false(has);
}

static int
session_open(int family, const char *to)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(PORT) };
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int fd = socket(family, SOCK_STREAM, 0);
	int ret;

	in6.sin6_scope_id = ifindex;
	if (family == AF_INET) {
		inet_pton(AF_INET, to, &in.sin_addr);
		ret = connect(fd, (struct sockaddr *)&in, sizeof(in));
	} else {
		inet_pton(AF_INET6, to, &in6.sin6_addr);
		ret = connect(fd, (struct sockaddr *)&in6, sizeof(in6));
	}
	if (ret == 0)
		return fd;
	close(fd);
	return -1;
}

static bool
has_session(unsigned int index)
{
	bool has;

	assert_int_equal(afx_netdev_has_tcp_session(index, &has), 0);
	return has;
}

static void
test_tcp_session(void **state)
{
	static const struct {
		int family;
		const char *to;
	} sessions[] = {
		{ AF_INET, "10.99.0.2" }, { AF_INET, "10.97.0.2" },         { AF_INET6, "fd99::2" },
		{ AF_INET6, "fe80::2" },  { AF_INET6, "::ffff:10.99.0.2" },
	};
	size_t i;
	int fd;

	(void)state;
	assert_true(link_becomes(true));
	assert_false(has_session(ifindex));
	for (i = 0; i < sizeof(sessions) / sizeof(sessions[0]); i++) {
		fd = session_open(sessions[i].family, sessions[i].to);
		if (fd < 0 || !has_session(ifindex))
			fail_msg("not seen: %s", sessions[i].to);
		assert_false(has_session(if_nametoindex("lo")));
		assert_false(has_session(NO_IFINDEX));
		close(fd);
		assert_false(has_session(ifindex));
	}
}

/* The packets of a session between two of the host's own addresses pass lo only. */
static void
test_tcp_session_local(void **state)
{
	const struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(PORT) };
	int listener, fd;

	(void)state;
	listener = socket(AF_INET6, SOCK_STREAM, 0);
	assert_int_equal(bind(listener, (const struct sockaddr *)&any, sizeof(any)), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_false(has_session(ifindex));
	fd = session_open(AF_INET, "10.99.0.1");
	assert_true(fd >= 0);
	assert_false(has_session(ifindex));
	assert_false(has_session(if_nametoindex("lo")));
	close(fd);
	close(listener);
}

/* Link-local addresses of two links at once: the session belongs to the one its socket is bound to. */
static void
test_tcp_session_link_local(void **state)
{
	int fd;

	(void)state;
	assert_int_equal(run("ip link add afxnd-other type veth peer name afxnd-other2 && "
			     "ip link set afxnd-other addrgenmode none up && "
			     "ip address add fe80::1/64 nodad dev afxnd-other && "
			     "ip link set afxnd-other2 addrgenmode none up && "
			     "ip address add fe80::2/64 nodad dev afxnd-other2"),
			 0);
	fd = session_open(AF_INET6, "fe80::2");
	assert_true(fd >= 0);
	assert_true(has_session(ifindex));
	assert_false(has_session(if_nametoindex("afxnd-other")));
	close(fd);
}

/* More addresses than the list has room for at first. */
static void
test_tcp_session_many_addresses(void **state)
{
	int fd;

	(void)state;
	assert_int_equal(run("for i in $(seq 100); do echo address add 10.98.0.$i/32 dev lo; "
			     "echo address add 10.99.0.$((i + 100))/24 dev " IFACE "; done | "
			     "ip -batch -"),
			 0);
	fd = session_open(AF_INET, "10.99.0.2");
	assert_true(fd >= 0);
	assert_true(has_session(ifindex));
	close(fd);
	assert_int_equal(run("ip address flush dev lo to 10.98.0.0/24"), 0);
}

/* A dump that fails on its way ends in NLMSG_DONE with the error. */
static void
test_dump_error_is_passed_on(void **state)
{
	_Alignas(struct nlmsghdr) char buf[AFX_NETLINK_REQ_LEN];
	struct nlmsghdr *req = mnl_nlmsg_put_header(buf);
	struct inet_diag_req_v2 *diag;

	(void)state;
	req->nlmsg_type = SOCK_DIAG_BY_FAMILY;
	req->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	diag = mnl_nlmsg_put_extra_header(req, sizeof(*diag));
	diag->sdiag_family = AF_INET;
	/* A protocol without sessions, so without a handler. */
	diag->sdiag_protocol = IPPROTO_IGMP;
	assert_int_equal(afx_netlink_talk(NETLINK_SOCK_DIAG, req, NULL, NULL), -ENOENT);
	assert_int_equal(afx_netlink_talk(MAX_LINKS - 1, req, NULL, NULL), -EOPNOTSUPP);
}

/* A socket bound to rx queue of IFACE in copy mode, its memory left to the process's end. */
static int
xsk_open(uint32_t queue)
{
	struct sockaddr_xdp addr = { .sxdp_family = AF_XDP, .sxdp_flags = XDP_COPY };
	struct xdp_umem_reg reg = { .len = 16 * 4096, .chunk_size = 4096 };
	int entries = 16;
	void *area;
	int fd;

	area = mmap(NULL, reg.len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	reg.addr = (uintptr_t)area;
	addr.sxdp_ifindex = ifindex;
	addr.sxdp_queue_id = queue;
	fd = socket(AF_XDP, SOCK_RAW, 0);
	if (setsockopt(fd, SOL_XDP, XDP_UMEM_REG, &reg, sizeof(reg)) == 0 &&
	    setsockopt(fd, SOL_XDP, XDP_UMEM_FILL_RING, &entries, sizeof(entries)) == 0 &&
	    setsockopt(fd, SOL_XDP, XDP_UMEM_COMPLETION_RING, &entries, sizeof(entries)) == 0 &&
	    setsockopt(fd, SOL_XDP, XDP_RX_RING, &entries, sizeof(entries)) == 0 &&
	    bind(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0)
		return fd;
	close(fd);
	return -1;
}

static bool
xsk_becomes_free(uint32_t queue)
{
	struct afx_netdev_xsk xsk;
	int ms;

	for (ms = 0; ms < PATIENCE_MS; ms += 10) {
		if (afx_netdev_xsk_get(ifindex, queue, &xsk) == 0 && !xsk.taken)
			return true;
		wait_ms(10);
	}
	return false;
}

static void
test_xsk_taken(void **state)
{
	struct afx_netdev_xsk xsk;
	struct stat st;
	uint32_t queue;
	int fd, ret;

	(void)state;
	/* The third has no Tx half. */
	for (queue = 1; queue <= 2; queue++) {
		fd = xsk_open(queue);
		assert_true(fd >= 0);
		ret = afx_netdev_xsk_get(ifindex, queue, &xsk);
		if (ret == -EOPNOTSUPP) {
			close(fd);
			skip();
		}
		assert_int_equal(ret, 0);
		assert_true(xsk.taken);
		/* Without XDP_DIAG the kernel says that, not who. */
		assert_int_equal(fstat(fd, &st), 0);
		assert_int_equal(xsk.inode, xsk.listed ? st.st_ino : 0);
		assert_int_equal(afx_netdev_xsk_get(ifindex, 0, &xsk), 0);
		assert_false(xsk.taken);
		assert_int_equal(xsk.inode, 0);
		close(fd);
		assert_true(xsk_becomes_free(queue));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_zerocopy),
		cmocka_unit_test(test_napi),
		cmocka_unit_test_setup_teardown(test_default_route, addresses_setup,
						addresses_teardown),
		cmocka_unit_test_setup_teardown(test_tcp_session, addresses_setup,
						addresses_teardown),
		cmocka_unit_test_setup_teardown(test_tcp_session_local, addresses_setup,
						addresses_teardown),
		cmocka_unit_test_setup_teardown(test_tcp_session_link_local, addresses_setup,
						addresses_teardown),
		cmocka_unit_test_setup_teardown(test_tcp_session_many_addresses, addresses_setup,
						addresses_teardown),
		cmocka_unit_test(test_dump_error_is_passed_on),
		cmocka_unit_test(test_xsk_taken),
		cmocka_unit_test(test_no_fd_left),
	};

	return lab_skips() ? 0 : cmocka_run_group_tests(tests, lab_setup, lab_teardown);
}
