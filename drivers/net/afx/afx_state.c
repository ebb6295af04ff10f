/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "afx_state.h"
#include "afx_uapi.h"

/* Nine numbers and two addresses with their names, room, and RSS. */
#define RECORD_LEN (192 + AFX_STATE_RSS_LEN)

/* A line of /proc/locks is below 80 characters. */
#define LOCK_LINE_LEN 128

/* Flow control in the record. */
#define PAUSE_AUTONEG 1
#define PAUSE_RX 2
#define PAUSE_TX 4

#define MAC_FORMAT "%02hhx:%02hhx:%02hhx:%02hhx:%02hhx:%02hhx"
#define MAC_BYTES(mac) (mac)[0], (mac)[1], (mac)[2], (mac)[3], (mac)[4], (mac)[5]
#define MAC_SCAN "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx"

/* Numbers of namespaces are used again, cookies (Linux 5.14) are not. */
static int
namespace_id(uint64_t *id)
{
	socklen_t len = sizeof(*id);
	struct stat ns;
	int fd, ret;

	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	ret = getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, id, &len);
	close(fd);
	if (ret == 0)
		return 0;
	if (stat("/proc/thread-self/ns/net", &ns) != 0)
		return -errno;
	*id = ns.st_ino;
	return 0;
}

static int
path_make(struct afx_state *st, const char *iface)
{
	uint64_t id;
	int ret = namespace_id(&id);

	if (ret == 0)
		snprintf(st->path, sizeof(st->path), AFX_STATE_DIR "/%" PRIu64 "-%s", id, iface);
	return ret;
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
mac_parse(const char *text, struct afx_state_record *r)
{
	uint8_t *a = r->mac_before;
	uint8_t *b = r->mac_set;

	r->has_mac =
		sscanf(text, " mac=" MAC_SCAN " set=" MAC_SCAN, &a[0], &a[1], &a[2], &a[3], &a[4],
		       &a[5], &b[0], &b[1], &b[2], &b[3], &b[4], &b[5]) == 2 * AFX_NETDEV_MAC_LEN;
}

static void
up_parse(const char *text, struct afx_state_record *r)
{
	unsigned int before, set;

	r->has_up = sscanf(text, " up=%u set=%u", &before, &set) == 2;
	r->up_before = r->has_up && before != 0;
	r->up_set = r->has_up && set != 0;
}

static struct afx_netdev_pause
pause_from(unsigned int bits)
{
	return (struct afx_netdev_pause){
		.autoneg = (bits & PAUSE_AUTONEG) != 0,
		.rx = (bits & PAUSE_RX) != 0,
		.tx = (bits & PAUSE_TX) != 0,
	};
}

static unsigned int
pause_bits(const struct afx_netdev_pause *pause)
{
	return (pause->autoneg ? PAUSE_AUTONEG : 0) | (pause->rx ? PAUSE_RX : 0) |
		(pause->tx ? PAUSE_TX : 0);
}

static void
pause_parse(const char *text, struct afx_state_record *r)
{
	unsigned int before, set;

	r->has_pause = sscanf(text, " pause=%u set=%u", &before, &set) == 2;
	if (!r->has_pause)
		return;
	r->pause_before = pause_from(before);
	r->pause_set = pause_from(set);
}

static void
fec_parse(const char *text, struct afx_state_record *r)
{
	if (sscanf(text, " fec=%" SCNu32 " set=%" SCNu32, &r->fec_before, &r->fec_set) != 2)
		r->fec_before = 0;
}

static void
record_read(int fd, struct afx_state_record *r)
{
	char text[RECORD_LEN] = "";
	const char *part;

	if (pread(fd, text, sizeof(text) - 1, 0) <= 0)
		return;
	if (sscanf(text, "ifindex=%u mtu=%" SCNu32 " set=%" SCNu32, &r->ifindex, &r->mtu_before,
		   &r->mtu_set) != 3) {
		memset(r, 0, sizeof(*r));
		return;
	}
	part = strstr(text, " mac=");
	if (part != NULL)
		mac_parse(part, r);
	part = strstr(text, " up=");
	if (part != NULL)
		up_parse(part, r);
	part = strstr(text, " pause=");
	if (part != NULL)
		pause_parse(part, r);
	part = strstr(text, " fec=");
	if (part != NULL)
		fec_parse(part, r);
	afx_state_rss_parse(text, &r->rss);
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
	record_read(st->fd, left);
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
	len = snprintf(text, sizeof(text), "ifindex=%u mtu=%" PRIu32 " set=%" PRIu32, r->ifindex,
		       r->mtu_before, r->mtu_set);
	if (r->has_mac)
		len += snprintf(text + len, sizeof(text) - len,
				" mac=" MAC_FORMAT " set=" MAC_FORMAT, MAC_BYTES(r->mac_before),
				MAC_BYTES(r->mac_set));
	if (r->has_up)
		len += snprintf(text + len, sizeof(text) - len, " up=%u set=%u", r->up_before,
				r->up_set);
	if (r->has_pause)
		len += snprintf(text + len, sizeof(text) - len, " pause=%u set=%u",
				pause_bits(&r->pause_before), pause_bits(&r->pause_set));
	if (r->fec_before != 0)
		len += snprintf(text + len, sizeof(text) - len, " fec=%" PRIu32 " set=%" PRIu32,
				r->fec_before, r->fec_set);
	len += afx_state_rss_print(&r->rss, text + len, sizeof(text) - len);
	if (pwrite(st->fd, text, len, 0) != len || ftruncate(st->fd, len) != 0)
		return -errno;
	return 0;
}

bool
afx_state_is_empty(const struct afx_state_record *r)
{
	return r->mtu_before == 0 && !r->has_mac && !r->has_up && !r->has_pause &&
		r->fec_before == 0 && afx_state_rss_is_empty(&r->rss);
}

void
afx_state_text(const struct afx_state_record *r, char text[AFX_STATE_TEXT_LEN])
{
	const char *const names[] = {
		r->mtu_before != 0 ? "MTU" : NULL, r->has_mac ? "MAC address" : NULL,
		r->has_up ? "link state" : NULL,   r->has_pause ? "flow control" : NULL,
		r->fec_before != 0 ? "FEC" : NULL, !afx_state_rss_is_empty(&r->rss) ? "RSS" : NULL,
	};
	size_t i, len = 0;

	text[0] = '\0';
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i] != NULL)
			len += snprintf(text + len, AFX_STATE_TEXT_LEN - len, "%s%s",
					len != 0 ? ", " : "", names[i]);
}

