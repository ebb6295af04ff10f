/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The XDP program of one interface: load, attach, map entries. The only user
 * of libbpf and libxdp.
 */
#ifndef AFX_PROG_H
#define AFX_PROG_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "afx_devargs.h"

/* What the kernel granted; read back, never assumed. */
enum afx_prog_mode {
	AFX_PROG_DETACHED,
	AFX_PROG_NATIVE,
	AFX_PROG_GENERIC,
	AFX_PROG_OFFLOAD,
	AFX_PROG_DISPATCHER, /* joined libxdp's dispatcher */
};

struct afx_prog;

/*
 * Load the program for cfg->iface (our own, or cfg->xdp_prog opened with
 * libbpf; its map must be called xsks_map and be a XSKMAP) and attach it with
 * a bpf_link, so that it dies with the process, in the order that cfg->attach
 * allows; each fall is logged with its reason. An interface that carries
 * libxdp's dispatcher is joined through libxdp, and left at close (after
 * SIGKILL our part stays in the dispatcher); any other program on it is left
 * alone and named in the error (-EBUSY: id, name, holder, and the command that
 * removes it). nb_queues is the highest rx queue index + 1: a custom program's
 * xsks_map must have as many entries, our own has at least AFX_QUEUES_MAX.
 *
 * Takes CAP_NET_ADMIN and CAP_BPF, and CAP_PERFMON for a keep filter and most
 * custom programs; where one is missing the error gives the setcap command.
 *
 * Returns 0 and *prog, owned by the caller, or -errno, logged, nothing left
 * and *prog NULL. Control thread, in the interface's network namespace. Two
 * vdevs on one interface (different queues) share one program: the second open
 * with an equal cfg (attach, keep and its ranges, xdp_prog) takes a reference;
 * with another cfg it is -EBUSY, with queues beyond a custom map -EINVAL.
 */
int afx_prog_open(const struct afx_cfg *cfg, unsigned int ifindex, uint32_t nb_queues,
		  struct afx_prog **prog);

/*
 * Drop the reference; the last one detaches (only what open attached) and
 * frees. *prog becomes NULL; NULL is accepted. Control thread.
 */
void afx_prog_close(struct afx_prog **prog);

/*
 * Ask the kernel whether the link of the program with that id, afx_prog_id's,
 * still holds it on its interface: not after somebody detached it, nor after
 * the interface was deleted. True where that can not be told: id 0, a program
 * closed meanwhile. Any thread.
 */
bool afx_prog_attached(uint32_t id);

/*
 * The same of a program that is not closed; in a dispatcher, whether any is
 * left on the interface. Control thread, in the interface's network namespace.
 */
bool afx_prog_remains(const struct afx_prog *prog);

/*
 * Say that somebody detached the program: the next open on the interface makes
 * a new one, even while other ports still refer to this.
 */
void afx_prog_lost(struct afx_prog *prog);

/* Send the traffic of rx queue to the bound socket fd. 0 or -errno, not logged. */
int afx_prog_insert(struct afx_prog *prog, uint32_t queue, int xsk_fd);

/* Give the traffic of rx queue back to the kernel. Absent entry: 0. 0 or -errno, not logged. */
int afx_prog_remove(struct afx_prog *prog, uint32_t queue);

/* Mode granted at open. */
enum afx_prog_mode afx_prog_mode_get(const struct afx_prog *prog);

/* The same, but in a dispatcher the mode that this is attached in. */
enum afx_prog_mode afx_prog_path_get(const struct afx_prog *prog);

/* The kernel's id of our program as attached directly; 0 in a dispatcher, whose id may change. */
uint32_t afx_prog_id(const struct afx_prog *prog);

/* The banner's word for a mode: "native", "generic", "offload", "dispatcher", "detached". */
const char *afx_prog_mode_name(enum afx_prog_mode mode);

/* True if a program other than ours may write into the packet's headroom (xdp_prog= given). */
bool afx_prog_is_custom(const struct afx_prog *prog);

/* Route libbpf's and libxdp's own lines to the driver's log type (warnings as
 * WARNING, the rest as DEBUG). Idempotent; open calls it. */
void afx_prog_log_init(void);

#endif /* AFX_PROG_H */
