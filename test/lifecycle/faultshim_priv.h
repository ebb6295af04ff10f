/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#ifndef FAULTSHIM_PRIV_H
#define FAULTSHIM_PRIV_H

#include "faultshim.h"

/* Is this the call that fails? ret_addr is its return address, by which its caller is known. */
bool fault_due(const char *function, const void *ret_addr, uint64_t detail);
/* Memory of a watched caller. */
void fault_live_add(void *addr, const void *ret_addr);
void fault_live_remove(void *addr); /* of anybody: others are not found */

#endif /* FAULTSHIM_PRIV_H */
