/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "fault.h"
#include "faultshim.h"

/* Of a path under /run/afx. */
#define RECORD_PATH_LEN 256

/* EAL's interrupt thread looks at the link for the driver, on a socket that is open meanwhile. */
#define SETTLE_MS 60
#define SETTLE_STEP_MS 10

static unsigned int
mtu_get(const char *iface)
{
	struct ifreq ifr = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	strncpy(ifr.ifr_name, iface, sizeof(ifr.ifr_name) - 1);
	if (fd < 0 || ioctl(fd, SIOCGIFMTU, &ifr) != 0)
		ifr.ifr_mtu = 0;
	if (fd >= 0)
		close(fd);
	return ifr.ifr_mtu;
}

static unsigned int
record_present(const char *iface)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t len = sizeof(uint64_t);
	uint64_t cookie = 0;
	char path[RECORD_PATH_LEN];
	struct stat file;
	int ret;

	if (fd < 0)
		return UINT32_MAX;
	ret = getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &len);
	close(fd);
	snprintf(path, sizeof(path), "/run/afx/%ju-%s", (uintmax_t)cookie, iface);
	return ret == 0 && stat(path, &file) == 0 && file.st_size != 0;
}

struct fault_state
fault_state_get(const char *iface)
{
	struct fault_state state = {
		.held = holdings_get(),
		.live = fault_live(),
		.mtu = mtu_get(iface),
		.record = record_present(iface),
		.wrong = app_pools_wrong(),
	};

	if (bpf_xdp_query_id(if_nametoindex(iface), 0, &state.prog) != 0)
		state.prog = UINT32_MAX;
	return state;
}

static bool
diff_describe(const struct fault_state *before, const struct fault_state *now, char *text,
	      size_t len)
{
	const struct {
		const char *name;
		unsigned int before;
		unsigned int now;
	} rows[] = {
		/* Fewer is no leak: the interrupt thread had one for a moment. */
		{ "fds", RTE_MIN(before->held.fds, now->held.fds), now->held.fds },
		{ "rings", before->held.rings, now->held.rings },
		{ "memzones", before->held.memzones, now->held.memzones },
		{ "heap", before->held.heap, now->held.heap },
		{ "malloc", before->live, now->live },
		{ "prog", before->prog, now->prog },
		{ "mtu", before->mtu, now->mtu },
		{ "record", before->record, now->record },
		{ "mbufs", before->wrong, now->wrong },
	};
	unsigned int i;
	size_t used = 0;

	snprintf(text, len, "nothing");
	for (i = 0; i < RTE_DIM(rows); i++) {
		if (rows[i].now != rows[i].before && used < len)
			used += snprintf(text + used, len - used, "%s%s%+d", used != 0 ? "," : "",
					 rows[i].name, (int)(rows[i].now - rows[i].before));
	}
	return used != 0;
}

void
fault_state_left(const char *iface, const struct fault_state *before, char *text, size_t len)
{
	struct fault_state now;
	unsigned int ms;

	for (ms = 0; ms < SETTLE_MS; ms += SETTLE_STEP_MS) {
		now = fault_state_get(iface);
		if (!diff_describe(before, &now, text, len))
			return;
		app_sleep_ms(SETTLE_STEP_MS);
	}
}
