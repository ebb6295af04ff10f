/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/queue.h>
#include <unistd.h>

#include <rte_common.h>
#include <rte_memory.h>

#include "afx_umem.h"

struct share {
	TAILQ_ENTRY(share) next;
	struct rte_mempool *mp;
	struct afx_sock_umem reg;
	bool zerocopy;
	int fd;
};

static TAILQ_HEAD(, share) shares = TAILQ_HEAD_INITIALIZER(shares);
static pthread_mutex_t share_lock = PTHREAD_MUTEX_INITIALIZER;

/* Collected over the memory chunks and objects of one mempool. */
struct span {
	uintptr_t start;
	uintptr_t end;
	uint64_t page; /* smallest page size of any chunk */
	uint32_t straddlers;
};

static uint64_t
page_size_of(const void *addr)
{
	const struct rte_memseg_list *msl = rte_mem_virt2memseg_list(addr);

	/* Memory that DPDK does not know (external): assume the smallest pages. */
	return msl == NULL ? (uint64_t)sysconf(_SC_PAGESIZE) : msl->page_sz;
}

static void
span_add_chunk(struct rte_mempool *mp __rte_unused, void *opaque, struct rte_mempool_memhdr *memhdr,
	       unsigned int index __rte_unused)
{
	struct span *span = opaque;
	uintptr_t addr = (uintptr_t)memhdr->addr;

	span->start = RTE_MIN(span->start, addr);
	span->end = RTE_MAX(span->end, addr + memhdr->len);
	span->page = RTE_MIN(span->page, page_size_of(memhdr->addr));
}

/* Counts buffers that lie on two pages which are not neighbours in physical memory. */
static void
span_add_object(struct rte_mempool *mp __rte_unused, void *opaque, void *obj,
		unsigned int index __rte_unused)
{
	struct span *span = opaque;
	struct rte_mbuf *m = obj;
	uintptr_t first = (uintptr_t)m->buf_addr - AFX_CHUNK_LEAD;
	uintptr_t second = RTE_ALIGN_FLOOR((uintptr_t)m->buf_addr + m->buf_len - 1, span->page);

	if (RTE_ALIGN_FLOOR(first, span->page) == second)
		return;
	if (rte_mem_virt2phy((void *)second) - rte_mem_virt2phy((void *)first) != second - first)
		span->straddlers++;
}

static const char *
zerocopy_obstacle(struct rte_mempool *mp, struct span *span)
{
	if (span->page <= AFX_CHUNK_MAX)
		return "the mempool lies on 4 KiB pages, of which zero-copy would lose every "
		       "frame that crosses two (use hugepages)";
	rte_mempool_obj_iter(mp, span_add_object, span);
	if (span->straddlers != 0)
		return "buffers of the mempool cross physically discontiguous pages";
	return NULL;
}

/*
 * The kernel pins every page of the span, so none may be missing or without
 * access, as reserved address space is. Linux before 5.14 does not know the
 * advice and sees only missing ones. EINVAL is its answer, and that of others for
 * pages without access (madvise(2)): of no pages, it is that the advice is unknown.
 */
static bool
span_is_backed(const struct span *span)
{
	const size_t page = sysconf(_SC_PAGESIZE);
	const size_t len = span->end - span->start;
	void *start = (void *)span->start;
	unsigned char *vec;
	bool backed;

	if (madvise(start, len, MADV_POPULATE_READ) == 0)
		return true;
	if (errno != EINVAL || madvise(start, 0, MADV_POPULATE_READ) == 0)
		return false;
	vec = malloc(len / page);
	backed = vec != NULL && mincore(start, len, vec) == 0;
	free(vec);
	return backed;
}

static int
span_measure(struct rte_mempool *mp, struct span *span)
{
	const uintptr_t page = sysconf(_SC_PAGESIZE);

	*span = (struct span){ .start = UINTPTR_MAX, .page = UINT64_MAX };
	rte_mempool_mem_iter(mp, span_add_chunk, span);
	span->start = RTE_ALIGN_FLOOR(span->start, page);
	span->end = RTE_ALIGN_CEIL(span->end, page);
	if (span->end <= span->start)
		return -EINVAL;
	if (span->end - span->start > AFX_UMEM_LEN_MAX)
		return -EFBIG;
	return span_is_backed(span) ? 0 : -EINVAL;
}

