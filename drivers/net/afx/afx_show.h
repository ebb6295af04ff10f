/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * A port as it is at this moment, name by name, for whoever wants to see it: the
 * dump and telemetry. A secondary process shows what lies in shared memory:
 * neither rings nor ledgers nor the program, nor what the kernel counts.
 */
#ifndef AFX_SHOW_H
#define AFX_SHOW_H

#include "afx.h"

/* Where it is shown. Names are of letters, digits and '_', texts short. */
struct afx_show {
	void (*text)(struct afx_show *to, const char *name, const char *value);
	void (*number)(struct afx_show *to, const char *name, uint64_t value);
	/* What is shown in between belongs together, under the name. */
	void (*begin)(struct afx_show *to, const char *name);
	void (*end)(struct afx_show *to);
};

/*
 * Around the functions below and statistics, so that queues neither start, stop
 * nor vanish meanwhile. Any thread. In a secondary process nothing: the lock is the primary's.
 */
void afx_show_lock(struct afx_dev *priv);
void afx_show_unlock(struct afx_dev *priv);

/* Interface, program, settings that close restores. */
void afx_show_port(const struct afx_dev *priv, struct afx_show *to);

/* One queue pair: socket, both halves, their rings and extended statistics. */
void afx_show_pair(const struct afx_pair *pair, struct afx_show *to);

/* Mempool and registration of a bound pair, and how many mbufs the ledgers have as handed out. */
void afx_show_umem(const struct afx_pair *pair, struct afx_show *to);

#endif /* AFX_SHOW_H */
