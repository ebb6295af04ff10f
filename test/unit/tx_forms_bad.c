/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Chains that do not end where they say, and data behind its buffer.
 */
#include "tx_forms.h"

/* All that counts agrees, but there is a tail. */
struct rte_mbuf *
form_nb_segs_1_of_2(struct fixture *f)
{
	struct rte_mbuf *m = form_own(f);

	m->next = form_own(f);
	return m;
}

/* The last segment leads back to one before it, and there are as many as can be said. */
static struct rte_mbuf *
loop_to(struct fixture *f, uint32_t nb_before)
{
	struct rte_mbuf *m = form_segments(f);
	struct rte_mbuf *to = m;

	m->next->next->data_len = 0;
	m->next->data_len = 0;
	m->pkt_len = m->data_len;
	m->nb_segs = UINT16_MAX;
	while (nb_before-- != 0)
		to = to->next;
	m->next->next->next = to;
	return m;
}

struct rte_mbuf *
form_loop_to_first(struct fixture *f)
{
	return loop_to(f, 0);
}

struct rte_mbuf *
form_loop_to_second(struct fixture *f)
{
	return loop_to(f, 1);
}

struct rte_mbuf *
form_loop_to_last(struct fixture *f)
{
	return loop_to(f, 2);
}

/* Of a length that could be sent, out of a buffer that is shorter. */
struct rte_mbuf *
form_data_len_beyond_foreign_buffer(struct fixture *f)
{
	struct rte_mbuf *m = form_foreign(f);

	m->data_off = 2 * ENV_ROOM - 14;
	m->data_len = FORM_MAX_LEN;
	m->pkt_len = FORM_MAX_LEN;
	return m;
}

struct rte_mbuf *
form_data_off_wraps(struct fixture *f)
{
	struct rte_mbuf *m = form_own(f);

	m->data_off = UINT16_MAX - FORM_LEN / 2;
	return m;
}
