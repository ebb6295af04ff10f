/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <rte_common.h>

#include "afx_devargs.h"

/* Expected where a row does not say otherwise; designated initialisers must not override. */
#define COUNT_1 .queue_count = 1
#define BUDGET_64 .busy_budget = AFX_BUSY_BUDGET_DEFAULT
#define ETH0 .iface = "eth0"
#define DEFAULTS ETH0, COUNT_1, BUDGET_64

#define MODES "second of its kind, allowed are one of drv, skb, hw and one of auto, zc, copy"
#define NUMBER(min, max) "not a number from " min " to " max
#define BAD_PORT(item) \
	"'" item "' is not none, mgmt, a port or an ascending range of ports 1 to 65535"
#define BAD_IFACE "not an interface name, 1 to 15 characters without '/', ':' and blanks"
#define BAD_COMMA "a comma has no key=value beside it"
#define BAD_PAIR "not of the form key=value (lists: keep=[22,80])"
#define BAD_BRACKETS "brackets do not match, allowed is key=[item,item]"

struct valid_case {
	const char *args;
	struct afx_cfg want;
};

/* The sentence must be "subject: reason", reason given up to where the test cares. */
struct invalid_case {
	const char *args;
	int ret; /* 0 for -EINVAL */
	const char *subject;
	const char *reason;
};

