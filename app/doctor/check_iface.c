/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The interface as Linux has it: kind, link, place, traffic.
 */
#include <errno.h>
#include <string.h>

#include "afx_state.h"

#include "doctor.h"
#include "files.h"

/* Names of a bond's members in a sentence. */
#define MEMBERS_LEN 160

static const struct doctor_topic ethernet = {
	"interface.ethernet",
	DOCTOR_INTERFACE,
	"kind",
	"A port is an Ethernet interface; loopback, tun devices and tunnels carry no Ethernet frames.",
};
static const struct doctor_topic driver = {
	"interface.driver",
	DOCTOR_INTERFACE,
	"driver",
	"Native XDP and zero-copy are abilities of the driver.",
};
static const struct doctor_topic stacked = {
	"interface.stacked",
	DOCTOR_INTERFACE,
	"made of others",
	"Sockets belong on the interfaces where frames come in, for one that sits on others gets them late or never.",
};
static const struct doctor_topic name = {
	"interface.name",
	DOCTOR_INTERFACE,
	"name",
	"EAL's arguments take apart what is between commas, and have no way to quote these characters.",
};
static const struct doctor_topic up = {
	"interface.up",
	DOCTOR_INTERFACE,
	"up",
	"A port does not start on an interface that is down.",
};
static const struct doctor_topic carrier = {
	"interface.carrier",
	DOCTOR_INTERFACE,
	"link",
	"Without carrier the port starts, and nothing arrives.",
};
static const struct doctor_topic master = {
	"interface.master",
	DOCTOR_INTERFACE,
	"part of",
	"Queues that are bound take their frames before the bond or bridge sees them.",
};
static const struct doctor_topic traffic = {
	"interface.traffic",
	DOCTOR_INTERFACE,
	"this host's own",
	"Bound queues take everything that arrives, an ssh session too, unless keep= leaves it to the kernel.",
};
static const struct doctor_topic numa = {
	"interface.numa",
	DOCTOR_INTERFACE,
	"NUMA node",
	"Lcores on another node than the NIC reach its frames through the link between the nodes.",
};
static const struct doctor_topic leftover = {
	"interface.leftover",
	DOCTOR_INTERFACE,
	"leftovers",
	"MTU, MAC address, link state, flow control, FEC and RSS that a killed program changed stay so until put back.",
};

/* Kinds that are made of other interfaces, or hand on to others. */
static bool
kind_is_stacked(const char *kind)
{
	static const char *const kinds[] = { "bond",    "team",   "bridge", "vlan",
					     "macvlan", "ipvlan", "macvtap" };
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kind, kinds[i]) == 0)
			return true;
	}
	return false;
}

static void
stacked_check(struct doctor *d)
{
	struct doctor_finding *f;
	struct doctor_link lower;
	char members[MEMBERS_LEN];

	if (!kind_is_stacked(d->link.kind)) {
		doctor_add(d, &stacked, DOCTOR_OK, "no");
		return;
	}
	if (d->link.lower != 0 && !d->link.lower_foreign &&
	    doctor_link_get(d->link.lower, &lower) == 0) {
		f = doctor_add(d, &stacked, DOCTOR_WARN, "a %s on %s", d->link.kind, lower.name);
		doctor_fix(f, "afx-doctor %s", text_name(lower.name).word);
		return;
	}
	doctor_link_members(d->info.ifindex, members, sizeof(members));
	f = doctor_add(d, &stacked, DOCTOR_WARN, "a %s of: %s", d->link.kind,
		       members[0] != '\0' ? members : "nothing yet");
	members[strcspn(members, " ")] = '\0';
	if (members[0] != '\0')
		doctor_fix(f, "afx-doctor %s", text_name(members).word);
}

static void
driver_check(struct doctor *d)
{
	const char *kind = d->link.kind[0] != '\0' ? d->link.kind : "hardware";

	if (d->info.driver[0] != '\0')
		doctor_add(d, &driver, DOCTOR_OK, "%s", d->info.driver);
	else
		doctor_add(d, &driver, DOCTOR_OK, "without a name (%s)", kind);
}

static void
name_check(struct doctor *d)
{
	if (!doctor_name_fits(d->iface)) {
		doctor_fix(doctor_add(d, &name, DOCTOR_FAIL, "one of , = [ ] is in it"),
			   "ip link set dev %s down && ip link set dev %s name port0", d->word.word,
			   d->word.word);
		return;
	}
	doctor_add(d, &name, DOCTOR_OK, "fits an argument");
}

static void
link_check(struct doctor *d)
{
	struct afx_netdev_link link;

	if (!d->info.up) {
		doctor_fix(doctor_add(d, &up, DOCTOR_FAIL, "no, it is down"),
			   "ip link set dev %s up", d->word.word);
		return;
	}
	doctor_add(d, &up, DOCTOR_OK, "yes");
	if (afx_netdev_link_get(d->iface, &link) != 0)
		return;
	if (!link.up)
		doctor_fix(doctor_add(d, &carrier, DOCTOR_WARN, "no carrier"),
			   "ip -d link show dev %s", d->word.word);
	else if (link.speed_mbps == UINT32_MAX)
		doctor_add(d, &carrier, DOCTOR_OK, "carrier, speed unknown");
	else
		doctor_add(d, &carrier, DOCTOR_OK, "carrier, %u Mbit/s", link.speed_mbps);
}

