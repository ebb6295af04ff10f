/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * afx-doctor: looks at kernel, interface, process and tuning, and says what
 * stands in afx's way and which command removes it. Changes nothing (but for
 * restore.c), sends nothing; one thread.
 */
#ifndef DOCTOR_H
#define DOCTOR_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#include "afx_devargs.h"
#include "afx_netdev.h"

#include "ethtool.h"
#include "link.h"
#include "text.h"

/* Two kernel lines of an 80-column terminal; the longest names a program and its holder. */
#define DOCTOR_FOUND_LEN 320
/* A command with a path. */
#define DOCTOR_FIX_LEN 320
/* One per topic, and there are about fifty. */
#define DOCTOR_FINDINGS_MAX 80
/* The recommended argument: all of an interface name, two numbers and keep=mgmt. */
#define DOCTOR_VDEV_LEN 128

enum doctor_status {
	DOCTOR_OK,
	DOCTOR_WARN, /* works, but not as well as it could, or could not be looked at */
	DOCTOR_FAIL, /* a start fails, or nothing arrives */
};

enum doctor_family {
	DOCTOR_KERNEL,
	DOCTOR_INTERFACE,
	DOCTOR_PROCESS,
	DOCTOR_TUNING,
};

/* What is looked at. Ids are part of the JSON output: they never change. */
struct doctor_topic {
	const char *id;
	enum doctor_family family;
	const char *title; /* at most 18 characters: a column */
	const char *why; /* one sentence */
};

struct doctor_finding {
	const struct doctor_topic *topic;
	enum doctor_status status;
	bool looked; /* false: this process may not look, status is DOCTOR_WARN */
	char found[DOCTOR_FOUND_LEN];
	char fix[DOCTOR_FIX_LEN]; /* a command for bash, nothing else; "" if there is none */
	char note[DOCTOR_FIX_LEN]; /* what helps and is no command; "" if there is nothing */
};

struct doctor {
	const char *iface;
	struct text_name word; /* iface in commands */
	char shown[IF_NAMESIZE]; /* iface in what is read */
	const char *plugin; /* path given by the user, or NULL */
	cpu_set_t lcores; /* those that the program will run on */
	struct afx_netdev_info info;
	struct doctor_link link;
	struct doctor_features features;
	struct afx_netdev_xdp xdp;
	bool xdp_known; /* xdp is the kernel's word */
	bool sysfs; /* /sys/class/net shows this very interface */
	bool native; /* a program would run in native mode, as far as can be seen */
	bool occupied; /* an XDP program is on the interface */
	/* the recommendation */
	uint32_t start_queue;
	uint32_t queue_count; /* 0: no queue can be bound */
	bool keep_mgmt;
	struct doctor_finding findings[DOCTOR_FINDINGS_MAX];
	unsigned int nb_findings;
};

/*
 * Add a finding. The text says what was found; its format must fit, longer
 * text is cut, and what a terminal or JSON does not take becomes '?'. The result is to be given to doctor_fix, and never NULL.
 */
__attribute__((format(printf, 4, 5))) struct doctor_finding *
doctor_add(struct doctor *d, const struct doctor_topic *topic, enum doctor_status status,
	   const char *fmt, ...);

/* Add that this process may not look at the topic: text says what that takes. */
__attribute__((format(printf, 3, 4))) struct doctor_finding *
doctor_unseen(struct doctor *d, const struct doctor_topic *topic, const char *fmt, ...);

/* The command that helps; one that does not fit is left out, as half of it could do harm. */
__attribute__((format(printf, 2, 3))) void
doctor_fix(struct doctor_finding *f, const char *fmt, ...);

/* What helps besides, or instead, in words. */
__attribute__((format(printf, 2, 3))) void
doctor_note(struct doctor_finding *f, const char *fmt, ...);

/* The worst status of all findings. */
enum doctor_status doctor_verdict(const struct doctor *d);
/* How many findings have this status. */
unsigned int doctor_count(const struct doctor *d, enum doctor_status status);
const char *doctor_status_name(enum doctor_status status);
const char *doctor_family_name(enum doctor_family family);

/* Read what several checks need. 0, or -errno: -ENODEV if there is no such interface. */
int doctor_look(struct doctor *d);

/* The interface is one end of a veth pair. */
bool doctor_is_veth(const struct doctor *d);

/* One family each; some families are in several files. */
void doctor_check_kernel(struct doctor *d);
void doctor_check_iface(struct doctor *d);
void doctor_check_xdp(struct doctor *d);
void doctor_check_mtu(struct doctor *d);
void doctor_check_queues(struct doctor *d);
void doctor_check_offload(struct doctor *d);
void doctor_check_veth(struct doctor *d);
void doctor_check_process(struct doctor *d);
void doctor_check_memory(struct doctor *d);
void doctor_check_plugin(struct doctor *d);
void doctor_check_tuning(struct doctor *d);
void doctor_check_irq(struct doctor *d);

/* Whether an interface's name can be part of EAL's arguments. */
bool doctor_name_fits(const char *iface);

/*
 * The recommended argument, after the checks of the interface: "" if the
 * interface can not be a port at all.
 */
void doctor_advise(const struct doctor *d, char vdev[DOCTOR_VDEV_LEN]);

#endif /* DOCTOR_H */
