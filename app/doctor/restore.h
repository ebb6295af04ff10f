/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * afx-doctor --restore: the one thing that changes something.
 */
#ifndef RESTORE_H
#define RESTORE_H

/*
 * Put back what killed programs left changed on iface, or, with NULL, on every
 * interface of this network namespace, and print a line for each. 0, or the
 * first -errno, printed to stderr; an interface that a running program has is
 * left alone, which is no failure.
 */
int doctor_restore(const char *iface);

#endif /* RESTORE_H */
