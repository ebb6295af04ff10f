/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#ifndef SHOW_H
#define SHOW_H

#include <stdint.h>

/* What the prompt's show commands print, in testpmd's words. All on the main lcore. */

void tp_show_stats(uint16_t port);
void tp_show_xstats(uint16_t port);
void tp_show_info(uint16_t port);
void tp_show_link(uint16_t port);

/* How the run is, or would be, set up. */
void tp_show_config(void);

#endif
