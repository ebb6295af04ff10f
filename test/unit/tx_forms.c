/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include "tx_forms.h"

#define FOREIGN_MBUFS 64

void
form_fixture_open(struct fixture *f)
{
	env_open(&f->e, &(struct env_cfg){ .max_len = FORM_MAX_LEN });
	f->foreign = env_pool(FOREIGN_MBUFS, 0, 0, 2 * ENV_ROOM, NULL);
	f->external_freed = 0;
}

void
form_fixture_close(struct fixture *f)
{
	env_close(&f->e);
	env_pool_close(f->foreign);
}

struct rte_mbuf *
form_own(struct fixture *f)
{
	return env_mbuf(f->e.mp, FORM_LEN, FORM_SEED);
}

static struct rte_mbuf *
own_packet_type_flags(struct fixture *f)
{
	struct rte_mbuf *m = form_own(f);

	m->ol_flags = RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_OUTER_IPV6 | RTE_MBUF_F_RX_RSS_HASH;
	return m;
}

struct rte_mbuf *
form_foreign(struct fixture *f)
{
	return env_mbuf(f->foreign, FORM_LEN, FORM_SEED);
}

static struct rte_mbuf *
foreign_longest(struct fixture *f)
{
	return env_mbuf(f->foreign, FORM_MAX_LEN, FORM_SEED);
}

/* The clone keeps the data; its creator lets go of the original. */
static struct rte_mbuf *
clone_of(struct rte_mbuf *m, struct rte_mempool *mp)
{
	struct rte_mbuf *clone = rte_pktmbuf_clone(m, mp);

	assert_non_null(clone);
	rte_pktmbuf_free(m);
	return clone;
}

static struct rte_mbuf *
clone_own(struct fixture *f)
{
	return clone_of(form_own(f), f->e.mp);
}

static struct rte_mbuf *
clone_own_in_foreign(struct fixture *f)
{
	return clone_of(form_own(f), f->foreign);
}

struct rte_mbuf *
form_clone_foreign(struct fixture *f)
{
	return clone_of(form_foreign(f), f->foreign);
}

static struct rte_mbuf *
clone_foreign_in_own(struct fixture *f)
{
	return clone_of(form_foreign(f), f->e.mp);
}

static struct rte_mbuf *
clone_of_clone(struct fixture *f)
{
	return clone_of(clone_own(f), f->foreign);
}

/* The pattern begins in the middle of the original's data. */
static struct rte_mbuf *
clone_own_trimmed(struct fixture *f)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(f->e.mp);

	env_pattern((uint8_t *)rte_pktmbuf_append(m, 3 * FORM_LEN) + FORM_LEN, FORM_LEN, FORM_SEED);
	m = clone_of(m, f->foreign);
	rte_pktmbuf_adj(m, FORM_LEN);
	rte_pktmbuf_trim(m, FORM_LEN);
	return m;
}

static void
external_free(void *addr __rte_unused, void *opaque)
{
	++*(uint32_t *)opaque;
}

static struct rte_mbuf *
external_in(struct fixture *f, struct rte_mempool *mp)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(mp);

	assert_non_null(m);
	f->shinfo.free_cb = external_free;
	f->shinfo.fcb_opaque = &f->external_freed;
	rte_mbuf_ext_refcnt_set(&f->shinfo, 1);
	rte_pktmbuf_attach_extbuf(m, f->external, RTE_BAD_IOVA, sizeof(f->external), &f->shinfo);
	m->data_off = 1000;
	m->data_len = FORM_LEN;
	m->pkt_len = FORM_LEN;
	env_pattern(rte_pktmbuf_mtod(m, uint8_t *), FORM_LEN, FORM_SEED);
	return m;
}

static struct rte_mbuf *
external(struct fixture *f)
{
	return external_in(f, f->e.mp);
}

static struct rte_mbuf *
external_foreign(struct fixture *f)
{
	return external_in(f, f->foreign);
}

static struct rte_mbuf *
clone_external(struct fixture *f)
{
	return clone_of(external(f), f->e.mp);
}

