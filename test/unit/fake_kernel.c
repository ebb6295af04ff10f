/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fake_kernel.h"

/* Kernel ABI (if_xdp.h, XDP_PACKET_HEADROOM), on purpose not taken from the driver. */
#define OFFSET_SHIFT 48
#define BASE_MASK ((UINT64_C(1) << OFFSET_SHIFT) - 1)
#define HEADROOM 256
/* Before these bytes of a chunk lies the mbuf itself, which a program leaves alone. */
#define MBUF_BYTES 128
#define FRAME_MIN 14
/* Chunks are at least 2048 bytes apart. */
#define CHUNK_SHIFT 11

/* Any number that is no real descriptor here, for a message if one is used by mistake. */
#define FD_FIRST 100000
#define KERNELS_MAX 16

static struct fk *kernels[KERNELS_MAX];

static uint32_t
load(const struct fk_index *index)
{
	return __atomic_load_n(&index->value, __ATOMIC_ACQUIRE);
}

static void
store(struct fk_index *index, uint32_t value)
{
	__atomic_store_n(&index->value, value, __ATOMIC_RELEASE);
}

static uint64_t *
addr_slot(const struct fk_ring *ring, uint32_t index)
{
	return (uint64_t *)ring->slots + index % ring->size;
}

static struct xdp_desc *
desc_slot(const struct fk_ring *ring, uint32_t index)
{
	return (struct xdp_desc *)ring->slots + index % ring->size;
}

static void
complain(struct fk *fk, const char *what)
{
	const char *none = NULL;

	__atomic_compare_exchange_n(&fk->complaint, &none, what, false, __ATOMIC_RELAXED,
				    __ATOMIC_RELAXED);
}

/* xorshift: the same sequence in every run. */
static uint32_t
random_below(uint32_t *state, uint32_t n)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state % n;
}

static bool
ring_open(struct fk_ring *ring, uint32_t size, size_t slot, uint32_t start)
{
	*ring = (struct fk_ring){
		.prod = { start }, .cons = { start }, .size = size, .own = start, .peer = start
	};
	ring->slots = malloc(size * slot);
	if (ring->slots == NULL)
		return false;
	memset(ring->slots, 0xff, size * slot);
	return true;
}

bool
fk_open(struct fk *fk, const struct afx_sock_umem *umem, const struct afx_sock_sizes *sizes,
	uint32_t start)
{
	const size_t chunks = (umem->len >> CHUNK_SHIFT) + 1;
	int slot = 0;

	while (slot < KERNELS_MAX && kernels[slot] != NULL)
		slot++;
	memset(fk, 0, sizeof(*fk));
	fk->umem = *umem;
	fk->rx_random = 1;
	fk->tx_random = 2;
	fk->fd = FD_FIRST + slot;
	fk->chunks = calloc(chunks, sizeof(*fk->chunks));
	fk->has = calloc(chunks, sizeof(*fk->has));
	fk->flying = calloc(sizes->comp, sizeof(*fk->flying));
	if (slot == KERNELS_MAX || fk->chunks == NULL || fk->has == NULL || fk->flying == NULL ||
	    !ring_open(&fk->rx, sizes->rx, sizeof(struct xdp_desc), start) ||
	    !ring_open(&fk->tx, sizes->tx, sizeof(struct xdp_desc), start) ||
	    !ring_open(&fk->fill, sizes->fill, sizeof(uint64_t), start) ||
	    !ring_open(&fk->comp, sizes->comp, sizeof(uint64_t), start) ||
	    pthread_mutex_init(&fk->tx_lock, NULL) != 0)
		return false;
	fk_need_wakeup(&fk->tx, true);
	kernels[slot] = fk;
	return true;
}

void
fk_close(struct fk *fk)
{
	kernels[fk->fd - FD_FIRST] = NULL;
	fk_sent_clear(fk);
	pthread_mutex_destroy(&fk->tx_lock);
	free(fk->rx.slots);
	free(fk->tx.slots);
	free(fk->fill.slots);
	free(fk->comp.slots);
	free(fk->chunks);
	free(fk->has);
	free(fk->flying);
}

