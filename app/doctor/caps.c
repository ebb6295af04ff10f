/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>

#include "caps.h"

static uint64_t
caps_effective(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capget, &head, data) != 0)
		return 0;
	return data[0].effective | (uint64_t)data[1].effective << 32;
}

bool
caps_has(int cap)
{
	uint64_t wanted = UINT64_C(1) << cap;

	if (cap == CAP_BPF || cap == CAP_PERFMON)
		wanted |= UINT64_C(1) << CAP_SYS_ADMIN;
	return (caps_effective() & wanted) != 0;
}
