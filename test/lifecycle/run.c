/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
	const char *scenario = app_begin(argc, argv);
	int ret;

	if (scenario == NULL)
		return EXIT_FAILURE;
	calls_sndbuf_limit(app_arg("sndbuf", 0));
	app_say("fds_before", app_fds());
	ret = scenario_run(scenario);
	app_say("fds_after", app_fds());
	return app_end(ret);
}
