/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <rte_common.h>
#include <rte_pause.h>

#include "afx_mp_ends.h"

/* Of an epoll instance with all channels in it; NULL while there are none. */
static struct rte_intr_handle *handle;
static rte_intr_callback_fn callback;
static unsigned int nb_watched;

/* EAL hands over a copy of its own of the handle, and frees that itself. */
static void
fd_close(struct rte_intr_handle *own, void *arg __rte_unused)
{
	close(rte_intr_fd_get(own));
}

static int
instance_open(rte_intr_callback_fn ended)
{
	const int fd = epoll_create1(EPOLL_CLOEXEC);
	int ret = -ENOMEM;

	if (fd < 0)
		return -errno;
	handle = rte_intr_instance_alloc(RTE_INTR_INSTANCE_F_PRIVATE);
	if (handle == NULL)
		goto err_close;
	rte_intr_fd_set(handle, fd);
	rte_intr_type_set(handle, RTE_INTR_HANDLE_EXT);
	ret = rte_intr_callback_register(handle, ended, NULL);
	if (ret == 0) {
		callback = ended;
		return 0;
	}
	rte_intr_instance_free(handle);
	handle = NULL;
err_close:
	close(fd);
	return ret;
}

/* Who is called right now may wait for our caller: then that thread ends it, once it is done. */
static void
instance_close(void)
{
	int ret;

	while ((ret = rte_intr_callback_unregister(handle, callback, NULL)) == -EAGAIN &&
	       rte_intr_callback_unregister_pending(handle, callback, NULL, fd_close) < 0)
		rte_pause();
	if (ret != -EAGAIN)
		fd_close(handle, NULL);
	rte_intr_instance_free(handle);
	handle = NULL;
}

int
afx_mp_ends_watch(int fd, rte_intr_callback_fn ended)
{
	/* The end of a channel comes with each set of events, of which there are none at first. */
	struct epoll_event event = { 0 };
	int ret = 0;

	if (nb_watched == 0)
		ret = instance_open(ended);
	if (ret != 0)
		return ret;
	if (epoll_ctl(rte_intr_fd_get(handle), EPOLL_CTL_ADD, fd, &event) != 0) {
		ret = -errno;
		if (nb_watched == 0)
			instance_close();
		return ret;
	}
	nb_watched++;
	return 0;
}

void
afx_mp_ends_listen(int fd, bool on)
{
	struct epoll_event event = { .events = on ? EPOLLIN : 0 };

	epoll_ctl(rte_intr_fd_get(handle), EPOLL_CTL_MOD, fd, &event);
}

void
afx_mp_ends_forget(int fd)
{
	epoll_ctl(rte_intr_fd_get(handle), EPOLL_CTL_DEL, fd, NULL);
	if (--nb_watched == 0)
		instance_close();
}
