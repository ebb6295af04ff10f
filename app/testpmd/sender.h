/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#ifndef SENDER_H
#define SENDER_H

#include <stdint.h>

struct tp_stream;

/* stream makes packets of so many flows in turn. Main lcore. Returns 0 or -ENOMEM, said.
 * tp_streams_priv_free() undoes it. */
int tp_sender_begin(struct tp_stream *stream, uint32_t flows);

/* Send what is due, a burst at most. Returns how many packets were made. The stream's lcore. */
uint16_t tp_sender_burst(struct tp_stream *stream);

#endif
