/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "peer.h"
#include "text.h"

#define NETNS_DIR "/run/netns"

/* The namespace that a file names, if it is the one of that id. -1 if not. */
static int
namespace_open(const char *path, int32_t nsid)
{
	int32_t found;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	if (doctor_link_nsid(fd, &found) == 0 && found == nsid)
		return fd;
	close(fd);
	return -1;
}

/* Those that "ip netns" made. */
static int
named_find(int32_t nsid, char *prefix, size_t len)
{
	DIR *dir = opendir(NETNS_DIR);
	char path[FILES_PATH_LEN];
	char word[PEER_PREFIX_LEN - sizeof("ip netns exec  ")];
	struct dirent *entry;
	int fd = -1;

	if (dir == NULL)
		return -1;
	while (fd < 0 && (entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), NETNS_DIR "/%.200s", entry->d_name);
		fd = namespace_open(path, nsid);
		if (fd >= 0)
			snprintf(prefix, len, "ip netns exec %s ",
				 text_word(word, sizeof(word), entry->d_name));
	}
	closedir(dir);
	return fd;
}

/* Those of containers: of any process in them. */
static int
process_find(int32_t nsid, char *prefix, size_t len)
{
	DIR *dir = opendir("/proc");
	char path[FILES_PATH_LEN];
	struct dirent *entry;
	struct stat ours, st;
	ino_t last = 0;
	int fd = -1;

	if (dir == NULL || stat("/proc/thread-self/ns/net", &ours) != 0)
		ours.st_ino = 0;
	while (dir != NULL && fd < 0 && (entry = readdir(dir)) != NULL) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "/proc/%.20s/ns/net", entry->d_name);
		/* Neighbours in the list are mostly in one namespace: asking once will do. */
		if (stat(path, &st) != 0 || st.st_ino == ours.st_ino || st.st_ino == last)
			continue;
		last = st.st_ino;
		fd = namespace_open(path, nsid);
		if (fd >= 0)
			snprintf(prefix, len, "nsenter -t %.20s -n ", entry->d_name);
	}
	if (dir != NULL)
		closedir(dir);
	return fd;
}

static void
inside_read(struct doctor_peer *peer)
{
	peer->inside = afx_netdev_info_get(peer->link.name, &peer->info) == 0;
	if (peer->inside)
		doctor_ethtool_features(peer->link.name, &peer->features);
}

/* This thread only, and back. */
static void
there_read(struct doctor_peer *peer, int there)
{
	int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

	if (home < 0)
		return;
	if (setns(there, CLONE_NEWNET) == 0) {
		inside_read(peer);
		/* All that follows would be about another machine's worth of interfaces. */
		if (setns(home, CLONE_NEWNET) != 0)
			abort();
	}
	close(home);
}

int
doctor_peer_get(const struct doctor_link *link, struct doctor_peer *peer)
{
	int ret, fd;

	*peer = (struct doctor_peer){ 0 };
	if (link->lower == 0)
		return -ENODEV;
	if (!link->lower_foreign) {
		ret = doctor_link_get(link->lower, &peer->link);
		if (ret == 0)
			inside_read(peer);
		return ret;
	}
	ret = doctor_link_get_in(link->lower, link->lower_nsid, &peer->link);
	if (ret != 0)
		return ret;
	fd = named_find(link->lower_nsid, peer->prefix, sizeof(peer->prefix));
	if (fd < 0)
		fd = process_find(link->lower_nsid, peer->prefix, sizeof(peer->prefix));
	if (fd >= 0) {
		there_read(peer, fd);
		close(fd);
	}
	return 0;
}
