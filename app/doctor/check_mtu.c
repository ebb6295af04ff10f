/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The MTU against what one mbuf takes.
 */
#include <rte_mbuf_core.h>

#include "afx.h"

#include "doctor.h"

/* With DPDK's default pool: room for 2048 bytes behind the headroom, as EAL programs ask for. */
#define MTU_DEFAULT_POOL (RTE_MBUF_DEFAULT_DATAROOM - AFX_FRAME_OVERHEAD)

/* Headroom, rounded up to what is easy to remember. */
#define ROUND 512

static const struct doctor_topic mtu = {
	"interface.mtu",
	DOCTOR_INTERFACE,
	"MTU",
	"A frame, MTU and 18 bytes, has to fit one mbuf, and a page less XDP's headroom.",
};

void
doctor_check_mtu(struct doctor *d)
{
	struct doctor_finding *f;
	uint32_t size;

	if (d->info.mtu > AFX_MTU_MAX) {
		f = doctor_add(d, &mtu, DOCTOR_FAIL, "%u, at most %u fit", d->info.mtu,
			       (unsigned int)AFX_MTU_MAX);
		doctor_fix(f, "ip link set dev %s mtu %u", d->word.word, (unsigned int)AFX_MTU_MAX);
		return;
	}
	if (d->info.mtu <= MTU_DEFAULT_POOL) {
		doctor_add(d, &mtu, DOCTOR_OK, "%u", d->info.mtu);
		return;
	}
	size = RTE_ALIGN_CEIL(d->info.mtu + AFX_FRAME_OVERHEAD + RTE_PKTMBUF_HEADROOM, ROUND);
	f = doctor_add(d, &mtu, DOCTOR_WARN,
		       "%u: more than DPDK's default mbufs take, which is %u; mbufs of %u do",
		       d->info.mtu, (unsigned int)MTU_DEFAULT_POOL, size);
	doctor_fix(f, "ip link set dev %s mtu %u", d->word.word, (unsigned int)MTU_DEFAULT_POOL);
	doctor_note(f, "or larger mbufs, with testpmd's --mbuf-size=%u", size);
}
