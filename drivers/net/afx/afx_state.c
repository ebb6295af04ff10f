/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "afx_state.h"

/* "ifindex=N mtu=N mac=xx:xx:xx:xx:xx:xx" with the largest numbers, and room. */
#define RECORD_LEN 96

#define MAC_FORMAT "%02hhx:%02hhx:%02hhx:%02hhx:%02hhx:%02hhx"
#define MAC_SCAN "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx"

/* Names of interfaces repeat between namespaces. */
static int
path_make(struct afx_state *st, const char *iface)
{
	struct stat ns;

	if (stat("/proc/thread-self/ns/net", &ns) != 0)
		return -errno;
	snprintf(st->path, sizeof(st->path), AFX_STATE_DIR "/%" PRIuMAX "-%s", (uintmax_t)ns.st_ino,
		 iface);
	return 0;
}

/* Locked, and still the file of that name: its last owner may have removed it meanwhile. */
static int
file_lock(const struct afx_state *st)
{
	struct stat opened, named;
	int ret;

	if (flock(st->fd, LOCK_EX | LOCK_NB) != 0)
		return errno == EWOULDBLOCK ? -EBUSY : -errno;
	ret = fstat(st->fd, &opened) == 0 ? 0 : -errno;
	if (ret == 0 && (stat(st->path, &named) != 0 || named.st_ino != opened.st_ino))
		ret = -EBUSY;
	return ret;
}

static void
record_read(const struct afx_state *st, struct afx_state_record *r)
{
	char text[RECORD_LEN] = "";
	uint8_t *mac = r->mac;
	int n;

	if (pread(st->fd, text, sizeof(text) - 1, 0) <= 0)
		return;
	n = sscanf(text, "ifindex=%u mtu=%" SCNu32 " mac=" MAC_SCAN, &r->ifindex, &r->mtu, &mac[0],
		   &mac[1], &mac[2], &mac[3], &mac[4], &mac[5]);
	r->has_mac = n == 2 + AFX_NETDEV_MAC_LEN;
	if (n < 2)
		memset(r, 0, sizeof(*r));
}

int
afx_state_open(struct afx_state *st, const char *iface, unsigned int ifindex,
	       struct afx_state_record *left)
{
	int ret;

	memset(left, 0, sizeof(*left));
	st->fd = -1;
	ret = path_make(st, iface);
	if (ret != 0)
		return ret;
	if (mkdir(AFX_STATE_DIR, 0755) != 0 && errno != EEXIST)
		return -errno;
	st->fd = open(st->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (st->fd < 0)
		return -errno;
	ret = file_lock(st);
	if (ret != 0) {
		close(st->fd);
		st->fd = -1;
		return ret;
	}
	record_read(st, left);
	/* An interface made anew under the name has its own settings. */
	if (left->ifindex != ifindex)
		memset(left, 0, sizeof(*left));
	return 0;
}

int
afx_state_write(struct afx_state *st, const struct afx_state_record *r)
{
	char text[RECORD_LEN];
	int len;

	if (st->fd < 0)
		return -EBADF;
	len = snprintf(text, sizeof(text), "ifindex=%u mtu=%" PRIu32, r->ifindex, r->mtu);
	if (r->has_mac)
		len += snprintf(text + len, sizeof(text) - len, " mac=" MAC_FORMAT, r->mac[0],
				r->mac[1], r->mac[2], r->mac[3], r->mac[4], r->mac[5]);
	if (pwrite(st->fd, text, len, 0) != len || ftruncate(st->fd, len) != 0)
		return -errno;
	return 0;
}

void
afx_state_close(struct afx_state *st)
{
	if (st->fd < 0)
		return;
	unlink(st->path);
	close(st->fd);
	st->fd = -1;
}