/* A frame of len bytes cut into n segments, of the first pool or of both in turns. */
static struct rte_mbuf *
chain(struct rte_mempool *a, struct rte_mempool *b, uint32_t n, uint32_t len)
{
	struct rte_mbuf *head = NULL;
	uint32_t i, at;

	for (i = 0, at = 0; i < n; i++) {
		uint32_t part = i == n - 1 ? len - at : len / n;
		struct rte_mbuf *seg = env_mbuf(i % 2 == 0 ? a : b, part, FORM_SEED + at);

		if (head == NULL)
			head = seg;
		else
			assert_int_equal(rte_pktmbuf_chain(head, seg), 0);
		at += part;
	}
	return head;
}

struct rte_mbuf *
form_segments(struct fixture *f)
{
	return chain(f->e.mp, f->e.mp, 3, FORM_LEN);
}

struct rte_mbuf *
form_segments_longest(struct fixture *f)
{
	return chain(f->e.mp, f->foreign, 7, FORM_MAX_LEN);
}

static struct rte_mbuf *
segments_with_an_empty_one(struct fixture *f)
{
	struct rte_mbuf *head = chain(f->e.mp, f->e.mp, 2, FORM_LEN);

	assert_int_equal(rte_pktmbuf_chain(head, env_mbuf(f->foreign, 0, 0)), 0);
	return head;
}

static struct rte_mbuf *
segments_of_a_clone(struct fixture *f)
{
	return clone_of(chain(f->e.mp, f->foreign, 4, FORM_LEN), f->foreign);
}

static struct rte_mbuf *
shortest(struct fixture *f)
{
	return env_mbuf(f->e.mp, 14, FORM_SEED);
}

static struct rte_mbuf *
longest_at_the_end_of_the_buffer(struct fixture *f)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(f->e.mp);

	m->data_off = ENV_ROOM - FORM_MAX_LEN;
	m->data_len = FORM_MAX_LEN;
	m->pkt_len = FORM_MAX_LEN;
	env_pattern(rte_pktmbuf_mtod(m, uint8_t *), FORM_MAX_LEN, FORM_SEED);
	return m;
}

static struct rte_mbuf *
no_headroom(struct fixture *f)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(f->e.mp);

	env_pattern((uint8_t *)rte_pktmbuf_prepend(m, 128), FORM_LEN, FORM_SEED);
	m->data_len = FORM_LEN;
	m->pkt_len = FORM_LEN;
	return m;
}

static struct rte_mbuf *
no_bytes(struct fixture *f)
{
	return env_mbuf(f->e.mp, 0, FORM_SEED);
}

struct rte_mbuf *
form_too_short(struct fixture *f)
{
	return env_mbuf(f->e.mp, 13, FORM_SEED);
}

static struct rte_mbuf *
too_short_foreign(struct fixture *f)
{
	return env_mbuf(f->foreign, 13, FORM_SEED);
}

static struct rte_mbuf *
too_long(struct fixture *f)
{
	return env_mbuf(f->e.mp, FORM_MAX_LEN + 1, FORM_SEED);
}

static struct rte_mbuf *
too_long_foreign(struct fixture *f)
{
	return env_mbuf(f->foreign, 2 * ENV_ROOM - 128, FORM_SEED);
}

static struct rte_mbuf *
too_long_clone(struct fixture *f)
{
	return clone_of(too_long(f), f->foreign);
}

static struct rte_mbuf *
too_long_segments(struct fixture *f)
{
	return chain(f->e.mp, f->e.mp, 2, FORM_MAX_LEN + 1);
}

static struct rte_mbuf *
pkt_len_less(struct fixture *f)
{
	struct rte_mbuf *m = form_own(f);

	m->pkt_len--;
	return m;
}

static struct rte_mbuf *
pkt_len_more(struct fixture *f)
{
	struct rte_mbuf *m = form_own(f);

	m->pkt_len++;
	return m;
}

static struct rte_mbuf *
nb_segs_less(struct fixture *f)
{
	struct rte_mbuf *m = form_segments(f);

	m->nb_segs = 2;
	return m;
}

/* All that counts agrees, but there is more. */
static struct rte_mbuf *
nb_segs_2_of_3(struct fixture *f)
{
	struct rte_mbuf *m = form_segments(f);

	m->nb_segs = 2;
	m->pkt_len = m->data_len + m->next->data_len;
	return m;
}

/* Only the head counts, and its length is not the packet's. */
static struct rte_mbuf *
nb_segs_1_of_3(struct fixture *f)
{
	struct rte_mbuf *m = form_segments(f);

	m->nb_segs = 1;
	return m;
}

