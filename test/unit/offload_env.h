/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * A queue that offers all offloads, and each kind of mbuf with a frame in it.
 */
#ifndef OFFLOAD_ENV_H
#define OFFLOAD_ENV_H

#include "ip_frames.h"
#include "tx_forms.h"

/* The kinds of mbufs that a request can come with. */
struct offload_kind {
	const char *name;
	struct rte_mbuf *(*make)(struct fixture *fx, const struct ip_frame *f);
	bool copied;
	bool if_changed; /* copied only then */
};

#define OFFLOAD_KINDS 8
/* The first one is sent in place. */
extern const struct offload_kind offload_kinds[OFFLOAD_KINDS];

/* What is asked for in turn. */
enum {
	OFFLOAD_L3_ONLY,
	OFFLOAD_L4_ONLY,
	OFFLOAD_L3_AND_L4,
	OFFLOAD_ASKS
};

/* The flags of an mbuf that ask so, for the kind of frame it is. */
uint64_t offload_requests(const struct ip_frame *f, unsigned int asks);

/* OFFLOAD_KINDS tests, each named by its kind, which it has as its state. */
void offload_kind_tests(struct CMUnitTest *tests, CMUnitTestFunction test);

void offload_open(struct fixture *fx);
/* Frees what is kept. Every mbuf must be back then. */
void offload_close(struct fixture *fx);

/* With these requests, and the lengths that go with them. */
struct rte_mbuf *offload_mbuf(const struct offload_kind *kind, struct fixture *fx,
			      const struct ip_frame *f, uint64_t flags);
/* Two segments, the first one first_len long. */
struct rte_mbuf *
offload_chain(struct fixture *fx, const struct ip_frame *f, uint32_t first_len, uint64_t flags);

/* The frame that was sent as number index. */
void offload_sent_is(const struct fixture *fx, uint32_t index, const uint8_t *data, uint32_t len);
/* What somebody else has of the last mbuf, if anything, is as it was. */
void offload_kept_is(const struct fixture *fx, const uint8_t *data, uint32_t len);

#endif /* OFFLOAD_ENV_H */
