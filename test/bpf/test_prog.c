/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * afx_prog with our own program: attach modes, sharing, map entries, knobs,
 * capabilities, and what is left after close and after SIGKILL.
 */
#include "prog_lab.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/if_link.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "packet.h"

#define CAP_BIT(cap) (UINT64_C(1) << (cap))

static struct afx_prog *
open_ok(const struct afx_cfg *cfg, uint32_t nb_queues)
{
	struct afx_prog *prog = NULL;
	int ret = afx_prog_open(cfg, lab_ifindex(), nb_queues, &prog);

	if (ret != 0)
		fail_msg("afx_prog_open: %d: %s", ret, lab_log());
	assert_non_null(prog);
	return prog;
}

static void
check_mode(enum afx_attach attach, enum afx_prog_mode mode, const char *name)
{
	enum afx_prog_mode other = mode == AFX_PROG_NATIVE ? AFX_PROG_GENERIC : AFX_PROG_NATIVE;
	struct afx_cfg cfg = lab_cfg(attach, AFX_KEEP_NONE, NULL);
	struct afx_prog *prog = open_ok(&cfg, LAB_QUEUES);

	assert_int_equal(afx_prog_mode_get(prog), mode);
	assert_string_equal(afx_prog_mode_name(afx_prog_mode_get(prog)), name);
	assert_int_not_equal(lab_attached(mode), 0);
	assert_int_equal(lab_attached(other), 0);
	assert_false(afx_prog_is_custom(prog));
	assert_string_equal(lab_log(), "");
	/* By a link: the kernel lets nobody detach it through netlink. */
	assert_int_equal(bpf_xdp_detach(lab_ifindex(), 0, NULL), -EBUSY);
	afx_prog_close(&prog);
	assert_null(prog);
	assert_int_equal(lab_attached(mode), 0);
}

static void
test_native(void **state)
{
	(void)state;
	check_mode(AFX_ATTACH_DRV, AFX_PROG_NATIVE, "native");
}

static void
test_auto_prefers_native(void **state)
{
	(void)state;
	check_mode(AFX_ATTACH_AUTO, AFX_PROG_NATIVE, "native");
}

static void
test_generic(void **state)
{
	struct afx_cfg cfg = lab_cfg(AFX_ATTACH_SKB, AFX_KEEP_NONE, NULL);
	struct afx_prog *prog = open_ok(&cfg, LAB_QUEUES);

	(void)state;
	assert_int_equal(afx_prog_mode_get(prog), AFX_PROG_GENERIC);
	assert_string_equal(afx_prog_mode_name(AFX_PROG_GENERIC), "generic");
	assert_int_not_equal(lab_attached(AFX_PROG_GENERIC), 0);
	assert_int_equal(lab_attached(AFX_PROG_NATIVE), 0);
	afx_prog_close(&prog);
}

/* veth refuses native XDP below a peer with a large MTU. */
static void
test_auto_falls_to_generic(void **state)
{
	struct afx_cfg cfg = lab_cfg(AFX_ATTACH_AUTO, AFX_KEEP_NONE, NULL);
	struct afx_prog *prog;

	(void)state;
	lab_sh("ip link set " LAB_PEER " mtu 9000");
	prog = open_ok(&cfg, LAB_QUEUES);
	assert_int_equal(afx_prog_mode_get(prog), AFX_PROG_GENERIC);
	assert_logged(LAB_IFACE ": no native XDP: bpf_link_create: Numerical result out of range");
	assert_logged("mtu 1500); trying generic mode\n");
	afx_prog_close(&prog);
	lab_sh("ip link set " LAB_PEER " mtu 1500");
}

static void
test_drv_does_not_fall(void **state)
{
	struct afx_cfg cfg = lab_cfg(AFX_ATTACH_DRV, AFX_KEEP_NONE, NULL);
	struct afx_prog *prog = NULL;

	(void)state;
	lab_sh("ip link set " LAB_PEER " mtu 9000");
	assert_int_equal(afx_prog_open(&cfg, lab_ifindex(), LAB_QUEUES, &prog), -ERANGE);
	assert_null(prog);
	assert_logged("failed: Numerical result out of range (often too large an MTU");
	lab_sh("ip link set " LAB_PEER " mtu 1500");
}

