/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Offloads of the interface that do not go with XDP.
 */
#include <string.h>

#include "doctor.h"

static const struct doctor_topic lro = {
	"interface.lro",
	DOCTOR_INTERFACE,
	"LRO",
	"It merges frames into some that fit no mbuf; drivers refuse native XDP meanwhile.",
};
static const struct doctor_topic gro_hw = {
	"interface.gro_hw",
	DOCTOR_INTERFACE,
	"GRO in hardware",
	"It merges frames into some that fit no mbuf; drivers, virtio_net for one, refuse native XDP meanwhile.",
};
static const struct doctor_topic vlan = {
	"interface.rx_vlan",
	DOCTOR_INTERFACE,
	"VLAN stripping",
	"A tag that the NIC takes out of the frame is lost: the application gets the frame untagged.",
};

/* What only the other side of a virtual machine can turn off. */
static void
fixed_report(struct doctor *d, const struct doctor_topic *topic)
{
	struct doctor_finding *f = doctor_add(d, topic, DOCTOR_WARN, "on, and fixed by the host");

	if (strcmp(d->info.driver, "virtio_net") == 0)
		doctor_note(f,
			    "on the host, for QEMU: -device virtio-net-pci,guest_csum=off,"
			    "guest_tso4=off,guest_tso6=off,guest_ecn=off,guest_ufo=off");
}

static void
feature_check(struct doctor *d, const struct doctor_topic *topic, struct doctor_feature feature,
	      const char *name)
{
	if (!feature.on)
		doctor_add(d, topic, DOCTOR_OK, "off");
	else if (feature.fixed)
		fixed_report(d, topic);
	else
		doctor_fix(doctor_add(d, topic, DOCTOR_WARN, "on"), "ethtool -K %s %s off",
			   d->word.word, name);
}

void
doctor_check_offload(struct doctor *d)
{
	feature_check(d, &lro, d->features.lro, "lro");
	feature_check(d, &gro_hw, d->features.gro_hw, "rx-gro-hw");
	/* A veth takes no tag out: its peer leaves it beside the frame, see there. */
	if (!doctor_is_veth(d))
		feature_check(d, &vlan, d->features.rx_vlan, "rxvlan");
}
