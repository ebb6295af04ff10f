/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "say.h"
#include "stop.h"

static int fd = -1;
static bool asked;

int
tp_stop_init(void)
{
	sigset_t set;
	int ret;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	/* A reader of our output that left is an error of write, not our end. */
	signal(SIGPIPE, SIG_IGN);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd >= 0)
		return 0;
	ret = -errno;
	tp_error("signalfd: %s", strerror(-ret));
	return ret;
}

int
tp_stop_fd(void)
{
	return fd;
}

bool
tp_stop_asked(void)
{
	struct signalfd_siginfo info;

	if (!asked && read(fd, &info, sizeof(info)) == sizeof(info))
		asked = true;
	return asked;
}
