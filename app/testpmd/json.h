/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#ifndef JSON_H
#define JSON_H

struct tp_engine;

/* One object in one line on stdout each. Main lcore. */
void tp_json_period(void);
void tp_json_final(const struct tp_engine *engine);

#endif
