/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The kinds of mbufs that an application can give to Tx.
 */
#ifndef TX_FORMS_H
#define TX_FORMS_H

#include "burst_env.h"

/* Frames of the forms that do not say otherwise: this long, in this pattern. */
#define FORM_LEN 200
#define FORM_SEED 11
/* Longest frame of the tests: that of an MTU of 1500. */
#define FORM_MAX_LEN 1518

struct fixture {
	struct env e;
	struct rte_mempool *foreign; /* with mbufs twice as large as the UMEM's */
	struct rte_mbuf_ext_shared_info shinfo;
	uint8_t external[4096];
	uint32_t external_freed;
};

struct form {
	struct rte_mbuf *(*make)(struct fixture *f);
	uint32_t len; /* of the frame; 0: refused */
	bool copied;
	const char *name;
};

extern const struct form forms[];
extern const size_t nb_forms;

void form_fixture_open(struct fixture *f);

/* Everything must be back in both pools. */
void form_fixture_close(struct fixture *f);

/* The forms that other tests use, too. */
struct rte_mbuf *form_own(struct fixture *f);
struct rte_mbuf *form_foreign(struct fixture *f);
struct rte_mbuf *form_clone_foreign(struct fixture *f);
struct rte_mbuf *form_segments_longest(struct fixture *f);
struct rte_mbuf *form_too_short(struct fixture *f);
struct rte_mbuf *form_segments(struct fixture *f);
struct rte_mbuf *form_data_off_wraps(struct fixture *f);
struct rte_mbuf *form_nb_segs_1_of_2(struct fixture *f);
struct rte_mbuf *form_loop_to_first(struct fixture *f);
struct rte_mbuf *form_loop_to_second(struct fixture *f);
struct rte_mbuf *form_loop_to_last(struct fixture *f);
struct rte_mbuf *form_data_len_beyond_foreign_buffer(struct fixture *f);

#endif /* TX_FORMS_H */