void
afx_state_close(struct afx_state *st, bool keep)
{
	if (st->fd < 0)
		return;
	if (!keep)
		unlink(st->path);
	close(st->fd);
	st->fd = -1;
}

/* Whether the file at path carries a lock of somebody. Takes none: the owner to be may be on its way. */
static bool
is_locked(int fd)
{
	unsigned long inode;
	char line[LOCK_LINE_LEN];
	bool locked = false;
	struct stat st;
	FILE *f;

	f = fopen("/proc/locks", "re");
	if (f == NULL || fstat(fd, &st) != 0) {
		if (f != NULL)
			fclose(f);
		return false;
	}
	while (!locked && fgets(line, sizeof(line), f) != NULL)
		locked = sscanf(line, "%*u: FLOCK %*s %*s %*d %*x:%*x:%lu", &inode) == 1 &&
			inode == st.st_ino;
	fclose(f);
	return locked;
}

int
afx_state_peek(const char *iface, struct afx_state_record *r, bool *in_use)
{
	struct afx_state st;
	int fd, ret;

	memset(r, 0, sizeof(*r));
	*in_use = false;
	ret = path_make(&st, iface);
	if (ret != 0)
		return ret;
	fd = open(st.path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -errno;
	record_read(fd, r);
	*in_use = is_locked(fd);
	close(fd);
	return 0;
}

int
afx_state_list(int (*each)(const char *iface, void *opaque), void *opaque)
{
	struct dirent *entry;
	char prefix[AFX_STATE_PATH_LEN];
	uint64_t id;
	size_t len;
	DIR *dir;
	int ret = namespace_id(&id);

	if (ret != 0)
		return ret;
	dir = opendir(AFX_STATE_DIR);
	if (dir == NULL)
		return errno == ENOENT ? 0 : -errno;
	len = snprintf(prefix, sizeof(prefix), "%" PRIu64 "-", id);
	while (ret == 0 && (entry = readdir(dir)) != NULL) {
		if (strncmp(entry->d_name, prefix, len) == 0 &&
		    strlen(entry->d_name + len) < IF_NAMESIZE)
			ret = each(entry->d_name + len, opaque);
	}
	closedir(dir);
	return ret;
}
