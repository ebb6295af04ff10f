/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <rte_common.h>

#include "afx_ledger.h"
#include "burst_env.h"

#define MBUFS 256
#define ERR_LEN 256

/* Room, and what the kernel is told of it: chunk, and the frame that fits. */
struct geometry {
	uint16_t room;
	bool headroom_far;
	uint32_t chunk;
	uint32_t headroom;
	uint32_t frame_len;
	uint32_t tx_len;
};

static const struct geometry geometries[] = {
	{ 1920, false, 2048, 0, 1792, 1792 },  { 1920, true, 2048, 128, 1664, 1792 },
	{ 1921, false, 2049, 0, 1793, 1793 },  { 2176, false, 2304, 0, 2048, 2048 },
	{ 2176, true, 2304, 128, 1920, 2048 }, { 3968, false, 4096, 0, 3840, 3840 },
	{ 3969, false, 4096, 0, 3840, 3841 },  { 9728, false, 4096, 0, 3840, 4096 },
	{ 9728, true, 4096, 128, 3712, 4096 },
};

static const uint16_t privs[] = { 0, 64, 192 };

struct object_check {
	const struct afx_umem *umem;
	uint8_t *seen;
};

static void
check_object(struct rte_mempool *mp __rte_unused, void *opaque, void *obj,
	     unsigned int index __rte_unused)
{
	struct object_check *check = opaque;
	const struct afx_umem *umem = check->umem;
	const struct rte_mbuf *m = obj;
	const uint64_t base = afx_umem_base(umem->delta, m);
	const char *frame = (char *)umem->reg.base + base + AFX_CHUNK_LEAD;
	uint64_t offset;

	/* base + 256 is the byte at data_off 128; the whole chunk is registered memory */
	assert_ptr_equal(frame, m->buf_addr);
	assert_true(base + umem->reg.chunk <= umem->reg.len);
	assert_true((char *)umem->reg.base + base + umem->reg.chunk <=
		    (char *)m->buf_addr + m->buf_len);
	for (offset = 0; offset < umem->reg.chunk; offset += 127)
		assert_ptr_equal(afx_umem_mbuf(umem->delta, base | offset << AFX_ADDR_OFFSET_SHIFT),
				 m);
	assert_true(afx_ledger_index(base) < afx_umem_ledger_len(umem));
	assert_int_equal(afx_ledger_index(base | UINT64_C(0xffff) << 48), afx_ledger_index(base));
	assert_int_equal(check->seen[afx_ledger_index(base)]++, 0);
}

static void
check_geometry(const struct geometry *g, uint16_t priv)
{
	struct rte_mempool *mp = env_pool(MBUFS, 0, priv, g->room, NULL);
	const uintptr_t page = sysconf(_SC_PAGESIZE);
	struct object_check check;
	struct afx_umem umem;
	char err[ERR_LEN] = "";

	assert_int_equal(afx_umem_describe(mp, g->headroom_far, &umem, err, sizeof(err)), 0);
	assert_ptr_equal(umem.mp, mp);
	assert_int_equal(umem.reg.chunk, g->chunk);
	assert_int_equal(umem.reg.headroom, g->headroom);
	assert_int_equal(umem.frame_len, g->frame_len);
	assert_int_equal(umem.tx_len, g->tx_len);
	assert_int_equal((uintptr_t)umem.reg.base % page, 0);
	assert_int_equal(umem.reg.len % page, 0);
	assert_non_null(umem.no_zerocopy);
	assert_non_null(strstr(umem.no_zerocopy, "4 KiB pages"));
	check.umem = &umem;
	check.seen = calloc(afx_umem_ledger_len(&umem), 1);
	assert_int_equal(rte_mempool_obj_iter(mp, check_object, &check), MBUFS);
	free(check.seen);
	env_pool_close(mp);
}

static void
test_geometries(void **state __rte_unused)
{
	size_t i, j;

	for (i = 0; i < RTE_DIM(geometries); i++)
		for (j = 0; j < RTE_DIM(privs); j++)
			check_geometry(&geometries[i], privs[j]);
}

