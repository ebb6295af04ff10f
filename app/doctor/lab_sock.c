/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * AF_XDP sockets on the pair, with the driver's own calls where it has them.
 */
#include <assert.h>
#include <errno.h>
#include <net/ethernet.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/if_packet.h>

#include "afx_prog.h"
#include "afx_sock.h"

#include "lab.h"

/* The least that the kernel takes, times a few: the limit on locked memory may be tight. */
#define CHUNK 2048
#define UMEM_LEN (16 * CHUNK)
#define RING 64
/* More than the 32 of kernels without the option, and no more than the Tx ring. */
#define BUDGET RING
/* The kernel's least, and a multiple of 8; enough for struct xsk_tx_metadata's time stamp. */
#define TXMETA_LEN 16
/* One frame on an idle veth arrives within the send call. */
#define ARRIVAL_MS 1000
/* Local experiments 1 (IEEE 802). */
#define ETHERTYPE 0x88b5

/* struct xdp_umem_reg of Linux 6.8, which the build host's headers may lack. */
struct umem_reg_txmeta {
	uint64_t addr;
	uint64_t len;
	uint32_t chunk_size;
	uint32_t headroom;
	uint32_t flags;
	uint32_t tx_metadata_len;
};

/* A queue of the near end for each socket. */
enum {
	QUEUE_MAIN,
	QUEUE_ZEROCOPY,
	QUEUE_MULTI,
};

static_assert(QUEUE_MULTI < LAB_QUEUES, "a queue for each");

struct xsk {
	struct afx_sock sock;
	struct afx_ring rx, tx, fill, comp;
};

static const struct afx_sock_sizes sizes = { .rx = RING, .tx = RING, .fill = RING, .comp = RING };

/* Open, with rings; registered unless umem is NULL. */
static int
xsk_make(struct xsk *x, const struct afx_sock_umem *umem)
{
	int ret;

	afx_sock_init(&x->sock);
	ret = afx_sock_open(&x->sock);
	if (ret == 0 && umem != NULL)
		ret = afx_sock_umem_register(&x->sock, umem);
	if (ret == 0)
		ret = afx_sock_rings_create(&x->sock, &sizes, &x->rx, &x->tx, &x->fill, &x->comp);
	return ret;
}

static void
xsk_fill(struct xsk *x)
{
	uint32_t i;

	for (i = 0; i < UMEM_LEN / CHUNK; i++)
		*afx_ring_addr(&x->fill, x->fill.own + i) = (uint64_t)i * CHUNK;
	afx_ring_submit(&x->fill, i);
}

/* Bind with flags that the driver does not use. */
static int
bind_flags(const struct xsk *x, unsigned int ifindex, uint32_t queue, uint16_t flags)
{
	const struct sockaddr_xdp addr = {
		.sxdp_family = AF_XDP,
		.sxdp_ifindex = ifindex,
		.sxdp_queue_id = queue,
		.sxdp_flags = flags,
	};

	return bind(x->sock.fd, (const struct sockaddr *)&addr, sizeof(addr)) == 0 ? 0 : -errno;
}