static void
test_hw_is_refused(void **state)
{
	struct afx_cfg cfg = lab_cfg(AFX_ATTACH_HW, AFX_KEEP_NONE, NULL);
	struct afx_prog *prog = NULL;

	(void)state;
	assert_true(afx_prog_open(&cfg, lab_ifindex(), LAB_QUEUES, &prog) < 0);
	assert_null(prog);
	assert_logged("leave out mode=hw");
}

static void
test_no_interface(void **state)
{
	struct afx_cfg cfg = lab_cfg(AFX_ATTACH_AUTO, AFX_KEEP_NONE, NULL);
	struct afx_prog *prog = NULL;

	(void)state;
	assert_int_equal(afx_prog_open(&cfg, 12345, LAB_QUEUES, &prog), -ENODEV);
	assert_null(prog);
	assert_logged(LAB_IFACE);
}

/* Two ports on queues 0 and 3 of one interface; the second one's are higher. */
static void
test_shared(void **state)
{
	struct afx_cfg cfg = lab_cfg(AFX_ATTACH_AUTO, AFX_KEEP_MGMT, NULL);
	struct afx_prog *first = open_ok(&cfg, 1);
	struct afx_prog *second = open_ok(&cfg, LAB_QUEUES);
	int fd = socket(AF_XDP, SOCK_RAW, 0);
	uint32_t id = lab_attached(AFX_PROG_NATIVE);

	(void)state;
	assert_ptr_equal(first, second);
	assert_int_equal(afx_prog_insert(second, LAB_QUEUES - 1, fd), 0);
	afx_prog_close(&first);
	assert_int_equal(lab_attached(AFX_PROG_NATIVE), id);
	assert_int_equal(afx_prog_remove(second, LAB_QUEUES - 1), 0);
	afx_prog_close(&second);
	assert_int_equal(lab_attached(AFX_PROG_NATIVE), 0);
	afx_prog_close(&second);
	close(fd);
}

static void
test_shared_needs_equal_cfg(void **state)
{
	const struct afx_cfg cfg = lab_cfg(AFX_ATTACH_AUTO, AFX_KEEP_PORTS, NULL);
	struct afx_cfg other[4] = { cfg, cfg, cfg, cfg };
	struct afx_prog *first = open_ok(&cfg, LAB_QUEUES), *second;
	uint32_t i;

	(void)state;
	other[0].attach = AFX_ATTACH_DRV;
	other[1].keep = AFX_KEEP_MGMT;
	other[2].keep_nb_ranges = 1;
	strcpy(other[3].xdp_prog, "/x.o");
	for (i = 0; i < 4; i++) {
		lab_log_clear();
		assert_int_equal(afx_prog_open(&other[i], lab_ifindex(), LAB_QUEUES, &second),
				 -EBUSY);
		assert_null(second);
		assert_logged(LAB_IFACE ": another port of this process");
	}
	assert_int_not_equal(lab_attached(AFX_PROG_NATIVE), 0);
	afx_prog_close(&first);
}

/* The same interface index in another namespace is another interface. */
static void
test_namespaces(void **state)
{
	struct afx_cfg cfg = lab_cfg(AFX_ATTACH_AUTO, AFX_KEEP_NONE, NULL);
	struct afx_prog *first = open_ok(&cfg, LAB_QUEUES), *second;
	int home = open("/proc/self/ns/net", O_RDONLY);
	unsigned int ifindex = lab_ifindex();
	char cmd[128];

	(void)state;
	assert_int_equal(unshare(CLONE_NEWNET), 0);
	snprintf(cmd, sizeof(cmd), "ip link add " LAB_IFACE " index %u type veth", ifindex);
	lab_sh(cmd);
	assert_int_equal(lab_ifindex(), ifindex);
	cfg.attach = AFX_ATTACH_SKB;
	second = open_ok(&cfg, LAB_QUEUES);
	assert_ptr_not_equal(first, second);
	assert_int_not_equal(lab_attached(AFX_PROG_GENERIC), 0);
	afx_prog_close(&second);
	assert_int_equal(setns(home, CLONE_NEWNET), 0);
	assert_int_equal(lab_attached(AFX_PROG_GENERIC), 0);
	assert_int_not_equal(lab_attached(AFX_PROG_NATIVE), 0);
	close(home);
	afx_prog_close(&first);
}

