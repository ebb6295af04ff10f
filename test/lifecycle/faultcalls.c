/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The functions that can fail. The detail of a call says what it was about:
 * a socket's domain, an option's level << 32 | name, an ioctl's request or
 * ethtool's, bpf()'s command, a netlink message's type.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/netlink.h>
#include <linux/sockios.h>

#include <ethdev_driver.h>
#include <rte_errno.h>
#include <rte_interrupts.h>
#include <rte_malloc.h>
#include <rte_mbuf.h>

#include "faultshim_priv.h"

/* The C library's own, which dlsym itself needs. */
void *__libc_malloc(size_t len);
void *__libc_calloc(size_t n, size_t len);
void *__libc_realloc(void *addr, size_t len);
void __libc_free(void *addr);

#define DUE(name, detail) fault_due(name, __builtin_return_address(0), detail)

/* A function of that name which fails with err in error, else does what the real one does. */
#define CALL(type, name, params, args, detail, error, err, failed) \
	type name params                                           \
	{                                                          \
		static type(*real) params;                         \
		if (DUE(#name, detail)) {                          \
			error = (err);                             \
			return failed;                             \
		}                                                  \
		if (real == NULL)                                  \
			*(void **)&real = dlsym(RTLD_NEXT, #name); \
		return real args;                                  \
	}

#define SYSCALL(type, name, params, args, detail) \
	CALL(type, name, params, args, detail, errno, FAULT_ERRNO, (type)-1)

#define OPTION(level, name) ((uint64_t)(level) << 32 | (name))

/* Of the last request of this thread, whose answer is received next. */
static __thread uint16_t netlink_type;

static uint64_t
netlink_type_of(const void *buf, size_t len)
{
	netlink_type =
		len >= sizeof(struct nlmsghdr) ? ((const struct nlmsghdr *)buf)->nlmsg_type : 0;
	return netlink_type;
}

SYSCALL(int, socket, (int domain, int type, int protocol), (domain, type, protocol), domain)
SYSCALL(int, bind, (int fd, __CONST_SOCKADDR_ARG addr, socklen_t len), (fd, addr, len),
	addr.__sockaddr__->sa_family)
SYSCALL(int, setsockopt, (int fd, int level, int name, const void *value, socklen_t len),
	(fd, level, name, value, len), OPTION(level, name))
SYSCALL(int, getsockopt, (int fd, int level, int name, void *value, socklen_t *len),
	(fd, level, name, value, len), OPTION(level, name))
SYSCALL(int, getsockname, (int fd, __SOCKADDR_ARG addr, socklen_t *len), (fd, addr, len), 0)
SYSCALL(ssize_t, send, (int fd, const void *buf, size_t len, int flags), (fd, buf, len, flags),
	netlink_type_of(buf, len))
SYSCALL(ssize_t, sendto,
	(int fd, const void *buf, size_t len, int flags, __CONST_SOCKADDR_ARG addr,
	 socklen_t addr_len),
	(fd, buf, len, flags, addr, addr_len), netlink_type_of(buf, len))
SYSCALL(ssize_t, recvmsg, (int fd, struct msghdr *msg, int flags), (fd, msg, flags), netlink_type)
SYSCALL(void *, mmap, (void *addr, size_t len, int prot, int flags, int fd, off_t off),
	(addr, len, prot, flags, fd, off), off)
SYSCALL(int, madvise, (void *addr, size_t len, int advice), (addr, len, advice), advice)
SYSCALL(int, flock, (int fd, int operation), (fd, operation), operation)
SYSCALL(int, fstat, (int fd, struct stat *st), (fd, st), 0)
SYSCALL(int, mkdir, (const char *path, mode_t mode), (path, mode), 0)
SYSCALL(int, ftruncate, (int fd, off_t len), (fd, len), 0)
SYSCALL(ssize_t, pread, (int fd, void *buf, size_t len, off_t at), (fd, buf, len, at), 0)
SYSCALL(ssize_t, pwrite, (int fd, const void *buf, size_t len, off_t at), (fd, buf, len, at), 0)
SYSCALL(int, stat, (const char *restrict path, struct stat *restrict st), (path, st), 0)

CALL(FILE *, fopen, (const char *restrict path, const char *restrict mode), (path, mode), 0, errno,
     FAULT_ERRNO, NULL)
CALL(DIR *, opendir, (const char *path), (path), 0, errno, FAULT_ERRNO, NULL)
CALL(char *, if_indextoname, (unsigned int index, char name[IF_NAMESIZE]), (index, name), 0, errno,
     FAULT_ERRNO, NULL)
CALL(void *, rte_zmalloc, (const char *type, size_t len, unsigned int align), (type, len, align), 0,
     rte_errno, ENOMEM, NULL)
CALL(void *, rte_zmalloc_socket, (const char *type, size_t len, unsigned int align, int socket_id),
     (type, len, align, socket_id), 0, rte_errno, ENOMEM, NULL)
CALL(struct rte_intr_handle *, rte_intr_instance_alloc, (uint32_t flags), (flags), 0, rte_errno,
     ENOMEM, NULL)
CALL(int, rte_intr_callback_register,
     (const struct rte_intr_handle *handle, rte_intr_callback_fn callback, void *arg),
     (handle, callback, arg), 0, rte_errno, ENOMEM, -ENOMEM)
CALL(struct rte_eth_dev *, rte_eth_dev_allocate, (const char *name), (name), 0, rte_errno, ENOMEM,
     NULL)
CALL(struct rte_mempool *, rte_pktmbuf_pool_create,
     (const char *name, unsigned int n, unsigned int cache, uint16_t priv, uint16_t room,
      int socket_id),
     (name, n, cache, priv, room, socket_id), 0, rte_errno, ENOMEM, NULL)

int
open(const char *path, int flags, ...)
{
	static int (*real)(const char *path, int flags, ...);
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = va_arg(ap, mode_t);
	va_end(ap);
	if (DUE("open", flags)) {
		errno = FAULT_ERRNO;
		return -1;
	}
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "open");
	return real(path, flags, mode);
}

int
ioctl(int fd, unsigned long request, ...)
{
	static int (*real)(int fd, unsigned long request, ...);
	uint64_t detail = request;
	struct ifreq *ifr;
	va_list ap;

	va_start(ap, request);
	ifr = va_arg(ap, struct ifreq *);
	va_end(ap);
	if (request == SIOCETHTOOL)
		detail = OPTION(request, *(const uint32_t *)ifr->ifr_data);
	if (DUE("ioctl", detail)) {
		errno = FAULT_ERRNO;
		return -1;
	}
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "ioctl");
	return real(fd, request, ifr);
}

