/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "afx_sock.h"
#include "afx_sock_share.h"

/* MAX_SKB budget of kernels without XDP_MAX_TX_SKB_BUDGET (net/xdp/xsk.c, TX_BATCH_SIZE). */
#define TX_BUDGET_DEFAULT 32

/* Microseconds of SO_BUSY_POLL: any value but 0 turns it on, a non-blocking call polls once. */
#define BUSY_POLL_US 20

/* Entries of the throw-away socket's rings, and its UMEM: the least that the kernel takes. */
#define PROBE_RING 64
#define PROBE_CHUNK 2048
#define PROBE_UMEM 4096

/* Release by workqueue takes 3 to 16 ms (measured, Linux 6.18); poll well below that. */
#define RELEASE_POLL_US 500

/*
 * Rings lie where a secondary process is likely to have nothing: far above
 * EAL's memory (from 4 GiB) and far below programs and libraries, also where
 * addresses are not random. Each socket has a place of its own, by its number.
 */
#define RINGS_AT (UINT64_C(1) << 45)

/* Room for a ring: the largest has 8192 entries of 16 bytes. What a ring is mapped at is a multiple of 2 GiB. */
#define RING_SPAN (UINT64_C(1) << 20)
#define RING_PGOFF_SHIFT 31
#define RINGS_PER_SOCK 4

void
afx_sock_init(struct afx_sock *s)
{
	memset(s, 0, sizeof(*s));
	s->fd = -1;
}

int
afx_sock_open(struct afx_sock *s)
{
	s->fd = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
	return s->fd < 0 ? -errno : 0;
}

int
afx_sock_umem_register(struct afx_sock *s, const struct afx_sock_umem *umem)
{
	struct xdp_umem_reg reg = {
		.addr = (uintptr_t)umem->base,
		.len = umem->len,
		.chunk_size = umem->chunk,
		.headroom = umem->headroom,
		.flags = XDP_UMEM_UNALIGNED_CHUNK_FLAG,
	};

	if (setsockopt(s->fd, SOL_XDP, XDP_UMEM_REG, &reg, sizeof(reg)) != 0)
		return -errno;
	return 0;
}

static int
ring_create(struct afx_sock *s, int option, uint32_t size)
{
	if (setsockopt(s->fd, SOL_XDP, option, &size, sizeof(size)) != 0)
		return -errno;
	return 0;
}

/* A wish: where something else lies the kernel takes another address. */
static void *
ring_place(const struct afx_sock *s, uint64_t pgoff)
{
	const uint64_t ring =
		(uint64_t)s->fd * RINGS_PER_SOCK + (pgoff >> RING_PGOFF_SHIFT) % RINGS_PER_SOCK;

	return (void *)(uintptr_t)(RINGS_AT + ring * RING_SPAN);
}

/* Map a ring that was made at its offset, and describe it. */
static int
ring_map(struct afx_sock *s, uint64_t pgoff, const struct xdp_ring_offset *off, size_t slot_len,
	 uint32_t size, struct afx_sock_map *map, struct afx_ring *ring)
{
	const size_t len = off->desc + size * slot_len;
	char *addr;

	addr = mmap(ring_place(s, pgoff), len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE,
		    s->fd, pgoff);
	if (addr == MAP_FAILED)
		return -errno;
	map->addr = addr;
	map->len = len;
	*ring = (struct afx_ring){
		.slots = addr + off->desc,
		.prod = (uint32_t *)(addr + off->producer),
		.cons = (uint32_t *)(addr + off->consumer),
		.flags = (uint32_t *)(addr + off->flags),
		.mask = size - 1,
		.size = size,
	};
	return 0;
}

static int
rings_make(struct afx_sock *s, const struct afx_sock_sizes *sizes)
{
	int ret;

	ret = ring_create(s, XDP_UMEM_FILL_RING, sizes->fill);
	if (ret == 0)
		ret = ring_create(s, XDP_UMEM_COMPLETION_RING, sizes->comp);
	if (ret == 0 && sizes->rx != 0)
		ret = ring_create(s, XDP_RX_RING, sizes->rx);
	if (ret == 0 && sizes->tx != 0)
		ret = ring_create(s, XDP_TX_RING, sizes->tx);
	return ret;
}

