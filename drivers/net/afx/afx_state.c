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

/* Of a setting: three numbers of 64 bits in hexadecimal, two commas, and a key. */
#define KEY_LEN 16
#define SETTING_LEN (3 * 16 + 2 + KEY_LEN)

/* Of the record's format, its first word. */
#define VERSION "afx1"

/* VERSION, "ifindex=", a number of 32 bits and room, the settings, and table and key of RSS. */
#define RECORD_LEN (32 + AFX_STATE_KINDS * SETTING_LEN + AFX_STATE_RSS_LEN)

/* A line of /proc/locks is below 80 characters. */
#define LOCK_LINE_LEN 128

/* Kinds from AFX_STATE_FIELDS on have a number behind their key. */
static const struct {
	const char *key; /* in the file */
	const char *name;
} kinds[] = {
	[AFX_STATE_MTU] = { "mtu", "MTU" },      [AFX_STATE_MAC] = { "mac", "MAC address" },
	[AFX_STATE_UP] = { "up", "link state" }, [AFX_STATE_PAUSE] = { "pause", "flow control" },
	[AFX_STATE_FEC] = { "fec", "FEC" },      [AFX_STATE_TABLE] = { "table", "RSS table" },
	[AFX_STATE_KEY] = { "key", "RSS key" },  [AFX_STATE_FIELDS] = { "hash", "RSS fields" },
};

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

