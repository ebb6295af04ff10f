/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <rte_telemetry.h>

#include "afx_compat.h"
#include "afx_show.h"
#include "afx_telemetry.h"

/* Telemetry cuts an answer at 16 KiB; a queue takes less than 2. */
#define QUEUES_MAX 8

/* Deepest: a ring, of a half, of a queue, of a port. */
#define LEVELS_MAX 4

/* "queue_" and a number of 16 bits */
#define QUEUE_NAME_LEN 12

static pthread_mutex_t ports_lock = PTHREAD_MUTEX_INITIALIZER;
static struct afx_dev *ports[RTE_MAX_ETHPORTS];

struct answer {
	struct afx_show show;
	struct rte_tel_data *level[LEVELS_MAX];
	unsigned int depth; /* of the level that is added to */
};

void
afx_telemetry_add(struct afx_dev *priv)
{
	pthread_mutex_lock(&ports_lock);
	ports[priv->port_id] = priv;
	pthread_mutex_unlock(&ports_lock);
}

void
afx_telemetry_remove(const struct afx_dev *priv)
{
	pthread_mutex_lock(&ports_lock);
	ports[priv->port_id] = NULL;
	pthread_mutex_unlock(&ports_lock);
}

/* Without memory for a level, what belongs to it is left out. */
static struct rte_tel_data *
level_of(struct afx_show *to)
{
	const struct answer *a = container_of(to, struct answer, show);

	return a->level[a->depth];
}

static void
text_add(struct afx_show *to, const char *name, const char *value)
{
	struct rte_tel_data *d = level_of(to);

	if (d != NULL)
		rte_tel_data_add_dict_string(d, name, value);
}

static void
number_add(struct afx_show *to, const char *name, uint64_t value)
{
	struct rte_tel_data *d = level_of(to);

	if (d != NULL)
		AFX_TEL_ADD_DICT_UINT(d, name, value);
}

static void
group_begin(struct afx_show *to, const char *name)
{
	struct answer *a = container_of(to, struct answer, show);
	struct rte_tel_data *outer = a->level[a->depth];
	struct rte_tel_data *group = outer != NULL ? rte_tel_data_alloc() : NULL;

	if (group != NULL) {
		rte_tel_data_start_dict(group);
		rte_tel_data_add_dict_container(outer, name, group, 0);
	}
	a->level[++a->depth] = group;
}

static void
group_end(struct afx_show *to)
{
	container_of(to, struct answer, show)->depth--;
}

/* "PORT" or "PORT,FIRST" */
static bool
params_parse(const char *params, unsigned long *port, unsigned long *first)
{
	char *end;

	*first = 0;
	if (params == NULL || !isdigit((unsigned char)params[0]))
		return false;
	*port = strtoul(params, &end, 10);
	if (end[0] == ',' && isdigit((unsigned char)end[1]))
		*first = strtoul(end + 1, &end, 10);
	return end[0] == '\0' && *port < RTE_MAX_ETHPORTS;
}

static void
pairs_add(const struct afx_dev *priv, unsigned long first, struct answer *a,
	  void (*pair_show)(const struct afx_pair *pair, struct afx_show *to))
{
	const unsigned long end = RTE_MIN(first + QUEUES_MAX, priv->cfg.queue_count);
	char name[QUEUE_NAME_LEN];
	unsigned long i;

	for (i = first; i < end; i++) {
		snprintf(name, sizeof(name), "queue_%u", (uint16_t)i);
		group_begin(&a->show, name);
		pair_show(&priv->pairs[i], &a->show);
		group_end(&a->show);
	}
	if (end < priv->cfg.queue_count)
		number_add(&a->show, "next", end);
}

static int
answer(const char *params, struct rte_tel_data *d,
       void (*pair_show)(const struct afx_pair *pair, struct afx_show *to))
{
	struct answer a = {
		.show = { text_add, number_add, group_begin, group_end },
		.level = { d },
	};
	unsigned long port, first;
	struct afx_dev *priv;
	int ret = 0;

	if (!params_parse(params, &port, &first))
		return -EINVAL;
	pthread_mutex_lock(&ports_lock);
	priv = ports[port];
	if (priv != NULL && first < priv->cfg.queue_count) {
		afx_show_lock(priv);
		rte_tel_data_start_dict(d);
		afx_show_port(priv, &a.show);
		pairs_add(priv, first, &a, pair_show);
		afx_show_unlock(priv);
	} else {
		ret = -EINVAL;
	}
	pthread_mutex_unlock(&ports_lock);
	return ret;
}

static int
queues_answer(const char *cmd __rte_unused, const char *params, struct rte_tel_data *d)
{
	return answer(params, d, afx_show_pair);
}

static int
umem_answer(const char *cmd __rte_unused, const char *params, struct rte_tel_data *d)
{
	return answer(params, d, afx_show_umem);
}

RTE_INIT(telemetry_register)
{
	rte_telemetry_register_cmd(
		"/afx/queues", queues_answer,
		"Queue pairs of a net_afx port. Parameters: int port_id, int first_queue");
	rte_telemetry_register_cmd(
		"/afx/umem", umem_answer,
		"Memory of a net_afx port's queues. Parameters: int port_id, int first_queue");
}
