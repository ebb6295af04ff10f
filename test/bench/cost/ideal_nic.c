/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The system calls that the ideal NIC takes over. Each is passed on unless it
 * is on an AF_XDP socket of this process, or on a descriptor that was attached.
 */
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ideal_nic_serve.h"

/* Above all descriptors: EAL has one for each hugepage, 512 of them in 1 GiB. */
#define FD_MAX 65536

/* Served calls whose cost outside of the measured part is averaged, and how often: the least counts. */
#define CALIBRATION_CALLS 1000
#define CALIBRATION_RUNS 20

#define EXPORT __attribute__((visibility("default")))

/* The C library's function of that name, as a variable real. */
#define REAL(type, name, ...)             \
	static type (*real)(__VA_ARGS__); \
	if (real == NULL)                 \
	*(void **)&real = dlsym(RTLD_NEXT, #name)

/* The last one is that of the calibration. */
static struct nic *nics[FD_MAX + 1];
/* Cycles of a served call that lie outside of its two looks at the TSC. */
static uint64_t call_cycles;

static inline struct nic *
nic_of(int fd)
{
	return fd >= 0 && fd <= FD_MAX ? nics[fd] : NULL;
}

/* What came before has happened: a miss of the driver is not the NIC's. */
static inline uint64_t
now(void)
{
	__builtin_ia32_lfence();
	return __builtin_ia32_rdtsc();
}

/* One call that serves, timed; out of line as a system call is. */
static __attribute__((noinline)) void
serve(struct nic *nic, void (*work)(struct nic *nic))
{
	const uint64_t start = now();
	struct ideal_nic_count *count = nic_count();

	work(nic);
	count->calls++;
	count->cycles += call_cycles;
	count->cycles += now() - start;
}

static uint64_t
calibration_run(void)
{
	const struct ideal_nic_count *count = nic_count();
	const uint64_t served = count->cycles;
	const uint64_t start = now();
	unsigned int i;
	uint64_t all;

	for (i = 0; i < CALIBRATION_CALLS; i++)
		recv(FD_MAX, NULL, 0, MSG_DONTWAIT);
	all = now() - start;
	return (all - (count->cycles - served)) / CALIBRATION_CALLS;
}

/* Calls on a socket whose rings are empty. */
static __attribute__((constructor)) void
start(void)
{
	uint32_t index = 0;
	struct nic idle = {
		.fill = { .slots = &index, .prod = &index, .cons = &index },
		.rx = { .slots = &index, .prod = &index, .cons = &index },
	};
	uint64_t least = UINT64_MAX;
	uint64_t run;
	unsigned int i;

	nic_configure();
	nics[FD_MAX] = &idle;
	for (i = 0; i < CALIBRATION_RUNS; i++) {
		run = calibration_run();
		least = run < least ? run : least;
	}
	nics[FD_MAX] = NULL;
	call_cycles = least;
	memset(nic_count(), 0, sizeof(*nic_count()));
}

EXPORT void
ideal_nic_count_get(struct ideal_nic_count *count)
{
	*count = *nic_count();
}

EXPORT void
ideal_nic_flush(void)
{
	int fd;

	for (fd = 0; fd < FD_MAX; fd++) {
		if (nics[fd] != NULL)
			nic_flush(nics[fd]);
	}
}

EXPORT void
ideal_nic_pause(bool pause)
{
	nic_pause(pause);
}

EXPORT struct nic *
ideal_nic_attach(int fd)
{
	struct nic *nic = fd < FD_MAX ? aligned_alloc(APART, sizeof(*nic)) : NULL;

	if (nic == NULL)
		abort();
	memset(nic, 0, sizeof(*nic));
	nic->random = (uint64_t)fd + 1;
	nics[fd] = nic;
	return nic;
}

EXPORT int
socket(int domain, int type, int protocol)
{
	REAL(int, socket, int, int, int);
	int fd = real(domain, type, protocol);

	if (domain == AF_XDP && fd >= 0)
		ideal_nic_attach(fd);
	return fd;
}

EXPORT int
close(int fd)
{
	REAL(int, close, int);
	struct nic *nic = nic_of(fd);

	if (nic != NULL) {
		nics[fd] = NULL;
		free(nic);
	}
	return real(fd);
}

static void
umem_note(struct nic *nic, const void *value, socklen_t len)
{
	struct xdp_umem_reg reg = { 0 };

	memcpy(&reg, value, len < sizeof(reg) ? len : sizeof(reg));
	nic->umem = (struct nic_umem){
		.addr = reg.addr,
		.len = reg.len,
		.chunk = reg.chunk_size,
		.headroom = reg.headroom,
		.unaligned = reg.flags & XDP_UMEM_UNALIGNED_CHUNK_FLAG,
	};
}

static struct nic_ring *
ring_of(struct nic *nic, int option)
{
	switch (option) {
	case XDP_RX_RING:
		return &nic->rx;
	case XDP_TX_RING:
		return &nic->tx;
	case XDP_UMEM_FILL_RING:
		return &nic->fill;
	case XDP_UMEM_COMPLETION_RING:
		return &nic->comp;
	default:
		return NULL;
	}
}

EXPORT int
setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
	REAL(int, setsockopt, int, int, int, const void *, socklen_t);
	struct nic *nic = level == SOL_XDP ? nic_of(fd) : NULL;
	struct nic_ring *ring = nic == NULL ? NULL : ring_of(nic, name);
	int ret = real(fd, level, name, value, len);

	if (ret == 0 && ring != NULL)
		memcpy(&ring->size, value, sizeof(ring->size));
	if (ret == 0 && nic != NULL && name == XDP_UMEM_REG)
		umem_note(nic, value, len);
	return ret;
}

