/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Capabilities of this process.
 */
#ifndef CAPS_H
#define CAPS_H

#include <stdbool.h>

#include "afx_caps.h"

/* What a start takes, for setcap: socket; settings and XDP; program; locked memory. */
#define CAPS_START "cap_net_raw,cap_net_admin,cap_bpf,cap_ipc_lock"

/* Effective, of linux/capability.h; see afx_caps_effective(). */
static inline bool
caps_has(int cap)
{
	return afx_caps_effective() & AFX_CAP_BIT(cap);
}

#endif /* CAPS_H */
