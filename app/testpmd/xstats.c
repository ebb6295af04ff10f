/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_ethdev.h>

#include "cfg.h"
#include "port.h"
#include "say.h"
#include "xstats.h"

/* Sums over the queues' xstats; the first ones are fields of struct xdp_statistics. */
enum xsk {
	DROPPED,
	RING_FULL,
	FILL_EMPTY,
	RX_INVALID,
	TX_INVALID,
	TX_EMPTY,
	SYSCALLS,
	ZEROCOPY,
	XSK_MAX
};

static const char *const sum_names[XSK_MAX] = {
	[DROPPED] = "rx_dropped",
	[RING_FULL] = "rx_ring_full",
	[FILL_EMPTY] = "rx_fill_ring_empty_descs",
	[RX_INVALID] = "rx_invalid_descs",
	[TX_INVALID] = "tx_invalid_descs",
	[TX_EMPTY] = "tx_ring_empty_descs",
	[SYSCALLS] = "_syscalls",
	[ZEROCOPY] = "_zerocopy",
};

struct sums {
	uint64_t value[XSK_MAX];
	unsigned int found[XSK_MAX];
};

void
tp_xstats_read(uint16_t port, struct tp_xstats *xstats)
{
	int count = rte_eth_xstats_get_names(port, NULL, 0);

	*xstats = (struct tp_xstats){ NULL, NULL, 0 };
	if (count <= 0)
		return;
	xstats->names = calloc(count, sizeof(*xstats->names));
	xstats->values = calloc(count, sizeof(*xstats->values));
	if (xstats->names != NULL && xstats->values != NULL &&
	    rte_eth_xstats_get_names(port, xstats->names, count) == count &&
	    rte_eth_xstats_get(port, xstats->values, count) == count)
		xstats->count = count;
}

void
tp_xstats_free(struct tp_xstats *xstats)
{
	free(xstats->names);
	free(xstats->values);
	*xstats = (struct tp_xstats){ NULL, NULL, 0 };
}

/* rx_q0_dropped is one of rx_dropped; _syscalls are those of both directions. */
static bool
is_one_of(const char *name, const char *sum)
{
	const char *end = sum;
	size_t len = strlen(name), tail;

	if (sum[0] != '_') {
		if (strncmp(name, sum, strlen("rx_")) != 0)
			return false;
		end = sum + strlen("rx");
	}
	tail = strlen(end);
	return len >= tail && strcmp(name + len - tail, end) == 0;
}

static void
sums_get(uint16_t port, struct sums *sums)
{
	struct tp_xstats xstats;
	unsigned int kind;
	int i;

	memset(sums, 0, sizeof(*sums));
	tp_xstats_read(port, &xstats);
	for (i = 0; i < xstats.count; i++) {
		for (kind = 0; kind < XSK_MAX; kind++) {
			if (!is_one_of(xstats.names[i].name, sum_names[kind]))
				continue;
			sums->value[kind] += xstats.values[i].value;
			sums->found[kind]++;
		}
	}
	tp_xstats_free(&xstats);
}

static const char *
mode_name(const struct sums *sums)
{
	if (sums->value[ZEROCOPY] == 0)
		return "copy";
	return sums->value[ZEROCOPY] == sums->found[ZEROCOPY] ? "zero-copy" : "mixed";
}

void
tp_xstats_xsk_line(uint16_t port, uint64_t packets, char *line, size_t size)
{
	struct sums sums;
	unsigned int kind;
	size_t used = 0;

	line[0] = '\0';
	sums_get(port, &sums);
	for (kind = 0; kind < SYSCALLS; kind++) {
		if (sums.found[kind] > 0 && used < size)
			used += snprintf(line + used, size - used, " %s %" PRIu64, sum_names[kind],
					 sums.value[kind]);
	}
	if (sums.found[SYSCALLS] > 0 && packets > 0 && used < size)
		used += snprintf(line + used, size - used, " syscalls/packet %.3f",
				 (double)sums.value[SYSCALLS] / packets);
	if (sums.found[ZEROCOPY] > 0 && used < size)
		snprintf(line + used, size - used, " mode %s", mode_name(&sums));
}

void
tp_xstats_xsk_json(uint16_t port, uint64_t packets, json_t *object)
{
	json_t *xsk = json_object();
	struct sums sums;
	unsigned int kind;

	sums_get(port, &sums);
	for (kind = 0; kind < SYSCALLS; kind++) {
		if (sums.found[kind] > 0)
			json_object_set_new(xsk, sum_names[kind], json_integer(sums.value[kind]));
	}
	if (sums.found[SYSCALLS] > 0 && packets > 0)
		json_object_set_new(xsk, "syscalls_per_packet",
				    json_real((double)sums.value[SYSCALLS] / packets));
	if (sums.found[ZEROCOPY] > 0)
		json_object_set_new(xsk, "mode", json_string(mode_name(&sums)));
	if (json_object_size(xsk) > 0)
		json_object_set(object, "xsk", xsk);
	json_decref(xsk);
}

/* Whether name is one of the comma-separated list. */
static bool
chosen(const char *name)
{
	size_t len = strlen(name);
	const char *at = tp_cfg.xstats;

	while (at != NULL) {
		if (strncmp(at, name, len) == 0 && (at[len] == ',' || at[len] == '\0'))
			return true;
		at = strchr(at, ',');
		at = at != NULL ? at + 1 : NULL;
	}
	return false;
}

static bool
port_has(uint16_t port, const char *name, size_t len)
{
	struct tp_xstats xstats;
	bool has = false;
	int i;

	tp_xstats_read(port, &xstats);
	for (i = 0; i < xstats.count && !has; i++)
		has = strlen(xstats.names[i].name) == len &&
			strncmp(xstats.names[i].name, name, len) == 0;
	tp_xstats_free(&xstats);
	return has;
}

int
tp_xstats_chosen_check(void)
{
	const char *name = tp_cfg.xstats;
	unsigned int i;
	size_t len;

	while (name != NULL) {
		len = strcspn(name, ",");
		for (i = 0; i < tp_ports_used_nb && !port_has(tp_ports_used[i], name, len); i++)
			;
		if (i == tp_ports_used_nb) {
			tp_error("--display-xstats: no port has \"%.*s\"; show port xstats all, at "
				 "the prompt, has the names",
				 (int)len, name);
			return -EINVAL;
		}
		name = name[len] == ',' ? name + len + 1 : NULL;
	}
	return 0;
}

void
tp_xstats_chosen_print(uint16_t port)
{
	struct tp_xstats xstats;
	int i;

	if (tp_cfg.xstats == NULL)
		return;
	tp_xstats_read(port, &xstats);
	for (i = 0; i < xstats.count; i++) {
		if (chosen(xstats.names[i].name))
			tp_say("  %s: %" PRIu64 "\n", xstats.names[i].name, xstats.values[i].value);
	}
	tp_xstats_free(&xstats);
}

void
tp_xstats_chosen_json(uint16_t port, json_t *object)
{
	json_t *list = json_object();
	struct tp_xstats xstats;
	int i;

	tp_xstats_read(port, &xstats);
	for (i = 0; i < xstats.count; i++) {
		if (chosen(xstats.names[i].name))
			json_object_set_new(list, xstats.names[i].name,
					    json_integer(xstats.values[i].value));
	}
	tp_xstats_free(&xstats);
	if (json_object_size(list) > 0)
		json_object_set(object, "xstats", list);
	json_decref(list);
}
