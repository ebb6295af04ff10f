/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "afx_netdev.h"
#include "afx_prog.h"

#include "lab.h"

/* It takes 50 ms, and minutes where many namespaces come and go at once: the kernel has one lock for all. */
#define LAB_SECONDS 60
#define WAIT_STEP_US 2000

int
lab_note(struct lab *lab, enum lab_try what, int ret)
{
	lab->tries[what].tried = true;
	lab->tries[what].ret = ret;
	return ret;
}

/* A user namespace makes us root of the new network namespace, where that is allowed. */
static int
namespace_enter(struct lab *lab)
{
	int ret = unshare(CLONE_NEWNET) == 0 ? 0 : -errno;

	if (ret != -EPERM)
		return ret;
	lab->user = true;
	return unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0 ? 0 : ret;
}

static void
netlink_try(struct lab *lab, const struct lab_pair *pair)
{
	struct afx_netdev_xdp xdp;
	struct afx_netdev_xsk xsk;

	lab_note(lab, LAB_NETLINK, afx_netdev_xdp_get(pair->near, &xdp));
	lab_note(lab, LAB_DIAG, afx_netdev_xsk_get(pair->near, 0, &xsk));
}

static void
child_run(struct lab *lab)
{
	struct afx_prog *native = NULL;
	struct lab_pair pair;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	lab->ret = namespace_enter(lab);
	if (lab->ret == 0)
		lab->ret = lab_pair_make(&pair);
	if (lab->ret != 0)
		return;
	netlink_try(lab, &pair);
	lab_programs_try(lab, &pair, &native);
	lab_sockets_try(lab, &pair, native);
	lab_program_end(lab, &pair, &native);
}

/* False if it did not end in time. */
static bool
child_wait(pid_t pid)
{
	unsigned int left = LAB_SECONDS * 1000000 / WAIT_STEP_US;
	int status;

	while (left-- > 0) {
		if (waitpid(pid, &status, WNOHANG) != 0)
			return true;
		usleep(WAIT_STEP_US);
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return false;
}

void
lab_run(struct lab *lab)
{
	struct lab *shared;
	pid_t pid;

	*lab = (struct lab){ 0 };
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (shared == MAP_FAILED) {
		lab->ret = -errno;
		return;
	}
	/* Stands if the child dies before it has a result. */
	shared->ret = -ECHILD;
	pid = fork();
	if (pid == 0) {
		child_run(shared);
		_exit(0);
	}
	if (pid < 0)
		shared->ret = -errno;
	else if (!child_wait(pid))
		shared->ret = -ETIMEDOUT;
	*lab = *shared;
	munmap(shared, sizeof(*shared));
}
