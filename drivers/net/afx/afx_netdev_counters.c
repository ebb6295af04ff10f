/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The counters of an interface's driver, as ethtool -S shows them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/ethtool.h>

#include "afx_netdev.h"
#include "afx_netdev_priv.h"

/* Their number may change between the calls; that it does so each time would be a wonder. */
#define TRIES 3

/*
 * The kernel writes as many as there are by then, whatever it was told (net/
 * ethtool/ioctl.c): beyond the end of this is a page that it can not write to.
 */
struct guarded {
	void *mem;
	size_t len;
};

static int
guarded_alloc(struct guarded *g, size_t len)
{
	const size_t page = sysconf(_SC_PAGESIZE);

	len = (len + page - 1) / page * page;
	g->len = len + page;
	g->mem = mmap(NULL, g->len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (g->mem == MAP_FAILED)
		return -errno;
	if (mprotect((char *)g->mem + len, page, PROT_NONE) == 0)
		return 0;
	munmap(g->mem, g->len);
	return -ENOMEM;
}

static void
guarded_free(struct guarded *g)
{
	munmap(g->mem, g->len);
}

static int
count_read(const char *iface, uint32_t *n)
{
	/* The answer has one count for the one set asked for. */
	uint64_t room[sizeof(struct ethtool_sset_info) / sizeof(uint64_t) + 1] = { 0 };
	struct ethtool_sset_info *set = (struct ethtool_sset_info *)room;
	int ret;

	set->cmd = ETHTOOL_GSSET_INFO;
	set->sset_mask = 1 << ETH_SS_STATS;
	ret = afx_netdev_ethtool(iface, set);
	if (ret != 0)
		return ret;
	*n = set->sset_mask != 0 ? set->data[0] : 0;
	return *n != 0 ? 0 : -EOPNOTSUPP;
}

static int
names_read(const char *iface, struct afx_netdev_counters *c)
{
	struct ethtool_gstrings *strings;
	struct guarded g;
	uint32_t i;
	int ret;

	ret = guarded_alloc(&g, sizeof(*strings) + (size_t)c->n * ETH_GSTRING_LEN);
	if (ret != 0)
		return ret;
	strings = g.mem;
	strings->cmd = ETHTOOL_GSTRINGS;
	strings->string_set = ETH_SS_STATS;
	strings->len = c->n;
	ret = afx_netdev_ethtool(iface, strings);
	if (ret == 0 && strings->len != c->n)
		ret = -EAGAIN;
	for (i = 0; ret == 0 && i < c->n; i++)
		memcpy(c->names[i], strings->data + (size_t)i * ETH_GSTRING_LEN, ETH_GSTRING_LEN);
	guarded_free(&g);
	return ret;
}

static int
values_read(const char *iface, struct afx_netdev_counters *c)
{
	struct ethtool_stats *stats;
	struct guarded g;
	int ret;

	ret = guarded_alloc(&g, sizeof(*stats) + c->n * sizeof(c->values[0]));
	if (ret != 0)
		return ret;
	stats = g.mem;
	stats->cmd = ETHTOOL_GSTATS;
	stats->n_stats = c->n;
	ret = afx_netdev_ethtool(iface, stats);
	if (ret == 0 && stats->n_stats != c->n)
		ret = -EAGAIN;
	if (ret == 0)
		memcpy(c->values, stats->data, c->n * sizeof(c->values[0]));
	guarded_free(&g);
	return ret;
}

static int
counters_read(const char *iface, struct afx_netdev_counters *c)
{
	int ret;

	*c = (struct afx_netdev_counters){ 0 };
	ret = count_read(iface, &c->n);
	if (ret != 0)
		return ret;
	c->names = calloc(c->n, sizeof(c->names[0]));
	c->values = calloc(c->n, sizeof(c->values[0]));
	if (c->names == NULL || c->values == NULL)
		ret = -ENOMEM;
	if (ret == 0)
		ret = names_read(iface, c);
	if (ret == 0)
		ret = values_read(iface, c);
	if (ret != 0)
		afx_netdev_counters_free(c);
	return ret;
}

int
afx_netdev_counters_get(const char *iface, struct afx_netdev_counters *c)
{
	unsigned int i;
	int ret = -EAGAIN;

	for (i = 0; i < TRIES && (ret == -EAGAIN || ret == -EFAULT); i++)
		ret = counters_read(iface, c);
	return ret == -EFAULT ? -EAGAIN : ret;
}

void
afx_netdev_counters_free(struct afx_netdev_counters *c)
{
	free(c->names);
	free(c->values);
	*c = (struct afx_netdev_counters){ 0 };
}
