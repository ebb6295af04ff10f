/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The BPF object: our own skeleton with its knobs, or the user's file.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <rte_common.h>

#include "afx_log.h"
#include "afx_prog_priv.h"
#include "afx_redirect.skel.h"
#include "bpf/afx_shared.h"

/* The longest of libbpf_strerror, with room. */
#define REASON_LEN 128

static_assert((int)AFX_KEEP_NONE == AFX_BPF_KEEP_NONE, "knob value");
static_assert((int)AFX_KEEP_MGMT == AFX_BPF_KEEP_MGMT, "knob value");
static_assert((int)AFX_KEEP_PORTS == AFX_BPF_KEEP_PORTS, "knob value");

/* libbpf's own numbers for bad objects mean nothing to others. */
static int
errno_of(int ret)
{
	return ret <= -__LIBBPF_ERRNO__START ? -EINVAL : ret;
}

static void
keep_ports_set(struct afx_redirect *skel, const struct afx_cfg *cfg)
{
	uint32_t i, port;

	for (i = 0; i < cfg->keep_nb_ranges; i++) {
		for (port = cfg->keep_ranges[i].first; port <= cfg->keep_ranges[i].last; port++)
			skel->data_ports->afx_keep_ports[port / AFX_KEEP_WORD_BITS] |= UINT64_C(1)
				<< (port % AFX_KEEP_WORD_BITS);
	}
}

static int
own_open(struct afx_prog *prog)
{
	int ret;

	prog->skel = afx_redirect__open();
	if (prog->skel == NULL) {
		ret = errno_of(-errno);
		afx_prog_error_log(prog, "opening the built-in XDP program", ret, "");
		return ret;
	}
	prog->obj = prog->skel->obj;
	prog->bpf = prog->skel->progs.afx_redirect;
	prog->xsks = prog->skel->maps.xsks_map;
	prog->skel->rodata->afx_keep = prog->cfg.keep;
	if (prog->cfg.keep == AFX_KEEP_PORTS)
		keep_ports_set(prog->skel, &prog->cfg);
	else
		bpf_map__set_autocreate(prog->skel->maps.data_ports, false);
	/* 8 bytes an entry: room for a second port on higher queues, which shares the program. */
	prog->nb_queues = RTE_MAX(prog->nb_queues, (uint32_t)AFX_QUEUES_MAX);
	ret = bpf_map__set_max_entries(prog->xsks, prog->nb_queues);
	if (ret != 0)
		afx_prog_error_log(prog, "sizing " AFX_XSKS_MAP, ret, "");
	return ret;
}

/*
 * The first XDP program; else the first one, if its section says nothing to
 * libbpf (such as SEC("xdp_sock") of old examples), which is then made one.
 */
static struct bpf_program *
custom_program_find(struct bpf_object *obj)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, obj)
	{
		if (bpf_program__type(prog) == BPF_PROG_TYPE_XDP)
			return prog;
	}
	prog = bpf_object__next_program(obj, NULL);
	if (prog == NULL || bpf_program__type(prog) != BPF_PROG_TYPE_UNSPEC ||
	    bpf_program__set_type(prog, BPF_PROG_TYPE_XDP) != 0)
		return NULL;
	return prog;
}

static int
custom_map_check(const struct afx_prog *prog)
{
	const char *iface = prog->cfg.iface;
	const char *path = prog->cfg.xdp_prog;
	uint32_t entries;

	if (prog->xsks == NULL || bpf_map__type(prog->xsks) != BPF_MAP_TYPE_XSKMAP) {
		AFX_LOG(ERR,
			"%s: xdp_prog=%s has no map " AFX_XSKS_MAP
			" of type BPF_MAP_TYPE_XSKMAP, through which it is to redirect to the sockets",
			iface, path);
		return -EINVAL;
	}
	entries = bpf_map__max_entries(prog->xsks);
	if (entries < prog->nb_queues) {
		AFX_LOG(ERR,
			"%s: " AFX_XSKS_MAP
			" of xdp_prog=%s has %u entries, but queue %u needs max_entries of %u or more",
			iface, path, entries, prog->nb_queues - 1, prog->nb_queues);
		return -EINVAL;
	}
	return 0;
}

static int
custom_open(struct afx_prog *prog)
{
	const char *path = prog->cfg.xdp_prog;
	char reason[REASON_LEN];
	int ret;

	prog->obj = bpf_object__open_file(path, NULL);
	if (prog->obj == NULL) {
		ret = -errno;
		libbpf_strerror(ret, reason, sizeof(reason));
		AFX_LOG(ERR, "%s: opening xdp_prog=%s: %s", prog->cfg.iface, path, reason);
		return errno_of(ret);
	}
	prog->bpf = custom_program_find(prog->obj);
	if (prog->bpf == NULL) {
		AFX_LOG(ERR, "%s: xdp_prog=%s has no XDP program (a function in SEC(\"xdp\"))",
			prog->cfg.iface, path);
		return -EINVAL;
	}
	prog->xsks = bpf_object__find_map_by_name(prog->obj, AFX_XSKS_MAP);
	ret = custom_map_check(prog);
	if (ret != 0)
		return ret;
	prog->nb_queues = bpf_map__max_entries(prog->xsks);
	return 0;
}

int
afx_prog_object_open(struct afx_prog *prog)
{
	return afx_prog_is_custom(prog) ? custom_open(prog) : own_open(prog);
}

/* Not by the skeleton: its load maps data_ports even where that was not created. */
int
afx_prog_object_load(struct afx_prog *prog)
{
	int ret = bpf_object__load(prog->obj);

	if (ret != 0)
		afx_prog_error_log(
			prog, "loading the XDP program", ret,
			"; libbpf says more above, or with --log-level=pmd.net.afx:debug");
	return ret;
}

void
afx_prog_object_close(struct afx_prog *prog)
{
	if (prog->skel != NULL)
		afx_redirect__destroy(prog->skel);
	else
		bpf_object__close(prog->obj);
	prog->skel = NULL;
	prog->obj = NULL;
	prog->bpf = NULL;
	prog->xsks = NULL;
}
