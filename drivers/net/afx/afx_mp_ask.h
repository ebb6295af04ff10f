/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Questions of a secondary process to the primary, by EAL's messages.
 */
#ifndef AFX_MP_ASK_H
#define AFX_MP_ASK_H

#include "afx_mp_msg.h"

/*
 * Ask about the port of that name; number and owner of the question are filled
 * in. fd goes along where it is not -1; fds get the answer's nb_fds, which are
 * the caller's then. 0 or -errno, the answer's own too; -EAGAIN: ask again;
 * -ETIMEDOUT after 1 s. The answer to a hello says who this process is
 * (afx_tx_kick_owner). Any thread but EAL's message thread, one after the other.
 */
int afx_mp_ask_primary(const char *port, struct afx_mp_ask ask, int fd,
		       struct afx_mp_answer *answer, int fds[AFX_MP_BATCH]);

/* Close n descriptors of an answer that are not wanted. */
void afx_mp_ask_fds_close(const int *fds, uint16_t n);

#endif /* AFX_MP_ASK_H */
