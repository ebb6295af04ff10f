/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "afx_build.h"
#include "afx_log.h"

#include "cli.h"
#include "doctor.h"
#include "output.h"
#include "restore.h"

/* Of a check: the verdict, which is 0 to 2. Beyond: there was nothing to check. */
#define EXIT_NOT_DONE 2
#define EXIT_USAGE 3

/* Where the output is no terminal, and the most that is pleasant to read. */
#define WIDTH_DEFAULT 80
#define WIDTH_MAX 100
/* Below, words would be one to a line. */
#define WIDTH_MIN 50

static bool
colour_wanted(enum cli_colour colour)
{
	const char *term = getenv("TERM");

	if (colour != CLI_COLOUR_AUTO)
		return colour == CLI_COLOUR_ALWAYS;
	return isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL && term != NULL &&
		strcmp(term, "dumb") != 0;
}

static unsigned int
width(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return WIDTH_DEFAULT;
	if (size.ws_col < WIDTH_MIN)
		return WIDTH_MIN;
	return size.ws_col < WIDTH_MAX ? size.ws_col : WIDTH_MAX;
}

/* One that may be missing ends the run; the sentence is the same wherever that is seen. */
static int
iface_refuse(const char *iface, int ret)
{
	if (ret == -ENODEV)
		fprintf(stderr,
			"afx-doctor: %s: no such interface in this network namespace; see: ip link\n",
			iface);
	else
		fprintf(stderr, "afx-doctor: %s: asking for the interface: %s\n", iface,
			strerror(-ret));
	return EXIT_USAGE;
}

static void
iface_check(struct doctor *d)
{
	doctor_check_iface(d);
	if (!d->info.ethernet)
		return;
	doctor_check_xdp(d);
	doctor_check_mtu(d);
	doctor_check_queues(d);
	doctor_check_offload(d);
	doctor_check_veth(d);
}

static void
rest_check(struct doctor *d)
{
	doctor_check_process(d);
	doctor_check_memory(d);
	doctor_check_plugin(d);
	if (!d->info.ethernet)
		return;
	doctor_check_tuning(d);
	doctor_check_irq(d);
}

static int
devargs_run(struct doctor *d)
{
	char word[TEXT_WORD_LEN(DOCTOR_VDEV_LEN)];
	char vdev[DOCTOR_VDEV_LEN];

	iface_check(d);
	doctor_advise(d, vdev);
	if (vdev[0] == '\0') {
		fprintf(stderr, "afx-doctor: %s: can not be a port; see: afx-doctor %s\n", d->iface,
			d->iface);
		return EXIT_NOT_DONE;
	}
	/* A program gets it as it is; a person, quoted, for a terminal may act on such bytes. */
	if (isatty(STDOUT_FILENO) && !text_is_clean(vdev))
		puts(text_word(word, sizeof(word), vdev));
	else
		puts(vdev);
	return EXIT_SUCCESS;
}

static int
check_run(struct doctor *d, const struct cli *cli)
{
	char vdev[DOCTOR_VDEV_LEN];

	doctor_check_kernel(d);
	iface_check(d);
	rest_check(d);
	doctor_advise(d, vdev);
	/* Such a name can be used, but not shown: --devargs gives the argument as it is. */
	if (!text_is_clean(vdev))
		vdev[0] = '\0';
	if (cli->json && doctor_json(d, vdev) != 0)
		return EXIT_USAGE;
	if (!cli->json)
		doctor_print(d, vdev, colour_wanted(cli->colour), cli->quiet, width());
	return doctor_verdict(d);
}

static int
restore_run(const struct cli *cli)
{
	int ret = doctor_restore(cli->iface);

	if (ret == -ENODEV)
		return iface_refuse(cli->iface, ret);
	return ret == 0 ? EXIT_SUCCESS : EXIT_NOT_DONE;
}

static int
run(const struct cli *cli)
{
	static struct doctor d;
	int ret;

	if (cli->task == CLI_HELP)
		cli_help();
	if (cli->task == CLI_VERSION)
		puts("afx-doctor " AFX_VERSION);
	if (cli->task == CLI_HELP || cli->task == CLI_VERSION)
		return EXIT_SUCCESS;
	if (cli->task == CLI_RESTORE)
		return restore_run(cli);
	d.iface = cli->iface;
	d.plugin = cli->plugin;
	d.lcores = cli->lcores;
	snprintf(d.shown, sizeof(d.shown), "%s", cli->iface);
	text_clean(d.shown);
	ret = doctor_look(&d);
	if (ret != 0)
		return iface_refuse(cli->iface, ret);
	return cli->task == CLI_DEVARGS ? devargs_run(&d) : check_run(&d, cli);
}

int
main(int argc, char **argv)
{
	struct cli cli;
	int status;

	/* Each finding says what the driver's lines would say. */
	rte_log_set_level(afx_logtype, RTE_LOG_NOTICE);
	if (cli_parse(&cli, argc, argv) != 0)
		return EXIT_USAGE;
	status = run(&cli);
	/* A full disk, a closed pipe. */
	if (fflush(stdout) != 0 || ferror(stdout) != 0) {
		fprintf(stderr, "afx-doctor: writing the output: %s\n", strerror(errno));
		return EXIT_USAGE;
	}
	return status;
}