/* A driver may prepare for the kernel's copy of what it sends; see IDEAL_NIC_COPY. */
EXPORT int
getsockopt(int fd, int level, int name, void *restrict value, socklen_t *restrict len)
{
	REAL(int, getsockopt, int, int, int, void *, socklen_t *);
	int ret = real(fd, level, name, value, len);
	struct xdp_options *options = value;

	if (ret == 0 && level == SOL_XDP && name == XDP_OPTIONS && nic_of(fd) != NULL &&
	    !nic_copies())
		options->flags |= XDP_OPTIONS_ZEROCOPY;
	return ret;
}

EXPORT int
bind(int fd, __CONST_SOCKADDR_ARG addr, socklen_t len)
{
	REAL(int, bind, int, __CONST_SOCKADDR_ARG, socklen_t);
	const struct sockaddr_xdp *xdp = (const void *)addr.__sockaddr__;
	struct nic *nic = nic_of(fd);
	int ret = real(fd, addr, len);

	if (ret == 0 && nic != NULL && (xdp->sxdp_flags & XDP_SHARED_UMEM) != 0) {
		struct nic *other = nic_of(xdp->sxdp_shared_umem_fd);

		if (other == NULL)
			abort();
		nic->umem = other->umem;
	}
	return ret;
}

/* The ring that a mapping at this place of the socket is, and where its parts are. */
static struct nic_ring *
ring_at(struct nic *nic, const struct xdp_mmap_offsets *all, uint64_t at,
	struct xdp_ring_offset *off)
{
	switch (at) {
	case XDP_PGOFF_RX_RING:
		*off = all->rx;
		return &nic->rx;
	case XDP_PGOFF_TX_RING:
		*off = all->tx;
		return &nic->tx;
	case XDP_UMEM_PGOFF_FILL_RING:
		*off = all->fr;
		return &nic->fill;
	case XDP_UMEM_PGOFF_COMPLETION_RING:
		*off = all->cr;
		return &nic->comp;
	default:
		return NULL;
	}
}

/* Memory of our own in place of a ring's; NULL if that is no ring. */
static void *
ring_map(int fd, size_t len, uint64_t at)
{
	REAL(void *, mmap, void *, size_t, int, int, int, off_t);
	struct xdp_mmap_offsets all;
	socklen_t all_len = sizeof(all);
	struct xdp_ring_offset off;
	struct nic_ring *ring;
	char *map;

	if (getsockopt(fd, SOL_XDP, XDP_MMAP_OFFSETS, &all, &all_len) != 0 ||
	    all_len != sizeof(all))
		return NULL;
	ring = ring_at(nics[fd], &all, at, &off);
	if (ring == NULL)
		return NULL;
	map = real(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE,
		   -1, 0);
	if (map == MAP_FAILED)
		return map;
	ring->slots = map + off.desc;
	ring->prod = (uint32_t *)(map + off.producer);
	ring->cons = (uint32_t *)(map + off.consumer);
	*(uint32_t *)(map + off.flags) = XDP_RING_NEED_WAKEUP;
	return map;
}

