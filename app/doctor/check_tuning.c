/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Settings that cost or bring packets per second; none stops a start.
 */
#include <string.h>

#include "doctor.h"
#include "files.h"

/* Below, a timer fires more often than packets come: a storm (measured on veth: 5 us, 4 % of the rate). */
#define FLUSH_LEAST_NS 20000
/* Between the 50 and 100 us that served veth best, and the 200 us of published runs on NICs. */
#define FLUSH_NS 100000
/* Empty polls before the interrupt is on again; as in the kernel's documentation of busy polling. */
#define DEFER_IRQS 2

static const struct doctor_topic threaded = {
	"tuning.threaded_napi",
	DOCTOR_TUNING,
	"threaded NAPI",
	"A veth's receiving half in a thread of its own takes the work out of the sender's calls: more packets a second where that thread has a CPU of its own.",
};
static const struct doctor_topic busy_poll = {
	"tuning.busy_poll",
	DOCTOR_TUNING,
	"busy polling",
	"Where one NAPI serves both directions of a queue, the application's lcore can do the driver's work itself.",
};
static const struct doctor_topic deferral = {
	"tuning.deferral",
	DOCTOR_TUNING,
	"IRQ deferral",
	"It keeps interrupts off while packets are polled for; too short a timeout is a storm of timers.",
};
static const struct doctor_topic gro = {
	"tuning.gro",
	DOCTOR_TUNING,
	"GRO",
	"In generic mode frames are merged before the program sees them, to some that fit no mbuf.",
};
static const struct doctor_topic qdisc = {
	"tuning.qdisc",
	DOCTOR_TUNING,
	"qdisc",
	"Without one, a veth drops what its peer has no room for; with any, sending waits.",
};

static void
threaded_check(struct doctor *d)
{
	struct doctor_finding *f;
	long on;

	if (!d->sysfs) {
		doctor_unseen(d, &threaded, "/sys shows another network namespace");
		return;
	}
	if (files_number(&on, "/sys/class/net/%s/threaded", d->iface) != 0) {
		doctor_add(d, &threaded, DOCTOR_OK, "the kernel has none");
		return;
	}
	if (on != 0 || !doctor_is_veth(d) || CPU_COUNT(&d->lcores) < 2) {
		doctor_add(d, &threaded, DOCTOR_OK, "%s", on != 0 ? "on" : "off");
		return;
	}
	/* A veth has no NAPI before GRO or a program asks for one. */
	f = doctor_add(d, &threaded, DOCTOR_WARN, "off");
	doctor_fix(f, "ethtool -K %s gro on; echo 1 >/sys/class/net/%s/threaded", d->word.word,
		   d->word.word);
}

static void
deferral_check(struct doctor *d, bool wanted)
{
	struct doctor_finding *f;
	long irqs, flush;

	if (!d->sysfs) {
		doctor_unseen(d, &deferral, "/sys shows another network namespace");
		return;
	}
	if (files_number(&irqs, "/sys/class/net/%s/napi_defer_hard_irqs", d->iface) != 0 ||
	    files_number(&flush, "/sys/class/net/%s/gro_flush_timeout", d->iface) != 0) {
		doctor_add(d, &deferral, DOCTOR_OK, "the kernel has none");
		return;
	}
	if ((irqs > 0 && flush > 0 && flush < FLUSH_LEAST_NS) ||
	    (wanted && (irqs == 0 || flush == 0))) {
		f = doctor_add(d, &deferral, DOCTOR_WARN, "%ld polls, %ld ns", irqs, flush);
		doctor_fix(f,
			   "(cd /sys/class/net/%s && echo %d >napi_defer_hard_irqs && "
			   "echo %d >gro_flush_timeout)",
			   d->word.word, DEFER_IRQS, FLUSH_NS);
		return;
	}
	doctor_add(d, &deferral, DOCTOR_OK, "%ld polls, %ld ns", irqs, flush);
}

/* As the driver decides at start, but for the socket's own NAPI id. */
static bool
busy_poll_check(struct doctor *d)
{
	uint32_t rx, tx;
	int ret = afx_netdev_napi_get(d->info.ifindex, d->start_queue, &rx, &tx);

	if (ret != 0)
		doctor_add(d, &busy_poll, DOCTOR_OK, "off: the kernel names no NAPI (%s)",
			   strerror(-ret));
	else if (rx == 0)
		doctor_add(d, &busy_poll, DOCTOR_OK,
			   "off: the driver names no NAPI, so busy_budget= has no effect");
	else if (rx != tx)
		doctor_add(d, &busy_poll, DOCTOR_OK,
			   "off: Rx and Tx have a NAPI each, so busy_budget= has no effect");
	else
		doctor_add(d, &busy_poll, DOCTOR_OK, "possible, NAPI %u", rx);
	return ret == 0 && rx != 0 && rx == tx;
}

static void
gro_check(struct doctor *d)
{
	if (!d->features.gro.on)
		doctor_add(d, &gro, DOCTOR_OK, "off");
	else if (d->native)
		doctor_add(d, &gro, DOCTOR_OK,
			   "on, and behind native XDP it merges nothing of ours");
	else
		doctor_fix(doctor_add(d, &gro, DOCTOR_WARN, "on"), "ethtool -K %s gro off",
			   d->word.word);
}

static void
qdisc_check(struct doctor *d)
{
	const char *name = d->link.qdisc[0] != '\0' ? d->link.qdisc : "none";
	struct doctor_finding *f;

	if (!doctor_is_veth(d) || strcmp(name, "noqueue") != 0) {
		doctor_add(d, &qdisc, DOCTOR_OK, "%s", name);
		return;
	}
	f = doctor_add(d, &qdisc, DOCTOR_WARN, "%s", name);
	doctor_fix(f, "tc qdisc replace dev %s root pfifo", d->word.word);
}

void
doctor_check_tuning(struct doctor *d)
{
	bool busy;

	threaded_check(d);
	busy = busy_poll_check(d);
	deferral_check(d, busy);
	gro_check(d);
	qdisc_check(d);
}
