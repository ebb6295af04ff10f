/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * XDP on the interface: its driver's abilities, and who is there already.
 */
#include <errno.h>
#include <string.h>

#include "afx_prog_priv.h"

#include "doctor.h"

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
	doctor_add(d, &zerocopy, DOCTOR_OK,
		   d->xdp.zerocopy ? "yes" : "no: its driver has none, copy mode is used");
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
