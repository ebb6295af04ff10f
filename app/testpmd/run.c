/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>

#include <rte_cycles.h>
#include <rte_launch.h>
#include <rte_lcore.h>

#include "cfg.h"
#include "engine.h"
#include "gen.h"
#include "loop.h"
#include "pool.h"
#include "port.h"
#include "report.h"
#include "run.h"
#include "say.h"
#include "stats.h"
#include "stop.h"
#include "stream.h"

/* How often is looked whether all that is under way has come in. */
#define SETTLE_STEP_US 1000

static const struct tp_engine *running;
static uint64_t began, ended;
static bool ran, moved, failed, broken;

bool
tp_run_active(void)
{
	return running != NULL;
}

double
tp_run_seconds(void)
{
	uint64_t now = ended == 0 ? rte_rdtsc() : ended;

	return (double)(now - began) / rte_get_tsc_hz();
}

static int
ports_check(void)
{
	unsigned int i;
	uint16_t port;

	for (i = 0; i < tp_ports_used_nb; i++) {
		port = tp_ports_used[i];
		if (tp_ports[port].state != TP_PORT_STARTED) {
			tp_error("port %u (%s) is not started: port start %u", port,
				 tp_ports[port].name, port);
			return -ENETDOWN;
		}
	}
	return 0;
}

static int
engine_begin(const struct tp_engine *engine)
{
	unsigned int i;
	int ret = 0;

	if (engine->begin != NULL)
		ret = engine->begin();
	for (i = 0; ret == 0 && engine->stream_begin != NULL && i < tp_streams_nb; i++)
		ret = engine->stream_begin(&tp_streams[i]);
	if (ret < 0 && engine->end != NULL)
		engine->end();
	return ret;
}

int
tp_run_start(bool first)
{
	const struct tp_engine *engine = tp_cfg.engine;
	int ret;

	if (tp_run_active()) {
		tp_error("packet forwarding already started");
		return -EALREADY;
	}
	ret = tp_streams_build();
	if (ret == 0)
		ret = ports_check();
	if (ret == 0 && (first || (engine->flags & TP_ENGINE_MAKES) != 0))
		ret = tp_gen_check();
	if (ret == 0)
		ret = engine_begin(engine);
	if (ret < 0)
		return ret;
	tp_report_layout();
	if (!tp_cfg.no_flush_rx)
		tp_loop_flush();
	tp_stats_base();
	if (first)
		tp_loop_first();
	running = engine;
	ran = true;
	broken = false;
	began = rte_rdtsc();
	ended = 0;
	tp_loop_launch(engine);
	return 0;
}

/* Nothing new is made; what is on its way gets its time. */
static void
settle(void)
{
	uint64_t deadline = rte_rdtsc() + tp_cfg.drain_ms * (rte_get_tsc_hz() / 1000);

	if (running->settled == NULL)
		return;
	tp_loop_quiet();
	/* At least once: a burst may be on its way to the driver. */
	do {
		rte_delay_us_sleep(SETTLE_STEP_US);
	} while (!running->settled() && rte_rdtsc() < deadline);
}

static bool
run_moved(void)
{
	return tp_stats_moved((running->flags & TP_ENGINE_MAKES) != 0);
}

bool
tp_run_passed(void)
{
	return !broken && run_moved() && (running->passed == NULL || running->passed());
}

void
tp_run_broken(void)
{
	broken = tp_run_active();
}

void
tp_run_moved_note(void)
{
	if (tp_run_active() && run_moved())
		moved = true;
}

static void
verdict_note(void)
{
	tp_run_moved_note();
	if (broken || (running->passed != NULL && !running->passed()))
		failed = true;
}

void
tp_run_stop(void)
{
	const struct tp_engine *engine = running;

	if (!tp_run_active())
		return;
	tp_say("Telling cores to stop...\nWaiting for lcores to finish...\n");
	settle();
	tp_loop_stop();
	ended = rte_rdtsc();
	verdict_note();
	tp_report_summary(engine);
	if (engine->end != NULL)
		engine->end();
	running = NULL;
	tp_say("\nDone.\n");
}

bool
tp_run_reached(void)
{
	struct tp_sums sums;

	if (!tp_run_active())
		return false;
	if (tp_cfg.duration != 0 && tp_run_seconds() >= tp_cfg.duration)
		return true;
	if (tp_cfg.packets == 0)
		return false;
	if ((running->flags & TP_ENGINE_MAKES) != 0)
		return tp_gen_finished();
	tp_stats_sums(&sums);
	return sums.rx >= tp_cfg.packets;
}

int
tp_run_verdict(void)
{
	if (ran && !moved)
		tp_error("no packet moved");
	return failed || (ran && !moved) ? TP_EXIT_FAILED : TP_EXIT_OK;
}
