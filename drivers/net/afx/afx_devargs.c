/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <ctype.h>
#include <errno.h>
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <rte_common.h>
#include <rte_devargs.h>
#include <rte_kvargs.h>

#include "afx_devargs.h"
#include "afx_devargs_err.h"
#include "afx_devargs_num.h"
#include "afx_devargs_syntax.h"

/* The configuration holds queue numbers in 16 bits. */
#define QUEUE_IDS (UINT16_MAX + 1)

struct parse {
	struct afx_cfg *cfg;
	struct afx_devargs_err err;
	int ret;
	uint32_t seen; /* bit per row of args_known */
	bool force_copy;
	const char *mode_attach; /* mode= that chose it, NULL if none did */
	const char *mode_copy; /* likewise */
};

/* One key: its setter, and what that needs to know. */
struct arg {
	const char *key;
	int (*set)(struct parse *p, const struct arg *arg, const char *value);
	size_t offset; /* of the field in struct afx_cfg */
	uint16_t min;
	uint16_t max; /* largest number, longest path */
	const char *only; /* the one value allowed, NULL for any */
};

/* An attach mode or a copy mode; the other one is left alone. */
struct mode {
	const char *name;
	bool is_attach;
	enum afx_attach attach;
	enum afx_copy copy;
};

static const struct mode modes[] = {
	{ .name = "auto", .copy = AFX_COPY_AUTO },
	{ .name = "zc", .copy = AFX_COPY_NEVER },
	{ .name = "copy", .copy = AFX_COPY_FORCE },
	{ .name = "drv", .is_attach = true, .attach = AFX_ATTACH_DRV },
	{ .name = "skb", .is_attach = true, .attach = AFX_ATTACH_SKB },
	{ .name = "hw", .is_attach = true, .attach = AFX_ATTACH_HW },
};

static int
set_number(struct parse *p, const struct arg *arg, const char *value)
{
	uint16_t *number = RTE_PTR_ADD(p->cfg, arg->offset);

	if (afx_devargs_number_parse(value, strlen(value), arg->min, arg->max, number))
		return 0;
	return afx_devargs_refuse(&p->err, arg->key, value, "not a number from %u to %u", arg->min,
				  arg->max);
}

static int
bool_parse(struct parse *p, const struct arg *arg, const char *value, bool *flag)
{
	*flag = strcmp(value, "1") == 0;
	if (*flag || strcmp(value, "0") == 0)
		return 0;
	return afx_devargs_refuse(&p->err, arg->key, value, "not 0 or 1");
}

static int
set_bool(struct parse *p, const struct arg *arg, const char *value)
{
	return bool_parse(p, arg, value, RTE_PTR_ADD(p->cfg, arg->offset));
}

static int
set_path(struct parse *p, const struct arg *arg, const char *value)
{
	size_t len = strlen(value);

	if (len > arg->max)
		return afx_devargs_refuse(&p->err, arg->key, value,
					  "not a path of at most %u characters", arg->max);
	memcpy(RTE_PTR_ADD(p->cfg, arg->offset), value, len + 1);
	return 0;
}

/* Keys of the layered form: they address the device, and configure nothing. */
static int
check_layer(struct parse *p, const struct arg *arg, const char *value)
{
	if (arg->only == NULL || strcmp(value, arg->only) == 0)
		return 0;
	return afx_devargs_refuse(&p->err, arg->key, value, "not ours, only %s is allowed",
				  arg->only);
}

/* What the kernel's dev_valid_name() accepts, control characters excepted. */
static bool
iface_is_valid(const char *name)
{
	size_t i;

	for (i = 0; name[i] != '\0'; i++) {
		if (isspace((unsigned char)name[i]) || iscntrl((unsigned char)name[i]))
			return false;
	}
	return i < IF_NAMESIZE && strpbrk(name, "/:") == NULL && strcmp(name, ".") != 0 &&
		strcmp(name, "..") != 0;
}

static int
set_iface(struct parse *p, const struct arg *arg, const char *value)
{
	if (!iface_is_valid(value))
		return afx_devargs_refuse(&p->err, arg->key, value,
					  "not an interface name, 1 to %u characters "
					  "without '/', ':' and blanks",
					  IF_NAMESIZE - 1);
	snprintf(p->cfg->iface, sizeof(p->cfg->iface), "%s", value);
	return 0;
}

static int
set_busy_budget(struct parse *p, const struct arg *arg, const char *value)
{
	p->cfg->busy_budget_given = true;
	return set_number(p, arg, value);
}

static int
set_force_copy(struct parse *p, const struct arg *arg, const char *value)
{
	return bool_parse(p, arg, value, &p->force_copy);
}

static int
set_shared_umem(struct parse *p, const struct arg *arg, const char *value)
{
	bool on;
	int ret;

	ret = bool_parse(p, arg, value, &on);
	p->cfg->share = on ? AFX_SHARE_ON : AFX_SHARE_OFF;
	return ret;
}

