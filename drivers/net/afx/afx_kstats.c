/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "afx_kstats.h"
#include "afx_log.h"

/* Tells them from those of the driver, none of which begins with it. */
#define PREFIX "kernel_"

struct kstat {
	char kernel[AFX_NETDEV_COUNTER_LEN]; /* name as the kernel has it */
	char name[RTE_ETH_XSTATS_NAME_SIZE];
	uint64_t value;
	uint64_t base; /* at the last reset */
};

struct afx_kstats {
	uint32_t n;
	struct kstat stat[];
};

/* By ethdev's rules: lower-case letters and digits, with single '_' for all that is between. */
static void
name_make(char name[RTE_ETH_XSTATS_NAME_SIZE], const char *kernel)
{
	size_t len = strlen(PREFIX);

	static_assert(sizeof(PREFIX) + AFX_NETDEV_COUNTER_LEN + sizeof("_4294967295") <=
			      RTE_ETH_XSTATS_NAME_SIZE,
		      "names fit");
	memcpy(name, PREFIX, len);
	for (; *kernel != '\0'; kernel++) {
		if (isalnum((unsigned char)*kernel))
			name[len++] = tolower((unsigned char)*kernel);
		else if (name[len - 1] != '_')
			name[len++] = '_';
	}
	while (len > strlen(PREFIX) && name[len - 1] == '_')
		len--;
	name[len] = '\0';
}

static bool
is_taken(const struct afx_kstats *k, uint32_t n, const char *name)
{
	uint32_t i;

	for (i = 0; i < n; i++) {
		if (strcmp(k->stat[i].name, name) == 0)
			return true;
	}
	return false;
}

/* The kernel's may differ in nothing but such characters, or not at all. */
static void
name_unique(struct afx_kstats *k, uint32_t index)
{
	char *name = k->stat[index].name;
	const size_t len = strlen(name);
	uint32_t suffix = index;

	while (is_taken(k, index, name))
		snprintf(name + len, RTE_ETH_XSTATS_NAME_SIZE - len, "_%" PRIu32, suffix++);
}

/* Where a counter is now, most likely where it was; c->n if nowhere. */
static uint32_t
counter_find(const struct afx_netdev_counters *c, uint32_t place, const char *kernel)
{
	uint32_t i;

	if (place < c->n && strcmp(c->names[place], kernel) == 0)
		return place;
	for (i = 0; i < c->n && strcmp(c->names[i], kernel) != 0; i++)
		;
	return i;
}

/* One that went back began anew, with its driver or its interface. */
static void
value_take(struct kstat *s, uint64_t value)
{
	if (value < s->value)
		s->base = 0;
	s->value = value;
}

static void
values_update(struct afx_dev *priv)
{
	struct afx_kstats *k = priv->kstats;
	struct afx_netdev_counters c;
	uint32_t i, place;

	if (k == NULL || afx_netdev_counters_get(priv->cfg.iface, &c) != 0)
		return;
	for (i = 0; i < k->n; i++) {
		place = counter_find(&c, i, k->stat[i].kernel);
		if (place < c.n)
			value_take(&k->stat[i], c.values[place]);
	}
	afx_netdev_counters_free(&c);
}

static void
base_inherit(struct kstat *s, const struct afx_kstats *old)
{
	uint32_t i;

	for (i = 0; old != NULL && i < old->n; i++) {
		if (strcmp(old->stat[i].kernel, s->kernel) == 0 && s->value >= old->stat[i].value)
			s->base = old->stat[i].base;
	}
}

static struct afx_kstats *
kstats_make(const struct afx_netdev_counters *c, const struct afx_kstats *old)
{
	struct afx_kstats *k = calloc(1, sizeof(*k) + c->n * sizeof(k->stat[0]));
	uint32_t i;

	if (k == NULL)
		return NULL;
	for (k->n = c->n, i = 0; i < c->n; i++) {
		memcpy(k->stat[i].kernel, c->names[i], AFX_NETDEV_COUNTER_LEN);
		name_make(k->stat[i].name, c->names[i]);
		name_unique(k, i);
		k->stat[i].value = c->values[i];
		base_inherit(&k->stat[i], old);
	}
	return k;
}

void
afx_kstats_open(struct afx_dev *priv)
{
	struct afx_netdev_counters c;
	struct afx_kstats *k;
	int ret;

	if (!priv->cfg.kstats)
		return;
	ret = afx_netdev_counters_get(priv->cfg.iface, &c);
	if (ret != 0) {
		AFX_LOG(WARNING, "%s: kstats=1 has no effect: ethtool -S: %s", priv->cfg.iface,
			strerror(-ret));
		afx_kstats_close(priv);
		return;
	}
	k = kstats_make(&c, priv->kstats);
	afx_netdev_counters_free(&c);
	free(priv->kstats);
	priv->kstats = k;
}

void
afx_kstats_close(struct afx_dev *priv)
{
	free(priv->kstats);
	priv->kstats = NULL;
}

unsigned int
afx_kstats_count(const struct afx_dev *priv)
{
	return priv->kstats != NULL ? priv->kstats->n : 0;
}

void
afx_kstats_names_get(const struct afx_dev *priv, struct rte_eth_xstat_name *names)
{
	const unsigned int n = afx_kstats_count(priv);
	unsigned int i;

	for (i = 0; i < n; i++)
		memcpy(names[i].name, priv->kstats->stat[i].name, sizeof(names[i].name));
}

void
afx_kstats_get(struct afx_dev *priv, struct rte_eth_xstat *xstats)
{
	const unsigned int n = afx_kstats_count(priv);
	unsigned int i;

	values_update(priv);
	for (i = 0; i < n; i++)
		xstats[i].value = priv->kstats->stat[i].value - priv->kstats->stat[i].base;
}

void
afx_kstats_reset(struct afx_dev *priv)
{
	const unsigned int n = afx_kstats_count(priv);
	unsigned int i;

	values_update(priv);
	for (i = 0; i < n; i++)
		priv->kstats->stat[i].base = priv->kstats->stat[i].value;
}
