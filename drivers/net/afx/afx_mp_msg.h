/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * What primary and secondary processes say to each other. Both run the same
 * plugin, or a secondary could not use the primary's memory.
 */
#ifndef AFX_MP_MSG_H
#define AFX_MP_MSG_H

#include <assert.h>
#include <stdint.h>

#include <rte_eal.h>
#include <rte_ethdev.h>

/* Of EAL's messages, and so known to all drivers. */
#define AFX_MP_ACTION "net_afx_mp"

/* Descriptors in one message: what DPDK 22.11 takes (RTE_MP_MAX_FD_NUM, 253 since). */
#define AFX_MP_BATCH 8
static_assert(AFX_MP_BATCH <= RTE_MP_MAX_FD_NUM, "a batch is one message");

/* A wait for the other side ends after that long: far more than a process that runs needs. */
#define AFX_MP_WAIT_MS 1000

enum afx_mp_question {
	AFX_MP_HELLO, /* with the primary's end of the channel */
	AFX_MP_SOCKETS, /* descriptors of bound pairs, from on */
};

/* A secondary's, by EAL's message. */
struct afx_mp_ask {
	char port[RTE_ETH_NAME_MAX_LEN];
	uint32_t number; /* to tell its answer from that to an earlier one, which came too late */
	uint32_t owner; /* afx_tx_kick_owner: a hello's answer said who we are, or none has yet */
	uint16_t question;
	uint16_t from;
};
static_assert(sizeof(struct afx_mp_ask) <= RTE_MP_MAX_PARAM_LEN, "a question is one message");

/* The primary's, with the descriptors. */
struct afx_mp_answer {
	uint32_t number; /* the question's */
	uint32_t owner; /* to a hello: who the process is to afx_tx_kick_owner */
	int32_t ret; /* 0, or -EAGAIN while the port starts or stops, else another -errno */
	uint16_t next; /* to ask on from; the number of pairs: that was all */
	uint16_t nb_fds;
	uint16_t pairs[AFX_MP_BATCH]; /* whose the descriptors are */
};
static_assert(sizeof(struct afx_mp_answer) <= RTE_MP_MAX_PARAM_LEN, "an answer is one message");

enum afx_mp_what {
	AFX_MP_MAP, /* what is bound */
	AFX_MP_UNMAP, /* pairs first to last */
};

/* The primary's, on the channel; the secondary answers with the number once it is done. */
struct afx_mp_order {
	uint32_t number;
	uint16_t what;
	uint16_t first;
	uint16_t last;
};

#endif /* AFX_MP_MSG_H */
