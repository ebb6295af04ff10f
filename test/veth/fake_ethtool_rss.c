/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Of the preloaded NIC (fake_ethtool.c): how it spreads what it receives.
 * FAKE_ETHTOOL_RSS names a file with struct rss; without, it is the kernel's.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <linux/ethtool.h>

#include "fake_ethtool.h"

#define RSS_TABLE_MAX 2048
#define RSS_KEY_MAX 64
#define FLOWS_MAX 32

/* RSS of the NIC, all of 32 bits: test_rss.py has the same. */
struct rss {
	uint32_t queues;
	uint32_t table_len;
	uint32_t key_len;
	uint32_t table_set; /* not the kernel's own */
	uint32_t fields[FLOWS_MAX]; /* by ethtool's number of the flow; 0: not hashed */
	uint32_t refused; /* bit by that number: no other fields */
	uint32_t table[RSS_TABLE_MAX];
	uint32_t key[RSS_KEY_MAX]; /* a byte each */
	uint32_t xfrm; /* symmetric */
	uint32_t fatal; /* that setting from now on kills the process, undone; 0: none */
};

/* input_xfrm, in headers from Linux 6.8 on. */
static size_t
xfrm_at(void)
{
	return offsetof(struct ethtool_rxfh, hfunc) + sizeof(uint8_t);
}

static int
rss_get(struct ethtool_rxfh *rxfh, const struct rss *rss)
{
	uint8_t *key = (uint8_t *)&rxfh->rss_config[rss->table_len];
	uint32_t i;

	if (rss->table_len == 0 && rss->key_len == 0)
		return refuse(EOPNOTSUPP);
	if ((rxfh->indir_size != 0 && rxfh->indir_size != rss->table_len) ||
	    (rxfh->key_size != 0 && rxfh->key_size != rss->key_len))
		return refuse(EINVAL);
	for (i = 0; i < rss->table_len && rxfh->indir_size != 0; i++)
		rxfh->rss_config[i] = rss->table[i];
	for (i = 0; i < rss->key_len && rxfh->key_size != 0; i++)
		key[i] = rss->key[i];
	((uint8_t *)rxfh)[xfrm_at()] = rss->xfrm;
	rxfh->indir_size = rss->table_len;
	rxfh->key_size = rss->key_len;
	return 0;
}

static int
rss_set(const struct ethtool_rxfh *rxfh, struct rss *rss)
{
	const bool keep = rxfh->indir_size == ETH_RXFH_INDIR_NO_CHANGE;
	const uint32_t given = keep ? 0 : rxfh->indir_size;
	const uint8_t *key = (const uint8_t *)&rxfh->rss_config[given];
	uint32_t i;

	if ((given != 0 && given != rss->table_len) ||
	    (rxfh->key_size != 0 && rxfh->key_size != rss->key_len) ||
	    (keep && rxfh->key_size == 0))
		return refuse(EINVAL);
	for (i = 0; i < given; i++)
		if (rxfh->rss_config[i] >= rss->queues)
			return refuse(EINVAL);
	rss->xfrm = ((const uint8_t *)rxfh)[xfrm_at()];
	for (i = 0; i < rss->table_len && !keep; i++)
		rss->table[i] = given != 0 ? rxfh->rss_config[i] : i % rss->queues;
	if (!keep)
		rss->table_set = given != 0;
	for (i = 0; i < rxfh->key_size; i++)
		rss->key[i] = key[i];
	return 0;
}

static int
fields_get(struct ethtool_rxnfc *nfc, const struct rss *rss)
{
	nfc->data = rss->fields[nfc->flow_type];
	return 0;
}

static int
fields_set(const struct ethtool_rxnfc *nfc, struct rss *rss)
{
	if (rss->refused & 1U << nfc->flow_type)
		return refuse(EINVAL);
	rss->fields[nfc->flow_type] = nfc->data;
	return 0;
}

static int
rings_get(struct ethtool_rxnfc *nfc, const struct rss *rss)
{
	nfc->data = rss->queues;
	return 0;
}

/* In the midst of a change: it was noted, and is not there. */
static void
die_if_fatal(uint32_t command, struct rss *rss)
{
	if ((command == ETHTOOL_SRSSH || command == ETHTOOL_SRXFH) && rss->fatal != 0 &&
	    --rss->fatal == 0)
		raise(SIGKILL);
}

static int
rss_command(void *request, struct rss *rss)
{
	die_if_fatal(*(const uint32_t *)request, rss);
	switch (*(const uint32_t *)request) {
	case ETHTOOL_GRSSH:
		return rss_get(request, rss);
	case ETHTOOL_SRSSH:
		return rss_set(request, rss);
	case ETHTOOL_GRXFH:
		return fields_get(request, rss);
	case ETHTOOL_SRXFH:
		return fields_set(request, rss);
	case ETHTOOL_GRXRINGS:
		return rings_get(request, rss);
	}
	return 1;
}

int
rss_answer(void *request)
{
	const char *path = getenv("FAKE_ETHTOOL_RSS");
	struct rss rss;
	int fd, ret;

	if (path == NULL)
		return 1;
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0 || pread(fd, &rss, sizeof(rss), 0) != sizeof(rss))
		return refuse(EIO);
	ret = rss_command(request, &rss);
	if (ret == 0 && pwrite(fd, &rss, sizeof(rss), 0) != sizeof(rss))
		ret = refuse(EIO);
	close(fd);
	return ret;
}