/* As long as a UMEM may be, of which no machine here has the memory. */
static void
test_ledger_97671617_address_beyond_4_gib(void **state __rte_unused)
{
	const uint64_t len = AFX_UMEM_LEN_MAX;
	const uint64_t bases[] = {
		0, 2304, UINT32_MAX, UINT64_C(1) << 32, (UINT64_C(1) << 32) + 2304, len - 4096
	};
	const uintptr_t start = 0x100000000;
	const struct afx_umem umem = {
		.reg = { .base = (void *)start, .len = len, .chunk = 2304 },
		.delta = start - 64,
	};
	size_t i;

	assert_int_equal(afx_umem_ledger_len(&umem), (len >> 11) + 1);
	for (i = 0; i < RTE_DIM(bases); i++) {
		const struct rte_mbuf *m = (void *)(bases[i] + start - 64);

		assert_int_equal(afx_umem_base(umem.delta, m), bases[i]);
		assert_ptr_equal(afx_umem_mbuf(umem.delta, bases[i] | UINT64_C(384) << 48), m);
		assert_int_equal(afx_ledger_index(bases[i] | UINT64_C(384) << 48), bases[i] / 2048);
	}
}

static void
test_describe_small_room(void **state __rte_unused)
{
	struct rte_mempool *mp = env_pool(MBUFS, 0, 0, 1919, NULL);
	struct afx_umem umem = { .frame_len = 1 };
	char err[ERR_LEN] = "";

	assert_int_equal(afx_umem_describe(mp, false, &umem, err, sizeof(err)), -EINVAL);
	assert_non_null(strstr(err, "1919"));
	assert_non_null(strstr(err, "1920"));
	assert_non_null(strstr(err, mp->name));
	assert_non_null(strstr(err, "--mbuf-size"));
	assert_null(strchr(err, '\n'));
	assert_int_equal(umem.frame_len, 1);
	env_pool_close(mp);
}

/* A pool for MBUFS mbufs that has no memory yet. */
static struct rte_mempool *
pool_empty(const char *name)
{
	struct rte_pktmbuf_pool_private priv = { .mbuf_data_room_size = ENV_ROOM };
	struct rte_mempool *mp;

	mp = rte_mempool_create_empty(name, MBUFS, sizeof(struct rte_mbuf) + ENV_ROOM, 0,
				      sizeof(priv), SOCKET_ID_ANY, 0);
	assert_non_null(mp);
	rte_pktmbuf_pool_init(mp, &priv);
	return mp;
}

