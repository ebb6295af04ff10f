/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * afx_prog on an interface that has somebody else's program: it stays, it is
 * described, and the command that the message gives removes it.
 */
#include "prog_lab.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/if_link.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <xdp/prog_dispatcher.h>

#include "afx_log.h"

#define CAP_BIT(cap) (UINT64_C(1) << (cap))
#define BPFFS "/tmp/afx-prog-bpffs"
#define DISPATCHER "/usr/lib/x86_64-linux-gnu/bpf/xdp-dispatcher.o"
#define PATH_LEN 128

/* libxdp 1.3.1 leaks what it read of the dispatcher when an attach to it fails. */
const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libxdp.so";
}

static void
check_opens(void)
{
	struct afx_cfg cfg = lab_cfg(AFX_ATTACH_AUTO, AFX_KEEP_NONE, NULL);
	struct afx_prog *prog;

	lab_log_clear();
	if (afx_prog_open(&cfg, lab_ifindex(), LAB_QUEUES, &prog) != 0)
		fail_msg("%s", lab_log());
	afx_prog_close(&prog);
}

/* Refused in every mode, with one line of ours that says this, and the program is still there. */
static void
check_refused(enum afx_prog_mode mode, const char *sentence)
{
	static const enum afx_attach attach[] = { AFX_ATTACH_AUTO, AFX_ATTACH_DRV, AFX_ATTACH_SKB };
	uint32_t i, id = lab_attached(mode);
	struct afx_prog *prog;
	struct afx_cfg cfg;
	char expected[256];

	assert_int_not_equal(id, 0);
	snprintf(expected, sizeof(expected),
		 "AFX: " LAB_IFACE ": already has XDP program id %u \"foreign\", %s, attached %s\n",
		 id, afx_prog_mode_name(mode), sentence);
	for (i = 0; i < sizeof(attach) / sizeof(attach[0]); i++) {
		lab_log_clear();
		cfg = lab_cfg(attach[i], AFX_KEEP_NONE, NULL);
		assert_int_equal(afx_prog_open(&cfg, lab_ifindex(), LAB_QUEUES, &prog), -EBUSY);
		assert_null(prog);
		assert_logged(expected);
		assert_int_equal(lab_attached(mode), id);
	}
}

static void
attach_by_netlink(uint32_t flags)
{
	int fd = lab_foreign_load("foreign");

	assert_true(fd >= 0);
	assert_int_equal(bpf_xdp_attach(lab_ifindex(), fd, flags, NULL), 0);
	close(fd);
}

static void
test_netlink(void **state)
{
	(void)state;
	attach_by_netlink(XDP_FLAGS_DRV_MODE);
	check_refused(AFX_PROG_NATIVE,
		      "by netlink; remove it with: ip link set dev " LAB_IFACE " xdp off");
	lab_sh("ip link set dev " LAB_IFACE " xdp off");
	check_opens();
}

static void
test_netlink_generic(void **state)
{
	(void)state;
	attach_by_netlink(XDP_FLAGS_SKB_MODE);
	check_refused(AFX_PROG_GENERIC,
		      "by netlink; remove it with: ip link set dev " LAB_IFACE " xdpgeneric off");
	lab_sh("ip link set dev " LAB_IFACE " xdpgeneric off");
	check_opens();
}

static bool
child_attaches_by_netlink(void)
{
	int fd = lab_foreign_load("foreign");

	return fd >= 0 && bpf_xdp_attach(lab_ifindex(), fd, XDP_FLAGS_DRV_MODE, NULL) == 0;
}

static int
link_make(void)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = XDP_FLAGS_DRV_MODE);
	int fd = lab_foreign_load("foreign");
	int link = bpf_link_create(fd, lab_ifindex(), BPF_XDP, &opts);

	close(fd);
	return link;
}

static bool
child_attaches_by_link(void)
{
	return link_make() >= 0;
}

static void
test_netlink_of_process(void **state)
{
	pid_t pid = lab_start(child_attaches_by_netlink);
	char sentence[PATH_LEN];

	(void)state;
	snprintf(
		sentence, sizeof(sentence),
		"by netlink, in use by process %d (%.15s); remove it with: ip link set dev " LAB_IFACE
		" xdp off",
		pid, program_invocation_short_name);
	check_refused(AFX_PROG_NATIVE, sentence);
	lab_stop(pid);
	lab_sh("ip link set dev " LAB_IFACE " xdp off");
	check_opens();
}

