/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include "afx_log.h"

/* NOTICE, DPDK's own default: the banner of each started port is shown, progress is not. */
RTE_LOG_REGISTER(afx_logtype, pmd.net.afx, NOTICE);