/* Two pieces of memory that are not the driver's, with or without a hole between them. */
static void
pool_in_two(bool hole, bool upwards)
{
	const size_t piece = 1 << 20;
	char *memory = mmap(NULL, 3 * piece, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	struct object_check check;
	struct rte_mempool *mp;
	struct afx_umem umem;
	char err[ERR_LEN] = "";
	size_t object;
	int ret;

	assert_ptr_not_equal(memory, MAP_FAILED);
	mp = pool_empty(hole ? "hole" : "pieces");
	object = mp->header_size + mp->elt_size + mp->trailer_size;
	assert_true(rte_mempool_populate_iova(mp, memory + (upwards ? 0 : 2 * piece), RTE_BAD_IOVA,
					      MBUFS / 2 * object, NULL, NULL) > 0);
	assert_true(rte_mempool_populate_iova(mp, memory + (upwards ? 2 * piece : 0), RTE_BAD_IOVA,
					      piece, NULL, NULL) > 0);
	assert_int_equal(mp->populated_size, MBUFS);
	rte_mempool_obj_iter(mp, rte_pktmbuf_init, NULL);
	if (hole)
		munmap(memory + piece, piece);
	ret = afx_umem_describe(mp, false, &umem, err, sizeof(err));
	if (hole) {
		assert_int_equal(ret, -EINVAL);
		assert_non_null(strstr(err, "holes"));
		assert_non_null(strstr(err, mp->name));
	} else {
		assert_int_equal(ret, 0);
		assert_ptr_equal(umem.reg.base, memory);
		assert_in_range(umem.reg.len, 2 * piece + 1, 3 * piece);
		check.umem = &umem;
		check.seen = calloc(afx_umem_ledger_len(&umem), 1);
		assert_int_equal(rte_mempool_obj_iter(mp, check_object, &check), MBUFS);
		free(check.seen);
	}
	rte_mempool_free(mp);
	munmap(memory, 3 * piece);
}

static void
test_describe_pieces(void **state __rte_unused)
{
	pool_in_two(false, false);
	pool_in_two(false, true);
}

/* Ends of a pool with nothing between them, len bytes apart; returns what is said of it. */
static void
pool_of_ends(const char *name, size_t len, char *err)
{
	const size_t piece = 1 << 20;
	char *memory =
		mmap(NULL, len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	struct rte_mempool *mp;
	struct afx_umem umem;

	assert_ptr_not_equal(memory, MAP_FAILED);
	assert_int_equal(mprotect(memory, piece, PROT_READ | PROT_WRITE), 0);
	assert_int_equal(mprotect(memory + len - piece, piece, PROT_READ | PROT_WRITE), 0);
	mp = pool_empty(name);
	assert_true(rte_mempool_populate_iova(mp, memory, RTE_BAD_IOVA, piece / 4, NULL, NULL) > 0);
	assert_true(rte_mempool_populate_iova(mp, memory + len - piece, RTE_BAD_IOVA, piece, NULL,
					      NULL) > 0);
	assert_int_equal(afx_umem_describe(mp, false, &umem, err, ERR_LEN), -EINVAL);
	assert_non_null(strstr(err, name));
	rte_mempool_free(mp);
	munmap(memory, len);
}

/* Of an address in a ring, a ledger looks at no more. */
static void
test_describe_far(void **state __rte_unused)
{
	char err[ERR_LEN];

	pool_of_ends("far", AFX_UMEM_LEN_MAX, err);
	assert_non_null(strstr(err, "has holes"));
	pool_of_ends("farther", AFX_UMEM_LEN_MAX + 4096, err);
	assert_non_null(strstr(err, "spread over more than 1 TiB"));
}

static void
test_describe_hole(void **state __rte_unused)
{
	pool_in_two(true, false);
	pool_in_two(true, true);
}

/* Their data lies elsewhere. */
static void
test_describe_pinned(void **state __rte_unused)
{
	const size_t len = MBUFS * ENV_ROOM;
	const struct rte_pktmbuf_extmem extmem = { .buf_ptr = calloc(1, len),
						   .buf_iova = RTE_BAD_IOVA,
						   .buf_len = len,
						   .elt_size = ENV_ROOM };
	struct rte_mempool *mp;
	struct afx_umem umem;
	char err[ERR_LEN] = "";

	mp = rte_pktmbuf_pool_create_extbuf("pinned", MBUFS, 0, 0, ENV_ROOM, SOCKET_ID_ANY, &extmem,
					    1);
	assert_non_null(mp);
	assert_int_equal(afx_umem_describe(mp, false, &umem, err, sizeof(err)), -EINVAL);
	assert_non_null(strstr(err, "external"));
	assert_non_null(strstr(err, mp->name));
	rte_mempool_free(mp);
	free(extmem.buf_ptr);
}

static void
check_found(const struct afx_umem *umem, bool zerocopy, int fd)
{
	assert_int_equal(afx_umem_share_find(umem, zerocopy), fd);
	afx_umem_share_done();
}

static void
join(const struct afx_umem *umem, int fd, bool zerocopy)
{
	afx_umem_share_find(umem, zerocopy);
	assert_int_equal(afx_umem_share_join(umem, fd, zerocopy), 0);
	afx_umem_share_done();
}

static void
test_share(void **state __rte_unused)
{
	struct rte_mempool pools[2];
	const struct afx_umem a = { .mp = &pools[0], .reg = { (void *)0x1000, 0x2000, 2304, 0 } };
	const struct afx_umem b = { .mp = &pools[1], .reg = a.reg };
	struct afx_umem other = a;

	check_found(&a, false, -1);
	join(&a, 10, false);
	check_found(&a, false, 10);
	check_found(&a, true, -1);
	check_found(&b, false, -1);
	other.reg.headroom = 128;
	check_found(&other, false, -1);
	other.reg = a.reg;
	other.reg.chunk = 2048;
	check_found(&other, false, -1);
	other.reg = a.reg;
	other.reg.len += 0x1000;
	check_found(&other, false, -1);
	other.reg = a.reg;
	other.reg.base = (void *)0x2000;
	check_found(&other, false, -1);
	/* the start order does not matter: each mode has its own */
	join(&a, 11, true);
	join(&b, 12, false);
	check_found(&a, false, 10);
	check_found(&a, true, 11);
	check_found(&b, false, 12);
	/* the first owner leaves, a second one of the same kind serves */
	join(&a, 13, false);
	afx_umem_share_leave(10);
	check_found(&a, false, 13);
	afx_umem_share_leave(99);
	afx_umem_share_leave(11);
	check_found(&a, true, -1);
	check_found(&b, false, 12);
	afx_umem_share_leave(12);
	afx_umem_share_leave(13);
	check_found(&a, false, -1);
	check_found(&b, false, -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_geometries),
		cmocka_unit_test(test_ledger_97671617_address_beyond_4_gib),
		cmocka_unit_test(test_describe_small_room),
		cmocka_unit_test(test_describe_pieces),
		cmocka_unit_test(test_describe_hole),
		cmocka_unit_test(test_describe_far),
		cmocka_unit_test(test_describe_pinned),
		cmocka_unit_test(test_share),
	};

	return cmocka_run_group_tests_name("umem", tests, env_group_setup, env_group_teardown);
}