static void
view(struct fk_ring *ring, struct afx_ring *user)
{
	*user = (struct afx_ring){
		.slots = ring->slots,
		.prod = &ring->prod.value,
		.cons = &ring->cons.value,
		.flags = &ring->flags.value,
		.mask = ring->size - 1,
		.own = ring->own,
		.peer = ring->own,
		.size = ring->size,
	};
}

void
fk_rings(struct fk *fk, struct afx_ring *rx, struct afx_ring *tx, struct afx_ring *fill,
	 struct afx_ring *comp)
{
	view(&fk->rx, rx);
	view(&fk->tx, tx);
	view(&fk->fill, fill);
	view(&fk->comp, comp);
}

void
fk_need_wakeup(struct fk_ring *ring, bool need)
{
	__atomic_store_n(&ring->flags.value, need ? XDP_RING_NEED_WAKEUP : 0, __ATOMIC_SEQ_CST);
}

/* Move fill entries to the kernel's own list of chunks. */
static void
take_fill(struct fk *fk, uint32_t n)
{
	const uint32_t entries = load(&fk->fill.prod) - fk->fill.own;

	if (entries > fk->fill.size)
		complain(fk, "fill ring overrun");
	for (n = RTE_MIN(n, entries); n != 0; n--) {
		uint64_t addr = *addr_slot(&fk->fill, fk->fill.own++);

		if (addr > fk->umem.len - fk->umem.chunk) {
			complain(fk, "fill address outside the UMEM");
			continue;
		}
		if (fk->has[addr >> CHUNK_SHIFT]++ != 0)
			complain(fk, "chunk given twice");
		fk->chunks[fk->nb_chunks++] = addr;
	}
	store(&fk->fill.cons, fk->fill.own);
}

/* The chunk to receive into; it stays in the list until chunk_use. */
static uint64_t *
chunk_pick(struct fk *fk)
{
	if (fk->nb_chunks == 0 || fk->how.shuffle)
		take_fill(fk, RTE_MAX(fk->how.fill_batch, 1u));
	if (fk->nb_chunks == 0)
		return NULL;
	return &fk->chunks[fk->how.shuffle ? random_below(&fk->rx_random, fk->nb_chunks)
					   : fk->nb_chunks - 1];
}

static uint64_t
chunk_use(struct fk *fk, uint64_t *chunk)
{
	const uint64_t addr = *chunk;

	*chunk = fk->chunks[--fk->nb_chunks];
	fk->has[addr >> CHUNK_SHIFT] = 0;
	return addr;
}

/* The frame, and before it what a program may leave there. */
static void
frame_write(struct fk *fk, uint64_t addr, const void *data, uint32_t len)
{
	uint8_t *chunk = (uint8_t *)fk->umem.base + addr;
	uint8_t *frame = chunk + fk->umem.headroom + HEADROOM;

	memset(chunk + MBUF_BYTES, 0xa5, frame - (chunk + MBUF_BYTES));
	memcpy(frame, data, len);
}

bool
fk_receive(struct fk *fk, const void *data, uint32_t len)
{
	const uint64_t offset = fk->umem.headroom + HEADROOM;
	uint64_t *chunk;
	uint64_t addr;

	if (fk->rx.own - load(&fk->rx.cons) >= fk->rx.size) {
		fk->rx_full++;
		return false;
	}
	chunk = chunk_pick(fk);
	if (chunk == NULL) {
		fk->rx_nobuf++;
		return false;
	}
	if (len > fk->umem.chunk - offset ||
	    random_below(&fk->rx_random, 100) < fk->how.drop_percent) {
		fk->rx_dropped++;
		return false;
	}
	addr = chunk_use(fk, chunk);
	frame_write(fk, addr, data, len);
	*desc_slot(&fk->rx, fk->rx.own++) =
		(struct xdp_desc){ .addr = addr | offset << OFFSET_SHIFT, .len = len };
	store(&fk->rx.prod, fk->rx.own);
	return true;
}

