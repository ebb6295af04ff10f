/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Who else has an XDP program on the interface, and how to get it off. Never
 * done by the driver itself: another program's owner may need it.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/bpf.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "afx_log.h"
#include "afx_prog_priv.h"

/* TASK_COMM_LEN of the kernel. */
#define COMM_LEN 16
/* The longest fdinfo line that matters here is a map's or link's "name:\tnumber". */
#define LINE_LEN 128

/* How a program is attached, as far as this process may know. */
struct attachment {
	bool link;
	uint32_t link_id;
	bool known; /* else it takes CAP_SYS_ADMIN to list links */
};

/* A process with a file descriptor of the link, or failing that of the program. */
struct holder {
	pid_t pid; /* 0: none found */
	bool link;
	char comm[COMM_LEN];
};

int
afx_prog_occupant_get(const struct afx_prog *prog, struct afx_prog_occupant *occ)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, opts);
	char name[IF_NAMESIZE];
	int ret;

	memset(occ, 0, sizeof(*occ));
	/* The query just finds nothing, and bpf_link_create calls it -EINVAL. */
	if (if_indextoname(prog->key.ifindex, name) == NULL) {
		AFX_LOG(ERR, "%s: interface index %u is not in this network namespace",
			prog->cfg.iface, prog->key.ifindex);
		return -ENODEV;
	}
	ret = bpf_xdp_query(prog->key.ifindex, 0, &opts);
	if (ret != 0) {
		afx_prog_error_log(prog, "asking for XDP programs (RTM_GETLINK)", ret, "");
		return ret;
	}
	if (opts.drv_prog_id != 0) {
		occ->id = opts.drv_prog_id;
		occ->mode = AFX_PROG_NATIVE;
	} else if (opts.skb_prog_id != 0) {
		occ->id = opts.skb_prog_id;
		occ->mode = AFX_PROG_GENERIC;
	} else if (opts.hw_prog_id != 0) {
		occ->id = opts.hw_prog_id;
		occ->mode = AFX_PROG_OFFLOAD;
	}
	occ->dispatcher = occ->id != 0 && afx_prog_dispatcher_present(prog->key.ifindex, occ->id);
	return 0;
}

/* "?" without CAP_SYS_ADMIN, which opening a program by id takes. */
static void
program_name(uint32_t id, char *name, size_t len)
{
	struct bpf_prog_info info = { 0 };
	uint32_t info_len = sizeof(info);
	int fd = bpf_prog_get_fd_by_id(id);

	snprintf(name, len, "?");
	if (fd < 0)
		return;
	if (bpf_obj_get_info_by_fd(fd, &info, &info_len) == 0)
		snprintf(name, len, "%s", info.name);
	close(fd);
}

static bool
link_is_on(uint32_t link_id, unsigned int ifindex, uint32_t prog_id)
{
	struct bpf_link_info info = { 0 };
	uint32_t len = sizeof(info);
	int fd = bpf_link_get_fd_by_id(link_id);
	bool found;

	if (fd < 0)
		return false;
	found = bpf_obj_get_info_by_fd(fd, &info, &len) == 0 && info.type == BPF_LINK_TYPE_XDP &&
		info.xdp.ifindex == ifindex && info.prog_id == prog_id;
	close(fd);
	return found;
}

static void
attachment_get(unsigned int ifindex, uint32_t prog_id, struct attachment *att)
{
	uint32_t id = 0;
	int ret;

	memset(att, 0, sizeof(*att));
	while ((ret = bpf_link_get_next_id(id, &id)) == 0) {
		if (!link_is_on(id, ifindex, prog_id))
			continue;
		att->link = true;
		att->link_id = id;
		break;
	}
	att->known = ret == 0 || ret == -ENOENT;
}

/* Does this fdinfo describe the program (*link false) or an XDP link of it on the interface? */
static bool
fdinfo_matches(const char *path, unsigned int ifindex, uint32_t prog_id, bool *link)
{
	unsigned int id, link_ifindex = 0;
	char line[LINE_LEN];
	bool found = false;
	FILE *f = fopen(path, "re");

	*link = false;
	if (f == NULL)
		return false;
	while (fgets(line, sizeof(line), f) != NULL) {
		if (strncmp(line, "link_type:", strlen("link_type:")) == 0)
			*link = true;
		else if (sscanf(line, "prog_id: %u", &id) == 1)
			found = id == prog_id;
		else
			sscanf(line, "ifindex: %u", &link_ifindex);
	}
	fclose(f);
	return found && (!*link || link_ifindex == ifindex);
}

