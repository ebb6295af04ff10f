/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "cfg.h"
#include "engine.h"
#include "gen.h"
#include "say.h"

struct tp_cfg tp_cfg = {
	.rxq = 1,
	.txq = 1,
	.burst = 32, /* testpmd's, and what most drivers are tuned for */
	.mbuf_size = 2176, /* a frame of 2048 bytes and RTE_PKTMBUF_HEADROOM */
	.mbcache = 250, /* testpmd's: several bursts, far below the least pool */
	.flows = 1024, /* testpmd's */
	.drain_ms = 1000, /* far over any round trip on one link */
	.segs = 1,
	.seg_len = { 64 },
	.pkt_len = 64,
	/* 198.18.0.0/15 is set aside for benchmarks (RFC 2544); port 9 is discard. */
	.ip_src = RTE_IPV4(198, 18, 0, 1),
	.ip_dst = RTE_IPV4(198, 18, 0, 2),
	.udp_src = 9,
	.udp_dst = 9,
	.topology = TP_PAIRED,
};

int
tp_number(const char *text, uint64_t min, uint64_t max, uint64_t *number)
{
	unsigned long long value;
	char *end;

	/* strtoull would take blanks and a sign. */
	if (text[0] < '0' || text[0] > '9')
		return -EINVAL;
	errno = 0;
	value = strtoull(text, &end, strncmp(text, "0x", 2) == 0 ? 16 : 10);
	if (errno != 0 || *end != '\0' || value < min || value > max)
		return -EINVAL;
	*number = value;
	return 0;
}

/* The next number of a list; *rest is NULL behind the last one. */
static int
list_next(const char **rest, uint64_t max, uint64_t *number)
{
	const char *comma = strchr(*rest, ',');
	char word[16];
	size_t len = comma != NULL ? (size_t)(comma - *rest) : strlen(*rest);

	if (len >= sizeof(word))
		return -EINVAL;
	memcpy(word, *rest, len);
	word[len] = '\0';
	*rest = comma != NULL ? comma + 1 : NULL;
	return tp_number(word, 0, max, number);
}

static int
segs_parse(const char *value, uint16_t *len, unsigned int *count, uint32_t *total)
{
	const char *rest = value;
	uint64_t number;

	*count = 0;
	*total = 0;
	while (rest != NULL) {
		if (*count == TP_SEGS_MAX || list_next(&rest, UINT16_MAX, &number) < 0 ||
		    number == 0)
			return -EINVAL;
		len[(*count)++] = number;
		*total += number;
	}
	return len[0] < TP_GEN_HEADERS || *total > UINT16_MAX ? -EINVAL : 0;
}

int
tp_cfg_txpkts(const char *value)
{
	uint16_t len[TP_SEGS_MAX] = { 0 };
	unsigned int count;
	uint32_t total;

	if (segs_parse(value, len, &count, &total) < 0) {
		tp_error(
			"txpkts %s: give up to %d segment lengths, the first %d bytes or more (its "
			"headers), %d in all at most",
			value, TP_SEGS_MAX, TP_GEN_HEADERS, UINT16_MAX);
		return -EINVAL;
	}
	memcpy(tp_cfg.seg_len, len, sizeof(len[0]) * count);
	tp_cfg.segs = count;
	tp_cfg.pkt_len = total;
	return 0;
}

int
tp_cfg_segs_check(void)
{
	unsigned int room = tp_cfg.mbuf_size - RTE_PKTMBUF_HEADROOM;
	unsigned int i;

	for (i = 0; i < tp_cfg.segs; i++) {
		if (tp_cfg.seg_len[i] <= room)
			continue;
		tp_error(
			"txpkts: a segment of %u bytes is more than the %u that an mbuf of --mbuf-size=%u "
			"holds",
			tp_cfg.seg_len[i], room, tp_cfg.mbuf_size);
		return -EINVAL;
	}
	return 0;
}

static const struct {
	const char *unit;
	double factor;
	bool bits;
} rate_units[] = {
	{ "", 1, false },       { "pps", 1, false },   { "kpps", 1e3, false },
	{ "Mpps", 1e6, false }, { "k", 1e3, false },   { "M", 1e6, false },
	{ "bps", 1, true },     { "kbps", 1e3, true }, { "Mbps", 1e6, true },
	{ "Gbps", 1e9, true },
};

/* More packets a second than a 64-bit clock in 1/1024 cycles can space out make no sense. */
#define RATE_MAX 1e12

