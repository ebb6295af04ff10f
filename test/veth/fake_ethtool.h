/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#ifndef FAKE_ETHTOOL_H
#define FAKE_ETHTOOL_H

/* As a system call fails. Returns -1. */
int refuse(int err);

/* Of RSS commands: 1: not ours, the kernel's. */
int rss_answer(void *request);

#endif /* FAKE_ETHTOOL_H */