/* One frame from the far end, which is all that this tool ever sends; nobody else is there. */
static int
frame_send(unsigned int ifindex)
{
	const struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_ifindex = ifindex,
	};
	uint8_t frame[ETHER_MIN_LEN] = {
		[0 ... 5] = 0xff,
		[6] = 0x02,
		[12] = ETHERTYPE >> 8,
		[13] = ETHERTYPE & 0xff,
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (sendto(fd, frame, sizeof(frame), 0, (const struct sockaddr *)&to, sizeof(to)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

static int
arrival_try(struct xsk *x, const struct lab_pair *pair, struct afx_prog *prog)
{
	struct pollfd pfd = { .fd = x->sock.fd, .events = POLLIN };
	int ret;

	ret = afx_prog_insert(prog, QUEUE_MAIN, x->sock.fd);
	if (ret == 0)
		ret = frame_send(pair->far);
	if (ret == 0 && poll(&pfd, 1, ARRIVAL_MS) < 0)
		ret = -errno;
	if (ret == 0 && afx_ring_avail(&x->rx, 1) == 0)
		ret = -ETIMEDOUT;
	afx_prog_remove(prog, QUEUE_MAIN);
	return ret;
}

static void
shared_try(struct lab *lab, const struct lab_pair *pair, const struct xsk *owner)
{
	struct xsk x;
	int ret = xsk_make(&x, NULL);

	if (ret == 0)
		ret = afx_sock_bind(&x.sock, pair->far, QUEUE_MAIN, false, owner->sock.fd);
	lab_note(lab, LAB_SHARED, ret);
	afx_sock_close(&x.sock);
}

static void
main_socket_try(struct lab *lab, const struct lab_pair *pair, const struct afx_sock_umem *umem,
		struct afx_prog *prog)
{
	struct xsk x;
	int ret;

	afx_sock_init(&x.sock);
	ret = lab_note(lab, LAB_SOCKET, afx_sock_open(&x.sock));
	if (ret == 0)
		ret = lab_note(lab, LAB_UNALIGNED, afx_sock_umem_register(&x.sock, umem));
	if (ret == 0) {
		ret = afx_sock_rings_create(&x.sock, &sizes, &x.rx, &x.tx, &x.fill, &x.comp);
		if (ret == 0) {
			xsk_fill(&x);
			ret = afx_sock_bind(&x.sock, pair->near, QUEUE_MAIN, false, -1);
		}
		lab_note(lab, LAB_COPY, ret);
	}
	if (ret == 0) {
		lab_note(lab, LAB_WAKEUP, afx_ring_needs_wakeup(&x.tx) ? 0 : -EOPNOTSUPP);
		lab_note(lab, LAB_BUDGET,
			 afx_sock_tx_budget_set(&x.sock, BUDGET) == BUDGET ? 0 : -ENOPROTOOPT);
		shared_try(lab, pair, &x);
		if (prog != NULL)
			lab_note(lab, LAB_ARRIVAL, arrival_try(&x, pair, prog));
	}
	afx_sock_close(&x.sock);
}

static void
bind_try(struct lab *lab, enum lab_try what, const struct lab_pair *pair,
	 const struct afx_sock_umem *umem, uint32_t queue, uint16_t flags)
{
	struct xsk x;
	int ret = xsk_make(&x, umem);

	if (ret == 0)
		ret = bind_flags(&x, pair->near, queue, flags);
	lab_note(lab, what, ret);
	afx_sock_close(&x.sock);
}

static void
txmeta_try(struct lab *lab, const struct afx_sock_umem *umem)
{
	const struct umem_reg_txmeta reg = {
		.addr = (uintptr_t)umem->base,
		.len = umem->len,
		.chunk_size = umem->chunk,
		.flags = XDP_UMEM_UNALIGNED_CHUNK_FLAG | XDP_UMEM_TX_METADATA_LEN,
		.tx_metadata_len = TXMETA_LEN,
	};
	struct afx_sock s;
	int ret;

	afx_sock_init(&s);
	ret = afx_sock_open(&s);
	if (ret == 0 && setsockopt(s.fd, SOL_XDP, XDP_UMEM_REG, &reg, sizeof(reg)) != 0)
		ret = -errno;
	lab_note(lab, LAB_TXMETA, ret);
	afx_sock_close(&s);
}

void
lab_sockets_try(struct lab *lab, const struct lab_pair *pair, struct afx_prog *prog)
{
	struct afx_sock_umem umem = { .len = UMEM_LEN, .chunk = CHUNK };

	umem.base =
		mmap(NULL, UMEM_LEN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (umem.base == MAP_FAILED)
		return;
	main_socket_try(lab, pair, &umem, prog);
	if (lab->tries[LAB_COPY].tried && lab->tries[LAB_COPY].ret == 0) {
		bind_try(lab, LAB_ZEROCOPY, pair, &umem, QUEUE_ZEROCOPY,
			 XDP_USE_NEED_WAKEUP | XDP_ZEROCOPY);
		bind_try(lab, LAB_MULTI, pair, &umem, QUEUE_MULTI,
			 XDP_COPY | XDP_USE_NEED_WAKEUP | XDP_USE_SG);
		txmeta_try(lab, &umem);
	}
	munmap(umem.base, UMEM_LEN);
}
