/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/ioctl.h>

#include <rte_cycles.h>

#include "cfg.h"
#include "engine.h"
#include "live.h"
#include "port.h"
#include "run.h"
#include "say.h"
#include "stats.h"
#include "stream.h"
#include "xstats.h"

/* Of a terminal that does not tell its size. */
#define ROWS_DEFAULT 24
#define COLUMNS_DEFAULT 80
/* A terminal that is wider gains nothing: no row is longer. */
#define ROW_LEN 200

static unsigned int drawn, hidden, rows_most, columns;
static struct tp_meter port_meters[RTE_MAX_ETHPORTS];
static struct tp_meter queue_meters[RTE_MAX_ETHPORTS][RTE_MAX_QUEUES_PER_PORT];

static void
size_get(void)
{
	struct winsize size;

	rows_most = ROWS_DEFAULT;
	columns = COLUMNS_DEFAULT;
	if (ioctl(fileno(tp_out()), TIOCGWINSZ, &size) == 0 && size.ws_row > 2 && size.ws_col > 0) {
		rows_most = size.ws_row;
		columns = size.ws_col;
	}
}

/* One row, cut at the terminal's edge: a wrapped one could not be drawn over. */
static void __attribute__((format(printf, 1, 2))) row(const char *format, ...)
{
	char line[ROW_LEN];
	va_list args;

	/* One row for the count of hidden ones, one for the cursor. */
	if (drawn + 2 >= rows_most) {
		hidden++;
		return;
	}
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	fprintf(tp_out(), "%.*s\033[K\n", (int)columns, line);
	drawn++;
}

static void
queue_rows(uint16_t port)
{
	uint16_t queues = RTE_MAX(tp_ports[port].rxq, tp_ports[port].txq);
	struct rte_eth_stats stats = { .ipackets = 0 };
	struct tp_rates rates;
	struct tp_sums sums;
	uint16_t queue;

	for (queue = 0; queue < queues; queue++) {
		tp_stats_queue(port, queue, &sums);
		stats.ipackets = sums.rx;
		stats.opackets = sums.tx;
		rates = tp_meter_look(&queue_meters[port][queue], &stats);
		row("  queue %-5u %11.0f %11.0f %13s %10s %8s %8" PRIu64, queue, rates.rx_pps,
		    rates.tx_pps, "", "", "", sums.dropped);
	}
}

static void
port_rows(uint16_t port)
{
	struct rte_eth_stats stats;
	struct tp_rates rates;
	char line[ROW_LEN];

	if (tp_stats_get(port, &stats) < 0)
		return;
	rates = tp_meter_look(&port_meters[port], &stats);
	row("%-2u %-10.10s %11.0f %11.0f %6.0f/%-6.0f %10" PRIu64 " %8" PRIu64 " %8" PRIu64, port,
	    tp_ports[port].name, rates.rx_pps, rates.tx_pps, rates.rx_bps / 1e6, rates.tx_bps / 1e6,
	    stats.imissed, stats.rx_nombuf, tp_stats_dropped(port) + stats.oerrors);
	queue_rows(port);
	tp_xstats_xsk_line(port, stats.ipackets + stats.opackets, line, sizeof(line));
	if (line[0] != '\0')
		row("  XSK:%s", line);
}

void
tp_live_draw(void)
{
	struct tp_sums sums;
	unsigned int i;

	size_get();
	if (drawn > 0)
		fprintf(tp_out(), "\033[%uA\r", drawn);
	drawn = 0;
	hidden = 0;
	tp_stats_sums(&sums);
	row("afx-testpmd %s, %.0f s, received %" PRIu64 ", sent %" PRIu64 "   (Ctrl-C ends it)",
	    tp_cfg.engine->name, tp_run_seconds(), sums.rx, sums.tx);
	row("%-13s %11s %11s %13s %10s %8s %8s", "port", "Rx-pps", "Tx-pps", "Rx/Tx Mbps",
	    "Rx-missed", "nombuf", "Tx-drop");
	for (i = 0; i < tp_ports_used_nb; i++)
		port_rows(tp_ports_used[i]);
	fprintf(tp_out(), "\033[J");
	if (hidden > 0) {
		fprintf(tp_out(), "and %u more rows: make the window larger\n", hidden);
		drawn++;
	}
	tp_out_flush(tp_out());
}

void
tp_live_leave(void)
{
	drawn = 0;
}
