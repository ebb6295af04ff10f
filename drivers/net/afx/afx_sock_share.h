/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The primary process's sockets in a secondary one: its own descriptors of
 * them, and their rings at the addresses that they have in the primary, so that
 * queues in shared memory mean the same in both. Returns 0 or -errno, logs nothing.
 */
#ifndef AFX_SOCK_SHARE_H
#define AFX_SOCK_SHARE_H

#include <stdbool.h>

#include "afx_sock.h"

/* In a secondary process: descriptors are the primary's numbers, to be looked up. */
extern bool afx_sock_share_foreign;

struct afx_sock_share {
	struct afx_sock sock; /* this process's descriptor and mappings; fd -1: closed */
	int number; /* the descriptor's number in the primary */
};

void afx_sock_share_init(struct afx_sock_share *s);

/*
 * Map the rings of primary, a bound socket of the primary process that fd is of
 * too. Takes fd, also on failure: -ENOTSUP if the kernel does not map rings of
 * a bound socket; -EEXIST if an address is in use in this process. Control thread.
 */
int afx_sock_share_open(struct afx_sock_share *s, const struct afx_sock *primary, int fd);

/* Unmap and close, so that the primary can release the queue. Accepts a closed one. */
void afx_sock_share_close(struct afx_sock_share *s);

/* This process's descriptor by the primary's number, or -1. Any thread. */
int afx_sock_share_find(int number);

/* The same in either process. */
static inline int
afx_sock_share_fd(int number)
{
	return !afx_sock_share_foreign ? number : afx_sock_share_find(number);
}

#endif /* AFX_SOCK_SHARE_H */
