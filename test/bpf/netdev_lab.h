/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * A veth pair between the network namespaces of this process and of a child,
 * all gone with the process. For test programs of one source file each.
 */
#ifndef NETDEV_LAB_H
#define NETDEV_LAB_H

#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "afx_netdev.h"

/* The longest name there is. */
#define IFACE "afxnd0123456789"
#define MAC "02:af:00:00:00:01"
/* Never assigned in namespaces with a handful of interfaces. */
#define NO_IFINDEX 4000
#define PORT 7077
/* Work that the kernel puts off (carrier, release of a pool) is done by then. */
#define PATIENCE_MS 3000

static unsigned int ifindex;
static pid_t peer_pid;
static int fds_at_start;

static inline int
run(const char *fmt, ...)
{
	char cmd[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(cmd, sizeof(cmd), fmt, ap);
	va_end(ap);
	return system(cmd);
}

/* In the peer's namespace. */
static inline int
run_peer(const char *cmd)
{
	return run("nsenter -t %d -n %s", peer_pid, cmd);
}

static inline bool
link_shows(const char *what)
{
	return run("ip -d link show dev " IFACE " | grep -qw -- '%s'", what) == 0;
}

static inline void
wait_ms(unsigned int ms)
{
	const struct timespec ts = { .tv_nsec = ms * 1000000L };

	nanosleep(&ts, NULL);
}

static inline int
fds_count(void)
{
	int count = 0;
	int fd;

	for (fd = 0; fd < 1024; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

/* Fork: the child runs fn in its own process, dies with us, and writes a number to the pipe when ready. */
static inline pid_t
child_start(void (*fn)(int ready), uint64_t *answer)
{
	int fds[2];
	pid_t pid;

	if (pipe(fds) != 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(fds[0]);
		fn(fds[1]);
		_exit(1);
	}
	close(fds[1]);
	if (pid > 0 && read(fds[0], answer, sizeof(*answer)) != sizeof(*answer))
		pid = -1;
	close(fds[0]);
	return pid;
}

static inline void
child_ready(int ready, uint64_t answer)
{
	if (write(ready, &answer, sizeof(answer)) != sizeof(answer))
		_exit(1);
}

static inline void
child_stop(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Accepts IPv4 and IPv6 sessions and keeps them. */
static inline void
peer_main(int ready)
{
	const struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(PORT) };
	int fd;

	if (unshare(CLONE_NEWNET) != 0)
		return;
	fd = socket(AF_INET6, SOCK_STREAM, 0);
	if (bind(fd, (const struct sockaddr *)&any, sizeof(any)) != 0 || listen(fd, 16) != 0)
		return;
	child_ready(ready, 0);
	while (accept(fd, NULL, NULL) >= 0)
		;
}

static inline int
lab_setup(void **state)
{
	uint64_t answer;

	(void)state;
	if (unshare(CLONE_NEWNET) != 0)
		return -1;
	peer_pid = child_start(peer_main, &answer);
	if (peer_pid < 0)
		return -1;
	if (run("ip link set lo up && ip link add " IFACE " address " MAC
		" numrxqueues 4 numtxqueues 4 type veth peer name afxnd-peer"
		" numrxqueues 4 numtxqueues 4 netns %d",
		peer_pid) != 0)
		return -1;
	if (run("ip link set " IFACE " addrgenmode none && ip link set " IFACE " up") != 0 ||
	    run("ethtool -L " IFACE " rx 3 tx 2") != 0)
		return -1;
	if (run_peer("ip link set afxnd-peer addrgenmode none up") != 0 ||
	    run_peer("ip address add 10.99.0.2/24 dev afxnd-peer") != 0 ||
	    run_peer("ip address add 10.97.0.2 peer 10.97.0.1 dev afxnd-peer") != 0 ||
	    run_peer("ip address add fd99::2/64 nodad dev afxnd-peer") != 0 ||
	    run_peer("ip address add fe80::2/64 nodad dev afxnd-peer") != 0)
		return -1;
	ifindex = if_nametoindex(IFACE);
	fds_at_start = fds_count();
	return ifindex != 0 ? 0 : -1;
}

static inline bool
link_becomes(bool up)
{
	struct afx_netdev_link link;
	int ms;

	for (ms = 0; ms < PATIENCE_MS; ms += 10) {
		if (afx_netdev_link_get(IFACE, &link) == 0 && link.up == up)
			return true;
		wait_ms(10);
	}
	return false;
}

static inline int
lab_teardown(void **state)
{
	(void)state;
	child_stop(peer_pid);
	return 0;
}

/* Last: all other tests, failures included, left no descriptor. */
static inline void
test_no_fd_left(void **state)
{
	(void)state;
	assert_int_equal(fds_count(), fds_at_start);
}

/* Says so, too. */
static inline bool
lab_skips(void)
{
	const bool skips = geteuid() != 0;

	if (skips)
		puts("1..0 # SKIP needs root");
	return skips;
}

#endif /* NETDEV_LAB_H */
