/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Capabilities of this process.
 */
#ifndef CAPS_H
#define CAPS_H

#include <stdbool.h>

/* What a start takes, for setcap: socket; settings and XDP; program; locked memory. */
#define CAPS_START "cap_net_raw,cap_net_admin,cap_bpf,cap_ipc_lock"

/* Effective, of linux/capability.h; CAP_SYS_ADMIN stands for CAP_BPF and CAP_PERFMON, as in the kernel. */
bool caps_has(int cap);

#endif /* CAPS_H */
