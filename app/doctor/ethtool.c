/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <net/if.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/ethtool.h>
#include <linux/sockios.h>

#include <rte_common.h>

#include "ethtool.h"

/* Linux has 65 features; room for more than twice as many. */
#define FEATURES_MAX 192
#define FEATURE_BLOCKS (FEATURES_MAX / 32)
/* Entries of the largest RSS table known (mlx5's, ice's are 2048 at most). */
#define RSS_MAX 4096

/* Answers end in an array of their own length. */
union strings {
	struct ethtool_gstrings head;
	char room[sizeof(struct ethtool_gstrings) + FEATURES_MAX * ETH_GSTRING_LEN];
};

union blocks {
	struct ethtool_gfeatures head;
	char room[sizeof(struct ethtool_gfeatures) +
		  FEATURE_BLOCKS * sizeof(struct ethtool_get_features_block)];
};

union rss {
	struct ethtool_rxfh_indir head;
	char room[sizeof(struct ethtool_rxfh_indir) + RSS_MAX * sizeof(uint32_t)];
};

union sizes {
	struct ethtool_sset_info head;
	char room[sizeof(struct ethtool_sset_info) + sizeof(uint32_t)];
};

/* A feature by the kernel's name, and where it goes. */
static const struct {
	const char *name;
	size_t offset;
} known[] = {
	{ "rx-lro", offsetof(struct doctor_features, lro) },
	{ "rx-gro-hw", offsetof(struct doctor_features, gro_hw) },
	{ "rx-gro", offsetof(struct doctor_features, gro) },
	{ "rx-vlan-hw-parse", offsetof(struct doctor_features, rx_vlan) },
	{ "tx-vlan-hw-insert", offsetof(struct doctor_features, tx_vlan) },
	{ "tx-checksum-ip-generic", offsetof(struct doctor_features, tx_csum) },
};

static int
ethtool_ioctl(const char *iface, void *cmd)
{
	struct ifreq ifr = { .ifr_data = cmd };
	int ret = 0;
	int fd;

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", iface);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (ioctl(fd, SIOCETHTOOL, &ifr) != 0)
		ret = -errno;
	close(fd);
	return ret;
}

static int
feature_count(const char *iface, uint32_t *count)
{
	union sizes sizes = { .room = { 0 } };
	int ret;

	sizes.head.cmd = ETHTOOL_GSSET_INFO;
	sizes.head.sset_mask = UINT64_C(1) << ETH_SS_FEATURES;
	ret = ethtool_ioctl(iface, &sizes);
	if (ret != 0)
		return ret;
	*count = sizes.head.sset_mask == 0 ? 0 : sizes.head.data[0];
	return *count == 0 || *count > FEATURES_MAX ? -EOPNOTSUPP : 0;
}

static void
feature_set(struct doctor_features *features, const char *name, struct doctor_feature value)
{
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strncmp(name, known[i].name, ETH_GSTRING_LEN) == 0)
			*(struct doctor_feature *)((char *)features + known[i].offset) = value;
	}
}

static struct doctor_feature
feature_read(const union blocks *blocks, uint32_t index)
{
	const struct ethtool_get_features_block *block = &blocks->head.features[index / 32];
	const uint32_t bit = 1U << (index % 32);

	return (struct doctor_feature){
		.on = (block->active & bit) != 0,
		.fixed = (block->available & bit) == 0 || (block->never_changed & bit) != 0,
	};
}

int
doctor_ethtool_features(const char *iface, struct doctor_features *features)
{
	union blocks blocks = { .room = { 0 } };
	union strings *strings;
	uint32_t count, i;
	int ret;

	*features = (struct doctor_features){ 0 };
	ret = feature_count(iface, &count);
	if (ret != 0)
		return ret;
	strings = calloc(1, sizeof(*strings));
	if (strings == NULL)
		return -ENOMEM;
	strings->head.cmd = ETHTOOL_GSTRINGS;
	strings->head.string_set = ETH_SS_FEATURES;
	strings->head.len = count;
	ret = ethtool_ioctl(iface, strings);
	blocks.head.cmd = ETHTOOL_GFEATURES;
	blocks.head.size = FEATURE_BLOCKS;
	if (ret == 0)
		ret = ethtool_ioctl(iface, &blocks);
	for (i = 0; ret == 0 && i < count; i++)
		feature_set(features, (char *)strings->head.data + i * ETH_GSTRING_LEN,
			    feature_read(&blocks, i));
	free(strings);
	return ret;
}

int
doctor_ethtool_rss(const char *iface, uint32_t *used, uint32_t *first, uint32_t *end)
{
	static uint8_t seen[UINT16_MAX + 1];
	union rss *rss = calloc(1, sizeof(*rss));
	uint32_t i, queue;
	int ret;

	*used = 0;
	*first = UINT32_MAX;
	*end = 0;
	if (rss == NULL)
		return -ENOMEM;
	rss->head.cmd = ETHTOOL_GRXFHINDIR;
	rss->head.size = 0;
	ret = ethtool_ioctl(iface, rss);
	if (ret == 0 && (rss->head.size == 0 || rss->head.size > RSS_MAX))
		ret = -EOPNOTSUPP;
	if (ret == 0)
		ret = ethtool_ioctl(iface, rss);
	memset(seen, 0, sizeof(seen));
	for (i = 0; ret == 0 && i < rss->head.size; i++) {
		queue = rss->head.ring_index[i] & UINT16_MAX;
		*used += seen[queue] == 0;
		seen[queue] = 1;
		*first = RTE_MIN(*first, queue);
		*end = RTE_MAX(*end, queue + 1);
	}
	free(rss);
	return ret;
}