static struct rte_mbuf *
nb_segs_more(struct fixture *f)
{
	struct rte_mbuf *m = form_segments(f);

	m->nb_segs = 4;
	return m;
}

static struct rte_mbuf *
nb_segs_0(struct fixture *f)
{
	struct rte_mbuf *m = form_own(f);

	m->nb_segs = 0;
	return m;
}

static struct rte_mbuf *
segments_longer_than_pkt_len(struct fixture *f)
{
	struct rte_mbuf *m = form_segments(f);

	m->next->next->data_len += 1;
	return m;
}

/* The sum is right, modulo 2^32. */
static struct rte_mbuf *
segment_longer_than_packet(struct fixture *f)
{
	struct rte_mbuf *m = form_segments(f);

	m->pkt_len = 60;
	return m;
}

static struct rte_mbuf *
data_beyond_buffer(struct fixture *f)
{
	struct rte_mbuf *m = form_own(f);

	m->data_off = ENV_ROOM - FORM_LEN + 1;
	return m;
}

static struct rte_mbuf *
data_beyond_foreign_buffer(struct fixture *f)
{
	struct rte_mbuf *m = form_foreign(f);

	m->data_off = 2 * ENV_ROOM - FORM_LEN + 1;
	return m;
}

static struct rte_mbuf *
data_beyond_last_buffer(struct fixture *f)
{
	struct rte_mbuf *m = form_segments(f);

	m->next->next->data_off = ENV_ROOM;
	return m;
}

static struct rte_mbuf *
data_beyond_external_buffer(struct fixture *f)
{
	struct rte_mbuf *m = external(f);

	m->data_off = sizeof(f->external) - FORM_LEN + 1;
	return m;
}

#define SENT(form, len, copied)          \
	{                                \
		form, len, copied, #form \
	}
#define REFUSED(form)                             \
	{                                         \
		form, 0, false, "refused: " #form \
	}

const struct form forms[] = {
	SENT(form_own, FORM_LEN, false),
	SENT(own_packet_type_flags, FORM_LEN, false),
	SENT(shortest, 14, false),
	SENT(longest_at_the_end_of_the_buffer, FORM_MAX_LEN, false),
	SENT(no_headroom, FORM_LEN, false),
	SENT(clone_own, FORM_LEN, false),
	SENT(clone_own_in_foreign, FORM_LEN, false),
	SENT(clone_own_trimmed, FORM_LEN, false),
	SENT(clone_of_clone, FORM_LEN, false),
	SENT(form_foreign, FORM_LEN, true),
	SENT(foreign_longest, FORM_MAX_LEN, true),
	SENT(form_clone_foreign, FORM_LEN, true),
	SENT(clone_foreign_in_own, FORM_LEN, true),
	SENT(external, FORM_LEN, true),
	SENT(external_foreign, FORM_LEN, true),
	SENT(clone_external, FORM_LEN, true),
	SENT(form_segments, FORM_LEN, true),
	SENT(form_segments_longest, FORM_MAX_LEN, true),
	SENT(segments_with_an_empty_one, FORM_LEN, true),
	SENT(segments_of_a_clone, FORM_LEN, true),
	REFUSED(no_bytes),
	REFUSED(form_too_short),
	REFUSED(too_short_foreign),
	REFUSED(too_long),
	REFUSED(too_long_foreign),
	REFUSED(too_long_clone),
	REFUSED(too_long_segments),
	REFUSED(pkt_len_less),
	REFUSED(pkt_len_more),
	REFUSED(nb_segs_less),
	REFUSED(nb_segs_1_of_3),
	REFUSED(nb_segs_2_of_3),
	REFUSED(form_nb_segs_1_of_2),
	REFUSED(form_loop_to_first),
	REFUSED(form_loop_to_second),
	REFUSED(form_loop_to_last),
	REFUSED(nb_segs_more),
	REFUSED(nb_segs_0),
	REFUSED(segments_longer_than_pkt_len),
	REFUSED(segment_longer_than_packet),
	REFUSED(data_beyond_buffer),
	REFUSED(form_data_off_wraps),
	REFUSED(data_beyond_foreign_buffer),
	REFUSED(form_data_len_beyond_foreign_buffer),
	REFUSED(data_beyond_last_buffer),
	REFUSED(data_beyond_external_buffer),
};

const size_t nb_forms = RTE_DIM(forms);