static void
test_link_of_process(void **state)
{
	pid_t pid = lab_start(child_attaches_by_link);
	char sentence[PATH_LEN];

	(void)state;
	snprintf(sentence, sizeof(sentence),
		 "by a bpf_link of process %d (%.15s); stop it: kill %d", pid,
		 program_invocation_short_name, pid);
	check_refused(AFX_PROG_NATIVE, sentence);
	lab_stop(pid);
	assert_true(lab_wait_detached());
	check_opens();
}

/* In this test's own mount namespace. */
static void
bpffs_mount(void)
{
	mkdir(BPFFS, 0700);
	assert_int_equal(mount("bpf", BPFFS, "bpf", 0, NULL), 0);
}

static void
bpffs_unmount(void)
{
	assert_int_equal(umount(BPFFS), 0);
	assert_int_equal(rmdir(BPFFS), 0);
}

static void
test_pinned_link(void **state)
{
	struct bpf_link_info info = { 0 };
	uint32_t len = sizeof(info);
	char sentence[256], cmd[PATH_LEN];
	int fd = link_make();

	(void)state;
	bpffs_mount();
	assert_true(fd >= 0);
	assert_int_equal(bpf_obj_pin(fd, BPFFS "/link"), 0);
	assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &len), 0);
	close(fd);
	snprintf(cmd, sizeof(cmd), "bpftool link detach id %u", info.id);
	snprintf(
		sentence, sizeof(sentence),
		"by a bpf_link that no visible process holds (pinned, or in another PID namespace); remove it with: %s",
		cmd);
	check_refused(AFX_PROG_NATIVE, sentence);
	lab_sh(cmd);
	check_opens();
	unlink(BPFFS "/link");
	bpffs_unmount();
}

/* A program that is attached here by netlink, and by a link elsewhere. */
static void
test_link_elsewhere(void **state)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = XDP_FLAGS_SKB_MODE);
	int fd = lab_foreign_load("foreign");
	int link = bpf_link_create(fd, if_nametoindex(LAB_PEER), BPF_XDP, &opts);

	(void)state;
	assert_true(link >= 0);
	assert_int_equal(bpf_xdp_attach(lab_ifindex(), fd, XDP_FLAGS_DRV_MODE, NULL), 0);
	check_refused(AFX_PROG_NATIVE,
		      "by netlink; remove it with: ip link set dev " LAB_IFACE " xdp off");
	lab_sh("ip link set dev " LAB_IFACE " xdp off");
	close(link);
	close(fd);
}

static bool
child_knows_less(void)
{
	struct afx_cfg cfg = lab_cfg(AFX_ATTACH_AUTO, AFX_KEEP_NONE, NULL);
	struct afx_prog *prog;

	return afx_prog_open(&cfg, lab_ifindex(), LAB_QUEUES, &prog) == -EBUSY &&
		lab_log_has("\"?\", native, attached by netlink or a bpf_link of another user; "
			    "remove it with: ip link set dev " LAB_IFACE " xdp off\n");
}

static void
test_few_capabilities(void **state)
{
	(void)state;
	attach_by_netlink(XDP_FLAGS_DRV_MODE);
	assert_true(
		lab_run_with_caps(CAP_BIT(CAP_NET_RAW) | CAP_BIT(CAP_NET_ADMIN) | CAP_BIT(CAP_BPF),
				  child_knows_less));
	assert_int_not_equal(lab_attached(AFX_PROG_NATIVE), 0);
	lab_sh("ip link set dev " LAB_IFACE " xdp off");
}

/* libxdp can not read it, for want of its pins or because only the name is right. */
static void
test_dispatcher_unreadable(void **state)
{
	struct afx_cfg cfg = lab_cfg(AFX_ATTACH_AUTO, AFX_KEEP_NONE, NULL);
	int fd = lab_foreign_load("xdp_dispatcher");
	struct afx_prog *prog;

	(void)state;
	lab_forgive_program_fds();
	assert_int_equal(bpf_xdp_attach(lab_ifindex(), fd, XDP_FLAGS_DRV_MODE, NULL), 0);
	close(fd);
	assert_int_equal(afx_prog_open(&cfg, lab_ifindex(), LAB_QUEUES, &prog), -EBUSY);
	assert_null(prog);
	assert_logged("\"xdp_dispatcher\", native, attached by netlink; remove it with: ");
	assert_int_not_equal(lab_attached(AFX_PROG_NATIVE), 0);
	lab_sh("ip link set dev " LAB_IFACE " xdp off");
}

