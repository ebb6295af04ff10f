/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_eal.h>

#include "app.h"
#include "calls.h"
#include "run.h"

static int
scenario_run(const char *name)
{
	if (strcmp(name, "commands") == 0)
		return run_commands();
	if (strcmp(name, "churn") == 0)
		return run_churn();
	return -EINVAL;
}

int
main(int argc, char **argv)
{
	int used;
	int ret;

	setvbuf(stdout, NULL, _IOLBF, 0);
	used = rte_eal_init(argc, argv);
	if (used < 0 || argc < used + 2)
		return EXIT_FAILURE;
	app_args_set(argc - used - 2, argv + used + 2);
	calls_sndbuf_limit(app_arg("sndbuf", 0));
	app_frame_init();
	app_say("fds_before", app_fds());
	ret = scenario_run(argv[used + 1]);
	app_say("fds_after", app_fds());
	app_say("wrong", app_pools_wrong());
	app_say("ret", ret);
	rte_eal_cleanup();
	return ret == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
