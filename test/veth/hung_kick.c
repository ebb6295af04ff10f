/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Preloaded: a kernel that has no memory for the first kick of an AF_XDP socket,
 * and that the second one never comes back from, which is said.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

static void
hang(void)
{
	static const char text[] = "hangs in a kick\n";
	ssize_t written = write(STDERR_FILENO, text, sizeof(text) - 1);

	(void)written;
	for (;;)
		pause();
}

/* Only a kick sends nothing to nobody. */
ssize_t
sendto(int fd, const void *buf, size_t len, int flags, const struct sockaddr *to, socklen_t to_len)
{
	static ssize_t (*real)(int, const void *, size_t, int, const struct sockaddr *, socklen_t);
	static int kicks;

	if (real == NULL)
		real = (ssize_t(*)(int, const void *, size_t, int, const struct sockaddr *,
				   socklen_t))dlsym(RTLD_NEXT, "sendto");
	if (buf != NULL)
		return real(fd, buf, len, flags, to, to_len);
	if (kicks++ != 0)
		hang();
	errno = EAGAIN;
	return -1;
}