/* Like xskq_cons_peek_desc: publishes, and looks again, only when nothing is cached. */
static const struct xdp_desc *
tx_peek(struct fk *fk)
{
	if (fk->tx.peer == fk->tx.own) {
		store(&fk->tx.cons, fk->tx.own);
		fk->tx.peer = load(&fk->tx.prod);
	}
	if (fk->tx.peer - fk->tx.own > fk->tx.size)
		complain(fk, "Tx ring overrun");
	return fk->tx.peer == fk->tx.own ? NULL : desc_slot(&fk->tx, fk->tx.own);
}

static bool
desc_is_valid(const struct fk *fk, const struct xdp_desc *desc)
{
	const uint64_t start = (desc->addr & BASE_MASK) + (desc->addr >> OFFSET_SHIFT);

	return desc->options == 0 && desc->len >= FRAME_MIN && desc->len <= fk->umem.chunk &&
		start < fk->umem.len && desc->len <= fk->umem.len - start;
}

static void
record(struct fk *fk, const struct xdp_desc *desc)
{
	const uint64_t start = (desc->addr & BASE_MASK) + (desc->addr >> OFFSET_SHIFT);
	const uint8_t *data = (uint8_t *)fk->umem.base + start;
	struct fk_frame *frame;

	if (fk->on_sent != NULL) {
		fk->on_sent(fk->opaque, data, desc->len);
		fk->tx_sent++;
		return;
	}
	frame = malloc(sizeof(*frame) + desc->len);
	/* the array doubles whenever it is full */
	if ((fk->tx_sent & (fk->tx_sent - 1)) == 0)
		fk->sent = realloc(fk->sent, RTE_MAX(2 * fk->tx_sent, 1u) * sizeof(*fk->sent));
	frame->len = desc->len;
	memcpy(frame->data, data, desc->len);
	fk->sent[fk->tx_sent++] = frame;
}

void
fk_sent_clear(struct fk *fk)
{
	uint32_t i;

	for (i = 0; fk->sent != NULL && i < fk->tx_sent; i++)
		free(fk->sent[i]);
	free(fk->sent);
	fk->sent = NULL;
	fk->tx_sent = 0;
}

static bool
comp_is_full(const struct fk *fk)
{
	return fk->comp.own + fk->nb_flying - load(&fk->comp.cons) >= fk->comp.size;
}

/* Under the lock. */
static uint32_t
complete(struct fk *fk, uint32_t n)
{
	uint32_t i;

	n = RTE_MIN(n, fk->nb_flying);
	for (i = 0; i < n; i++) {
		uint32_t pick = fk->how.shuffle ? random_below(&fk->tx_random, fk->nb_flying) : 0;

		*addr_slot(&fk->comp, fk->comp.own++) = fk->flying[pick];
		fk->nb_flying--;
		memmove(&fk->flying[pick], &fk->flying[pick + 1],
			(fk->nb_flying - pick) * sizeof(*fk->flying));
	}
	store(&fk->comp.prod, fk->comp.own);
	return n;
}

uint32_t
fk_complete(struct fk *fk, uint32_t n)
{
	pthread_mutex_lock(&fk->tx_lock);
	n = complete(fk, n);
	pthread_mutex_unlock(&fk->tx_lock);
	return n;
}

/* Take one descriptor: 0 or, for a frame dropped downstream, -EBUSY with its completion. */
static int
tx_one(struct fk *fk, const struct xdp_desc *desc)
{
	const bool busy = fk->how.busy_every != 0 &&
		(fk->tx_sent + fk->tx_busy + 1) % fk->how.busy_every == 0;

	if (!desc_is_valid(fk, desc))
		complain(fk, "invalid Tx descriptor");
	else if (!busy)
		record(fk, desc);
	fk->tx.own++;
	if (!busy) {
		fk->flying[fk->nb_flying++] = desc->addr;
		return 0;
	}
	/* the receiver runs within our call: what it got before is complete by now */
	if (!fk->how.hold_completions)
		complete(fk, fk->nb_flying);
	*addr_slot(&fk->comp, fk->comp.own++) = desc->addr;
	store(&fk->comp.prod, fk->comp.own);
	fk->tx_busy++;
	return -EBUSY;
}