static const struct valid_case valid_cases[] = {
	{ "iface=eth0", { DEFAULTS } },
	{ "iface=a", { .iface = "a", COUNT_1, BUDGET_64 } },
	{ "iface=fifteen-chars-x", { .iface = "fifteen-chars-x", COUNT_1, BUDGET_64 } },
	{ "iface=eth0.100@[a]", { .iface = "eth0.100@[a]", COUNT_1, BUDGET_64 } },
	{ "iface=...", { .iface = "...", COUNT_1, BUDGET_64 } },
	/* the incumbent's arguments, one by one and together */
	{ "iface=eth0,start_queue=0", { DEFAULTS } },
	{ "iface=eth0,start_queue=65535", { DEFAULTS, .start_queue = 65535 } },
	{ "start_queue=64512,iface=eth0,queue_count=1024",
	  { ETH0, .start_queue = 64512, .queue_count = 1024, BUDGET_64 } },
	{ "iface=eth0,queue_count=1", { DEFAULTS } },
	{ "iface=eth0,queue_count=1024", { ETH0, .queue_count = 1024, BUDGET_64 } },
	{ "iface=eth0,queue_count=0000000000000000000007", { ETH0, .queue_count = 7, BUDGET_64 } },
	{ "iface=eth0,shared_umem=0", { DEFAULTS, .share = AFX_SHARE_OFF } },
	{ "iface=eth0,shared_umem=1", { DEFAULTS, .share = AFX_SHARE_ON } },
	{ "iface=eth0,xdp_prog=/lib/bpf/a.o", { DEFAULTS, .xdp_prog = "/lib/bpf/a.o" } },
	{ "iface=eth0,xdp_prog=a[1,2].o", { DEFAULTS, .xdp_prog = "a[1,2].o" } },
	{ "iface=eth0,busy_budget=0", { ETH0, COUNT_1, .busy_budget_given = true } },
	{ "iface=eth0,busy_budget=64", { DEFAULTS, .busy_budget_given = true } },
	{ "iface=eth0,busy_budget=65535",
	  { ETH0, COUNT_1, .busy_budget = 65535, .busy_budget_given = true } },
	{ "iface=eth0,force_copy=0", { DEFAULTS } },
	{ "iface=eth0,force_copy=1", { DEFAULTS, .copy = AFX_COPY_FORCE } },
	{ "iface=eth0,use_cni=0,use_pinned_map=0", { DEFAULTS } },
	{ "iface=eth0,csum_complete=0", { DEFAULTS } },
	{ "iface=eth0,csum_complete=1", { DEFAULTS, .csum_complete = true } },
	{ "iface=eth0,start_queue=2,queue_count=4,shared_umem=1,xdp_prog=p.o,busy_budget=32,"
	  "force_copy=1,use_cni=0,use_pinned_map=0,mode=drv",
	  { ETH0, .start_queue = 2, .queue_count = 4, .share = AFX_SHARE_ON, .xdp_prog = "p.o",
	    .busy_budget = 32, .busy_budget_given = true, .copy = AFX_COPY_FORCE,
	    .attach = AFX_ATTACH_DRV } },
	/* modes */
	{ "iface=eth0,mode=auto", { DEFAULTS } },
	{ "iface=eth0,mode=zc", { DEFAULTS, .attach = AFX_ATTACH_DRV, .copy = AFX_COPY_NEVER } },
	{ "iface=eth0,mode=copy", { DEFAULTS, .copy = AFX_COPY_FORCE } },
	{ "iface=eth0,mode=drv", { DEFAULTS, .attach = AFX_ATTACH_DRV } },
	{ "iface=eth0,mode=hw", { DEFAULTS, .attach = AFX_ATTACH_HW } },
	{ "iface=eth0,mode=skb", { DEFAULTS, .attach = AFX_ATTACH_SKB, .copy = AFX_COPY_FORCE } },
	{ "mode=zc,iface=eth0,mode=drv",
	  { DEFAULTS, .attach = AFX_ATTACH_DRV, .copy = AFX_COPY_NEVER } },
	{ "iface=eth0,mode=drv,mode=zc",
	  { DEFAULTS, .attach = AFX_ATTACH_DRV, .copy = AFX_COPY_NEVER } },
	{ "iface=eth0,mode=hw,mode=auto", { DEFAULTS, .attach = AFX_ATTACH_HW } },
	{ "iface=eth0,mode=skb,mode=copy",
	  { DEFAULTS, .attach = AFX_ATTACH_SKB, .copy = AFX_COPY_FORCE } },
	{ "iface=eth0,mode=skb,force_copy=1",
	  { DEFAULTS, .attach = AFX_ATTACH_SKB, .copy = AFX_COPY_FORCE } },
	{ "iface=eth0,mode=copy,force_copy=1", { DEFAULTS, .copy = AFX_COPY_FORCE } },
	{ "iface=eth0,mode=copy,force_copy=0", { DEFAULTS, .copy = AFX_COPY_FORCE } },
	{ "iface=eth0,mode=zc,force_copy=0",
	  { DEFAULTS, .attach = AFX_ATTACH_DRV, .copy = AFX_COPY_NEVER } },
	{ "iface=eth0,mode=drv,force_copy=1",
	  { DEFAULTS, .attach = AFX_ATTACH_DRV, .copy = AFX_COPY_FORCE } },
	{ "iface=eth0,kstats=0", { DEFAULTS } },
	{ "iface=eth0,kstats=1", { DEFAULTS, .kstats = true } },

	/* keep */
	{ "iface=eth0,keep=none", { DEFAULTS } },
	{ "iface=eth0,keep=none,xdp_prog=p.o", { DEFAULTS, .xdp_prog = "p.o" } },
	{ "iface=eth0,keep=mgmt", { DEFAULTS, .keep = AFX_KEEP_MGMT } },
	{ "iface=eth0,keep=22",
	  { DEFAULTS, .keep = AFX_KEEP_PORTS, .keep_nb_ranges = 1,
	    .keep_ranges = { { 22, 22 } } } },
	{ "iface=eth0,keep=22-25",
	  { DEFAULTS, .keep = AFX_KEEP_PORTS, .keep_nb_ranges = 1,
	    .keep_ranges = { { 22, 25 } } } },
	{ "iface=eth0,keep=[22]",
	  { DEFAULTS, .keep = AFX_KEEP_PORTS, .keep_nb_ranges = 1,
	    .keep_ranges = { { 22, 22 } } } },
	{ "iface=eth0,keep=[22,80,1000-1010],mode=copy",
	  { DEFAULTS, .copy = AFX_COPY_FORCE, .keep = AFX_KEEP_PORTS, .keep_nb_ranges = 3,
	    .keep_ranges = { { 22, 22 }, { 80, 80 }, { 1000, 1010 } } } },
	{ "iface=eth0,keep=[80,1005-1020,22,1000-1010,80,22-22]",
	  { DEFAULTS, .keep = AFX_KEEP_PORTS, .keep_nb_ranges = 3,
	    .keep_ranges = { { 22, 22 }, { 80, 80 }, { 1000, 1020 } } } },
	{ "iface=eth0,keep=[64,63,65,127-128,1,65535,65533]",
	  { DEFAULTS, .keep = AFX_KEEP_PORTS, .keep_nb_ranges = 5,
	    .keep_ranges = { { 1, 1 },
			     { 63, 65 },
			     { 127, 128 },
			     { 65533, 65533 },
			     { 65535, 65535 } } } },
	{ "iface=eth0,keep=[1-65535]",
	  { DEFAULTS, .keep = AFX_KEEP_PORTS, .keep_nb_ranges = 1,
	    .keep_ranges = { { 1, 65535 } } } },
	/* what EAL leaves in of the layered form */
	{ "driver=net_afx,iface=eth0,queue_count=3", { ETH0, .queue_count = 3, BUDGET_64 } },
	{ "bus=vdev,name=net_afx3,driver=net_afx,iface=eth0", { DEFAULTS } },
	{ "iface=eth0,name=anything", { DEFAULTS } },
};

