/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <stdio.h>

#include <jansson.h>

#include "cfg.h"
#include "engine.h"
#include "json.h"
#include "port.h"
#include "run.h"
#include "say.h"
#include "stats.h"
#include "stream.h"
#include "xstats.h"

static void
integer_set(json_t *object, const char *name, uint64_t value)
{
	json_object_set_new(object, name, json_integer(value));
}

static json_t *
queues_json(uint16_t port)
{
	uint16_t count = RTE_MAX(tp_ports[port].rxq, tp_ports[port].txq);
	json_t *list = json_array();
	struct tp_sums sums;
	json_t *object;
	uint16_t queue;

	for (queue = 0; queue < count; queue++) {
		tp_stats_queue(port, queue, &sums);
		object = json_object();
		integer_set(object, "queue", queue);
		integer_set(object, "rx_packets", sums.rx);
		integer_set(object, "tx_packets", sums.tx);
		integer_set(object, "tx_dropped", sums.dropped);
		json_array_append_new(list, object);
	}
	return list;
}

static void
rates_set(json_t *object, uint16_t port, const struct rte_eth_stats *stats, bool final)
{
	static struct tp_meter meters[RTE_MAX_ETHPORTS];
	struct tp_rates rates = final ? tp_rates_over(stats, tp_run_seconds())
				      : tp_meter_look(&meters[port], stats);

	json_object_set_new(object, "rx_pps", json_real(rates.rx_pps));
	json_object_set_new(object, "tx_pps", json_real(rates.tx_pps));
	json_object_set_new(object, "rx_bps", json_real(rates.rx_bps));
	json_object_set_new(object, "tx_bps", json_real(rates.tx_bps));
}

static json_t *
port_json(uint16_t port, bool final)
{
	struct rte_eth_stats stats = { .ipackets = 0 };
	json_t *object = json_object();

	tp_stats_get(port, &stats);
	integer_set(object, "port", port);
	json_object_set_new(object, "name", json_string(tp_ports[port].name));
	integer_set(object, "rx_packets", stats.ipackets);
	integer_set(object, "tx_packets", stats.opackets);
	integer_set(object, "rx_bytes", stats.ibytes);
	integer_set(object, "tx_bytes", stats.obytes);
	integer_set(object, "rx_missed", stats.imissed);
	integer_set(object, "rx_errors", stats.ierrors);
	integer_set(object, "rx_nombuf", stats.rx_nombuf);
	integer_set(object, "tx_errors", stats.oerrors);
	integer_set(object, "tx_dropped", tp_stats_dropped(port));
	rates_set(object, port, &stats, final);
	json_object_set_new(object, "queues", queues_json(port));
	tp_xstats_xsk_json(port, stats.ipackets + stats.opackets, object);
	if (tp_cfg.xstats != NULL)
		tp_xstats_chosen_json(port, object);
	return object;
}

static json_t *
common_json(bool final, const struct tp_engine *engine)
{
	json_t *object = json_object();
	json_t *ports = json_array();
	unsigned int i;

	for (i = 0; i < tp_ports_used_nb; i++)
		json_array_append_new(ports, port_json(tp_ports_used[i], final));
	json_object_set_new(object, "final", json_boolean(final));
	json_object_set_new(object, "mode", json_string(engine->name));
	json_object_set_new(object, "seconds", json_real(tp_run_seconds()));
	json_object_set_new(object, "ports", ports);
	if (engine->json != NULL)
		engine->json(object);
	return object;
}

static void
line_print(json_t *object)
{
	/* A double's 17 digits are noise beyond a rate's. */
	json_dumpf(object, stdout, JSON_COMPACT | JSON_REAL_PRECISION(10));
	fputc('\n', stdout);
	tp_out_flush(stdout);
	json_decref(object);
}

void
tp_json_period(void)
{
	line_print(common_json(false, tp_cfg.engine));
}

void
tp_json_final(const struct tp_engine *engine)
{
	json_t *object = common_json(true, engine);
	struct tp_sums sums;

	tp_stats_sums(&sums);
	integer_set(object, "rx_packets", sums.rx);
	integer_set(object, "tx_packets", sums.tx);
	integer_set(object, "dropped", sums.dropped);
	json_object_set_new(object, "passed", json_boolean(tp_run_passed()));
	line_print(object);
}
