/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <stdlib.h>
#include <string.h>

#include "ideal_nic_serve.h"

/* Ahead of every received frame, besides the UMEM's own headroom (include/linux/bpf.h). */
#define XDP_PACKET_HEADROOM 256

#define OFFSET_SHIFT XSK_UNALIGNED_BUF_OFFSET_SHIFT
#define BASE_MASK XSK_UNALIGNED_BUF_ADDR_MASK

/* The least an Ethernet frame can be, without the checksum that no driver sees. */
#define LEN_DEFAULT 64

/*
 * Four polls of a NAPI instance, 64 packets each (include/linux/netdevice.h): a
 * driver that is busy finds that much, or less. A whole ring at once has it
 * refill in gulps, which a smaller part of the mempool's cache can not cover.
 */
#define BATCH_DEFAULT 256

/*
 * From 02:00:00:00:00:01 to ..:02, UDP from 10.0.0.1:9 to 10.0.0.2:9; lengths are filled in.
 * The datagram's checksum is wrong, which only who computes it finds.
 */
static struct ideal_nic_frame template = {
	.ether = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0x00 },
	.ipv4 = { 0x45, [8] = 64, [9] = 17, [12] = 10, [15] = 1, [16] = 10, [19] = 2 },
	.udp = { [1] = 9, [3] = 9, [6] = 1 },
};

static uint32_t frame_len = LEN_DEFAULT;
static uint32_t hold;
static uint32_t batch;
static bool verify;
static bool copies;
static bool paused;
static __thread struct ideal_nic_count count;

struct ideal_nic_count *
nic_count(void)
{
	return &count;
}

static void
big_endian_set(uint8_t *field, uint16_t value)
{
	field[0] = value >> 8;
	field[1] = value & 0xff;
}

