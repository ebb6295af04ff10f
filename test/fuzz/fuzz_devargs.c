/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The argument string as a whole: what is accepted must be a configuration that
 * the rest of the driver can rely on, what is refused must say why.
 */
#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "afx_devargs.h"
#include "fuzz.h"

static void
check_ranges(const struct afx_cfg *cfg)
{
	uint16_t i;

	MUST((cfg->keep == AFX_KEEP_PORTS) == (cfg->keep_nb_ranges > 0));
	MUST(cfg->keep_nb_ranges <= AFX_KEEP_RANGES_MAX);
	for (i = 0; i < cfg->keep_nb_ranges; i++) {
		MUST(cfg->keep_ranges[i].first > 0);
		MUST(cfg->keep_ranges[i].first <= cfg->keep_ranges[i].last);
		if (i > 0)
			MUST(cfg->keep_ranges[i].first > cfg->keep_ranges[i - 1].last + 1);
	}
}

static void
check_accepted(const struct afx_cfg *cfg)
{
	MUST(memchr(cfg->iface, '\0', sizeof(cfg->iface)) != NULL && cfg->iface[0] != '\0');
	MUST(strpbrk(cfg->iface, "/: \t\n\v\f\r=") == NULL);
	MUST(memchr(cfg->xdp_prog, '\0', sizeof(cfg->xdp_prog)) != NULL);
	MUST(memchr(cfg->dp_path, '\0', sizeof(cfg->dp_path)) != NULL);
	MUST(cfg->queue_count >= 1 && cfg->queue_count <= AFX_QUEUES_MAX);
	MUST(cfg->start_queue + cfg->queue_count - 1 <= UINT16_MAX);
	MUST(cfg->busy_budget_given || cfg->busy_budget == AFX_BUSY_BUDGET_DEFAULT);
	MUST(cfg->attach != AFX_ATTACH_SKB || cfg->copy == AFX_COPY_FORCE);
	MUST(cfg->keep == AFX_KEEP_NONE || cfg->xdp_prog[0] == '\0');
	/* Not yet supported, and nothing without them. */
	MUST(!cfg->use_cni && !cfg->use_pinned_map && cfg->dp_path[0] == '\0');
	check_ranges(cfg);
}

static void
check_sentence(const char *err, size_t size)
{
	size_t i;

	MUST(err[0] != '\0');
	MUST(strlen(err) < size - 1);
	MUST(strchr(err, ':') != NULL);
	for (i = 0; err[i] != '\0'; i++)
		MUST(!iscntrl((unsigned char)err[i]));
}

/* Anything behind accepted arguments must be noticed. */
static void
check_appended(const char *args, const char *tail)
{
	static struct afx_cfg cfg;
	char err[AFX_DEVARGS_ERR_LEN];
	char *longer;

	MUST(asprintf(&longer, "%s%s", args, tail) >= 0);
	MUST(afx_devargs_parse(longer, &cfg, err, sizeof(err)) == -EINVAL);
	check_sentence(err, sizeof(err));
	free(longer);
}

static void
print_ranges(FILE *f, const struct afx_cfg *cfg)
{
	uint16_t i;

	fprintf(f, ",keep=[");
	for (i = 0; i < cfg->keep_nb_ranges; i++)
		fprintf(f, "%s%u-%u", i > 0 ? "," : "", cfg->keep_ranges[i].first,
			cfg->keep_ranges[i].last);
	fprintf(f, "]");
}

static void
print_cfg(FILE *f, const struct afx_cfg *cfg)
{
	static const char *const attach[] = { "", ",mode=drv", ",mode=skb", ",mode=hw" };
	static const char *const copy[] = { "", ",force_copy=1", ",mode=zc" };

	fprintf(f, "iface=%s,start_queue=%u,queue_count=%u", cfg->iface, cfg->start_queue,
		cfg->queue_count);
	fprintf(f, "%s%s", attach[cfg->attach], copy[cfg->copy]);
	if (cfg->busy_budget_given)
		fprintf(f, ",busy_budget=%u", cfg->busy_budget);
	if (cfg->share != AFX_SHARE_AUTO)
		fprintf(f, ",shared_umem=%d", cfg->share == AFX_SHARE_ON);
	if (cfg->csum_complete)
		fprintf(f, ",csum_complete=1");
	if (cfg->xdp_prog[0] != '\0')
		fprintf(f, ",xdp_prog=%s", cfg->xdp_prog);
	if (cfg->keep == AFX_KEEP_MGMT)
		fprintf(f, ",keep=mgmt");
	else if (cfg->keep == AFX_KEEP_PORTS)
		print_ranges(f, cfg);
}

/* Written out in full, a configuration must parse to itself, byte for byte. */
static void
check_round_trip(const struct afx_cfg *cfg)
{
	static struct afx_cfg again;
	char err[AFX_DEVARGS_ERR_LEN];
	size_t len;
	char *text;
	FILE *f = open_memstream(&text, &len);

	MUST(f != NULL);
	print_cfg(f, cfg);
	MUST(fclose(f) == 0);
	MUST(afx_devargs_parse(text, &again, err, sizeof(err)) == 0);
	MUST(memcmp(&again, cfg, sizeof(again)) == 0);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct afx_cfg cfg;
	char err[AFX_DEVARGS_ERR_LEN];
	char *args = strndup((const char *)data, size);
	int ret;

	MUST(args != NULL);
	/* Stale content must neither survive nor be read. */
	memset(&cfg, 0xa5, sizeof(cfg));
	memset(err, 0x7f, sizeof(err));
	ret = afx_devargs_parse(args, &cfg, err, sizeof(err));
	MUST(memchr(err, '\0', sizeof(err)) != NULL);
	if (ret == 0) {
		MUST(err[0] == '\0');
		check_accepted(&cfg);
		check_round_trip(&cfg);
		check_appended(args, ",");
		check_appended(args, ",iface=eth0");
		check_appended(args, ",junk=1");
	} else {
		MUST(ret == -EINVAL || ret == -ENOTSUP || ret == -ENOMEM);
		check_sentence(err, sizeof(err));
	}
	free(args);
	return 0;
}
