/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * XDP on the interface: its driver's abilities, and who is there already.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_common.h>
#include <rte_ether.h>

#include "afx_prog_priv.h"

#include "doctor.h"
#include "files.h"

/* A virtio device's feature bits in sysfs, a digit each, bit 0 first; older kernels have 64. */
#define VIRTIO_BITS 128

static const struct doctor_topic native = {
	"interface.native_xdp",
	DOCTOR_INTERFACE,
	"native XDP",
	"Generic mode works on every interface, always copies, and costs more per packet.",
};
static const struct doctor_topic zerocopy = {
	"interface.zerocopy",
	DOCTOR_INTERFACE,
	"zero-copy",
	"In zero-copy mode the NIC reads and writes the mempool itself; else the kernel copies each frame once.",
};
static const struct doctor_topic program = {
	"interface.xdp_program",
	DOCTOR_INTERFACE,
	"XDP programs",
	"An interface runs one program, and afx never removes one that it did not attach.",
};

/* Bits of a virtio device's features, by linux/virtio_net.h. */
enum {
	VIRTIO_MTU = 3,
	VIRTIO_GUEST_TSO4 = 7,
	VIRTIO_GUEST_TSO6 = 8,
	VIRTIO_GUEST_ECN = 9,
	VIRTIO_GUEST_UFO = 10,
	VIRTIO_GUEST_USO4 = 54,
	VIRTIO_GUEST_USO6 = 55,
};

/*
 * What a virtio device must have for its driver's zero-copy, without which the bind is refused: by
 * virtnet_xsk_pool_enable() in Linux 6.13's drivers/net/virtio_net.c.
 */
static const struct virtio_need {
	unsigned int bit; /* of its features */
	bool big; /* only where packets may be big */
	const char *name;
	const char *option; /* of QEMU's device */
} virtio_needs[] = {
	/* Without it the kernel has no DMA device to map the mempool for. */
	{ 33, false, "VIRTIO_F_ACCESS_PLATFORM", "iommu_platform=on" },
	/* The driver resets a queue to give it the mempool's buffers. */
	{ 40, false, "VIRTIO_F_RING_RESET", "queue_reset=on" },
	/* Else a big packet takes a chain of pages, which the mempool has not. */
	{ 15, true, "VIRTIO_NET_F_MRG_RXBUF", "mrg_rxbuf=on" },
};

/* Of what a device lacks, words in a row: all of virtio_needs fit. */
struct virtio_lack {
	char names[96];
	char options[64];
};

static bool
virtio_has(const char *bits, unsigned int bit)
{
	return strlen(bits) > bit && bits[bit] == '1';
}

/* As virtnet_set_big_packets() decides there: segments that the host put together, or a large MTU of its own. */
static bool
virtio_is_big(const char *bits, uint32_t max_mtu)
{
	return virtio_has(bits, VIRTIO_GUEST_TSO4) || virtio_has(bits, VIRTIO_GUEST_TSO6) ||
		virtio_has(bits, VIRTIO_GUEST_ECN) || virtio_has(bits, VIRTIO_GUEST_UFO) ||
		(virtio_has(bits, VIRTIO_GUEST_USO4) && virtio_has(bits, VIRTIO_GUEST_USO6)) ||
		(virtio_has(bits, VIRTIO_MTU) && max_mtu > RTE_ETHER_MTU);
}

static void
word_add(char *text, size_t len, const char *separator, const char *word)
{
	size_t used = strlen(text);

	snprintf(text + used, len - used, "%s%s", used != 0 ? separator : "", word);
}

static void
virtio_lack_get(const char *bits, uint32_t max_mtu, struct virtio_lack *lack)
{
	const struct virtio_need *need;

	memset(lack, 0, sizeof(*lack));
	for (need = virtio_needs; need < virtio_needs + RTE_DIM(virtio_needs); need++) {
		if (virtio_has(bits, need->bit) || (need->big && !virtio_is_big(bits, max_mtu)))
			continue;
		word_add(lack->names, sizeof(lack->names), ", ", need->name);
		word_add(lack->options, sizeof(lack->options), ",", need->option);
	}
}