/* What is wrong with the pool's memory, and what to do about it. */
static void
span_say(const struct rte_mempool *mp, int ret, char *err, size_t err_len)
{
	const char *what = ret == -EFBIG
		? "is spread over more than 1 TiB of addresses, and afx keeps "
		  "account of no more"
		: "has holes in its memory, which can not be registered with "
		  "AF_XDP";

	snprintf(err, err_len,
		 "mempool %s %s: create it in one piece (fewer mbufs, larger hugepages, no "
		 "--legacy-mem)",
		 mp->name, what);
}

int
afx_umem_describe(struct rte_mempool *mp, bool headroom_far, struct afx_umem *umem, char *err,
		  size_t err_len)
{
	const uint32_t room = rte_pktmbuf_data_room_size(mp);
	const uint32_t headroom = headroom_far ? AFX_CHUNK_LEAD : 0;
	struct span span;
	int ret;

	if (room < AFX_BUF_LEN_MIN) {
		snprintf(err, err_len,
			 "mempool %s has a data room of %u bytes: AF_XDP needs %u "
			 "(rte_pktmbuf_pool_create's data_room_size, testpmd's --mbuf-size)",
			 mp->name, room, AFX_BUF_LEN_MIN);
		return -EINVAL;
	}
	if (rte_pktmbuf_priv_flags(mp) & RTE_PKTMBUF_POOL_F_PINNED_EXT_BUF) {
		snprintf(
			err, err_len,
			"mempool %s keeps its data in external buffers, outside the memory that can "
			"be registered with AF_XDP: use an ordinary pool (rte_pktmbuf_pool_create)",
			mp->name);
		return -EINVAL;
	}
	ret = span_measure(mp, &span);
	if (ret != 0) {
		span_say(mp, ret, err, err_len);
		return -EINVAL;
	}
	*umem = (struct afx_umem){
		.mp = mp,
		.reg = { .base = (void *)span.start,
			 .len = span.end - span.start,
			 .chunk = RTE_MIN(room + AFX_CHUNK_LEAD, AFX_CHUNK_MAX),
			 .headroom = headroom },
		.delta = span.start - rte_pktmbuf_priv_size(mp) - sizeof(struct rte_mbuf) +
			AFX_CHUNK_LEAD,
		.no_zerocopy = zerocopy_obstacle(mp, &span),
	};
	umem->frame_len = umem->reg.chunk - umem->reg.headroom - AFX_XDP_HEADROOM;
	umem->tx_len = RTE_MIN(room - RTE_PKTMBUF_HEADROOM, umem->reg.chunk);
	return 0;
}

static bool
same_registration(const struct afx_sock_umem *a, const struct afx_sock_umem *b)
{
	return a->base == b->base && a->len == b->len && a->chunk == b->chunk &&
		a->headroom == b->headroom;
}

int
afx_umem_share_find(const struct afx_umem *umem, bool zerocopy)
{
	struct share *s;

	pthread_mutex_lock(&share_lock);
	TAILQ_FOREACH(s, &shares, next) {
		if (s->mp == umem->mp && s->zerocopy == zerocopy &&
		    same_registration(&s->reg, &umem->reg))
			return s->fd;
	}
	return -1;
}

void
afx_umem_share_done(void)
{
	pthread_mutex_unlock(&share_lock);
}

void
afx_umem_share_pause(unsigned int us)
{
	pthread_mutex_unlock(&share_lock);
	usleep(us);
	pthread_mutex_lock(&share_lock);
}

int
afx_umem_share_join(const struct afx_umem *umem, int fd, bool zerocopy)
{
	struct share *s = malloc(sizeof(*s));

	if (s == NULL)
		return -ENOMEM;
	*s = (struct share){ .mp = umem->mp, .reg = umem->reg, .zerocopy = zerocopy, .fd = fd };
	TAILQ_INSERT_TAIL(&shares, s, next);
	return 0;
}

void
afx_umem_share_leave(int fd)
{
	struct share *s;

	pthread_mutex_lock(&share_lock);
	TAILQ_FOREACH(s, &shares, next) {
		if (s->fd == fd) {
			TAILQ_REMOVE(&shares, s, next);
			free(s);
			break;
		}
	}
	pthread_mutex_unlock(&share_lock);
}