int
afx_state_path(const char *iface, char path[AFX_STATE_PATH_LEN])
{
	uint64_t id;
	int ret = namespace_id(&id);

	if (ret == 0)
		snprintf(path, AFX_STATE_PATH_LEN, AFX_STATE_DIR "/%" PRIu64 "-%s", id, iface);
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

const char *
afx_state_name(unsigned int kind)
{
	return kinds[kind < AFX_STATE_FIELDS ? kind : AFX_STATE_FIELDS].name;
}

/* What is in front of its numbers. */
static void
key_make(unsigned int kind, char key[KEY_LEN])
{
	if (kind < AFX_STATE_FIELDS)
		snprintf(key, KEY_LEN, " %s=", kinds[kind].key);
	else
		snprintf(key, KEY_LEN, " %s%u=", kinds[AFX_STATE_FIELDS].key,
			 kind - AFX_STATE_FIELDS);
}

static void
setting_parse(const char *text, unsigned int kind, struct afx_state_setting *s)
{
	struct afx_state_setting read = { .has = true };
	char key[KEY_LEN];
	const char *part;

	key_make(kind, key);
	part = strstr(text, key);
	if (part != NULL &&
	    sscanf(part + strlen(key), "%" SCNx64 ",%" SCNx64 ",%" SCNx64, &read.before, &read.set,
		   &read.was) == 3)
		*s = read;
}

static int
setting_print(unsigned int kind, const struct afx_state_setting *s, char *text, size_t len)
{
	char key[KEY_LEN];

	key_make(kind, key);
	return snprintf(text, len, "%s%" PRIx64 ",%" PRIx64 ",%" PRIx64, key, s->before, s->set,
			s->was);
}

/* A table or a key without what it was can not be restored. */
static void
rss_read(const char *text, struct afx_state_record *r)
{
	struct afx_state_setting *table = &r->settings[AFX_STATE_TABLE];
	struct afx_state_setting *key = &r->settings[AFX_STATE_KEY];

	afx_state_rss_parse(text, &r->rss);
	table->has = table->has && table->before == afx_state_table_sum(&r->rss);
	key->has = key->has && key->before == afx_state_key_sum(&r->rss);
}

/* As one line. Returns its length. */
static int
record_print(const struct afx_state_record *r, char text[RECORD_LEN])
{
	unsigned int kind;
	int len;

	len = snprintf(text, RECORD_LEN, VERSION " ifindex=%u", r->ifindex);
	for (kind = 0; kind < AFX_STATE_KINDS; kind++) {
		if (r->settings[kind].has)
			len += setting_print(kind, &r->settings[kind], text + len,
					     RECORD_LEN - len);
	}
	if (r->settings[AFX_STATE_TABLE].has)
		len += afx_state_table_print(&r->rss, text + len, RECORD_LEN - len);
	if (r->settings[AFX_STATE_KEY].has)
		len += afx_state_key_print(&r->rss, text + len, RECORD_LEN - len);
	return len + snprintf(text + len, RECORD_LEN - len, "\n");
}

/* Whether all of the text is in the record: else it was cut, or another version's. */
static bool
is_understood(const char *text, const struct afx_state_record *r)
{
	char again[RECORD_LEN];

	record_print(r, again);
	return strcmp(text, again) == 0;
}

/* All 0 if there is nothing to restore in it, and after an error. */
static int
record_read(int fd, struct afx_state_record *r)
{
	char text[RECORD_LEN] = "";
	ssize_t len = pread(fd, text, sizeof(text) - 1, 0);
	unsigned int kind;
	int ret;

	memset(r, 0, sizeof(*r));
	/* Empty: killed before the first change. */
	if (len <= 0)
		return len == 0 ? 0 : -errno;
	/* Behind the line is what a kill while it got shorter has left of the one before. */
	if (strchr(text, '\n') != NULL)
		strchr(text, '\n')[1] = '\0';
	sscanf(text, VERSION " ifindex=%u", &r->ifindex);
	for (kind = 0; kind < AFX_STATE_KINDS; kind++)
		setting_parse(text, kind, &r->settings[kind]);
	rss_read(text, r);
	ret = is_understood(text, r) ? 0 : -EBADMSG;
	if (ret != 0 || afx_state_is_empty(r))
		memset(r, 0, sizeof(*r));
	return ret;
}

int
afx_state_open(struct afx_state *st, const char *iface, unsigned int ifindex,
	       struct afx_state_record *left)
{
	int ret;

	memset(left, 0, sizeof(*left));
	st->fd = -1;
	ret = afx_state_path(iface, st->path);
	if (ret != 0)
		return ret;
	if (mkdir(AFX_STATE_DIR, 0755) != 0 && errno != EEXIST)
		return -errno;
	st->fd = open(st->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (st->fd < 0)
		return -errno;
	ret = file_lock(st);
	if (ret == 0)
		ret = record_read(st->fd, left);
	if (ret != 0) {
		close(st->fd);
		st->fd = -1;
		return ret;
	}
	/* An interface made anew under the name has its own settings. */
	if (left->ifindex != ifindex)
		memset(left, 0, sizeof(*left));
	return 0;
}

int
afx_state_write(struct afx_state *st, const struct afx_state_record *r)
{
	char text[RECORD_LEN];
	ssize_t done;
	int len;

	if (st->fd < 0)
		return -EBADF;
	len = record_print(r, text);
	done = pwrite(st->fd, text, len, 0);
	if (done < 0)
		return -errno;
	if (done < len)
		return -ENOSPC;
	return ftruncate(st->fd, len) == 0 ? 0 : -errno;
}

bool
afx_state_is_empty(const struct afx_state_record *r)
{
	unsigned int kind;

	for (kind = 0; kind < AFX_STATE_KINDS && !r->settings[kind].has; kind++)
		;
	return kind == AFX_STATE_KINDS;
}

void
afx_state_text(const struct afx_state_record *r, char text[AFX_STATE_TEXT_LEN])
{
	const char *name;
	unsigned int kind;
	size_t len = 0;

	text[0] = '\0';
	for (kind = 0; kind < AFX_STATE_KINDS; kind++) {
		if (!r->settings[kind].has)
			continue;
		name = kind < AFX_STATE_TABLE ? kinds[kind].name : "RSS";
		len += snprintf(text + len, AFX_STATE_TEXT_LEN - len, "%s%s", len != 0 ? ", " : "",
				name);
		/* All that is left is of it too. */
		if (kind >= AFX_STATE_TABLE)
			return;
	}
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
	char path[AFX_STATE_PATH_LEN];
	int fd, ret;

	memset(r, 0, sizeof(*r));
	*in_use = false;
	ret = afx_state_path(iface, path);
	if (ret != 0)
		return ret;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -errno;
	ret = record_read(fd, r);
	*in_use = is_locked(fd);
	close(fd);
	return ret;
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