static void
ipv4_checksum_set(uint8_t *ip)
{
	uint32_t sum = 0;
	unsigned int i;

	for (i = 0; i < sizeof(template.ipv4); i += 2)
		sum += ip[i] << 8 | ip[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	big_endian_set(ip + 10, ~sum);
}

static uint32_t
setting(const char *name, uint32_t otherwise, uint32_t max)
{
	const char *text = getenv(name);
	unsigned long value = text == NULL ? otherwise : strtoul(text, NULL, 0);

	return value > max ? max : value;
}

void
nic_configure(void)
{
	frame_len = setting("IDEAL_NIC_LEN", LEN_DEFAULT, UINT16_MAX);
	if (frame_len < sizeof(template))
		frame_len = sizeof(template);
	hold = setting("IDEAL_NIC_HOLD", 0, HOLD_MAX);
	batch = setting("IDEAL_NIC_BATCH", BATCH_DEFAULT, UINT16_MAX);
	verify = setting("IDEAL_NIC_VERIFY", 0, 1);
	copies = setting("IDEAL_NIC_COPY", 0, 1);
	big_endian_set(template.ipv4 + 2, frame_len - sizeof(template.ether));
	big_endian_set(template.udp + 4,
		       frame_len - sizeof(template.ether) - sizeof(template.ipv4));
	ipv4_checksum_set(template.ipv4);
}

void
nic_pause(bool pause)
{
	paused = pause;
}

bool
nic_copies(void)
{
	return copies;
}

static inline uint32_t
load(const uint32_t *index)
{
	return __atomic_load_n(index, __ATOMIC_ACQUIRE);
}

static inline void
publish(uint32_t *index, uint32_t value)
{
	__atomic_store_n(index, value, __ATOMIC_RELEASE);
}

static inline uint64_t *
addr_at(const struct nic_ring *r, uint32_t index)
{
	return (uint64_t *)r->slots + (index & (r->size - 1));
}

static inline struct xdp_desc *
desc_at(const struct nic_ring *r, uint32_t index)
{
	return (struct xdp_desc *)r->slots + (index & (r->size - 1));
}

/* Entries that the driver has given us in a ring that it produces. */
static inline uint32_t
given(const struct nic_ring *r)
{
	return load(r->prod) - r->own;
}

/* Room in a ring that we produce. */
static inline uint32_t
room(const struct nic_ring *r)
{
	return r->size - (r->own - load(r->cons));
}

static inline uint32_t
least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/*
 * The address of the frame that a fill entry becomes (net/xdp/xsk_buff_pool.c,
 * xp_alloc and xp_get_handle): an unaligned entry's base and offset are added
 * up, and the frame is told by that base and its offset from it.
 */
static inline bool
frame_place(const struct nic_umem *umem, uint64_t entry, uint64_t *base, uint64_t *offset)
{
	*base = umem->unaligned ? (entry & BASE_MASK) + (entry >> OFFSET_SHIFT)
				: entry & ~(uint64_t)(umem->chunk - 1);
	*offset = umem->headroom + XDP_PACKET_HEADROOM;
	return *base + umem->chunk <= umem->len && *offset + frame_len <= umem->chunk;
}

static void
frame_write(struct nic *nic, uint64_t addr)
{
	struct ideal_nic_frame *frame = (void *)(uintptr_t)(nic->umem.addr + addr);

	*frame = template;
	memcpy(frame->number, &nic->number, sizeof(frame->number));
	count.frame_sum += nic->number++;
}

void
nic_receive(struct nic *nic)
{
	const uint32_t n = paused ? 0 : least(batch, least(given(&nic->fill), room(&nic->rx)));
	uint64_t base, offset;
	uint32_t i;

	for (i = 0; i < n; i++) {
		if (!frame_place(&nic->umem, *addr_at(&nic->fill, nic->fill.own++), &base,
				 &offset)) {
			count.invalid_fill++;
			continue;
		}
		frame_write(nic, base + offset);
		*desc_at(&nic->rx, nic->rx.own++) = (struct xdp_desc){
			.addr = nic->umem.unaligned ? base | offset << OFFSET_SHIFT : base + offset,
			.len = frame_len,
		};
		count.frames++;
	}
	publish(nic->fill.cons, nic->fill.own);
	publish(nic->rx.prod, nic->rx.own);
}

/* Whether the kernel would take it (net/xdp/xsk_queue.h, xp_unaligned_validate_desc). */
static inline bool
frame_sent(const struct nic *nic, const struct xdp_desc *desc)
{
	const uint64_t addr = (desc->addr & BASE_MASK) + (desc->addr >> OFFSET_SHIFT);
	const struct ideal_nic_frame *frame = (void *)(uintptr_t)(nic->umem.addr + addr);
	uint64_t number;

	if (desc->len < sizeof(frame->ether) || desc->len > nic->umem.chunk ||
	    addr + desc->len > nic->umem.len || desc->options != 0)
		return false;
	/* Not by default: it would bring into the cache what a NIC reads past it. */
	if (verify && desc->len >= sizeof(*frame)) {
		memcpy(&number, frame->number, sizeof(number));
		count.sent_sum += number;
	}
	return true;
}

static inline void
complete(struct nic *nic, uint64_t addr)
{
	*addr_at(&nic->comp, nic->comp.own++) = addr;
}

/* Exchange for a random one of those held back (xorshift64, Marsaglia 2003). */
static inline uint64_t
exchange(struct nic *nic, uint64_t addr)
{
	uint64_t x = nic->random;
	uint64_t *place;
	uint64_t other;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	nic->random = x;
	place = &nic->held[x % nic->nb_held];
	other = *place;
	*place = addr;
	return other;
}

static inline void
take(struct nic *nic, const struct xdp_desc *desc, uint32_t most)
{
	if (!frame_sent(nic, desc)) {
		count.invalid_tx++;
		return;
	}
	count.sent++;
	if (nic->nb_held < most) {
		nic->held[nic->nb_held++] = desc->addr;
		count.held++;
		return;
	}
	complete(nic, most == 0 ? desc->addr : exchange(nic, desc->addr));
	count.completed++;
}

void
nic_send(struct nic *nic)
{
	const uint32_t n = least(given(&nic->tx), room(&nic->comp));
	/* The driver must not wait for what never comes: half its ring stays free. */
	const uint32_t most = least(hold, nic->tx.size / 2);
	uint32_t i;

	for (i = 0; i < n; i++)
		take(nic, desc_at(&nic->tx, nic->tx.own++), most);
	publish(nic->tx.cons, nic->tx.own);
	publish(nic->comp.prod, nic->comp.own);
}

void
nic_flush(struct nic *nic)
{
	while (nic->nb_held != 0 && room(&nic->comp) != 0)
		complete(nic, nic->held[--nic->nb_held]);
	publish(nic->comp.prod, nic->comp.own);
}