/* The error that the test wants after so many frames, once per kick. */
static int
error_due(struct fk *fk, uint32_t sent)
{
	if (fk->how.tx_error == 0 || fk->how.tx_error_calls == 0 || sent != fk->how.tx_error_after)
		return 0;
	if (fk->how.tx_error_calls != FK_ALWAYS)
		fk->how.tx_error_calls--;
	return -fk->how.tx_error;
}

/* Like __xsk_generic_xmit: 0 when the ring is empty, else why it stopped. */
static int
tx_loop(struct fk *fk)
{
	const uint32_t budget = fk->how.tx_budget != 0 ? fk->how.tx_budget : FK_TX_BUDGET;
	uint32_t sent;
	int ret = 0;

	for (sent = 0; ret == 0; sent++) {
		const struct xdp_desc *desc;

		ret = error_due(fk, sent);
		if (ret != 0)
			break;
		desc = tx_peek(fk);
		if (desc == NULL)
			break;
		ret = sent == budget || comp_is_full(fk) ? -EAGAIN : tx_one(fk, desc);
	}
	return ret;
}

int
fk_tx_run(struct fk *fk)
{
	int ret;

	pthread_mutex_lock(&fk->tx_lock);
	ret = tx_loop(fk);
	if (fk->how.publish == FK_PUBLISH_AT_ONCE)
		store(&fk->tx.cons, fk->tx.own);
	else if (fk->how.publish == FK_PUBLISH_LAG_BUSY)
		store(&fk->tx.cons, fk->tx.own - (ret == -EBUSY));
	if (!fk->how.hold_completions)
		complete(fk, fk->nb_flying);
	pthread_mutex_unlock(&fk->tx_lock);
	return ret;
}

int
afx_sock_tx_kick(int fd)
{
	struct fk *fk = kernels[fd - FD_FIRST];
	int ret = 0;

	__atomic_add_fetch(&fk->tx_kicks, 1, __ATOMIC_SEQ_CST);
	if (!fk->how.zerocopy)
		ret = fk_tx_run(fk);
	if (fk->on_tx_kick != NULL)
		fk->on_tx_kick(fk->opaque);
	return ret;
}

int
afx_sock_rx_kick(int fd)
{
	__atomic_add_fetch(&kernels[fd - FD_FIRST]->rx_kicks, 1, __ATOMIC_SEQ_CST);
	return 0;
}

void
fk_walk_rx(struct fk *fk, void (*visit)(void *opaque, uint64_t addr), void *opaque)
{
	uint32_t i;

	for (i = fk->fill.own; i != load(&fk->fill.prod); i++)
		visit(opaque, *addr_slot(&fk->fill, i));
	for (i = 0; i < fk->nb_chunks; i++)
		visit(opaque, fk->chunks[i]);
	for (i = load(&fk->rx.cons); i != fk->rx.own; i++)
		visit(opaque, desc_slot(&fk->rx, i)->addr);
}

void
fk_walk_tx(struct fk *fk, void (*visit)(void *opaque, uint64_t addr), void *opaque)
{
	uint32_t i;

	for (i = fk->tx.own; i != load(&fk->tx.prod); i++)
		visit(opaque, desc_slot(&fk->tx, i)->addr);
	for (i = 0; i < fk->nb_flying; i++)
		visit(opaque, fk->flying[i]);
	for (i = load(&fk->comp.cons); i != fk->comp.own; i++)
		visit(opaque, *addr_slot(&fk->comp, i));
}
