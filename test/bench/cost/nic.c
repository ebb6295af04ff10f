/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <dlfcn.h>

#include <rte_common.h>

#include "cost.h"

static void (*count_get)(struct ideal_nic_count *count);
static void (*flush)(void);
static void (*pause_set)(bool pause);

RTE_INIT(nic_find)
{
	*(void **)&count_get = dlsym(RTLD_DEFAULT, "ideal_nic_count_get");
	*(void **)&flush = dlsym(RTLD_DEFAULT, "ideal_nic_flush");
	*(void **)&pause_set = dlsym(RTLD_DEFAULT, "ideal_nic_pause");
}

struct ideal_nic_count
cost_nic_count(void)
{
	struct ideal_nic_count count = { 0 };

	if (count_get != NULL)
		count_get(&count);
	return count;
}

void
cost_nic_flush(void)
{
	if (flush != NULL)
		flush();
}

void
cost_nic_pause(bool pause)
{
	if (pause_set != NULL)
		pause_set(pause);
}
