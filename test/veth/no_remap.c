/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Preloaded: a kernel that does not map the rings of an AF_XDP socket which is
 * bound. Only a secondary process asks for that, and for addresses of its own.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/socket.h>

#define DOMAIN_XDP 44

static int
is_xsk(int fd)
{
	socklen_t len = sizeof(int);
	int domain = 0;

	return fd >= 0 && getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) == 0 &&
		domain == DOMAIN_XDP;
}

void *
mmap(void *addr, size_t len, int prot, int flags, int fd, off_t at)
{
	static void *(*real)(void *, size_t, int, int, int, off_t);

	if (real == NULL)
		real = (void *(*)(void *, size_t, int, int, int, off_t))dlsym(RTLD_NEXT, "mmap");
	if (!(flags & MAP_FIXED_NOREPLACE) || !is_xsk(fd))
		return real(addr, len, prot, flags, fd, at);
	errno = EBUSY;
	return MAP_FAILED;
}

/* The name that a 64-bit off_t gives it. */
void *mmap64(void *addr, size_t len, int prot, int flags, int fd, off_t at)
	__attribute__((alias("mmap")));
