/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * A veth pair of our own in a network namespace of our own, in a child
 * process, where what the kernel can do is tried out. Nothing of it is left.
 */
#ifndef LAB_H
#define LAB_H

#include <stdbool.h>

/* The driver's own sentence about a refused program. */
#define LAB_TEXT_LEN 320

enum lab_try {
	LAB_SOCKET,
	LAB_UNALIGNED,
	LAB_NATIVE,
	LAB_GENERIC,
	LAB_LINK,
	LAB_FILTER,
	LAB_COPY,
	LAB_ARRIVAL,
	LAB_WAKEUP,
	LAB_ZEROCOPY,
	LAB_SHARED,
	LAB_MULTI,
	LAB_TXMETA,
	LAB_BUDGET,
	LAB_KFUNCS,
	LAB_NETLINK,
	LAB_DIAG,
	LAB_NB,
};

struct lab_result {
	bool tried; /* else something before it failed */
	int ret; /* 0 or -errno */
	char text[LAB_TEXT_LEN]; /* what the driver logged, if it did */
};

struct lab {
	int ret; /* of making namespace and pair; nothing was tried unless 0 */
	bool user; /* in a user namespace: root was not to be had */
	struct lab_result tries[LAB_NB];
};

/* Queues of the near end, so that no socket waits for the kernel to release another one's. */
#define LAB_QUEUES 4

/* The pair, up. */
struct lab_pair {
	unsigned int near; /* interface indexes */
	unsigned int far;
};

#define LAB_NEAR "afxnear"
#define LAB_FAR "afxfar"

/* Run all of it; about 50 ms, at most a minute. *lab is complete on return. */
void lab_run(struct lab *lab);

/* lab_link.c: make the pair in the calling thread's namespace. 0 or -errno. */
int lab_pair_make(struct lab_pair *pair);

/* Note the result of a try; returns ret. */
int lab_note(struct lab *lab, enum lab_try what, int ret);

struct afx_prog;

/* lab_prog.c: programs. The native one is left attached for the sockets, NULL if refused. */
void lab_programs_try(struct lab *lab, const struct lab_pair *pair, struct afx_prog **native);
/* Close it, and see that it is gone. */
void lab_program_end(struct lab *lab, const struct lab_pair *pair, struct afx_prog **native);

/* lab_sock.c: sockets, on the near end but for the shared one. prog may be NULL. */
void lab_sockets_try(struct lab *lab, const struct lab_pair *pair, struct afx_prog *prog);

#endif /* LAB_H */
