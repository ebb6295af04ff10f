/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "files.h"

static const char help[] =
	"usage: afx-doctor [OPTION]... IFACE      look at IFACE for afx\n"
	"       afx-doctor --devargs IFACE        print the recommended --vdev argument\n"
	"       afx-doctor --restore [IFACE]      undo what a killed program left\n"
	"\n"
	"Looks at kernel, interface, process and tuning; changes nothing on IFACE and\n"
	"sends nothing. What is not ok comes with a reason and the command that helps.\n"
	"\n"
	"  -j, --json          one JSON object\n"
	"  -q, --quiet         only what is not ok, and the verdict\n"
	"  -l, --lcores=LIST   CPUs that the program will run on, as in EAL's -l 1-3,8\n"
	"  -p, --plugin=PATH   the plugin that the program will load with -d\n"
	"      --color=WHEN    auto, always or never (auto: on a terminal)\n"
	"  -d, --devargs       the --vdev argument alone\n"
	"  -r, --restore       put back what a killed program changed (needs root)\n"
	"  -h, --help          this text\n"
	"  -V, --version       the version\n"
	"\n"
	"exit status: 0 all ok, 1 warnings, 2 afx would not start, 3 wrong arguments or\n"
	"no such interface. With --devargs and --restore: 0 done, 2 not done, 3 as above.\n"
	"\n"
	"example: dpdk-testpmd -d PLUGIN $(afx-doctor -d eth1) -- -i --rxq=2 --txq=2\n";

/* Options without a letter. */
enum {
	OPT_COLOUR = 256,
};

static const char letters[] = ":jql:p:drhV";

static const struct option options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "lcores", required_argument, NULL, 'l' },
	{ "plugin", required_argument, NULL, 'p' },
	{ "color", required_argument, NULL, OPT_COLOUR },
	{ "devargs", no_argument, NULL, 'd' },
	{ "restore", no_argument, NULL, 'r' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

/* Always -EINVAL. Bytes that could do something to a terminal are not repeated. */
__attribute__((format(printf, 1, 2))) static int
refuse(const char *fmt, ...)
{
	char text[256];
	va_list ap;
	char *c;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	for (c = text; *c != '\0'; c++) {
		if (!isprint((unsigned char)*c))
			*c = '?';
	}
	fprintf(stderr, "afx-doctor: %s; see afx-doctor --help\n", text);
	return -EINVAL;
}

static int
colour_set(struct cli *cli, const char *when)
{
	static const char *const names[] = {
		[CLI_COLOUR_AUTO] = "auto",
		[CLI_COLOUR_ALWAYS] = "always",
		[CLI_COLOUR_NEVER] = "never",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(when, names[i]) == 0) {
			cli->colour = i;
			return 0;
		}
	}
	return refuse("--color=%.64s: not one of auto, always, never", when);
}

static int
task_set(struct cli *cli, enum cli_task task)
{
	if (cli->task != CLI_CHECK && cli->task != task)
		return refuse("--devargs, --restore, --help and --version exclude each other");
	cli->task = task;
	return 0;
}

static int
option_set(struct cli *cli, int option)
{
	switch (option) {
	case 'j':
		cli->json = true;
		return 0;
	case 'q':
		cli->quiet = true;
		return 0;
	case 'l':
		if (files_cpus(optarg, &cli->lcores) != 0)
			return refuse("--lcores=%.64s: not a list of CPUs such as 1-3,8", optarg);
		return 0;
	case 'p':
		cli->plugin = optarg;
		return 0;
	case OPT_COLOUR:
		return colour_set(cli, optarg);
	case 'd':
		return task_set(cli, CLI_DEVARGS);
	case 'r':
		return task_set(cli, CLI_RESTORE);
	case 'h':
		return task_set(cli, CLI_HELP);
	default:
		return task_set(cli, CLI_VERSION);
	}
}

static int
option_refuse(int option, const char *word)
{
	if (option == ':')
		return refuse("%.64s: an argument is missing", word);
	/* Of a long option it is 0, or the letter that stands for it. */
	if (optopt != 0 && optopt < OPT_COLOUR && strchr(letters, optopt) == NULL)
		return refuse("-%c: no such option", optopt);
	return refuse("%.64s: no such option, or one without an argument", word);
}

/* As the kernel takes them, and nothing that could do something to a terminal or a path. */
static bool
is_name(const char *name)
{
	size_t len = strlen(name);
	size_t i;

	for (i = 0; i < len; i++) {
		if (iscntrl((unsigned char)name[i]) || strchr(" /:", name[i]) != NULL)
			return false;
	}
	return len > 0 && len < IF_NAMESIZE && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static int
operands_set(struct cli *cli, int argc, char **argv)
{
	if (cli->task == CLI_HELP || cli->task == CLI_VERSION)
		return 0;
	if (cli->json && cli->task != CLI_CHECK)
		return refuse("--json goes with neither --devargs nor --restore");
	if (argc == 0 && cli->task == CLI_RESTORE)
		return 0;
	if (argc == 0)
		return refuse("an interface is missing");
	if (argc > 1)
		return refuse("%.64s: one interface at a time", argv[1]);
	if (!is_name(argv[0]))
		return refuse("%.64s: not an interface name", argv[0]);
	cli->iface = argv[0];
	return 0;
}

int
cli_parse(struct cli *cli, int argc, char **argv)
{
	int option, ret;

	*cli = (struct cli){ 0 };
	sched_getaffinity(0, sizeof(cli->lcores), &cli->lcores);
	opterr = 0;
	while ((option = getopt_long(argc, argv, letters, options, NULL)) != -1) {
		if (option == '?' || option == ':')
			return option_refuse(option, argv[optind - 1]);
		ret = option_set(cli, option);
		if (ret != 0)
			return ret;
	}
	return operands_set(cli, argc - optind, argv + optind);
}

void
cli_help(void)
{
	fputs(help, stdout);
}
