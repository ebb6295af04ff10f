/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#ifndef AFX_BIND_H
#define AFX_BIND_H

#include "afx.h"

/*
 * Open the XSK of a pair on umem, fill its fill ring and bind it: zero-copy
 * where the configuration, the program, the driver and the memory allow it,
 * else copy, with the reason logged. A queue that the kernel is still releasing
 * is waited for, 1 s, and 5 s more where nobody is seen to hold it. The pair's
 * ledgers are allocated. Control thread. Returns 0, or -errno, logged, with
 * the socket closed and every mbuf back.
 */
int afx_bind(struct afx_pair *pair, const struct afx_umem *umem);

#endif /* AFX_BIND_H */
