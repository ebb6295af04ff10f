/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/if_link.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "afx_redirect.skel.h"
#include "raw_port.h"

/* As net_afx asks for, so that both have the same knobs: afx_pair.c. */
#define TX_FRAME_TRUESIZE 2304

/* Addresses moved at once: a turn's worth, and as many as the driver moves. */
#define BATCH 32

static bool
aligned(const struct raw_umem *umem)
{
	return umem->stride == RAW_CHUNK;
}

static void
frames_make(struct raw_umem *umem, uint32_t nb_frames, uint32_t size)
{
	uint64_t chunk;
	char *frame;

	while (umem->nb_free < nb_frames) {
		chunk = (uint64_t)umem->nb_free * umem->stride;
		frame = raw_frame(umem, chunk + umem->offset);
		memset(frame, 0, size);
		loop_header((struct bench_header *)frame, true);
		umem->free[umem->nb_free++] = chunk;
	}
}

int
raw_umem_make(struct raw_umem *umem, uint32_t nb_frames, uint32_t stride, uint32_t size)
{
	const size_t page = sysconf(_SC_PAGESIZE);

	umem->fd = -1;
	if (stride < RAW_CHUNK)
		return -EINVAL;
	umem->stride = stride;
	umem->len = ((size_t)nb_frames * stride + page - 1) / page * page;
	umem->offset = aligned(umem) ? RAW_OFFSET : RAW_OFFSET << XSK_UNALIGNED_BUF_OFFSET_SHIFT;
	umem->base = mmap(NULL, umem->len, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE | MAP_HUGETLB, -1, 0);
	if (umem->base == MAP_FAILED)
		umem->base = mmap(NULL, umem->len, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	umem->free = calloc(nb_frames, sizeof(umem->free[0]));
	if (umem->base == MAP_FAILED || umem->free == NULL)
		return -ENOMEM;
	frames_make(umem, nb_frames, size);
	return 0;
}

static int
umem_register(struct raw_port *p)
{
	const struct xdp_umem_reg reg = {
		.addr = (uintptr_t)p->umem->base,
		.len = p->umem->len,
		.chunk_size = RAW_CHUNK,
		.flags = aligned(p->umem) ? 0 : XDP_UMEM_UNALIGNED_CHUNK_FLAG,
	};

	if (p->umem->fd >= 0)
		return 0;
	if (setsockopt(p->sock.fd, SOL_XDP, XDP_UMEM_REG, &reg, sizeof(reg)) != 0)
		return -errno;
	return 0;
}

static int
program_attach(struct raw_port *p, unsigned int ifindex)
{
	const uint32_t queue = 0;

	p->prog = afx_redirect__open_and_load();
	if (p->prog == NULL)
		return -errno;
	if (bpf_map_update_elem(bpf_map__fd(p->prog->maps.xsks_map), &queue, &p->sock.fd, 0) != 0)
		return -errno;
	p->prog->links.afx_redirect = bpf_program__attach_xdp(p->prog->progs.afx_redirect, ifindex);
	return p->prog->links.afx_redirect == NULL ? -errno : 0;
}

/* What shares a registration needs a fill and completion ring of its own, on another device. */
static int
socket_open(struct raw_port *p, unsigned int ifindex, uint32_t desc)
{
	const struct afx_sock_sizes sizes = {
		.rx = desc, .tx = desc, .fill = 2 * desc, .comp = desc
	};
	int ret;

	afx_sock_init(&p->sock);
	ret = afx_sock_open(&p->sock);
	if (ret == 0)
		ret = umem_register(p);
	if (ret == 0)
		ret = afx_sock_rings_create(&p->sock, &sizes, &p->rx, &p->tx, &p->fill, &p->comp);
	if (ret == 0)
		ret = afx_sock_bind(&p->sock, ifindex, 0, false, p->umem->fd);
	if (ret == 0 && p->umem->fd < 0)
		p->umem->fd = p->sock.fd;
	return ret;
}

int
raw_port_open(struct raw_port *p, const char *iface, struct raw_umem *umem, uint32_t desc,
	      uint32_t budget)
{
	const unsigned int ifindex = if_nametoindex(iface);
	int ret;

	if (ifindex == 0)
		return -errno;
	p->umem = umem;
	ret = socket_open(p, ifindex, desc);
	if (ret != 0)
		return ret;
	p->kick_batch = afx_sock_tx_budget_set(&p->sock, raw_min(desc, budget));
	afx_sock_sndbuf_set(&p->sock, desc * TX_FRAME_TRUESIZE);
	raw_port_refill(p);
	return program_attach(p, ifindex);
}

void
raw_port_reap(struct raw_port *p)
{
	struct raw_umem *umem = p->umem;
	const uint32_t n = afx_ring_avail(&p->comp, p->comp.size);
	uint32_t i;

	for (i = 0; i < n; i++)
		umem->free[umem->nb_free++] =
			raw_chunk(umem, *afx_ring_addr(&p->comp, p->comp.own + i));
	afx_ring_release(&p->comp, n);
}

void
raw_port_refill(struct raw_port *p)
{
	struct raw_umem *umem = p->umem;
	const uint32_t most = p->rx.size + BATCH - (p->fill.own - p->rx.own);
	uint32_t n = raw_min(afx_ring_free(&p->fill, BATCH), most);
	uint32_t i;

	if (n < BATCH)
		return;
	n = raw_min(n, umem->nb_free);
	for (i = 0; i < n; i++)
		*afx_ring_addr(&p->fill, p->fill.own + i) = umem->free[--umem->nb_free];
	afx_ring_submit(&p->fill, n);
}

void
raw_port_kick(struct raw_port *p)
{
	uint32_t pending = afx_ring_pending(&p->tx);
	uint32_t calls = 1 + (pending + p->kick_batch - 1) / p->kick_batch;
	uint32_t before;
	int ret;

	while (pending != 0 && calls-- != 0) {
		before = pending;
		ret = afx_sock_tx_kick(p->sock.fd);
		p->dropped += ret == -EBUSY;
		pending = afx_ring_pending(&p->tx);
		if (ret == 0 || (ret != -EBUSY && pending == before))
			return;
	}
}