/* Two interfaces of one namespace have a program each. */
static void
test_interfaces(void **state)
{
	struct afx_cfg cfg = lab_cfg(AFX_ATTACH_AUTO, AFX_KEEP_NONE, NULL);
	struct afx_prog *first = open_ok(&cfg, LAB_QUEUES), *second = NULL;

	(void)state;
	strcpy(cfg.iface, LAB_PEER);
	cfg.keep = AFX_KEEP_MGMT;
	assert_int_equal(afx_prog_open(&cfg, if_nametoindex(LAB_PEER), LAB_QUEUES, &second), 0);
	assert_ptr_not_equal(first, second);
	afx_prog_close(&second);
	assert_int_not_equal(lab_attached(AFX_PROG_NATIVE), 0);
	afx_prog_close(&first);
}

static void
test_map_entries(void **state)
{
	struct afx_cfg cfg = lab_cfg(AFX_ATTACH_AUTO, AFX_KEEP_NONE, NULL);
	struct afx_prog *prog = open_ok(&cfg, 2000);
	int fd = socket(AF_XDP, SOCK_RAW, 0);

	(void)state;
	assert_int_equal(afx_prog_insert(prog, 0, fd), 0);
	assert_int_equal(afx_prog_insert(prog, 1999, fd), 0);
	assert_int_equal(afx_prog_insert(prog, 2000, fd), -E2BIG);
	assert_int_equal(afx_prog_insert(prog, 1, STDIN_FILENO), -ENOTSOCK);
	assert_int_equal(afx_prog_remove(prog, 0), 0);
	assert_int_equal(afx_prog_remove(prog, 0), 0);
	afx_prog_close(&prog);
	close(fd);
}

/* The verdict of the attached program, found again by its id. */
static uint32_t
verdict(int fd, const struct packet_case *pc)
{
	struct pkt pkt;
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = pkt.data);

	packet_build(pc, &pkt);
	opts.data_size_in = pkt.len;
	assert_int_equal(bpf_prog_test_run_opts(fd, &opts), 0);
	return opts.retval;
}

static bool
kept(const struct packet_case *pc, enum afx_keep keep)
{
	switch (keep) {
	case AFX_KEEP_MGMT:
		return pc->mgmt;
	case AFX_KEEP_PORTS:
		return pc->ports;
	default:
		return false;
	}
}

static void
check_keep(const struct afx_cfg *cfg)
{
	struct afx_prog *prog = open_ok(cfg, LAB_QUEUES);
	int xsk = socket(AF_XDP, SOCK_RAW, 0);
	int fd = bpf_prog_get_fd_by_id(lab_attached(AFX_PROG_NATIVE));
	struct bpf_prog_info info = { 0 };
	uint32_t len = sizeof(info);
	size_t i;

	assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &len), 0);
	/* xsks_map, the knob, and the port list only where there is one. */
	assert_int_equal(info.nr_map_ids, cfg->keep == AFX_KEEP_PORTS ? 3 : 2);
	assert_int_equal(afx_prog_insert(prog, 0, xsk), 0);
	for (i = 0; i < packet_nb_cases; i++)
		assert_int_equal(verdict(fd, &packet_cases[i]),
				 kept(&packet_cases[i], cfg->keep) ? XDP_PASS : XDP_REDIRECT);
	assert_int_equal(afx_prog_remove(prog, 0), 0);
	assert_int_equal(verdict(fd, &packet_cases[0]), XDP_PASS);
	close(fd);
	close(xsk);
	afx_prog_close(&prog);
}

static void
test_keep(void **state)
{
	/* packet_listed_ports */
	static const struct afx_port_range ranges[] = {
		{ 0, 0 }, { 63, 64 }, { 179, 179 }, { 8080, 8080 }, { 65535, 65535 }
	};
	struct afx_cfg cfg = lab_cfg(AFX_ATTACH_AUTO, AFX_KEEP_NONE, NULL);

	(void)state;
	check_keep(&cfg);
	cfg.keep = AFX_KEEP_MGMT;
	check_keep(&cfg);
	cfg.keep = AFX_KEEP_PORTS;
	cfg.keep_nb_ranges = sizeof(ranges) / sizeof(ranges[0]);
	memcpy(cfg.keep_ranges, ranges, sizeof(ranges));
	check_keep(&cfg);
}

