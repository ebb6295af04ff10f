/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_errno.h>

#include "afx_mp_ask.h"
#include "afx_tx_kick.h"

void
afx_mp_ask_fds_close(const int *fds, uint16_t n)
{
	while (n-- != 0)
		close(fds[n]);
}

/* The answer to an earlier question, which was given up, may come first. */
static int
reply_take(const struct rte_mp_msg *reply, uint32_t number, struct afx_mp_answer *answer,
	   int fds[AFX_MP_BATCH])
{
	memcpy(answer, reply->param, sizeof(*answer));
	if (reply->len_param != sizeof(*answer) || answer->number != number) {
		afx_mp_ask_fds_close(reply->fds, reply->num_fds);
		return -EAGAIN;
	}
	memcpy(fds, reply->fds, AFX_MP_BATCH * sizeof(fds[0]));
	return answer->ret;
}

static int
request(const struct afx_mp_ask *ask, int fd, struct afx_mp_answer *answer, int fds[AFX_MP_BATCH])
{
	const struct timespec limit = { .tv_sec = AFX_MP_WAIT_MS / 1000 };
	struct rte_mp_msg msg = { .len_param = sizeof(*ask), .num_fds = fd >= 0, .fds = { fd } };
	struct rte_mp_reply reply = { 0 };
	int ret = -ETIMEDOUT;

	snprintf(msg.name, sizeof(msg.name), AFX_MP_ACTION);
	memcpy(msg.param, ask, sizeof(*ask));
	if (rte_mp_request_sync(&msg, &reply, &limit) != 0)
		return -rte_errno;
	if (reply.nb_received == 1)
		ret = reply_take(&reply.msgs[0], ask->number, answer, fds);
	free(reply.msgs);
	return ret;
}

/* One at a time: EAL refuses a second request of a name. */
int
afx_mp_ask_primary(const char *port, struct afx_mp_ask ask, int fd, struct afx_mp_answer *answer,
		   int fds[AFX_MP_BATCH])
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static uint32_t number;
	int ret;

	snprintf(ask.port, sizeof(ask.port), "%s", port);
	pthread_mutex_lock(&lock);
	ask.number = ++number;
	ask.owner = afx_tx_kick_owner;
	ret = request(&ask, fd, answer, fds);
	if (ret == 0 && ask.question == AFX_MP_HELLO)
		afx_tx_kick_owner = answer->owner;
	pthread_mutex_unlock(&lock);
	return ret;
}