int
tp_cfg_txrate(const char *value)
{
	double number;
	unsigned int i;
	char *unit;

	number = strtod(value, &unit);
	for (i = 0; i < RTE_DIM(rate_units) && unit != value; i++) {
		double rate = number * rate_units[i].factor;

		if (strcmp(unit, rate_units[i].unit) != 0 || !(rate == 0 || rate >= 1) ||
		    rate > RATE_MAX)
			continue;
		tp_cfg.txrate = (struct tp_rate){ rate, rate_units[i].bits };
		return 0;
	}
	tp_error(
		"txrate %s: give packets (1000, 2.5kpps, 1Mpps) or bits (64kbps, 100Mbps, 1Gbps) a "
		"second, 0 for no limit",
		value);
	return -EINVAL;
}

int
tp_cfg_engine(const char *value)
{
	const struct tp_engine *engine = tp_engine_find(value);

	if (engine == NULL) {
		tp_error("unknown forwarding mode %s; there are: %s", value, tp_engine_names());
		return -EINVAL;
	}
	tp_cfg.engine = engine;
	return 0;
}

int
tp_cfg_peer(const char *value)
{
	const char *rest = value;
	uint64_t port;

	if (list_next(&rest, RTE_MAX_ETHPORTS - 1, &port) < 0 || rest == NULL ||
	    rte_ether_unformat_addr(rest, &tp_cfg.peer[port]) < 0) {
		tp_error("eth-peer %s: give PORT,MAC, such as 0,02:00:00:00:00:01", value);
		return -EINVAL;
	}
	return 0;
}

int
tp_cfg_ip(const char *value)
{
	const char *comma = strchr(value, ',');
	struct in_addr src, dst;
	char word[INET_ADDRSTRLEN] = "";

	if (comma != NULL && comma - value < (ptrdiff_t)sizeof(word))
		memcpy(word, value, comma - value);
	if (comma == NULL || inet_pton(AF_INET, word, &src) != 1 ||
	    inet_pton(AF_INET, comma + 1, &dst) != 1) {
		tp_error("tx-ip %s: give SOURCE,DESTINATION, such as 198.18.0.1,198.18.0.2", value);
		return -EINVAL;
	}
	tp_cfg.ip_src = ntohl(src.s_addr);
	tp_cfg.ip_dst = ntohl(dst.s_addr);
	return 0;
}

int
tp_cfg_udp(const char *value)
{
	const char *rest = value;
	uint64_t src, dst;
	int ret;

	ret = list_next(&rest, UINT16_MAX, &src);
	dst = src;
	if (ret == 0 && rest != NULL)
		ret = list_next(&rest, UINT16_MAX, &dst);
	if (ret < 0 || rest != NULL) {
		tp_error("tx-udp %s: give SOURCE[,DESTINATION], ports from 0 to 65535", value);
		return -EINVAL;
	}
	tp_cfg.udp_src = src;
	tp_cfg.udp_dst = dst;
	return 0;
}

static int
range_parse(char *word, uint64_t *mask)
{
	char *dash = strchr(word, '-');
	uint64_t first, last, i;

	if (dash != NULL)
		*dash = '\0';
	if (tp_number(word, 0, TP_MASK_BITS - 1, &first) < 0)
		return -EINVAL;
	last = first;
	if (dash != NULL && tp_number(dash + 1, first, TP_MASK_BITS - 1, &last) < 0)
		return -EINVAL;
	for (i = first; i <= last; i++)
		*mask |= UINT64_C(1) << i;
	return 0;
}

int
tp_cfg_portlist(const char *value)
{
	char *words = strdup(value);
	char *word, *save = NULL;
	uint64_t mask = 0;
	int ret = 0;

	if (words == NULL)
		return -ENOMEM;
	for (word = strtok_r(words, ",", &save); ret == 0 && word != NULL;
	     word = strtok_r(NULL, ",", &save))
		ret = range_parse(word, &mask);
	free(words);
	if (ret < 0 || mask == 0) {
		tp_error("portlist %s: give ports from 0 to %d, such as 0,2-3", value,
			 TP_MASK_BITS - 1);
		return -EINVAL;
	}
	tp_cfg.portmask = mask;
	return 0;
}

int
tp_cfg_topology(const char *value)
{
	static const char *const names[] = {
		[TP_PAIRED] = "paired",
		[TP_CHAINED] = "chained",
		[TP_LOOP] = "loop",
	};
	unsigned int i;

	for (i = 0; i < RTE_DIM(names); i++) {
		if (strcmp(value, names[i]) == 0) {
			tp_cfg.topology = i;
			tp_cfg.topology_given = true;
			return 0;
		}
	}
	tp_error("port-topology %s: it is paired, chained or loop", value);
	return -EINVAL;
}
