/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#ifndef SENDER_H
#define SENDER_H

#include <stdint.h>

struct tp_stream;

/* stream makes packets of so many flows in turn. Main lcore. Returns 0 or -ENOMEM, said. */
int tp_sender_begin(struct tp_stream *stream, uint32_t flows);

/* Give back what tp_sender_begin() took for all streams. */
void tp_senders_end(void);

/* Send what is due, a burst at most. Returns how many packets were made. The stream's lcore. */
uint16_t tp_sender_burst(struct tp_stream *stream);

#endif
