/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * A port that works while the test does something to it or to its interface.
 * One scenario a run; arguments and what is printed are as veth-app's (app.h).
 */
#ifndef RUN_H
#define RUN_H

/* Does what the test says on stdin; see commands.c. 0 or -errno. */
int run_commands(void);
/* Goes through a port's life over and over, until the process is killed; see churn.c. */
int run_churn(void);

#endif /* RUN_H */
