/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * How long and how many arguments, and the sentences about them, may be.
 */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <rte_common.h>

#include "afx_devargs.h"

#define BAD_IFACE "not an interface name, 1 to 15 characters without '/', ':' and blanks"

/* "iface=eth0,<key>=<len times fill>" */
static void
long_value(char *args, size_t size, const char *prefix, size_t len, char fill)
{
	size_t n = snprintf(args, size, "iface=eth0,%s", prefix);

	assert_true(n + len < size);
	memset(args + n, fill, len);
	args[n + len] = '\0';
}

static void
test_path_lengths(void **state __rte_unused)
{
	char args[PATH_MAX + 64], err[AFX_DEVARGS_ERR_LEN];
	struct afx_cfg cfg;

	long_value(args, sizeof(args), "xdp_prog=", PATH_MAX - 1, 'p');
	assert_int_equal(afx_devargs_parse(args, &cfg, err, sizeof(err)), 0);
	assert_int_equal(strlen(cfg.xdp_prog), PATH_MAX - 1);

	long_value(args, sizeof(args), "xdp_prog=", PATH_MAX, 'p');
	assert_int_equal(afx_devargs_parse(args, &cfg, err, sizeof(err)), -EINVAL);
	assert_non_null(strstr(err, "xdp_prog=ppp"));
	assert_non_null(strstr(err, "ppp...: not a path of at most 4095 characters"));

	long_value(args, sizeof(args), "use_cni=1,dp_path=", AFX_DP_PATH_MAX - 1, 'd');
	assert_int_equal(afx_devargs_parse(args, &cfg, err, sizeof(err)), -ENOTSUP);

	long_value(args, sizeof(args), "use_cni=1,dp_path=", AFX_DP_PATH_MAX, 'd');
	assert_int_equal(afx_devargs_parse(args, &cfg, err, sizeof(err)), -EINVAL);
	assert_non_null(strstr(err, "dp_path=ddd"));
	assert_non_null(strstr(err, "ddd...: not a path of at most 107 characters"));
}

/* Every other port below 2 * n, in falling order, then tail. */
static void
many_ports(char *args, size_t size, int n, const char *tail)
{
	size_t len = snprintf(args, size, "iface=eth0,keep=[");
	int i;

	for (i = n; i > 0; i--)
		len += snprintf(args + len, size - len, "%d%s", 2 * i, i > 1 ? "," : "");
	len += snprintf(args + len, size - len, "%s]", tail);
	assert_true(len < size);
}

static void
test_keep_bounds(void **state __rte_unused)
{
	char args[1024], err[AFX_DEVARGS_ERR_LEN];
	struct afx_cfg cfg;
	int i;

	many_ports(args, sizeof(args), AFX_KEEP_RANGES_MAX, "");
	assert_int_equal(afx_devargs_parse(args, &cfg, err, sizeof(err)), 0);
	assert_int_equal(cfg.keep_nb_ranges, AFX_KEEP_RANGES_MAX);
	for (i = 0; i < AFX_KEEP_RANGES_MAX; i++) {
		assert_int_equal(cfg.keep_ranges[i].first, 2 * (i + 1));
		assert_int_equal(cfg.keep_ranges[i].last, 2 * (i + 1));
	}

	many_ports(args, sizeof(args), AFX_KEEP_RANGES_MAX + 1, "");
	assert_int_equal(afx_devargs_parse(args, &cfg, err, sizeof(err)), -EINVAL);
	assert_non_null(strstr(err, "keep=[130,128,"));
	assert_non_null(strstr(err, "...: more than 64 separate ranges of ports"));

	/* Only what is left after merging counts. */
	many_ports(args, sizeof(args), AFX_KEEP_RANGES_MAX + 1, ",3-1000");
	assert_int_equal(afx_devargs_parse(args, &cfg, err, sizeof(err)), 0);
	assert_int_equal(cfg.keep_nb_ranges, 1);
	assert_int_equal(cfg.keep_ranges[0].first, 2);
	assert_int_equal(cfg.keep_ranges[0].last, 1000);
}