int
afx_sock_rings_create(struct afx_sock *s, const struct afx_sock_sizes *sizes, struct afx_ring *rx,
		      struct afx_ring *tx, struct afx_ring *fill, struct afx_ring *comp)
{
	struct xdp_mmap_offsets off;
	socklen_t len = sizeof(off);
	int ret;

	ret = rings_make(s, sizes);
	if (ret != 0)
		return ret;
	if (getsockopt(s->fd, SOL_XDP, XDP_MMAP_OFFSETS, &off, &len) != 0)
		return -errno;
	/* Linux before 5.4 answers with a shorter structure that has no flags offsets. */
	if (len != sizeof(off))
		return -EOPNOTSUPP;

	ret = ring_map(s, XDP_UMEM_PGOFF_FILL_RING, &off.fr, sizeof(uint64_t), sizes->fill,
		       &s->fill, fill);
	if (ret == 0)
		ret = ring_map(s, XDP_UMEM_PGOFF_COMPLETION_RING, &off.cr, sizeof(uint64_t),
			       sizes->comp, &s->comp, comp);
	if (ret == 0 && sizes->rx != 0)
		ret = ring_map(s, XDP_PGOFF_RX_RING, &off.rx, sizeof(struct xdp_desc), sizes->rx,
			       &s->rx, rx);
	if (ret == 0 && sizes->tx != 0)
		ret = ring_map(s, XDP_PGOFF_TX_RING, &off.tx, sizeof(struct xdp_desc), sizes->tx,
			       &s->tx, tx);
	return ret;
}

int
afx_sock_bind(struct afx_sock *s, unsigned int ifindex, uint32_t queue, bool zerocopy,
	      int shared_fd)
{
	struct sockaddr_xdp addr = {
		.sxdp_family = AF_XDP,
		.sxdp_ifindex = ifindex,
		.sxdp_queue_id = queue,
		.sxdp_flags = XDP_USE_NEED_WAKEUP | (zerocopy ? XDP_ZEROCOPY : XDP_COPY),
	};
	struct xdp_options options = { 0 };
	socklen_t len = sizeof(options);

	/* A sharer inherits mode and need_wakeup; naming them is -EINVAL (xsk_bind). */
	if (shared_fd >= 0) {
		addr.sxdp_flags = XDP_SHARED_UMEM;
		addr.sxdp_shared_umem_fd = shared_fd;
	}
	if (bind(s->fd, (struct sockaddr *)&addr, sizeof(addr)) != 0)
		return -errno;
	if (getsockopt(s->fd, SOL_XDP, XDP_OPTIONS, &options, &len) != 0)
		return -errno;
	s->zerocopy = options.flags & XDP_OPTIONS_ZEROCOPY;
	return 0;
}

int
afx_sock_stats_get(const struct afx_sock *s, struct afx_sock_stats *stats)
{
	struct xdp_statistics raw = { 0 };
	socklen_t len = sizeof(raw);

	if (getsockopt(afx_sock_share_fd(s->fd), SOL_XDP, XDP_STATISTICS, &raw, &len) != 0)
		return -errno;
	stats->rx_dropped = raw.rx_dropped;
	stats->rx_ring_full = raw.rx_ring_full;
	stats->fill_empty = raw.rx_fill_ring_empty_descs;
	stats->rx_invalid = raw.rx_invalid_descs;
	stats->tx_invalid = raw.tx_invalid_descs;
	stats->tx_empty = raw.tx_ring_empty_descs;
	return 0;
}

uint32_t
afx_sock_tx_budget_set(struct afx_sock *s, uint32_t budget)
{
	if (budget <= TX_BUDGET_DEFAULT ||
	    setsockopt(s->fd, SOL_XDP, XDP_MAX_TX_SKB_BUDGET, &budget, sizeof(budget)) != 0)
		return TX_BUDGET_DEFAULT;
	return budget;
}

