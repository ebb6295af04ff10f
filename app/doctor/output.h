/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * What was found, for people and for programs; to stdout.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdbool.h>

#include "doctor.h"

/* Lines of at most width columns, but for commands, which stay whole. quiet leaves out what is ok. */
void
doctor_print(const struct doctor *d, const char *vdev, bool colour, bool quiet, unsigned int width);

/* One JSON object, as afx-doctor(8) describes. 0, or -ENOMEM. */
int doctor_json(const struct doctor *d, const char *vdev);

#endif /* OUTPUT_H */
