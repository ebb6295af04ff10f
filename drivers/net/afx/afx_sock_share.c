/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "afx_sock_share.h"

/*
 * Numbers of descriptors that can be looked up. Far above the usual limit of a
 * process (1024), and pages of the table that nobody writes to take no memory.
 */
#define NUMBERS_MAX 65536

bool afx_sock_share_foreign;

/* By the primary's number: this process's descriptor and 1; 0: none. */
static int descriptors[NUMBERS_MAX];

int
afx_sock_share_find(int number)
{
	if (number < 0 || number >= NUMBERS_MAX)
		return -1;
	return __atomic_load_n(&descriptors[number], __ATOMIC_RELAXED) - 1;
}

static void
descriptor_set(int number, int fd)
{
	__atomic_store_n(&descriptors[number], fd + 1, __ATOMIC_RELAXED);
}

/* The primary may have given the number to a socket that is shared by now. */
static void
descriptor_clear(int number, int fd)
{
	int own = fd + 1;

	__atomic_compare_exchange_n(&descriptors[number], &own, 0, false, __ATOMIC_RELAXED,
				    __ATOMIC_RELAXED);
}

void
afx_sock_share_init(struct afx_sock_share *s)
{
	afx_sock_init(&s->sock);
	s->number = -1;
}

/* A ring that the primary does not have stays unmapped. */
static int
ring_map_same(int fd, uint64_t pgoff, const struct afx_sock_map *from, struct afx_sock_map *to)
{
	void *addr;
	int ret;

	if (from->addr == NULL)
		return 0;
	addr = mmap(from->addr, from->len, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_POPULATE | MAP_FIXED_NOREPLACE, fd, pgoff);
	if (addr == MAP_FAILED) {
		ret = -errno;
		/* What older kernels say of a socket that is bound (xsk_mmap). */
		return ret == -EBUSY || ret == -EINVAL ? -ENOTSUP : ret;
	}
	to->addr = addr;
	to->len = from->len;
	return addr == from->addr ? 0 : -EEXIST;
}

int
afx_sock_share_open(struct afx_sock_share *s, const struct afx_sock *primary, int fd)
{
	struct afx_sock *own = &s->sock;
	int ret;

	own->fd = fd;
	/* EAL receives it for children to inherit, which would keep the queue taken. */
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	ret = primary->fd < 0 || primary->fd >= NUMBERS_MAX ? -ENOTSUP : 0;
	if (ret == 0)
		ret = ring_map_same(fd, XDP_UMEM_PGOFF_FILL_RING, &primary->fill, &own->fill);
	if (ret == 0)
		ret = ring_map_same(fd, XDP_UMEM_PGOFF_COMPLETION_RING, &primary->comp, &own->comp);
	if (ret == 0)
		ret = ring_map_same(fd, XDP_PGOFF_RX_RING, &primary->rx, &own->rx);
	if (ret == 0)
		ret = ring_map_same(fd, XDP_PGOFF_TX_RING, &primary->tx, &own->tx);
	if (ret != 0) {
		afx_sock_share_close(s);
		return ret;
	}
	s->number = primary->fd;
	descriptor_set(s->number, fd);
	return 0;
}

void
afx_sock_share_close(struct afx_sock_share *s)
{
	if (s->number >= 0)
		descriptor_clear(s->number, s->sock.fd);
	afx_sock_close(&s->sock);
	afx_sock_share_init(s);
}
