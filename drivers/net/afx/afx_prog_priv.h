/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Shared by the files of afx_prog: object (load), link (attach), occupant
 * (what was there before us), dispatcher (libxdp). Control thread, under the
 * registry's lock; functions return 0 or -errno and have logged the failure.
 */
#ifndef AFX_PROG_PRIV_H
#define AFX_PROG_PRIV_H

#include <sys/queue.h>
#include <sys/types.h>

#include "afx_prog.h"

struct afx_redirect;
struct bpf_map;
struct bpf_object;
struct bpf_program;
struct xdp_program;

/* Interface indexes repeat between network namespaces. */
struct afx_prog_key {
	dev_t netns_dev;
	ino_t netns_ino;
	unsigned int ifindex;
};

struct afx_prog {
	TAILQ_ENTRY(afx_prog) next;
	unsigned int refcnt;
	struct afx_prog_key key;
	struct afx_cfg cfg;
	enum afx_prog_mode mode;
	uint32_t id; /* of bpf, once attached */
	bool lost; /* detached by somebody else */
	uint32_t nb_queues; /* entries of xsks_map */
	struct afx_redirect *skel; /* our own program: owns obj; NULL for a custom one */
	struct bpf_object *obj;
	struct bpf_program *bpf; /* of obj */
	struct bpf_map *xsks; /* of obj */
	int link_fd; /* -1 unless attached by bpf_link */
	struct xdp_program *xdp; /* NULL unless in libxdp's dispatcher */
	enum afx_prog_mode joined; /* the dispatcher's own */
};

/* What sits on an interface. */
struct afx_prog_occupant {
	uint32_t id; /* BPF program id, 0: nothing */
	enum afx_prog_mode mode;
	bool dispatcher; /* libxdp's, in working order */
};

/* Who an occupant is, in words; unknown without CAP_SYS_ADMIN as far as marked so. */
struct afx_prog_occupant_text {
	char name[16]; /* BPF_OBJ_NAME_LEN; "?" if unknown */
	char by[160]; /* "netlink", "a bpf_link of process 1234 (name)" and the like */
	const char *verb; /* what the command does to it: "stop it", "remove it with" */
	char command[64]; /* the longest has a verb and an interface name */
};

/* afx_prog_object.c: open the object that cfg names and size its map to prog->nb_queues or more. */
int afx_prog_object_open(struct afx_prog *prog);
int afx_prog_object_load(struct afx_prog *prog);
/* Idempotent. */
void afx_prog_object_close(struct afx_prog *prog);

/* afx_prog_link.c: attach the loaded program by bpf_link and read back the mode granted. */
int afx_prog_link_attach(struct afx_prog *prog);
/* False if the link is no longer on the interface; true if that can not be told. */
bool afx_prog_link_attached(const struct afx_prog *prog);
/* Idempotent. */
void afx_prog_link_detach(struct afx_prog *prog);

/* afx_prog_occupant.c */
int afx_prog_occupant_get(const struct afx_prog *prog, struct afx_prog_occupant *occ);
/* In words, by a look through /proc. Of prog, reads key.ifindex and cfg.iface. */
void afx_prog_occupant_describe(const struct afx_prog *prog, const struct afx_prog_occupant *occ,
				struct afx_prog_occupant_text *text);
/* Log who is in the way and how to remove it; returns -EBUSY. */
int afx_prog_occupant_refuse(const struct afx_prog *prog, const struct afx_prog_occupant *occ);

/* afx_prog_dispatcher.c: true if program id, on the interface, is a dispatcher libxdp can read. */
bool afx_prog_dispatcher_present(unsigned int ifindex, uint32_t id);
/* Load and attach the opened object as one more program of the dispatcher. */
int afx_prog_dispatcher_join(struct afx_prog *prog, const struct afx_prog_occupant *occ);
/*
 * False if the interface has no XDP program at all any more; true if that can
 * not be told. Who is in a dispatcher is not looked up: it costs descriptors
 * (libxdp 1.3.1), and without bpffs libxdp's answer is that nobody is.
 */
bool afx_prog_dispatcher_remains(const struct afx_prog *prog);
/* Take out our program only. Idempotent. */
void afx_prog_dispatcher_leave(struct afx_prog *prog);

/*
 * afx_prog_error.c: log that what failed with -errno err, and the capabilities
 * that are missing if it is that, else the hint ("" or starting with a separator).
 */
void afx_prog_error_log(const struct afx_prog *prog, const char *what, int err, const char *hint);

#endif /* AFX_PROG_PRIV_H */