void
afx_sock_sndbuf_set(struct afx_sock *s, uint32_t bytes)
{
	int value = bytes > INT32_MAX / 2 ? INT32_MAX / 2 : (int)bytes;

	if (setsockopt(s->fd, SOL_SOCKET, SO_SNDBUFFORCE, &value, sizeof(value)) != 0)
		setsockopt(s->fd, SOL_SOCKET, SO_SNDBUF, &value, sizeof(value));
}

static int
busy_poll_write(struct afx_sock *s, int prefer, int usecs, int budget)
{
	if (setsockopt(s->fd, SOL_SOCKET, SO_PREFER_BUSY_POLL, &prefer, sizeof(prefer)) != 0)
		return -errno;
	if (setsockopt(s->fd, SOL_SOCKET, SO_BUSY_POLL, &usecs, sizeof(usecs)) != 0)
		return -errno;
	/* The budget can not be 0 and is not used once the others are off. */
	if (budget != 0 &&
	    setsockopt(s->fd, SOL_SOCKET, SO_BUSY_POLL_BUDGET, &budget, sizeof(budget)) != 0)
		return -errno;
	return 0;
}

int
afx_sock_napi_get(const struct afx_sock *s, uint32_t *napi)
{
	socklen_t len = sizeof(*napi);

	*napi = 0;
	if (getsockopt(s->fd, SOL_SOCKET, SO_INCOMING_NAPI_ID, napi, &len) != 0)
		return -errno;
	return *napi != 0 ? 0 : -EOPNOTSUPP;
}

int
afx_sock_busy_poll_set(struct afx_sock *s, uint16_t budget)
{
	const int ret = busy_poll_write(s, 1, BUSY_POLL_US, budget);

	if (ret != 0)
		busy_poll_write(s, 0, 0, 0);
	return ret;
}

/* One attempt to bind a throw-away copy-mode socket to the queue. */
static int
queue_probe(unsigned int ifindex, uint32_t queue, const struct afx_sock_umem *umem)
{
	const struct afx_sock_sizes sizes = { .rx = PROBE_RING,
					      .fill = PROBE_RING,
					      .comp = PROBE_RING };
	struct afx_ring rx, fill, comp;
	struct afx_sock s;
	int ret;

	afx_sock_init(&s);
	ret = afx_sock_open(&s);
	if (ret == 0)
		ret = afx_sock_umem_register(&s, umem);
	if (ret == 0)
		ret = afx_sock_rings_create(&s, &sizes, &rx, NULL, &fill, &comp);
	if (ret == 0)
		ret = afx_sock_bind(&s, ifindex, queue, false, -1);
	afx_sock_close(&s);
	return ret;
}

static uint64_t
now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * UINT64_C(1000000) + ts.tv_nsec / 1000;
}

int
afx_sock_released_wait(unsigned int ifindex, uint32_t queue, unsigned int ms)
{
	const uint64_t deadline = now_us() + ms * UINT64_C(1000);
	struct afx_sock_umem umem = { .len = PROBE_UMEM, .chunk = PROBE_CHUNK };
	int ret;

	umem.base =
		mmap(NULL, PROBE_UMEM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (umem.base == MAP_FAILED)
		return -errno;
	do {
		ret = queue_probe(ifindex, queue, &umem);
		if (ret == 0 || ret == -ENODEV || ret == -ENXIO)
			break;
		usleep(RELEASE_POLL_US);
	} while (now_us() < deadline);
	munmap(umem.base, PROBE_UMEM);
	return ret == -EBUSY ? -ETIMEDOUT : ret;
}

static void
ring_unmap(struct afx_sock_map *map)
{
	if (map->addr != NULL)
		munmap(map->addr, map->len);
	map->addr = NULL;
}

void
afx_sock_close(struct afx_sock *s)
{
	/* A mapping of any ring holds the socket, and with it the queue: unmap all, whole. */
	ring_unmap(&s->rx);
	ring_unmap(&s->tx);
	ring_unmap(&s->fill);
	ring_unmap(&s->comp);
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}
