/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "afx_log.h"
#include "afx_restore.h"
#include "afx_state.h"

#include "restore.h"

#define MAC_FORMAT "%02x:%02x:%02x:%02x:%02x:%02x"
#define MAC_BYTES(mac) (mac)[0], (mac)[1], (mac)[2], (mac)[3], (mac)[4], (mac)[5]

static int
failed(const char *iface, int ret)
{
	fprintf(stderr, "afx-doctor: %s: not restored: %s\n", iface, strerror(-ret));
	return ret;
}

static int
not_understood(const char *iface)
{
	char path[AFX_STATE_PATH_LEN] = AFX_STATE_DIR;

	afx_state_path(iface, path);
	fprintf(stderr,
		"afx-doctor: %s: not restored: %s is not understood (cut, or of another version); "
		"remove it once the settings are right\n",
		iface, path);
	return -EBADMSG;
}

/* Only the record is left: why says it. */
static int
record_drop(const char *iface, const char *why)
{
	struct afx_state_record left;
	struct afx_state state;
	int ret = afx_state_open(&state, iface, 0, &left);

	if (ret != 0)
		return failed(iface, ret);
	afx_state_close(&state, false);
	printf("%s: %s\n", iface, why);
	return 0;
}

/* What a killed program may have left changed. */
struct settings {
	struct afx_netdev_info info;
	struct afx_netdev_pause pause; /* all off where there is none */
	struct afx_netdev_fec fec; /* likewise */
	uint32_t rss; /* sum of all of it */
};

static uint32_t
rss_sum(const char *iface)
{
	struct afx_netdev_rss rss;
	uint32_t sum = 0;
	uint32_t fields, flow;

	if (afx_netdev_rss_get(iface, &rss) == 0)
		sum = afx_state_table_sum(&rss) + afx_state_key_sum(&rss);
	for (flow = 0; flow < AFX_NETDEV_FLOWS; flow++) {
		if (afx_netdev_hash_get(iface, flow, &fields) == 0)
			sum += fields << flow;
	}
	return sum;
}

static int
settings_read(const char *iface, struct settings *s)
{
	memset(s, 0, sizeof(*s));
	afx_netdev_pause_get(iface, &s->pause);
	afx_netdev_fec_get(iface, &s->fec);
	s->rss = rss_sum(iface);
	return afx_netdev_info_get(iface, &s->info);
}

static void
changes_print(const char *iface, const struct settings *before, const struct settings *after)
{
	const bool mac = memcmp(before->info.mac, after->info.mac, AFX_NETDEV_MAC_LEN) != 0;
	const bool pause = !afx_netdev_pause_equal(&before->pause, &after->pause);
	const bool fec = before->fec.configured != after->fec.configured;
	const bool rss = before->rss != after->rss;
	const bool mtu = before->info.mtu != after->info.mtu;
	const bool up = before->info.up != after->info.up;

	if (mtu)
		printf("%s: MTU %u restored, was %u\n", iface, after->info.mtu, before->info.mtu);
	if (mac)
		printf("%s: MAC address " MAC_FORMAT " restored, was " MAC_FORMAT "\n", iface,
		       MAC_BYTES(after->info.mac), MAC_BYTES(before->info.mac));
	if (pause)
		printf("%s: flow control restored; see: ethtool -a %s\n", iface, iface);
	if (fec)
		printf("%s: FEC restored; see: ethtool --show-fec %s\n", iface, iface);
	if (rss)
		printf("%s: RSS restored; see: ethtool -x %s\n", iface, iface);
	if (up)
		printf("%s: link set %s again\n", iface, after->info.up ? "up" : "down");
	if (!mtu && !mac && !pause && !fec && !rss && !up)
		printf("%s: nothing to restore: somebody has changed it since\n", iface);
}

/* By the driver's own function, as the next start would. */
static int
record_apply(const char *iface, const struct settings *before)
{
	struct afx_dev dev = { .info = before->info, .state.fd = -1 };
	struct afx_state_record left;
	struct settings after;
	bool in_use;

	snprintf(dev.cfg.iface, sizeof(dev.cfg.iface), "%s", iface);
	afx_restore_leftover(&dev);
	/* It keeps the record of what it could not put back, and has logged why. */
	if (afx_state_peek(iface, &left, &in_use) == 0)
		return failed(iface, in_use ? -EBUSY : -EPERM);
	if (settings_read(iface, &after) == 0)
		changes_print(iface, before, &after);
	return 0;
}

static int
record_treat(const char *iface)
{
	struct afx_state_record left;
	struct settings now;
	bool in_use;
	int ret;

	ret = afx_state_peek(iface, &left, &in_use);
	if (in_use) {
		printf("%s: left alone: a running program has its settings\n", iface);
		return 0;
	}
	if (ret == -EBADMSG)
		return not_understood(iface);
	if (ret != 0)
		return failed(iface, ret);
	if (afx_state_is_empty(&left))
		return record_drop(iface, "nothing to restore");
	/* It went, and its settings with it. */
	if (settings_read(iface, &now) != 0 || now.info.ifindex != left.ifindex)
		return record_drop(iface, "interface is gone, its record removed");
	return record_apply(iface, &now);
}

static int
restore_one(const char *iface, void *opaque)
{
	int ret = record_treat(iface);
	int *first = opaque;

	if (*first == 0)
		*first = ret;
	return 0;
}

int
doctor_restore(const char *iface)
{
	struct afx_state_record left;
	struct afx_netdev_info info;
	bool in_use;
	int first = 0;
	int ret;

	/* What it would say is said here; its warnings are wanted. */
	rte_log_set_level(afx_logtype, RTE_LOG_WARNING);
	if (iface == NULL) {
		ret = afx_state_list(restore_one, &first);
		return ret != 0 ? failed(AFX_STATE_DIR, ret) : first;
	}
	if (afx_state_peek(iface, &left, &in_use) == -ENOENT) {
		ret = afx_netdev_info_get(iface, &info);
		if (ret == 0)
			printf("%s: nothing to restore\n", iface);
		return ret;
	}
	restore_one(iface, &first);
	return first;
}
