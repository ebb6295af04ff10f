/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include <rte_common.h>

#include "afx_build.h"
#include "cfg.h"
#include "cli.h"
#include "engine.h"
#include "say.h"

enum kind {
	FLAG,
	U16,
	U32,
	U64,
	WORD,
	PARSED,
	IGNORED
};

struct option_row {
	const char *name;
	enum kind kind;
	void *target;
	int (*parse)(const char *value);
	uint64_t min, max;
};

/*
 * testpmd's names first, ours behind. What is ignored is on or off in any case here: links are
 * checked without interrupts, pools lie on the sockets of their ports, memory is not locked. Ranges
 * are testpmd's where it has them; the others keep sums within their types.
 */
static const struct option_row rows[] = {
	{ "interactive", FLAG, &tp_cfg.interactive, NULL, 0, 0 },
	{ "auto-start", FLAG, &tp_cfg.auto_start, NULL, 0, 0 },
	{ "tx-first", FLAG, &tp_cfg.tx_first, NULL, 0, 0 },
	{ "no-flush-rx", FLAG, &tp_cfg.no_flush_rx, NULL, 0, 0 },
	{ "disable-link-check", FLAG, &tp_cfg.no_link_check, NULL, 0, 0 },
	{ "disable-device-start", FLAG, &tp_cfg.no_device_start, NULL, 0, 0 },
	{ "disable-rss", FLAG, &tp_cfg.no_rss, NULL, 0, 0 },
	{ "rss-udp", FLAG, &tp_cfg.rss_udp, NULL, 0, 0 },
	{ "rss-ip", IGNORED, NULL, NULL, 0, 0 },
	{ "enable-scatter", FLAG, &tp_cfg.scatter, NULL, 0, 0 },
	{ "txonly-multi-flow", FLAG, &tp_cfg.multi_flow, NULL, 0, 0 },
	{ "record-core-cycles", FLAG, &tp_cfg.record_cycles, NULL, 0, 0 },
	{ "record-burst-stats", FLAG, &tp_cfg.record_bursts, NULL, 0, 0 },
	{ "numa", IGNORED, NULL, NULL, 0, 0 },
	{ "no-numa", IGNORED, NULL, NULL, 0, 0 },
	{ "no-lsc-interrupt", IGNORED, NULL, NULL, 0, 0 },
	{ "no-rmv-interrupt", IGNORED, NULL, NULL, 0, 0 },
	{ "no-mlockall", IGNORED, NULL, NULL, 0, 0 },
	{ "stats-period", U32, &tp_cfg.stats_period, NULL, 0, 86400 },
	{ "nb-cores", U32, &tp_cfg.nb_cores, NULL, 1, RTE_MAX_LCORE },
	{ "nb-ports", U32, &tp_cfg.nb_ports, NULL, 1, RTE_MAX_ETHPORTS },
	{ "coremask", U64, &tp_cfg.coremask, NULL, 1, UINT64_MAX },
	{ "portmask", U64, &tp_cfg.portmask, NULL, 1, UINT64_MAX },
	{ "portlist", PARSED, NULL, tp_cfg_portlist, 0, 0 },
	{ "rxq", U16, &tp_cfg.rxq, NULL, 0, RTE_MAX_QUEUES_PER_PORT },
	{ "txq", U16, &tp_cfg.txq, NULL, 0, RTE_MAX_QUEUES_PER_PORT },
	{ "rxd", U16, &tp_cfg.rxd, NULL, 1, UINT16_MAX },
	{ "txd", U16, &tp_cfg.txd, NULL, 1, UINT16_MAX },
	{ "burst", U16, &tp_cfg.burst, NULL, 1, TP_BURST_MAX },
	{ "mbcache", U16, &tp_cfg.mbcache, NULL, 0, RTE_MEMPOOL_CACHE_MAX_SIZE },
	{ "mbuf-size", U16, &tp_cfg.mbuf_size, NULL, RTE_PKTMBUF_HEADROOM + 1, UINT16_MAX },
	{ "total-num-mbufs", U32, &tp_cfg.total_mbufs, NULL, 2, 1u << 30 },
	{ "max-pkt-len", U16, &tp_cfg.max_pkt_len, NULL, 64, UINT16_MAX },
	{ "flowgen-flows", U32, &tp_cfg.flows, NULL, 1, 1u << 24 },
	{ "forward-mode", PARSED, NULL, tp_cfg_engine, 0, 0 },
	{ "port-topology", PARSED, NULL, tp_cfg_topology, 0, 0 },
	{ "txpkts", PARSED, NULL, tp_cfg_txpkts, 0, 0 },
	{ "tx-ip", PARSED, NULL, tp_cfg_ip, 0, 0 },
	{ "tx-udp", PARSED, NULL, tp_cfg_udp, 0, 0 },
	{ "eth-peer", PARSED, NULL, tp_cfg_peer, 0, 0 },
	{ "display-xstats", WORD, &tp_cfg.xstats, NULL, 0, 0 },
	{ "cmdline-file", WORD, &tp_cfg.command_file, NULL, 0, 0 },
	{ "txrate", PARSED, NULL, tp_cfg_txrate, 0, 0 },
	{ "packets", U64, &tp_cfg.packets, NULL, 1, UINT64_MAX },
	{ "duration", U32, &tp_cfg.duration, NULL, 1, UINT32_MAX },
	{ "drain", U32, &tp_cfg.drain_ms, NULL, 0, 60000 },
	{ "forever", FLAG, &tp_cfg.forever, NULL, 0, 0 },
	{ "json", FLAG, &tp_cfg.json, NULL, 0, 0 },
	{ "write", WORD, &tp_cfg.write_file, NULL, 0, 0 },
};