EXPORT void *
mmap(void *addr, size_t len, int prot, int flags, int fd, off_t at)
{
	REAL(void *, mmap, void *, size_t, int, int, int, off_t);
	void *map = nic_of(fd) == NULL ? NULL : ring_map(fd, len, at);

	return map != NULL ? map : real(addr, len, prot, flags, fd, at);
}

EXPORT void *mmap64(void *addr, size_t len, int prot, int flags, int fd, off_t at)
	__attribute__((alias("mmap")));

/* What a call on a socket that has no such ring, or is not bound, returns. */
static ssize_t
receive(struct nic *nic)
{
	if (nic->rx.slots == NULL || nic->fill.slots == NULL) {
		errno = ENXIO;
		return -1;
	}
	serve(nic, nic_receive);
	return 0;
}

static ssize_t
transmit(struct nic *nic)
{
	if (nic->tx.slots == NULL || nic->comp.slots == NULL) {
		errno = ENXIO;
		return -1;
	}
	serve(nic, nic_send);
	return 0;
}

EXPORT ssize_t
recv(int fd, void *buf, size_t len, int flags)
{
	REAL(ssize_t, recv, int, void *, size_t, int);
	struct nic *nic = nic_of(fd);

	return nic != NULL ? receive(nic) : real(fd, buf, len, flags);
}

EXPORT ssize_t
recvfrom(int fd, void *restrict buf, size_t len, int flags, __SOCKADDR_ARG addr,
	 socklen_t *restrict addr_len)
{
	REAL(ssize_t, recvfrom, int, void *, size_t, int, __SOCKADDR_ARG, socklen_t *);
	struct nic *nic = nic_of(fd);

	return nic != NULL ? receive(nic) : real(fd, buf, len, flags, addr, addr_len);
}

EXPORT ssize_t
recvmsg(int fd, struct msghdr *msg, int flags)
{
	REAL(ssize_t, recvmsg, int, struct msghdr *, int);
	struct nic *nic = nic_of(fd);

	return nic != NULL ? receive(nic) : real(fd, msg, flags);
}

EXPORT ssize_t
send(int fd, const void *buf, size_t len, int flags)
{
	REAL(ssize_t, send, int, const void *, size_t, int);
	struct nic *nic = nic_of(fd);

	return nic != NULL ? transmit(nic) : real(fd, buf, len, flags);
}

EXPORT ssize_t
sendto(int fd, const void *buf, size_t len, int flags, __CONST_SOCKADDR_ARG addr,
       socklen_t addr_len)
{
	REAL(ssize_t, sendto, int, const void *, size_t, int, __CONST_SOCKADDR_ARG, socklen_t);
	struct nic *nic = nic_of(fd);

	return nic != NULL ? transmit(nic) : real(fd, buf, len, flags, addr, addr_len);
}

EXPORT ssize_t
sendmsg(int fd, const struct msghdr *msg, int flags)
{
	REAL(ssize_t, sendmsg, int, const struct msghdr *, int);
	struct nic *nic = nic_of(fd);

	return nic != NULL ? transmit(nic) : real(fd, msg, flags);
}

/* A lone AF_XDP socket: the kernel's poll wakes its driver, and ours never needs to wait. */
static bool
poll_served(struct pollfd *fds, nfds_t n, int *ret)
{
	struct nic *nic = n == 1 ? nic_of(fds->fd) : NULL;

	if (nic == NULL)
		return false;
	receive(nic);
	fds->revents = fds->events & (POLLIN | POLLOUT);
	*ret = fds->revents != 0;
	return true;
}

EXPORT int
poll(struct pollfd *fds, nfds_t n, int timeout)
{
	REAL(int, poll, struct pollfd *, nfds_t, int);
	int ret;

	return poll_served(fds, n, &ret) ? ret : real(fds, n, timeout);
}

EXPORT int
ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask)
{
	REAL(int, ppoll, struct pollfd *, nfds_t, const struct timespec *, const sigset_t *);
	int ret;

	return poll_served(fds, n, &ret) ? ret : real(fds, n, timeout, mask);
}
