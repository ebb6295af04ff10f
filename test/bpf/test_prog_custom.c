/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * afx_prog with xdp_prog=: what upstream's contract allows, and a sentence for
 * each way to miss it. AFX_TEST_PROGS is the folder of the built objects.
 */
#include "prog_lab.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

static void
attached_name(char *name, size_t len)
{
	struct bpf_prog_info info = { 0 };
	uint32_t info_len = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(lab_attached(AFX_PROG_NATIVE));

	assert_true(fd >= 0);
	assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &info_len), 0);
	snprintf(name, len, "%s", info.name);
	close(fd);
}

static void
check_works(const char *object, const char *program, uint32_t nb_queues)
{
	struct afx_cfg cfg = lab_cfg(AFX_ATTACH_AUTO, AFX_KEEP_NONE, object);
	int fd = socket(AF_XDP, SOCK_RAW, 0);
	struct afx_prog *prog;
	char name[BPF_OBJ_NAME_LEN];

	if (afx_prog_open(&cfg, lab_ifindex(), nb_queues, &prog) != 0)
		fail_msg("%s: %s", object, lab_log());
	assert_string_equal(lab_log(), "");
	assert_int_equal(afx_prog_mode_get(prog), AFX_PROG_NATIVE);
	assert_true(afx_prog_is_custom(prog));
	attached_name(name, sizeof(name));
	assert_string_equal(name, program);
	/* By a link, so it dies with us too. */
	assert_int_equal(bpf_xdp_detach(lab_ifindex(), 0, NULL), -EBUSY);
	assert_int_equal(afx_prog_insert(prog, nb_queues - 1, fd), 0);
	assert_int_equal(afx_prog_remove(prog, nb_queues - 1), 0);
	afx_prog_close(&prog);
	close(fd);
}

static void
test_works(void **state)
{
	(void)state;
	check_works("custom_ok.bpf.o", "custom_ok", 64);
}

static void
test_plain_section(void **state)
{
	(void)state;
	check_works("custom_plain.bpf.o", "custom_plain", 2);
}

static void
check_refused(const char *object, uint32_t nb_queues, int err, const char *sentence)
{
	struct afx_cfg cfg = lab_cfg(AFX_ATTACH_AUTO, AFX_KEEP_NONE, object);
	struct afx_prog *prog = NULL;

	lab_log_clear();
	assert_int_equal(afx_prog_open(&cfg, lab_ifindex(), nb_queues, &prog), err);
	assert_null(prog);
	assert_logged(sentence);
	assert_logged(LAB_IFACE ": ");
	if (err != -EACCES)
		assert_logged(cfg.xdp_prog);
}

static void
test_missing_file(void **state)
{
	(void)state;
	check_refused("no_such.bpf.o", LAB_QUEUES, -ENOENT, "No such file or directory");
}

static void
test_not_an_object(void **state)
{
	struct afx_cfg cfg = lab_cfg(AFX_ATTACH_AUTO, AFX_KEEP_NONE, NULL);
	struct afx_prog *prog = NULL;

	(void)state;
	strcpy(cfg.xdp_prog, "/proc/self/status");
	assert_true(afx_prog_open(&cfg, lab_ifindex(), LAB_QUEUES, &prog) < 0);
	assert_null(prog);
	assert_logged(LAB_IFACE ": opening xdp_prog=/proc/self/status: ");
}

static void
test_no_program(void **state)
{
	(void)state;
	check_refused("custom_noxdp.bpf.o", LAB_QUEUES, -EINVAL, "has no XDP program");
}

static void
test_no_map(void **state)
{
	(void)state;
	check_refused("custom_nomap.bpf.o", LAB_QUEUES, -EINVAL, "has no map xsks_map");
	check_refused("custom_badmap.bpf.o", LAB_QUEUES, -EINVAL, "BPF_MAP_TYPE_XSKMAP");
}

static void
test_small_map(void **state)
{
	(void)state;
	check_refused("custom_plain.bpf.o", 3, -EINVAL,
		      "has 2 entries, but queue 2 needs max_entries of 3 or more");
}

/* The verifier's reason is passed on, and not taken for a lack of capabilities. */
static void
test_unsafe(void **state)
{
	(void)state;
	check_refused("custom_unsafe.bpf.o", LAB_QUEUES, -EACCES,
		      ": loading the XDP program failed: Permission denied;");
	assert_logged("invalid access to packet");
	assert_false(lab_log_has("setcap"));
	assert_false(lab_log_has("\n\n"));
}

/* A map sized by its author: a second port beyond it is refused, not overrun. */
static void
test_shared_beyond_map(void **state)
{
	struct afx_cfg cfg = lab_cfg(AFX_ATTACH_AUTO, AFX_KEEP_NONE, "custom_plain.bpf.o");
	struct afx_prog *first, *second;

	(void)state;
	assert_int_equal(afx_prog_open(&cfg, lab_ifindex(), 1, &first), 0);
	assert_int_equal(afx_prog_open(&cfg, lab_ifindex(), 3, &second), -EINVAL);
	assert_null(second);
	assert_logged("queue 2 is beyond the 2 entries");
	assert_int_equal(afx_prog_open(&cfg, lab_ifindex(), 2, &second), 0);
	afx_prog_close(&first);
	afx_prog_close(&second);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_works),
		LAB_TEST(test_plain_section),
		LAB_TEST(test_missing_file),
		LAB_TEST(test_not_an_object),
		LAB_TEST(test_no_program),
		LAB_TEST(test_no_map),
		LAB_TEST(test_small_map),
		LAB_TEST(test_unsafe),
		LAB_TEST(test_shared_beyond_map),
	};

	return cmocka_run_group_tests_name("prog_custom", tests, lab_group_setup, NULL);
}