static void
comm_read(pid_t pid, char *comm)
{
	char path[LINE_LEN];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	f = fopen(path, "re");
	snprintf(comm, COMM_LEN, "?");
	if (f == NULL)
		return;
	if (fgets(comm, COMM_LEN, f) != NULL)
		comm[strcspn(comm, "\n")] = '\0';
	fclose(f);
}

/* Look through the descriptors of one process; a link is a better find than a program. */
static void
process_scan(pid_t pid, unsigned int ifindex, uint32_t prog_id, struct holder *holder)
{
	char dir[LINE_LEN], path[LINE_LEN + NAME_MAX + 1];
	struct dirent *entry;
	bool link;
	DIR *d;

	snprintf(dir, sizeof(dir), "/proc/%d/fdinfo", pid);
	d = opendir(dir);
	if (d == NULL)
		return;
	while (!holder->link && (entry = readdir(d)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
		if (!fdinfo_matches(path, ifindex, prog_id, &link))
			continue;
		/* Of our own, libxdp has leaked one if it looked at the program. */
		if (!link && (holder->pid != 0 || pid == getpid()))
			continue;
		holder->pid = pid;
		holder->link = link;
		comm_read(pid, holder->comm);
	}
	closedir(d);
}

static void
holder_find(unsigned int ifindex, uint32_t prog_id, struct holder *holder)
{
	struct dirent *entry;
	DIR *d = opendir("/proc");

	memset(holder, 0, sizeof(*holder));
	if (d == NULL)
		return;
	while (!holder->link && (entry = readdir(d)) != NULL) {
		if (isdigit((unsigned char)entry->d_name[0]))
			process_scan(atoi(entry->d_name), ifindex, prog_id, holder);
	}
	closedir(d);
}

static const char *
off_command(enum afx_prog_mode mode)
{
	switch (mode) {
	case AFX_PROG_GENERIC:
		return "xdpgeneric off";
	case AFX_PROG_OFFLOAD:
		return "xdpoffload off";
	default:
		return "xdp off";
	}
}

/* By whom it is attached, and the command that ends that. */
static void
attachment_describe(const struct afx_prog *prog, const struct afx_prog_occupant *occ,
		    struct afx_prog_occupant_text *text)
{
	struct attachment att;
	struct holder holder;
	char user[64] = "";

	attachment_get(prog->key.ifindex, occ->id, &att);
	holder_find(prog->key.ifindex, occ->id, &holder);
	text->verb = "remove it with";
	if (holder.link) {
		text->verb = "stop it";
		snprintf(text->by, sizeof(text->by), "a bpf_link of process %d (%s)", holder.pid,
			 holder.comm);
		snprintf(text->command, sizeof(text->command), "kill %d", holder.pid);
		return;
	}
	if (att.link) {
		snprintf(text->by, sizeof(text->by),
			 "a bpf_link that no visible process holds (pinned, or in another PID "
			 "namespace)");
		snprintf(text->command, sizeof(text->command), "bpftool link detach id %u",
			 att.link_id);
		return;
	}
	if (holder.pid != 0)
		snprintf(user, sizeof(user), ", in use by process %d (%s)", holder.pid,
			 holder.comm);
	snprintf(text->by, sizeof(text->by), "%s%s",
		 att.known ? "netlink" : "netlink or a bpf_link of another user", user);
	snprintf(text->command, sizeof(text->command), "ip link set dev %s %s", prog->cfg.iface,
		 off_command(occ->mode));
}

void
afx_prog_occupant_describe(const struct afx_prog *prog, const struct afx_prog_occupant *occ,
			   struct afx_prog_occupant_text *text)
{
	program_name(occ->id, text->name, sizeof(text->name));
	attachment_describe(prog, occ, text);
}

int
afx_prog_occupant_refuse(const struct afx_prog *prog, const struct afx_prog_occupant *occ)
{
	struct afx_prog_occupant_text text;

	afx_prog_occupant_describe(prog, occ, &text);
	AFX_LOG(ERR, "%s: already has XDP program id %u \"%s\", %s, attached by %s; %s: %s",
		prog->cfg.iface, occ->id, text.name, afx_prog_mode_name(occ->mode), text.by,
		text.verb, text.command);
	return -EBUSY;
}