static const struct invalid_case invalid_cases[] = {
	/* iface */
	{ NULL, 0, "iface", "missing, give iface=<network interface>" },
	{ "", 0, "iface", "missing" },
	{ "queue_count=2", 0, "iface", "missing" },
	{ "driver=net_afx", 0, "iface", "missing" },
	{ "iface=sixteen-chars-xx", 0, "iface=sixteen-chars-xx", BAD_IFACE },
	{ "iface=a/b", 0, "iface=a/b", BAD_IFACE },
	{ "iface=a:1", 0, "iface=a:1", BAD_IFACE },
	{ "iface= eth0", 0, "iface= eth0", BAD_IFACE },
	{ "iface=eth0 ", 0, "iface=eth0 ", BAD_IFACE },
	{ "iface=.", 0, "iface=.", BAD_IFACE },
	{ "iface=..", 0, "iface=..", BAD_IFACE },
	/* syntax that rte_kvargs lets through */
	{ "iface", 0, "iface", BAD_PAIR },
	{ "iface=", 0, "iface=", BAD_PAIR },
	{ "iface=,queue_count=1", 0, "iface=", BAD_PAIR },
	{ "=eth0", 0, "=eth0", BAD_PAIR },
	{ "=", 0, "=", BAD_PAIR },
	{ ",", 0, "arguments", BAD_COMMA },
	{ "iface=eth0,", 0, "arguments", BAD_COMMA },
	{ ",iface=eth0", 0, "arguments", BAD_COMMA },
	{ "iface=eth0,,mode=zc", 0, "arguments", BAD_COMMA },
	{ "iface=eth0,keep=22,80", 0, "80", BAD_PAIR },
	{ "iface==eth0", 0, "iface==eth0", "only one '=' is allowed" },
	{ "junk=iface=eth0", 0, "junk=iface=eth0", "only one '=' is allowed" },
	{ "iface=eth0,xdp_prog=/a=b.o", 0, "xdp_prog=/a=b.o", "only one '=' is allowed" },
	{ "keep=[22,80,iface=eth0", 0, "keep=[22,80,iface=eth0", BAD_BRACKETS },
	{ "iface=eth0,keep=22]", 0, "keep=22]", BAD_BRACKETS },
	{ "iface=eth0,keep=[[22],80]", 0, "keep=[[22]", BAD_BRACKETS },
	{ "iface=eth0,xdp_prog=]a[", 0, "xdp_prog=]a[", BAD_BRACKETS },
	{ "iface=eth0,xdp_prog=[[a]]", 0, "xdp_prog=[[a]]", BAD_BRACKETS },
	{ "iface=eth0,keep=[", 0, "keep=[", BAD_BRACKETS },
	{ "[iface=eth0]", 0, "[iface=eth0]", "unknown key" },
	/* keys */
	{ "iface=eth0,ifcae=eth1", 0, "ifcae=eth1", "unknown key, allowed are " AFX_DEVARGS_HELP },
	{ "IFACE=eth0", 0, "IFACE=eth0", "unknown key" },
	{ "iface=eth0, mode=zc", 0, " mode=zc", "unknown key" },
	{ "iface=eth0,mode =zc", 0, "mode =zc", "unknown key" },
	{ "iface=eth0,pmd_zero_copy=1", 0, "pmd_zero_copy=1", "unknown key" },
	{ "iface=eth0,class=eth", 0, "class=eth", "unknown key" },
	{ "driver=net_af_xdp,iface=eth0", 0, "driver=net_af_xdp",
	  "not ours, only net_afx is allowed" },
	{ "driver=net_afx0,iface=eth0", 0, "driver=net_afx0", "not ours, only net_afx is allowed" },
	{ "bus=pci,iface=eth0", 0, "bus=pci", "not ours, only vdev is allowed" },
	/* repeated keys */
	{ "iface=eth0,iface=eth0", 0, "iface=eth0", "key given twice, allowed is once" },
	{ "iface=eth0,queue_count=1,queue_count=2", 0, "queue_count=2", "key given twice" },
	{ "iface=eth0,start_queue=1,start_queue=1", 0, "start_queue=1", "key given twice" },
	{ "iface=eth0,shared_umem=1,shared_umem=0", 0, "shared_umem=0", "key given twice" },
	{ "iface=eth0,busy_budget=0,busy_budget=1", 0, "busy_budget=1", "key given twice" },
	{ "iface=eth0,csum_complete=1,csum_complete=1", 0, "csum_complete=1", "key given twice" },
	{ "iface=eth0,force_copy=0,force_copy=1", 0, "force_copy=1", "key given twice" },
	{ "iface=eth0,xdp_prog=a,xdp_prog=b", 0, "xdp_prog=b", "key given twice" },
	{ "iface=eth0,keep=22,keep=80", 0, "keep=80", "key given twice" },
	{ "iface=eth0,keep=none,keep=mgmt", 0, "keep=mgmt", "key given twice" },
	{ "driver=net_afx,iface=eth0,driver=net_afx", 0, "driver=net_afx", "key given twice" },
	{ "name=a,name=b", 0, "name=b", "key given twice" },
	/* numbers */
	{ "iface=eth0,queue_count=0", 0, "queue_count=0", NUMBER("1", "1024") },
	{ "iface=eth0,queue_count=1025", 0, "queue_count=1025", NUMBER("1", "1024") },
	{ "iface=eth0,queue_count=4x", 0, "queue_count=4x", NUMBER("1", "1024") },
	{ "iface=eth0,queue_count=x4", 0, "queue_count=x4", NUMBER("1", "1024") },
	{ "iface=eth0,queue_count=abc", 0, "queue_count=abc", NUMBER("1", "1024") },
	{ "iface=eth0,queue_count=0x4", 0, "queue_count=0x4", NUMBER("1", "1024") },
	{ "iface=eth0,queue_count=+4", 0, "queue_count=+4", NUMBER("1", "1024") },
	{ "iface=eth0,queue_count=-4", 0, "queue_count=-4", NUMBER("1", "1024") },
	{ "iface=eth0,queue_count=4 ", 0, "queue_count=4 ", NUMBER("1", "1024") },
	{ "iface=eth0,queue_count= 4", 0, "queue_count= 4", NUMBER("1", "1024") },
	{ "iface=eth0,queue_count=4.0", 0, "queue_count=4.0", NUMBER("1", "1024") },
	{ "iface=eth0,queue_count=4294967297", 0, "queue_count=4294967297", NUMBER("1", "1024") },
	{ "iface=eth0,queue_count=18446744073709551617", 0, "queue_count=18446744073709551617",
	  NUMBER("1", "1024") },
	{ "iface=eth0,start_queue=65536", 0, "start_queue=65536", NUMBER("0", "65535") },
	{ "iface=eth0,start_queue=-1", 0, "start_queue=-1", NUMBER("0", "65535") },
	{ "iface=eth0,busy_budget=65536", 0, "busy_budget=65536", NUMBER("0", "65535") },
	{ "iface=eth0,busy_budget=-0", 0, "busy_budget=-0", NUMBER("0", "65535") },
	{ "start_queue=65535,iface=eth0,queue_count=2", 0, "start_queue=65535",
	  "with queue_count=2 passes queue 65535, the last one allowed" },
	{ "iface=eth0,queue_count=1024,start_queue=64513", 0, "start_queue=64513",
	  "with queue_count=1024 passes queue 65535" },
	/* booleans */
	{ "iface=eth0,shared_umem=2", 0, "shared_umem=2", "not 0 or 1" },
	{ "iface=eth0,shared_umem=yes", 0, "shared_umem=yes", "not 0 or 1" },
	{ "iface=eth0,force_copy=-1", 0, "force_copy=-1", "not 0 or 1" },
	{ "iface=eth0,force_copy=01", 0, "force_copy=01", "not 0 or 1" },
	{ "iface=eth0,use_cni=true", 0, "use_cni=true", "not 0 or 1" },
	{ "iface=eth0,csum_complete=2", 0, "csum_complete=2", "not 0 or 1" },
	{ "iface=eth0,use_pinned_map=1x", 0, "use_pinned_map=1x", "not 0 or 1" },
	/* modes */
	{ "iface=eth0,mode=native", 0, "mode=native", "not one of auto, zc, copy, drv, skb, hw" },
	{ "iface=eth0,mode=ZC", 0, "mode=ZC", "not one of auto, zc, copy, drv, skb, hw" },
	{ "iface=eth0,mode=drv|zc", 0, "mode=drv|zc", "not one of auto, zc, copy, drv, skb, hw" },
	{ "iface=eth0,mode=drv,mode=skb", 0, "mode=skb", MODES },
	{ "iface=eth0,mode=drv,mode=drv", 0, "mode=drv", MODES },
	{ "iface=eth0,mode=zc,mode=copy", 0, "mode=copy", MODES },
	{ "iface=eth0,mode=auto,mode=zc", 0, "mode=zc", MODES },
	{ "iface=eth0,mode=copy,mode=auto", 0, "mode=auto", MODES },
	{ "iface=eth0,mode=drv,mode=zc,mode=hw", 0, "mode=hw", MODES },
	{ "iface=eth0,mode=zc,force_copy=1", 0, "mode=zc", "contradicts force_copy=1" },
	{ "iface=eth0,force_copy=1,mode=zc", 0, "mode=zc", "contradicts force_copy=1" },
	{ "iface=eth0,mode=auto,force_copy=1", 0, "mode=auto", "contradicts force_copy=1" },
	{ "iface=eth0,mode=zc,mode=skb", 0, "mode=zc", "contradicts mode=skb" },
	{ "iface=eth0,mode=skb,mode=zc", 0, "mode=zc", "contradicts mode=skb" },
	/* keep */
	{ "iface=eth0,keep=all", 0, "keep=all", BAD_PORT("all") },
	{ "iface=eth0,keep=0", 0, "keep=0", BAD_PORT("0") },
	{ "iface=eth0,keep=[]", 0, "keep=[]", BAD_PORT("") },
	{ "iface=eth0,keep=[22,]", 0, "keep=[22,]", BAD_PORT("") },
	{ "iface=eth0,keep=[,22]", 0, "keep=[,22]", BAD_PORT("") },
	{ "iface=eth0,keep=[22,65536]", 0, "keep=[22,65536]", BAD_PORT("65536") },
	{ "iface=eth0,keep=[22, 80]", 0, "keep=[22, 80]", BAD_PORT(" 80") },
	{ "iface=eth0,keep=[80,25-22]", 0, "keep=[80,25-22]", BAD_PORT("25-22") },
	{ "iface=eth0,keep=0-9", 0, "keep=0-9", BAD_PORT("0-9") },
	{ "iface=eth0,keep=1-65536", 0, "keep=1-65536", BAD_PORT("1-65536") },
	{ "iface=eth0,keep=-22", 0, "keep=-22", BAD_PORT("-22") },
	{ "iface=eth0,keep=22-", 0, "keep=22-", BAD_PORT("22-") },
	{ "iface=eth0,keep=-", 0, "keep=-", BAD_PORT("-") },
	{ "iface=eth0,keep=1-2-3", 0, "keep=1-2-3", BAD_PORT("1-2-3") },
	{ "iface=eth0,keep=[mgmt,80]", 0, "keep=[mgmt,80]", BAD_PORT("mgmt") },
	{ "iface=eth0,keep=[22]x", 0, "keep=[22]x", BAD_PORT("[22]x") },
	{ "iface=eth0,keep=[22][80]", 0, "keep=[22][80]", BAD_PORT("22][80") },
	{ "iface=eth0,keep=mgmt,xdp_prog=p.o", 0, "xdp_prog=p.o", "contradicts keep" },
	{ "iface=eth0,xdp_prog=p.o,keep=22", 0, "xdp_prog=p.o", "contradicts keep" },
	/* maps of somebody else */
	{ "iface=eth0,dp_path=/x", 0, "dp_path=/x",
	  "only allowed with use_cni=1 or use_pinned_map=1" },
	{ "iface=eth0,dp_path=/x,use_cni=0", 0, "dp_path=/x", "only allowed with use_cni=1" },
	{ "iface=eth0,use_cni=1,use_pinned_map=1", 0, "use_pinned_map=1", "contradicts use_cni=1" },
	{ "iface=eth0,use_cni=1,busy_budget=5", 0, "use_cni=1", "contradicts busy_budget=5" },
	{ "iface=eth0,use_pinned_map=1,busy_budget=64", 0, "use_pinned_map=1",
	  "contradicts busy_budget=64" },
	{ "iface=eth0,use_cni=1,xdp_prog=p.o", 0, "xdp_prog=p.o", "contradicts use_cni=1" },
	{ "iface=eth0,use_pinned_map=1,xdp_prog=p.o", 0, "xdp_prog=p.o",
	  "contradicts use_pinned_map=1" },
	{ "iface=eth0,use_cni=1,dp_path=/x", -ENOTSUP, "use_cni=1", "not yet supported" },
	{ "iface=eth0,use_cni=1,busy_budget=0", -ENOTSUP, "use_cni=1", "not yet supported" },
	{ "iface=eth0,use_pinned_map=1", -ENOTSUP, "use_pinned_map=1", "not yet supported" },
	{ "use_cni=1", 0, "iface", "missing" },
	{ "iface=eth0,use_cni=1,mode=zc,mode=skb", 0, "mode=zc", "contradicts mode=skb" },
};

