/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Attach by bpf_link: the kernel detaches when the last reference to the link
 * goes, however the process ends.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/if_link.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "afx_log.h"
#include "afx_prog_priv.h"

/* The longest hint and an interface name. */
#define HINT_LEN 160

static uint32_t
xdp_flags(enum afx_attach attach)
{
	switch (attach) {
	case AFX_ATTACH_SKB:
		return XDP_FLAGS_SKB_MODE;
	case AFX_ATTACH_HW:
		return XDP_FLAGS_HW_MODE;
	default:
		return XDP_FLAGS_DRV_MODE;
	}
}

/* What drivers commonly mean; their own words (extack) do not come with a bpf_link. */
static void
refusal_hint(const struct afx_prog *prog, int err, char *hint, size_t len)
{
	const char *iface = prog->cfg.iface;

	hint[0] = '\0';
	if (prog->cfg.attach == AFX_ATTACH_HW) {
		snprintf(hint, len, " (no NIC offloads a redirect to sockets: leave out mode=hw)");
		return;
	}
	switch (err) {
	case -EOPNOTSUPP:
		snprintf(hint, len,
			 " (the driver has no native XDP, or not with its present settings)");
		break;
	case -EINVAL:
	case -ERANGE:
		snprintf(
			hint, len,
			" (often too large an MTU, here or on a veth's peer: ip link set dev %s mtu 1500)",
			iface);
		break;
	case -ENOSPC:
		snprintf(hint, len,
			 " (on veth: fewer rx queues than the peer has tx queues: ethtool -l %s)",
			 iface);
		break;
	}
}

static int
link_create(const struct afx_prog *prog, uint32_t flags)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = flags);

	return bpf_link_create(bpf_program__fd(prog->bpf), prog->key.ifindex, BPF_XDP, &opts);
}

/* Generic mode can not help where the interface is taken, gone, or not ours to touch. */
static bool
may_fall_back(const struct afx_prog *prog, int err)
{
	return prog->cfg.attach == AFX_ATTACH_AUTO && err != -EBUSY && err != -EEXIST &&
		err != -EPERM && err != -EACCES && err != -ENODEV;
}

static int
mode_read(struct afx_prog *prog)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, opts);
	struct bpf_prog_info info = { 0 };
	uint32_t len = sizeof(info);
	int ret;

	ret = bpf_obj_get_info_by_fd(bpf_program__fd(prog->bpf), &info, &len);
	if (ret == 0)
		ret = bpf_xdp_query(prog->key.ifindex, 0, &opts);
	if (ret != 0) {
		afx_prog_error_log(prog, "reading back the XDP attach mode", ret, "");
		return ret;
	}
	prog->id = info.id;
	if (opts.drv_prog_id == info.id)
		prog->mode = AFX_PROG_NATIVE;
	else if (opts.skb_prog_id == info.id)
		prog->mode = AFX_PROG_GENERIC;
	else if (opts.hw_prog_id == info.id)
		prog->mode = AFX_PROG_OFFLOAD;
	else
		ret = -ENOLINK;
	if (ret != 0)
		afx_prog_error_log(prog, "finding the attached XDP program again", ret, "");
	return ret;
}

/* Another process may have been faster since the occupant was looked for. */
static int
refused(const struct afx_prog *prog, int err)
{
	struct afx_prog_occupant occ;
	char hint[HINT_LEN];

	if (err == -EBUSY || err == -EEXIST) {
		if (afx_prog_occupant_get(prog, &occ) == 0 && occ.id != 0)
			return afx_prog_occupant_refuse(prog, &occ);
	}
	refusal_hint(prog, err, hint, sizeof(hint));
	afx_prog_error_log(prog, "attaching the XDP program (bpf_link_create)", err, hint);
	return err;
}

int
afx_prog_link_attach(struct afx_prog *prog)
{
	char hint[HINT_LEN];
	int ret;

	ret = link_create(prog, xdp_flags(prog->cfg.attach));
	if (ret < 0 && may_fall_back(prog, ret)) {
		refusal_hint(prog, ret, hint, sizeof(hint));
		AFX_LOG(WARNING, "%s: no native XDP: bpf_link_create: %s%s; trying generic mode",
			prog->cfg.iface, strerror(-ret), hint);
		ret = link_create(prog, XDP_FLAGS_SKB_MODE);
	}
	if (ret < 0)
		return refused(prog, ret);
	prog->link_fd = ret;
	return mode_read(prog);
}

bool
afx_prog_link_attached(const struct afx_prog *prog)
{
	struct bpf_link_info info = { 0 };
	uint32_t len = sizeof(info);

	if (prog->link_fd < 0 || bpf_obj_get_info_by_fd(prog->link_fd, &info, &len) != 0)
		return true;
	return info.xdp.ifindex == prog->key.ifindex;
}

void
afx_prog_link_detach(struct afx_prog *prog)
{
	if (prog->link_fd >= 0)
		close(prog->link_fd);
	prog->link_fd = -1;
	prog->mode = AFX_PROG_DETACHED;
}