static int
set_mode(struct parse *p, const struct arg *arg, const char *value)
{
	const struct mode *mode = NULL;
	const char **given;
	size_t i;

	for (i = 0; i < RTE_DIM(modes); i++) {
		if (strcmp(value, modes[i].name) == 0)
			mode = &modes[i];
	}
	if (mode == NULL)
		return afx_devargs_refuse(&p->err, arg->key, value,
					  "not one of auto, zc, copy, drv, skb, hw");
	given = mode->is_attach ? &p->mode_attach : &p->mode_copy;
	if (*given != NULL)
		return afx_devargs_refuse(&p->err, arg->key, value,
					  "second of its kind, allowed are one of "
					  "drv, skb, hw and one of auto, zc, copy");
	*given = mode->name;
	if (mode->is_attach)
		p->cfg->attach = mode->attach;
	else
		p->cfg->copy = mode->copy;
	return 0;
}

static int
set_keep_ports(struct parse *p, const struct arg *arg, const char *value)
{
	struct afx_devargs_item bad;
	int ret;

	p->cfg->keep = AFX_KEEP_PORTS;
	ret = afx_devargs_ports_parse(value, p->cfg->keep_ranges, &p->cfg->keep_nb_ranges, &bad);
	if (ret == -E2BIG)
		return afx_devargs_refuse(&p->err, arg->key, value,
					  "more than %d separate ranges of ports",
					  AFX_KEEP_RANGES_MAX);
	if (ret != 0)
		return afx_devargs_refuse(
			&p->err, arg->key, value,
			"'%s' is not none, mgmt, a port or an ascending "
			"range of ports 1 to 65535, nor a list of those like [22,1000-1010]",
			afx_devargs_quote(bad.text, bad.len).text);
	return 0;
}

static int
set_keep(struct parse *p, const struct arg *arg, const char *value)
{
	if (strcmp(value, "none") == 0)
		return 0;
	if (strcmp(value, "mgmt") != 0)
		return set_keep_ports(p, arg, value);
	p->cfg->keep = AFX_KEEP_MGMT;
	return 0;
}

#define CFG(field) .offset = offsetof(struct afx_cfg, field)
#define CFG_NUMBER(field, lo, hi) CFG(field), .min = (lo), .max = (hi)
#define CFG_PATH(field) CFG(field), .max = sizeof(((struct afx_cfg *)0)->field) - 1

static const struct arg args_known[] = {
	{ .key = RTE_DEVARGS_KEY_BUS, .set = check_layer, .only = "vdev" },
	{ .key = "name", .set = check_layer },
	{ .key = RTE_DEVARGS_KEY_DRIVER, .set = check_layer, .only = "net_afx" },
	{ .key = "iface", .set = set_iface },
	{ .key = "start_queue", .set = set_number, CFG_NUMBER(start_queue, 0, UINT16_MAX) },
	{ .key = "queue_count", .set = set_number, CFG_NUMBER(queue_count, 1, AFX_QUEUES_MAX) },
	{ .key = "shared_umem", .set = set_shared_umem },
	{ .key = "xdp_prog", .set = set_path, CFG_PATH(xdp_prog) },
	{ .key = "busy_budget", .set = set_busy_budget, CFG_NUMBER(busy_budget, 0, UINT16_MAX) },
	{ .key = "force_copy", .set = set_force_copy },
	{ .key = "use_cni", .set = set_bool, CFG(use_cni) },
	{ .key = "use_pinned_map", .set = set_bool, CFG(use_pinned_map) },
	{ .key = "dp_path", .set = set_path, CFG_PATH(dp_path) },
	{ .key = "mode", .set = set_mode },
	{ .key = "keep", .set = set_keep },
	{ .key = "kstats", .set = set_bool, CFG(kstats) },
	{ .key = "csum_complete", .set = set_bool, CFG(csum_complete) },
};

/*
 * value is neither NULL nor empty, afx_devargs_syntax_check() came first.
 * rte_kvargs_process() turns any failure into -1, so ours goes by p->ret.
 */
static int
handle_pair(const char *key, const char *value, void *opaque)
{
	struct parse *p = opaque;
	const struct arg *arg;
	size_t i;

	for (i = 0; i < RTE_DIM(args_known) && strcmp(key, args_known[i].key) != 0; i++)
		;
	arg = &args_known[i];
	if (i == RTE_DIM(args_known))
		p->ret = afx_devargs_refuse(&p->err, key, value,
					    "unknown key, allowed are " AFX_DEVARGS_HELP);
	else if (arg->set != set_mode && (p->seen & UINT32_C(1) << i) != 0)
		p->ret =
			afx_devargs_refuse(&p->err, key, value, "key given twice, allowed is once");
	else
		p->ret = arg->set(p, arg, value);
	if (p->ret != 0)
		return -1;
	p->seen |= UINT32_C(1) << i;
	return 0;
}

