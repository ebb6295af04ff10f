/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Preloaded: a kernel that the first unmapping of a socket's ring never comes
 * back from, which is said.
 */
#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* The driver asks for addresses of rings from there on, and nothing else is as far up but libraries. */
#define RINGS_AT (1UL << 45)
#define RINGS_END (2 * RINGS_AT)

static void
hang(void)
{
	static const char text[] = "hangs in munmap\n";
	ssize_t written = write(STDERR_FILENO, text, sizeof(text) - 1);

	(void)written;
	for (;;)
		pause();
}

int
munmap(void *addr, size_t len)
{
	static int (*real)(void *, size_t);

	if (real == NULL)
		real = (int (*)(void *, size_t))dlsym(RTLD_NEXT, "munmap");
	if ((uintptr_t)addr >= RINGS_AT && (uintptr_t)addr < RINGS_END)
		hang();
	return real(addr, len);
}
