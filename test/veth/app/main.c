/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_dev.h>

#include "app.h"

static const struct {
	const char *name;
	int (*run)(void);
} scenarios[] = {
	{ "forward", app_forward },   { "hold", app_hold },
	{ "kinds", app_kinds },       { "bursts", app_bursts },
	{ "shared", app_shared },     { "refused", app_refused },
	{ "restarts", app_restarts }, { "reopens", app_reopens },
	{ "setup", app_setup },       { "control", app_control },
	{ "halves", app_halves },     { "events", app_events },
	{ "link", app_link },         { "intr", app_intr },
	{ "desc", app_desc },         { "intr_rounds", app_intr_rounds },
	{ "hardware", app_hardware }, { "features", app_features },
	{ "offload", app_offload },   { "rss", app_rss },
	{ "multi", app_multi },
};

static int
scenario_run(const char *name)
{
	unsigned int i;

	for (i = 0; i < RTE_DIM(scenarios); i++) {
		if (strcmp(scenarios[i].name, name) == 0)
			return scenarios[i].run();
	}
	return -EINVAL;
}

/* Not by EAL's --vdev, so that what a probe opens is seen to be closed. */
static int
ports_probe(void)
{
	const char *devargs;
	unsigned int i;
	int ret = 0;

	for (i = 0; ret == 0 && (devargs = app_arg_nth("vdev", i)) != NULL; i++)
		ret = rte_dev_probe(devargs);
	return ret;
}

int
main(int argc, char **argv)
{
	const char *scenario = app_begin(argc, argv);
	int ret;

	if (scenario == NULL)
		return EXIT_FAILURE;
	app_say("fds_before", app_fds());
	ret = ports_probe();
	if (ret == 0)
		ret = scenario_run(scenario);
	app_say("fds_after", app_fds());
	return app_end(ret);
}
