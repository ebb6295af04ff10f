/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * libxdp's dispatcher: several XDP programs on one interface, each a freplace
 * of a stub. It is pinned in bpffs, so what joins it outlives the process.
 * libxdp 1.3.1 itself leaks a descriptor of each of the dispatcher's programs
 * in xdp_multiprog__get_from_ifindex and in a failed attach; out of reach here.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <xdp/libxdp.h>

#include "afx_log.h"
#include "afx_prog_priv.h"

/* libxdp's name for its dispatcher, in all versions. */
#define DISPATCHER_NAME "xdp_dispatcher"

static bool
has_dispatcher_name(uint32_t id)
{
	struct bpf_prog_info info = { 0 };
	uint32_t len = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(id);
	int ret;

	if (fd < 0)
		return false;
	ret = bpf_obj_get_info_by_fd(fd, &info, &len);
	close(fd);
	return ret == 0 && strcmp(info.name, DISPATCHER_NAME) == 0;
}

bool
afx_prog_dispatcher_present(unsigned int ifindex, uint32_t id)
{
	struct xdp_multiprog *mp;
	bool present;

	/* libxdp would tell too, but asks for bpffs and leaks a descriptor for any program. */
	if (!has_dispatcher_name(id))
		return false;
	mp = xdp_multiprog__get_from_ifindex(ifindex);
	if (libxdp_get_error(mp) != 0)
		return false;
	present = !xdp_multiprog__is_legacy(mp);
	xdp_multiprog__close(mp);
	return present;
}

static enum xdp_attach_mode
libxdp_mode(enum afx_prog_mode mode)
{
	return mode == AFX_PROG_GENERIC ? XDP_MODE_SKB : XDP_MODE_NATIVE;
}

/* The dispatcher's mode is everybody's: it can not be changed by joining. */
static bool
mode_fits(enum afx_attach attach, enum afx_prog_mode mode)
{
	switch (attach) {
	case AFX_ATTACH_DRV:
		return mode == AFX_PROG_NATIVE;
	case AFX_ATTACH_SKB:
		return mode == AFX_PROG_GENERIC;
	case AFX_ATTACH_HW:
		return false;
	default:
		return mode == AFX_PROG_NATIVE || mode == AFX_PROG_GENERIC;
	}
}

int
afx_prog_dispatcher_join(struct afx_prog *prog, const struct afx_prog_occupant *occ)
{
	DECLARE_LIBXDP_OPTS(xdp_program_opts, opts, .obj = prog->obj,
			    .prog_name = bpf_program__name(prog->bpf));
	const char *iface = prog->cfg.iface;
	struct xdp_program *xdp;
	int ret;

	if (!mode_fits(prog->cfg.attach, occ->mode)) {
		AFX_LOG(ERR,
			"%s: libxdp's dispatcher is attached there in %s mode; leave out mode=, or unload it with: xdp-loader unload %s --all",
			iface, afx_prog_mode_name(occ->mode), iface);
		return -EBUSY;
	}
	xdp = xdp_program__create(&opts);
	ret = libxdp_get_error(xdp);
	if (ret == 0) {
		ret = xdp_program__attach(xdp, prog->key.ifindex, libxdp_mode(occ->mode), 0);
		if (ret != 0)
			xdp_program__close(xdp);
	}
	if (ret != 0) {
		AFX_LOG(ERR,
			"%s: joining libxdp's dispatcher (program id %u, %s) failed: %s (libxdp says more with --log-level=pmd.net.afx:debug); unload it with: xdp-loader unload %s --all",
			iface, occ->id, afx_prog_mode_name(occ->mode), strerror(-ret), iface);
		return ret;
	}
	prog->xdp = xdp;
	prog->mode = AFX_PROG_DISPATCHER;
	prog->joined = occ->mode;
	AFX_LOG(NOTICE, "%s: joined libxdp's dispatcher in %s mode", iface,
		afx_prog_mode_name(occ->mode));
	return 0;
}

bool
afx_prog_dispatcher_remains(const struct afx_prog *prog)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, opts);
	const int ret = bpf_xdp_query(prog->key.ifindex, 0, &opts);

	return ret != 0 || opts.drv_prog_id != 0 || opts.skb_prog_id != 0;
}

void
afx_prog_dispatcher_leave(struct afx_prog *prog)
{
	enum xdp_attach_mode mode;
	int ret;

	if (prog->xdp == NULL)
		return;
	mode = xdp_program__is_attached(prog->xdp, prog->key.ifindex);
	ret = mode == XDP_MODE_UNSPEC ? 0
				      : xdp_program__detach(prog->xdp, prog->key.ifindex, mode, 0);
	if (ret != 0)
		AFX_LOG(ERR,
			"%s: leaving libxdp's dispatcher failed: %s; unload with: xdp-loader unload %s --id %u",
			prog->cfg.iface, strerror(-ret), prog->cfg.iface,
			xdp_program__id(prog->xdp));
	xdp_program__close(prog->xdp);
	prog->xdp = NULL;
	prog->mode = AFX_PROG_DETACHED;
}