static void
virtio_zerocopy_check(struct doctor *d)
{
	char bits[VIRTIO_BITS + 1];
	struct virtio_lack lack;

	if (!d->sysfs ||
	    files_line(bits, sizeof(bits), "/sys/class/net/%s/device/features", d->iface) != 0) {
		doctor_unseen(d, &zerocopy,
			      "its driver has it; of the device /sys shows nothing here");
		return;
	}
	virtio_lack_get(bits, d->info.max_mtu, &lack);
	if (lack.names[0] == '\0') {
		doctor_add(d, &zerocopy, DOCTOR_OK, "yes");
		return;
	}
	/* As it is by default in most virtual machines. */
	doctor_add(d, &zerocopy, DOCTOR_OK,
		   "no: the device lacks %s: copy mode is used, and mode=zc fails; for zero-copy, "
		   "in QEMU: -device virtio-net-pci,disable-legacy=on,%s",
		   lack.names, lack.options);
}

static void
zerocopy_check(struct doctor *d)
{
	if (!d->xdp.zerocopy)
		doctor_add(d, &zerocopy, DOCTOR_OK, "no: its driver has none, copy mode is used");
	else if (strcmp(d->info.driver, "virtio_net") == 0)
		virtio_zerocopy_check(d);
	else
		doctor_add(d, &zerocopy, DOCTOR_OK, "yes");
}

static void
abilities_check(struct doctor *d)
{
	struct doctor_finding *f;

	if (!d->xdp_known) {
		d->native = true;
		doctor_unseen(d, &native,
			      "the kernel does not say (6.3 and newer do): a start tries it");
		doctor_unseen(d, &zerocopy, "the kernel does not say: a start tries it");
		return;
	}
	d->native = d->xdp.native && d->xdp.redirect;
	if (d->native) {
		doctor_add(d, &native, DOCTOR_OK, "yes");
	} else {
		f = doctor_add(d, &native, DOCTOR_WARN, "%s has none: generic mode",
			       d->info.driver[0] != '\0' ? d->info.driver
							 : "this kind of interface");
		doctor_note(f, "mode=skb in the argument says so, and spares the attempt");
	}
	zerocopy_check(d);
}

static void
program_check(struct doctor *d)
{
	struct afx_prog look = { .key.ifindex = d->info.ifindex };
	struct afx_prog_occupant_text text;
	struct afx_prog_occupant occ;
	const char *name;
	struct doctor_finding *f;

	strcpy(look.cfg.iface, d->info.ifindex != 0 ? d->link.name : "");
	if (afx_prog_occupant_get(&look, &occ) != 0) {
		doctor_unseen(d, &program, "the kernel does not say");
		return;
	}
	if (occ.id == 0) {
		doctor_add(d, &program, DOCTOR_OK, "none");
		return;
	}
	d->occupied = true;
	if (occ.dispatcher) {
		doctor_add(d, &program, DOCTOR_OK, "libxdp's dispatcher: a start joins it");
		return;
	}
	afx_prog_occupant_describe(&look, &occ, &text);
	f = doctor_add(d, &program, DOCTOR_FAIL, "id %u \"%s\", %s, attached by %s", occ.id,
		       text.name, afx_prog_mode_name(occ.mode), text.by);
	/* The command has the name as it is. */
	name = strstr(text.command, d->link.name);
	if (strcmp(d->word.word, d->link.name) == 0 || name == NULL)
		doctor_fix(f, "%s", text.command);
	else
		doctor_fix(f, "%.*s%s%s", (int)(name - text.command), text.command, d->word.word,
			   name + strlen(d->link.name));
}

void
doctor_check_xdp(struct doctor *d)
{
	abilities_check(d);
	program_check(d);
}