static int
pairs_parse(struct parse *p, const char *args)
{
	struct rte_kvargs *pairs;

	p->ret = afx_devargs_syntax_check(args, &p->err);
	if (p->ret != 0)
		return p->ret;
	pairs = rte_kvargs_parse(args, NULL);
	if (pairs == NULL) {
		afx_devargs_refuse(&p->err, args, NULL, "out of memory");
		return -ENOMEM;
	}
	rte_kvargs_process(pairs, NULL, handle_pair, p);
	rte_kvargs_free(pairs);
	return p->ret;
}

/* Settle the copy mode, which mode= and force_copy= both choose, and the attach mode by it. */
static int
mode_check(struct parse *p)
{
	struct afx_cfg *cfg = p->cfg;

	if (p->force_copy && p->mode_copy != NULL && cfg->copy != AFX_COPY_FORCE)
		return afx_devargs_refuse(&p->err, "mode", p->mode_copy,
					  "contradicts force_copy=1, only one of them is allowed");
	if (cfg->attach == AFX_ATTACH_SKB && cfg->copy == AFX_COPY_NEVER)
		return afx_devargs_refuse(
			&p->err, "mode", p->mode_copy,
			"contradicts mode=skb, which always copies, mode=drv is allowed");
	if (p->force_copy || cfg->attach == AFX_ATTACH_SKB)
		cfg->copy = AFX_COPY_FORCE;
	/* Generic mode always copies: to fall back to it would only hide why native mode failed. */
	if (cfg->attach == AFX_ATTACH_AUTO && cfg->copy == AFX_COPY_NEVER)
		cfg->attach = AFX_ATTACH_DRV;
	return 0;
}

/* Upstream's rules first: what they refuse is wrong, not merely unsupported yet. */
static int
map_check(struct parse *p)
{
	const struct afx_cfg *cfg = p->cfg;
	const char *key = cfg->use_cni ? "use_cni" : "use_pinned_map";

	if (!cfg->use_cni && !cfg->use_pinned_map) {
		if (cfg->dp_path[0] == '\0')
			return 0;
		return afx_devargs_refuse(&p->err, "dp_path", cfg->dp_path,
					  "only allowed with use_cni=1 or use_pinned_map=1");
	}
	if (cfg->use_cni && cfg->use_pinned_map)
		return afx_devargs_refuse(&p->err, "use_pinned_map", "1",
					  "contradicts use_cni=1, only one of them is allowed");
	if (cfg->busy_budget_given && cfg->busy_budget > 0)
		return afx_devargs_refuse(
			&p->err, key, "1",
			"contradicts busy_budget=%u, only busy_budget=0 is allowed with it",
			cfg->busy_budget);
	if (cfg->xdp_prog[0] != '\0')
		return afx_devargs_refuse(
			&p->err, "xdp_prog", cfg->xdp_prog,
			"contradicts %s=1, which brings its own program, only one is allowed", key);
	afx_devargs_refuse(&p->err, key, "1", "not yet supported, only 0 is allowed");
	return -ENOTSUP;
}

/* What only the whole of the arguments shows. */
static int
cfg_check(struct parse *p)
{
	const struct afx_cfg *cfg = p->cfg;
	char number[sizeof("65535")];
	int ret;

	if (cfg->iface[0] == '\0')
		return afx_devargs_refuse(&p->err, "iface", NULL,
					  "missing, give iface=<network interface>");
	if (cfg->start_queue + cfg->queue_count > QUEUE_IDS) {
		snprintf(number, sizeof(number), "%u", cfg->start_queue);
		return afx_devargs_refuse(
			&p->err, "start_queue", number,
			"with queue_count=%u passes queue 65535, the last one allowed",
			cfg->queue_count);
	}
	if (cfg->keep != AFX_KEEP_NONE && cfg->xdp_prog[0] != '\0')
		return afx_devargs_refuse(&p->err, "xdp_prog", cfg->xdp_prog,
					  "contradicts keep, a filter in our own program, "
					  "only keep=none is allowed");
	ret = mode_check(p);
	return ret != 0 ? ret : map_check(p);
}

int
afx_devargs_parse(const char *args, struct afx_cfg *cfg, char *err, size_t err_len)
{
	struct parse p = { .cfg = cfg, .err = { err, err_len } };
	int ret;

	memset(cfg, 0, sizeof(*cfg));
	cfg->queue_count = 1;
	cfg->busy_budget = AFX_BUSY_BUDGET_DEFAULT;
	snprintf(err, err_len, "%s", "");

	ret = pairs_parse(&p, args != NULL ? args : "");
	return ret != 0 ? ret : cfg_check(&p);
}
