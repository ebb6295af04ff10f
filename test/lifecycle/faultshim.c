/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The conditions of a fault, and what the calls have in common.
 */
#include <link.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <rte_common.h>
#include <rte_log.h>
#include <rte_spinlock.h>

#include "faultshim_priv.h"

/* libbpf keeps about 2000 pieces of memory for our program; a table half empty is quick. */
#define LIVE_MAX 65536

static struct object {
	const char *name;
	enum fault_caller caller;
	uintptr_t start;
	uintptr_t end;
} objects[] = {
	{ .name = "librte_net_afx.so", .caller = FAULT_BY_DRIVER },
	{ .name = "libmnl.so", .caller = FAULT_BY_LIBMNL },
	{ .name = "libbpf.so", .caller = FAULT_BY_LIBBPF },
	{ .name = "libxdp.so", .caller = FAULT_BY_LIBBPF },
	{ .name = "libelf.so", .caller = FAULT_BY_LIBELF },
	{ .name = "libelf-", .caller = FAULT_BY_LIBELF },
};

static const char *planned = "";
static unsigned int planned_callers;
static unsigned int planned_nth;
static struct fault_seen seen;
/* The driver's callbacks run on EAL's interrupt thread too, whenever. */
static __thread bool armed;

static void *live[LIVE_MAX];
static unsigned int nb_live;
static rte_spinlock_t live_lock = RTE_SPINLOCK_INITIALIZER;

static int
object_note(struct dl_phdr_info *info, size_t size __rte_unused, void *arg __rte_unused)
{
	unsigned int i;
	int j;

	for (i = 0; i < RTE_DIM(objects); i++) {
		if (strstr(info->dlpi_name, objects[i].name) == NULL)
			continue;
		objects[i].start = info->dlpi_addr;
		for (j = 0; j < info->dlpi_phnum; j++) {
			const ElfW(Phdr) *p = &info->dlpi_phdr[j];

			if (p->p_type == PT_LOAD)
				objects[i].end = RTE_MAX(objects[i].end,
							 info->dlpi_addr + p->p_vaddr + p->p_memsz);
		}
	}
	return 0;
}

void
fault_watch(void)
{
	dl_iterate_phdr(object_note, NULL);
}

static unsigned int
caller_of(const void *ret_addr)
{
	const uintptr_t addr = (uintptr_t)ret_addr;
	unsigned int i;

	for (i = 0; i < RTE_DIM(objects); i++) {
		if (addr >= objects[i].start && addr < objects[i].end)
			return objects[i].caller;
	}
	return 0;
}

void
fault_plan(const char *function, unsigned int callers, unsigned int nth)
{
	planned = function;
	planned_callers = callers;
	planned_nth = nth;
	memset(&seen, 0, sizeof(seen));
}

void
fault_arm(bool on)
{
	armed = on;
}

struct fault_seen *
fault_seen(void)
{
	return &seen;
}

bool
fault_due(const char *function, const void *ret_addr, uint64_t detail)
{
	if (!armed || strcmp(function, planned) != 0 ||
	    (caller_of(ret_addr) & planned_callers) == 0)
		return false;
	if (++seen.calls != planned_nth)
		return false;
	seen.hit = true;
	seen.detail = detail;
	return true;
}

/* Where addr is in the table, or the free place where it would be. */
static unsigned int
live_find(const void *addr)
{
	unsigned int i = ((uintptr_t)addr >> 4) * UINT32_C(2654435761) % LIVE_MAX;

	while (live[i] != NULL && live[i] != addr)
		i = (i + 1) % LIVE_MAX;
	return i;
}

void
fault_live_add(void *addr, const void *ret_addr)
{
	if (addr == NULL || caller_of(ret_addr) == 0)
		return;
	rte_spinlock_lock(&live_lock);
	if (nb_live < LIVE_MAX / 2) {
		live[live_find(addr)] = addr;
		nb_live++;
	}
	rte_spinlock_unlock(&live_lock);
}

/* The entries behind a gap move up, so that no search ends at the gap. */
void
fault_live_remove(void *addr)
{
	unsigned int i;
	void *moved;

	if (addr == NULL || nb_live == 0)
		return;
	rte_spinlock_lock(&live_lock);
	i = live_find(addr);
	if (live[i] != NULL) {
		live[i] = NULL;
		nb_live--;
		for (i = (i + 1) % LIVE_MAX; live[i] != NULL; i = (i + 1) % LIVE_MAX) {
			moved = live[i];
			live[i] = NULL;
			live[live_find(moved)] = moved;
		}
	}
	rte_spinlock_unlock(&live_lock);
}

unsigned int
fault_live(void)
{
	return nb_live;
}

int
rte_log(uint32_t level, uint32_t logtype, const char *format, ...)
{
	const bool own = armed && level <= RTE_LOG_ERR &&
		caller_of(__builtin_return_address(0)) == FAULT_BY_DRIVER;
	va_list ap;
	int ret;

	if (own) {
		seen.errors++;
		va_start(ap, format);
		vsnprintf(seen.error, sizeof(seen.error), format, ap);
		va_end(ap);
		seen.error[strcspn(seen.error, "\n")] = '\0';
	}
	va_start(ap, format);
	ret = rte_vlog(level, logtype, format, ap);
	va_end(ap);
	return ret;
}