static bool
child_opens(void)
{
	struct afx_cfg cfg = lab_cfg(AFX_ATTACH_AUTO, AFX_KEEP_MGMT, NULL);
	struct afx_prog *prog;

	return afx_prog_open(&cfg, lab_ifindex(), LAB_QUEUES, &prog) == 0;
}

static void
test_sigkill(void **state)
{
	pid_t pid = lab_start(child_opens);

	(void)state;
	assert_int_not_equal(lab_attached(AFX_PROG_NATIVE), 0);
	lab_stop(pid);
	assert_true(lab_wait_detached());
	check_mode(AFX_ATTACH_AUTO, AFX_PROG_NATIVE, "native");
}

static bool
child_opens_every_knob(void)
{
	struct afx_cfg cfg = lab_cfg(AFX_ATTACH_AUTO, AFX_KEEP_NONE, NULL);
	struct afx_prog *prog;
	uint32_t keep;

	for (keep = AFX_KEEP_NONE; keep <= AFX_KEEP_PORTS; keep++) {
		cfg.keep = keep;
		if (afx_prog_open(&cfg, lab_ifindex(), LAB_QUEUES, &prog) != 0) {
			fprintf(stderr, "keep %u: %s", keep, lab_log());
			return false;
		}
		afx_prog_close(&prog);
	}
	return true;
}

static bool
child_opens_unfiltered(void)
{
	struct afx_cfg cfg = lab_cfg(AFX_ATTACH_AUTO, AFX_KEEP_NONE, NULL);
	struct afx_prog *prog;

	return afx_prog_open(&cfg, lab_ifindex(), LAB_QUEUES, &prog) == 0;
}

/* The kernel says EPERM without CAP_BPF, its verifier EACCES without CAP_PERFMON. */
static bool
child_is_refused(void)
{
	struct afx_cfg cfg = lab_cfg(AFX_ATTACH_AUTO, AFX_KEEP_NONE, NULL);
	struct afx_prog *prog;

	return afx_prog_open(&cfg, lab_ifindex(), LAB_QUEUES, &prog) == -EPERM && prog == NULL &&
		lab_log_has("setcap cap_net_raw,cap_net_admin,cap_bpf,cap_ipc_lock+ep /");
}

static bool
child_filter_is_refused(void)
{
	struct afx_cfg cfg = lab_cfg(AFX_ATTACH_AUTO, AFX_KEEP_MGMT, NULL);
	struct afx_prog *prog;

	return afx_prog_open(&cfg, lab_ifindex(), LAB_QUEUES, &prog) == -EACCES && prog == NULL &&
		lab_log_has(
			"setcap cap_net_raw,cap_net_admin,cap_bpf,cap_ipc_lock,cap_perfmon+ep /");
}

static void
test_capabilities(void **state)
{
	const uint64_t net = CAP_BIT(CAP_NET_RAW) | CAP_BIT(CAP_NET_ADMIN);
	const uint64_t bpf = net | CAP_BIT(CAP_BPF);

	(void)state;
	assert_true(lab_run_with_caps(0, child_is_refused));
	assert_true(lab_run_with_caps(net, child_is_refused));
	assert_true(lab_run_with_caps(bpf, child_opens_unfiltered));
	assert_true(lab_wait_detached());
	assert_true(lab_run_with_caps(bpf, child_filter_is_refused));
	assert_true(lab_run_with_caps(bpf | CAP_BIT(CAP_PERFMON), child_opens_every_knob));
	assert_true(lab_wait_detached());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_native),
		LAB_TEST(test_auto_prefers_native),
		LAB_TEST(test_generic),
		LAB_TEST(test_auto_falls_to_generic),
		LAB_TEST(test_drv_does_not_fall),
		LAB_TEST(test_hw_is_refused),
		LAB_TEST(test_no_interface),
		LAB_TEST(test_shared),
		LAB_TEST(test_shared_needs_equal_cfg),
		LAB_TEST(test_namespaces),
		LAB_TEST(test_interfaces),
		LAB_TEST(test_map_entries),
		LAB_TEST(test_keep),
		LAB_TEST(test_sigkill),
		LAB_TEST(test_capabilities),
	};

	return cmocka_run_group_tests_name("prog", tests, lab_group_setup, NULL);
}
