/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "calls.h"

static __thread struct calls made;
static int refusal;
static int sndbuf;

struct calls
calls_made(void)
{
	return made;
}

void
calls_refuse(int error)
{
	__atomic_store_n(&refusal, error, __ATOMIC_RELAXED);
}

void
calls_sndbuf_limit(int bytes)
{
	sndbuf = bytes;
}

/* A kick sends nothing; netlink's messages are not empty. */
ssize_t
sendto(int fd, const void *buf, size_t len, int flags, const struct sockaddr *addr,
       socklen_t addr_len)
{
	const int error = __atomic_load_n(&refusal, __ATOMIC_RELAXED);

	if (len == 0) {
		made.tx++;
		if (error != 0) {
			errno = error;
			return -1;
		}
	}
	return syscall(SYS_sendto, fd, buf, len, flags, addr, addr_len);
}

ssize_t
recvfrom(int fd, void *restrict buf, size_t len, int flags, struct sockaddr *restrict addr,
	 socklen_t *restrict addr_len)
{
	made.rx += len == 0;
	return syscall(SYS_recvfrom, fd, buf, len, flags, addr, addr_len);
}

int
setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
	if (sndbuf != 0 && level == SOL_SOCKET && (name == SO_SNDBUFFORCE || name == SO_SNDBUF)) {
		value = &sndbuf;
		len = sizeof(sndbuf);
	}
	return syscall(SYS_setsockopt, fd, level, name, value, len);
}