static void
assert_same_cfg(const struct afx_cfg *cfg, const struct afx_cfg *want)
{
	assert_string_equal(cfg->iface, want->iface);
	assert_int_equal(cfg->start_queue, want->start_queue);
	assert_int_equal(cfg->queue_count, want->queue_count);
	assert_int_equal(cfg->busy_budget, want->busy_budget);
	assert_int_equal(cfg->busy_budget_given, want->busy_budget_given);
	assert_int_equal(cfg->use_cni, want->use_cni);
	assert_int_equal(cfg->use_pinned_map, want->use_pinned_map);
	assert_int_equal(cfg->csum_complete, want->csum_complete);
	assert_int_equal(cfg->attach, want->attach);
	assert_int_equal(cfg->copy, want->copy);
	assert_int_equal(cfg->keep, want->keep);
	assert_int_equal(cfg->share, want->share);
	assert_int_equal(cfg->keep_nb_ranges, want->keep_nb_ranges);
	assert_memory_equal(cfg->keep_ranges, want->keep_ranges, sizeof(cfg->keep_ranges));
	assert_string_equal(cfg->xdp_prog, want->xdp_prog);
	assert_string_equal(cfg->dp_path, want->dp_path);
}

static void
test_valid(void **state)
{
	const struct valid_case *c = *state;
	struct afx_cfg want = c->want;
	char err[AFX_DEVARGS_ERR_LEN] = "stale";
	struct afx_cfg cfg;

	/* The table leaves AFX_SHARE_AUTO, AFX_COPY_AUTO, ... to be zero. */
	memset(&cfg, 0xa5, sizeof(cfg));
	assert_int_equal(afx_devargs_parse(c->args, &cfg, err, sizeof(err)), 0);
	assert_string_equal(err, "");
	assert_same_cfg(&cfg, &want);
}

