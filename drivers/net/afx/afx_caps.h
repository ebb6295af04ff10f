/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The capabilities that a start takes without root, and which of them are missing.
 */
#ifndef AFX_CAPS_H
#define AFX_CAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/capability.h>

#define AFX_CAP_BIT(cap) (UINT64_C(1) << (cap))

/* Made with them: the socket; settings, map and attachment; map and program; a filter. */
#define AFX_CAPS_SOCKET AFX_CAP_BIT(CAP_NET_RAW)
#define AFX_CAPS_SETTING AFX_CAP_BIT(CAP_NET_ADMIN)
#define AFX_CAPS_PROG (AFX_CAP_BIT(CAP_NET_ADMIN) | AFX_CAP_BIT(CAP_BPF))
/* The verifier allows computed offsets into the packet with this one only. */
#define AFX_CAPS_FILTER AFX_CAP_BIT(CAP_PERFMON)

/* Room for what afx_caps_explain writes: all names, the command, a path of the usual length. */
#define AFX_CAPS_TEXT_LEN 384

/*
 * Those this process has in effect, a bit each; none if the kernel does not
 * tell. CAP_SYS_ADMIN stands for CAP_BPF and CAP_PERFMON, which were split off
 * it in Linux 5.8.
 */
uint64_t afx_caps_effective(void);

/*
 * Why err came of a call that takes the capabilities in cause: "; capability
 * missing: cap_bpf: run as root, or first: setcap ..." with all that are
 * missing for a start, of a port with a filter of its own or without; after
 * -EPERM in a user namespace, that they count in the initial one only. Empty,
 * if err is neither -EPERM nor -EACCES, or none in cause is missing.
 */
void afx_caps_explain(int err, uint64_t cause, bool filter, char *text, size_t len);

#endif /* AFX_CAPS_H */
