/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_lcore.h>
#include <rte_pdump.h>

#include "cfg.h"
#include "cli.h"
#include "engine.h"
#include "live.h"
#include "pool.h"
#include "port.h"
#include "prompt.h"
#include "report.h"
#include "run.h"
#include "say.h"
#include "stop.h"
#include "stream.h"
#include "xstats.h"

/* How late a limit that is reached, or a device that went, may be noticed. */
#define TICK_MS 20

/* Index of "--", or argc. */
static int
dash_find(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0)
			return i;
	}
	return argc;
}

/* Our own page for --help of either half; EAL's long one has a name of its own. */
static int
options_parse(int argc, char **argv, int dash)
{
	static char eal_help[] = "--help";
	char *none[] = { argv[0], NULL };
	int i;

	for (i = 1; i < dash; i++) {
		if (strcmp(argv[i], "--eal-help") == 0)
			argv[i] = eal_help;
		else if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0 ||
			 strcmp(argv[i], "--version") == 0)
			return tp_cli_parse(2, &argv[i - 1]);
		if (tp_cli_owns(argv[i])) {
			tp_error(
				"%s is afx-testpmd's own: put -- in front of it, behind EAL's options",
				argv[i]);
			return -EINVAL;
		}
	}
	return dash == argc ? tp_cli_parse(1, none) : tp_cli_parse(argc - dash, argv + dash);
}

static int
ports_configure(void)
{
	uint16_t port;
	int ret = 0;

	RTE_ETH_FOREACH_DEV(port) {
		if (ret == 0)
			ret = tp_port_configure(port);
	}
	return ret;
}

static int
ports_start(void)
{
	unsigned int i;
	int ret = 0;

	if (tp_cfg.no_device_start)
		return 0;
	for (i = 0; ret == 0 && i < tp_ports_used_nb; i++)
		ret = tp_port_start(tp_ports_used[i]);
	if (ret == 0 && !tp_cfg.no_link_check && tp_ports_used_nb > 0)
		tp_ports_link_wait();
	return ret;
}

static int
setup(void)
{
	int ret;

	ret = tp_ports_scan();
	if (ret == 0)
		ret = tp_lcores_choose();
	if (ret == 0)
		ret = tp_pools_make();
	if (ret == 0)
		ret = ports_configure();
	/* What is wrong with the options is said before any port is touched. */
	if (ret == 0 && tp_ports_used_nb > 0)
		ret = tp_streams_build();
	if (ret == 0)
		ret = ports_start();
	if (ret == 0 && tp_ports_used_nb > 0)
		ret = tp_xstats_chosen_check();
	return ret;
}

/* Without any other end in sight, Enter is one, as in testpmd. */
static bool
enter_ends(void)
{
	return !tp_cfg.interactive && !tp_cfg.forever && tp_cfg.stats_period == 0 &&
		tp_cfg.duration == 0 && tp_cfg.packets == 0 && !tp_cfg.json;
}

/* True while the session goes on. */
static bool
input_take(void)
{
	char line[64];

	if (tp_cfg.interactive)
		return tp_prompt_feed();
	return read(STDIN_FILENO, line, sizeof(line)) < 0 && errno == EINTR;
}

static void
period_report(uint64_t *next)
{
	uint64_t period = tp_cfg.stats_period * rte_get_tsc_hz();

	if (tp_cfg.stats_period == 0 || rte_rdtsc() < *next)
		return;
	*next += period;
	tp_report_period();
}

/* True while the session goes on. */
static bool
run_watch(void)
{
	if (tp_ports_removal()) {
		/* Who sits at the prompt may have wanted that. */
		if (!tp_cfg.interactive)
			tp_run_broken();
		tp_run_stop();
		tp_ports_reap();
		if (!tp_cfg.interactive)
			return false;
		tp_prompt_again();
	}
	if (!tp_run_reached())
		return true;
	if (!tp_cfg.interactive)
		return false;
	tp_run_stop();
	tp_prompt_again();
	return true;
}

static void
session(void)
{
	bool input = tp_cfg.interactive || enter_ends();
	uint64_t next = rte_rdtsc() + tp_cfg.stats_period * rte_get_tsc_hz();
	struct pollfd fds[] = {
		{ .fd = tp_stop_fd(), .events = POLLIN },
		{ .fd = input ? STDIN_FILENO : -1, .events = POLLIN },
		/* Without events: whether its reader left. */
		{ .fd = STDOUT_FILENO },
	};

	while (!tp_stop_asked() && !tp_out_lost() && run_watch()) {
		period_report(&next);
		if (poll(fds, RTE_DIM(fds), TICK_MS) > 0 &&
		    (fds[2].revents != 0 || (fds[1].revents != 0 && !input_take())))
			break;
	}
	tp_live_leave();
}

static int
prompt_session(void)
{
	int ret = tp_prompt_open();

	/* 1 behind a quit. */
	if (ret == 0 && tp_cfg.command_file != NULL)
		ret = tp_prompt_file(tp_cfg.command_file);
	if (ret == 0 && tp_cfg.auto_start)
		ret = tp_run_start(tp_cfg.tx_first);
	if (ret == 0)
		session();
	tp_prompt_close();
	return ret;
}

static int
plain_session(void)
{
	int ret = tp_run_start(tp_cfg.tx_first);

	if (ret < 0)
		return ret;
	if (enter_ends())
		tp_say("Press enter to exit\n");
	session();
	return 0;
}

/* Undo setup(); whatever of it was done. */
static void
teardown(void)
{
	tp_run_stop();
	rte_pdump_uninit();
	tp_ports_close_all();
	tp_streams_free();
	tp_pools_free();
	rte_eal_cleanup();
	tp_say("\nBye...\n");
}

/* One that is closed would become a file of EAL's, and what we say go into that. */
static void
descriptors_fill(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	close(fd);
}

/* The first argc words are EAL's. */
static int
eal_start(int argc, char **argv)
{
	int taken = rte_eal_init(argc, argv);

	if (taken < 0) {
		tp_error("EAL did not start: %s; its lines say why", rte_strerror(rte_errno));
		return taken;
	}
	/* For dpdk-dumpcap; without shared memory nobody can ask for it. */
	rte_pdump_init();
	if (taken + 1 == argc)
		return 0;
	tp_error("%s is not understood; see --help and --eal-help", argv[taken + 1]);
	rte_pdump_uninit();
	rte_eal_cleanup();
	return -EINVAL;
}

int
main(int argc, char **argv)
{
	int dash = dash_find(argc, argv);
	int ret;

	descriptors_fill();
	ret = options_parse(argc, argv, dash);
	if (ret != 0)
		return ret < 0 ? TP_EXIT_USER : TP_EXIT_OK;
	if (tp_cfg.json || (tp_cfg.write_file != NULL && strcmp(tp_cfg.write_file, "-") == 0))
		tp_say_aside();
	if (tp_stop_init() < 0)
		return TP_EXIT_USER;
	if (eal_start(dash, argv) < 0)
		return TP_EXIT_USER;
	ret = setup();
	if (ret == 0)
		ret = tp_cfg.interactive ? prompt_session() : plain_session();
	teardown();
	if (ret < 0 || tp_out_verdict() != TP_EXIT_OK)
		return TP_EXIT_USER;
	return tp_run_verdict();
}