static void
test_invalid(void **state)
{
	const struct invalid_case *c = *state;
	char want[AFX_DEVARGS_ERR_LEN];
	char err[AFX_DEVARGS_ERR_LEN] = "";
	struct afx_cfg cfg;
	int ret;

	ret = afx_devargs_parse(c->args, &cfg, err, sizeof(err));
	assert_int_equal(ret, c->ret != 0 ? c->ret : -EINVAL);
	snprintf(want, sizeof(want), "%s: %s", c->subject, c->reason);
	err[RTE_MIN(strlen(want), sizeof(err) - 1)] = '\0';
	assert_string_equal(err, want);
}

/* One test per row, named by its arguments, so that a failure says which. */
int
main(void)
{
	static struct CMUnitTest tests[RTE_DIM(valid_cases) + RTE_DIM(invalid_cases)];
	struct CMUnitTest *test = tests;
	size_t i;

	for (i = 0; i < RTE_DIM(valid_cases); i++)
		*test++ =
			(struct CMUnitTest){ .name = valid_cases[i].args,
					     .test_func = test_valid,
					     .initial_state = (void *)(uintptr_t)&valid_cases[i] };
	for (i = 0; i < RTE_DIM(invalid_cases); i++)
		*test++ = (struct CMUnitTest){
			.name = invalid_cases[i].args != NULL ? invalid_cases[i].args : "NULL",
			.test_func = test_invalid,
			.initial_state = (void *)(uintptr_t)&invalid_cases[i]
		};
	return cmocka_run_group_tests_name("devargs", tests, NULL, NULL);
}