static void
master_check(struct doctor *d)
{
	struct doctor_link link;
	struct doctor_finding *f;

	if (d->link.master == 0) {
		doctor_add(d, &master, DOCTOR_OK, "no bond and no bridge");
		return;
	}
	if (doctor_link_get(d->link.master, &link) != 0)
		link = (struct doctor_link){ .name = "?", .kind = "group" };
	f = doctor_add(d, &master, DOCTOR_WARN, "%s %s", link.kind, link.name);
	doctor_fix(f, "ip link set dev %s nomaster", d->word.word);
}

static void
traffic_check(struct doctor *d)
{
	struct doctor_finding *f;
	bool route = false;
	bool tcp = false;

	afx_netdev_has_default_route(d->info.ifindex, &route);
	afx_netdev_has_tcp_session(d->info.ifindex, &tcp);
	d->keep_mgmt = route || tcp;
	if (!d->keep_mgmt) {
		doctor_add(d, &traffic, DOCTOR_OK, "no default route, no TCP session");
		return;
	}
	f = doctor_add(d, &traffic, DOCTOR_WARN, "%s%s%s", route ? "the default route" : "",
		       route && tcp ? " and " : "", tcp ? "an established TCP session" : "");
	doctor_note(f, "keep=mgmt in the argument leaves them to the kernel");
}

static void
numa_check(struct doctor *d)
{
	char list[FILES_PATH_LEN];
	struct doctor_finding *f;
	cpu_set_t node, both;

	if (!d->sysfs) {
		doctor_unseen(d, &numa, "/sys shows another network namespace");
		return;
	}
	if (d->info.numa_node < 0 ||
	    files_line(list, sizeof(list), "/sys/devices/system/node/node%d/cpulist",
		       d->info.numa_node) != 0 ||
	    files_cpus(list, &node) != 0) {
		doctor_add(d, &numa, DOCTOR_OK, "none: every lcore is as near");
		return;
	}
	CPU_AND(&both, &node, &d->lcores);
	if (CPU_EQUAL(&both, &d->lcores)) {
		doctor_add(d, &numa, DOCTOR_OK, "%d, as all lcores", d->info.numa_node);
		return;
	}
	f = doctor_add(d, &numa, DOCTOR_WARN, "%d, with CPUs %s; %d of %d lcores are there",
		       d->info.numa_node, list, CPU_COUNT(&both), CPU_COUNT(&d->lcores));
	doctor_note(f, "start the program there, with EAL's -l %s", list);
}

static void
leftover_odd(struct doctor *d)
{
	char path[AFX_STATE_PATH_LEN] = AFX_STATE_DIR;
	struct doctor_finding *f;

	afx_state_path(d->iface, path);
	f = doctor_add(d, &leftover, DOCTOR_WARN,
		       "a record that is not understood, cut or of another version: %s", path);
	doctor_note(f, "once the settings are right, remove it: until then none is recorded");
}

static void
leftover_check(struct doctor *d)
{
	char text[AFX_STATE_TEXT_LEN];
	struct afx_state_record record;
	struct doctor_finding *f;
	bool in_use;
	int ret;

	ret = afx_state_peek(d->iface, &record, &in_use);
	if (ret == -EACCES || ret == -EPERM) {
		doctor_fix(doctor_unseen(d, &leftover, "a record that only root may read"),
			   "sudo afx-doctor %s", d->word.word);
		return;
	}
	if (in_use) {
		doctor_add(d, &leftover, DOCTOR_OK, "none: a running program has its settings");
		return;
	}
	if (ret == -EBADMSG) {
		leftover_odd(d);
		return;
	}
	if (ret != 0 || record.ifindex != d->info.ifindex) {
		doctor_add(d, &leftover, DOCTOR_OK, "none");
		return;
	}
	afx_state_text(&record, text);
	f = doctor_add(d, &leftover, DOCTOR_WARN, "of a killed program: %s", text);
	doctor_fix(f, "afx-doctor --restore %s", d->word.word);
}

void
doctor_check_iface(struct doctor *d)
{
	struct doctor_finding *f;

	driver_check(d);
	name_check(d);
	if (!d->info.ethernet) {
		f = doctor_add(d, &ethernet, DOCTOR_FAIL, "not an Ethernet interface");
		doctor_fix(f, "ip -br link");
		return;
	}
	doctor_add(d, &ethernet, DOCTOR_OK, "Ethernet");
	link_check(d);
	stacked_check(d);
	master_check(d);
	traffic_check(d);
	numa_check(d);
	leftover_check(d);
}