/* libbpf makes bpf() this way. */
long
syscall(long number, ...)
{
	static long (*real)(long number, ...);
	long a[6];
	va_list ap;
	int i;

	va_start(ap, number);
	for (i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (DUE("syscall", number == SYS_bpf ? (uint32_t)a[0] : OPTION(number, 0))) {
		errno = FAULT_ERRNO;
		return -1;
	}
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "syscall");
	return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static void *
no_memory(void)
{
	errno = ENOMEM;
	return NULL;
}

void *
malloc(size_t len)
{
	void *addr = DUE("malloc", len) ? no_memory() : __libc_malloc(len);

	fault_live_add(addr, __builtin_return_address(0));
	return addr;
}

void *
calloc(size_t n, size_t len)
{
	void *addr = DUE("calloc", n * len) ? no_memory() : __libc_calloc(n, len);

	fault_live_add(addr, __builtin_return_address(0));
	return addr;
}

void *
realloc(void *old, size_t len)
{
	void *addr = DUE("realloc", len) ? no_memory() : __libc_realloc(old, len);

	if (addr != NULL || len == 0)
		fault_live_remove(old);
	fault_live_add(addr, __builtin_return_address(0));
	return addr;
}

char *
strdup(const char *text)
{
	const size_t len = strlen(text) + 1;
	char *copy = DUE("strdup", len) ? no_memory() : __libc_malloc(len);

	fault_live_add(copy, __builtin_return_address(0));
	return copy == NULL ? NULL : memcpy(copy, text, len);
}

void
free(void *addr)
{
	fault_live_remove(addr);
	__libc_free(addr);
}
