/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * What the XDP program and user space agree on. Kernel types only: both sides
 * include it after <linux/types.h>.
 */
#ifndef AFX_SHARED_H
#define AFX_SHARED_H

/* Upstream's contract: custom programs redirect through a map of this name, index = Rx queue. */
#define AFX_XSKS_MAP "xsks_map"

/* afx_keep_ports: bit (port % 64) of word (port / 64), one for each TCP/UDP port. */
#define AFX_KEEP_WORD_BITS 64
#define AFX_KEEP_WORDS (65536 / AFX_KEEP_WORD_BITS)

/* Values of the program's knob afx_keep; same order as enum afx_keep. */
#define AFX_BPF_KEEP_NONE 0
#define AFX_BPF_KEEP_MGMT 1
#define AFX_BPF_KEEP_PORTS 2

#endif /* AFX_SHARED_H */