/* Values of getopt_long for rows: beyond any letter. */
#define ROW_BASE 256

static int
number_take(const struct option_row *row, const char *value)
{
	uint64_t number;

	if (tp_number(value, row->min, row->max, &number) < 0) {
		tp_error("--%s=%s: give a number from %" PRIu64 " to %" PRIu64, row->name, value,
			 row->min, row->max);
		return -EINVAL;
	}
	if (row->kind == U16)
		*(uint16_t *)row->target = number;
	else if (row->kind == U32)
		*(uint32_t *)row->target = number;
	else
		*(uint64_t *)row->target = number;
	return 0;
}

static int
row_take(const struct option_row *row, const char *value)
{
	switch (row->kind) {
	case FLAG:
		*(bool *)row->target = true;
		return 0;
	case WORD:
		*(const char **)row->target = value;
		return 0;
	case PARSED:
		return row->parse(value);
	case IGNORED:
		return 0;
	default:
		return number_take(row, value);
	}
}

static int
letter_take(int letter, const char *word)
{
	switch (letter) {
	case 'i':
		tp_cfg.interactive = true;
		return 0;
	case 'a':
		tp_cfg.auto_start = true;
		return 0;
	case 'h':
		tp_help_print();
		return 1;
	case 'V':
		printf("afx-testpmd %s\n", AFX_VERSION);
		return 1;
	case ':':
		tp_error("%s wants a value; see --help", word);
		return -EINVAL;
	default:
		/* getopt_long tells apart what it knows, with a value that it does not take. */
		/* Of long options it knows optopt is set: it was given a value. */
		if (strncmp(word, "--", 2) == 0 && optopt != 0)
			tp_error("%s takes no value", word);
		else
			tp_error(
				"%s is no option of afx-testpmd; see --help, and --eal-help for those in "
				"front of --",
				word);
		return -EINVAL;
	}
}

/* What does not go together. */
static int
contradictions_check(void)
{
	const char *alone = tp_cfg.json    ? "--json"
		: tp_cfg.stats_period != 0 ? "--stats-period"
		: tp_cfg.forever           ? "--forever"
					   : NULL;

	if (tp_cfg.interactive && alone != NULL)
		tp_error("%s and -i exclude each other: the prompt has show port stats", alone);
	else if (tp_cfg.rxq == 0 && tp_cfg.txq == 0)
		tp_error("--rxq and --txq are both 0: nothing could be received or sent");
	else if (tp_cfg.write_file != NULL && strcmp(tp_cfg.engine->name, "dump") != 0)
		tp_error("--write goes with --forward-mode=dump only");
	else if (tp_cfg.command_file != NULL && !tp_cfg.interactive)
		tp_error("--cmdline-file goes with -i only");
	else if (tp_cfg.json && tp_cfg.write_file != NULL && strcmp(tp_cfg.write_file, "-") == 0)
		tp_error("--json and --write=- both want stdout: write to a file");
	else
		return 0;
	return -EINVAL;
}

static void
long_options_make(struct option *options)
{
	unsigned int i;

	for (i = 0; i < RTE_DIM(rows); i++) {
		bool bare = rows[i].kind == FLAG || rows[i].kind == IGNORED;

		options[i] = (struct option){ rows[i].name, bare ? no_argument : required_argument,
					      NULL, ROW_BASE + i };
	}
	options[i++] = (struct option){ "help", no_argument, NULL, 'h' };
	options[i++] = (struct option){ "version", no_argument, NULL, 'V' };
	options[i] = (struct option){ NULL, 0, NULL, 0 };
}

bool
tp_cli_owns(const char *word)
{
	size_t len = strcspn(word, "=");
	unsigned int i;

	for (i = 0; i < RTE_DIM(rows) && strncmp(word, "--", 2) == 0; i++) {
		if (len == strlen(rows[i].name) + 2 &&
		    strncmp(word + 2, rows[i].name, len - 2) == 0)
			return true;
	}
	return strcmp(word, "-i") == 0;
}

int
tp_cli_parse(int argc, char **argv)
{
	struct option options[RTE_DIM(rows) + 3];
	int got;
	int ret = 0;

	long_options_make(options);
	tp_cfg.engine = tp_engine_find("io");
	opterr = 0;
	/* 0: glibc forgets what an earlier parse has left. */
	optind = 0;
	while (ret == 0 && (got = getopt_long(argc, argv, ":iahV", options, NULL)) != -1)
		ret = got >= ROW_BASE ? row_take(&rows[got - ROW_BASE], optarg)
				      : letter_take(got, argv[optind - 1]);
	if (ret == 0 && optind < argc) {
		tp_error("%s is not understood; see --help", argv[optind]);
		ret = -EINVAL;
	}
	if (ret == 0)
		ret = contradictions_check();
	if (ret == 0)
		ret = tp_cfg_segs_check();
	return ret;
}