/* libxdp's dispatcher with one program, pinned where libxdp looks; dir is to be removed. */
static bool
dispatcher_attach(char *dir, size_t len)
{
	struct bpf_object *obj = bpf_object__open_file(DISPATCHER, NULL);
	struct xdp_dispatcher_config *conf;
	struct bpf_program *prog;
	char path[PATH_LEN + 16];
	size_t size;
	int fd;

	if (obj == NULL)
		return false;
	conf = (void *)(uintptr_t)bpf_map__initial_value(bpf_object__next_map(obj, NULL), &size);
	assert_int_equal(size, sizeof(*conf));
	conf->magic = XDP_DISPATCHER_MAGIC;
	conf->dispatcher_version = XDP_DISPATCHER_VERSION;
	conf->num_progs_enabled = 1;
	prog = bpf_object__find_program_by_name(obj, "xdp_dispatcher");
	assert_non_null(prog);
	assert_int_equal(bpf_object__load(obj), 0);
	assert_int_equal(
		bpf_xdp_attach(lab_ifindex(), bpf_program__fd(prog), XDP_FLAGS_DRV_MODE, NULL), 0);
	bpf_object__close(obj);
	mkdir(BPFFS "/xdp", 0700);
	snprintf(dir, len, BPFFS "/xdp/dispatch-%u-%u", lab_ifindex(),
		 lab_attached(AFX_PROG_NATIVE));
	assert_int_equal(mkdir(dir, 0700), 0);
	snprintf(path, sizeof(path), "%s/prog0-prog", dir);
	fd = lab_foreign_load("foreign");
	assert_int_equal(bpf_obj_pin(fd, path), 0);
	close(fd);
	return true;
}

/*
 * A dispatcher that libxdp recognises but can not rebuild (its program is not
 * a freplace, and kernels may refuse those): it stays as it is, and we say so.
 */
static void
test_dispatcher_not_joinable(void **state)
{
	struct afx_cfg cfg = lab_cfg(AFX_ATTACH_AUTO, AFX_KEEP_NONE, NULL);
	struct afx_prog *prog;
	char dir[PATH_LEN];
	uint32_t id;

	(void)state;
	lab_forgive_program_fds();
	bpffs_mount();
	setenv("LIBXDP_BPFFS", BPFFS, 1);
	if (!dispatcher_attach(dir, sizeof(dir))) {
		bpffs_unmount();
		skip();
	}
	id = lab_attached(AFX_PROG_NATIVE);
	rte_log_set_level(afx_logtype, RTE_LOG_DEBUG);
	assert_true(afx_prog_open(&cfg, lab_ifindex(), LAB_QUEUES, &prog) < 0);
	rte_log_set_level(afx_logtype, RTE_LOG_NOTICE);
	assert_null(prog);
	assert_logged("AFX: " LAB_IFACE ": joining libxdp's dispatcher (program id ");
	assert_logged("AFX: libxdp: ");
	assert_logged("unload it with: xdp-loader unload " LAB_IFACE " --all\n");
	assert_int_equal(lab_attached(AFX_PROG_NATIVE), id);
	cfg.attach = AFX_ATTACH_SKB;
	assert_int_equal(afx_prog_open(&cfg, lab_ifindex(), LAB_QUEUES, &prog), -EBUSY);
	assert_logged("dispatcher is attached there in native mode; leave out mode=");
	assert_int_equal(lab_attached(AFX_PROG_NATIVE), id);
	lab_sh("ip link set dev " LAB_IFACE " xdp off");
	lab_sh("rm -r " BPFFS "/xdp");
	bpffs_unmount();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_netlink),
		LAB_TEST(test_netlink_generic),
		LAB_TEST(test_netlink_of_process),
		LAB_TEST(test_link_of_process),
		LAB_TEST(test_pinned_link),
		LAB_TEST(test_link_elsewhere),
		LAB_TEST(test_few_capabilities),
		LAB_TEST(test_dispatcher_unreadable),
		LAB_TEST(test_dispatcher_not_joinable),
	};

	return cmocka_run_group_tests_name("prog_foreign", tests, lab_group_setup, NULL);
}