/* rte_kvargs holds RTE_KVARGS_MAX pairs, and fails like out of memory beyond. */
static void
test_too_many_pairs(void **state __rte_unused)
{
	char args[512] = "", err[AFX_DEVARGS_ERR_LEN];
	struct afx_cfg cfg;
	int i;

	for (i = 0; i < 33; i++)
		snprintf(args + strlen(args), sizeof(args) - strlen(args), "%sk%d=v",
			 i > 0 ? "," : "", i);
	assert_int_equal(afx_devargs_parse(args, &cfg, err, sizeof(err)), -EINVAL);
	assert_string_equal(err, "k32=v: one argument too many, 32 are allowed");
	*strrchr(args, ',') = '\0';
	assert_int_equal(afx_devargs_parse(args, &cfg, err, sizeof(err)), -EINVAL);
	assert_non_null(strstr(err, "k0=v: unknown key"));
}

/* The longest sentence: both quotes cut off, and the list of all keys. */
static void
test_longest_sentence_fits(void **state __rte_unused)
{
	char args[1024], err[AFX_DEVARGS_ERR_LEN];
	struct afx_cfg cfg;
	size_t len;

	memset(args, 'k', 400);
	args[200] = '=';
	args[400] = '\0';
	assert_int_equal(afx_devargs_parse(args, &cfg, err, sizeof(err)), -EINVAL);
	len = strlen(err);
	assert_true(len < sizeof(err) - 1);
	assert_string_equal(err + len - strlen(AFX_DEVARGS_HELP), AFX_DEVARGS_HELP);
}

static void
test_short_err(void **state __rte_unused)
{
	char full[AFX_DEVARGS_ERR_LEN], err[AFX_DEVARGS_ERR_LEN];
	const char *args = "iface=eth0,queue_count=4x";
	struct afx_cfg cfg;
	size_t size, i;

	assert_int_equal(afx_devargs_parse(args, &cfg, full, sizeof(full)), -EINVAL);
	assert_string_equal(full, "queue_count=4x: not a number from 1 to 1024");
	for (size = 0; size < strlen(full) + 2; size++) {
		memset(err, 0x7f, sizeof(err));
		assert_int_equal(afx_devargs_parse(args, &cfg, err, size), -EINVAL);
		for (i = size; i < sizeof(err); i++)
			assert_int_equal(err[i], 0x7f);
		if (size == 0)
			continue;
		assert_memory_equal(err, full, RTE_MIN(size - 1, strlen(full)));
		assert_int_equal(err[RTE_MIN(size - 1, strlen(full))], '\0');
	}
	assert_int_equal(afx_devargs_parse(args, &cfg, NULL, 0), -EINVAL);
	assert_int_equal(afx_devargs_parse("iface=eth0", &cfg, NULL, 0), 0);
}

/* A sentence goes to terminals and logs: one line, nothing that a terminal obeys. */
static void
test_control_characters(void **state __rte_unused)
{
	char err[AFX_DEVARGS_ERR_LEN];
	struct afx_cfg cfg;

	assert_int_equal(afx_devargs_parse("iface=eth0\n", &cfg, err, sizeof(err)), -EINVAL);
	assert_string_equal(err, "iface=eth0?: " BAD_IFACE);
	assert_int_equal(afx_devargs_parse("iface=e\033c", &cfg, err, sizeof(err)), -EINVAL);
	assert_string_equal(err, "iface=e?c: " BAD_IFACE);
	assert_int_equal(afx_devargs_parse("\tiface\r", &cfg, err, sizeof(err)), -EINVAL);
	assert_string_equal(err, "?iface?: not of the form key=value (lists: keep=[22,80])");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_path_lengths),   cmocka_unit_test(test_keep_bounds),
		cmocka_unit_test(test_too_many_pairs), cmocka_unit_test(test_longest_sentence_fits),
		cmocka_unit_test(test_short_err),      cmocka_unit_test(test_control_characters),
	};

	return cmocka_run_group_tests_name("devargs_limits", tests, NULL, NULL);
}
