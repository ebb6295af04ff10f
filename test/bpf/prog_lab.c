/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 */
#include <dirent.h>
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/if_link.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <rte_log.h>

#include "prog_lab.h"

/* The kernel frees programs and links from a workqueue. */
#define WAIT_US 1000
#define WAIT_TRIES 1000

static char *log_text;
static size_t log_len;
static FILE *log_file;
static int fds_before, program_fds_before;

void
lab_sh(const char *cmd)
{
	if (system(cmd) != 0)
		fail_msg("failed: %s", cmd);
}

unsigned int
lab_ifindex(void)
{
	return if_nametoindex(LAB_IFACE);
}

int
lab_group_setup(void **state)
{
	(void)state;
	if (unshare(CLONE_NEWNET | CLONE_NEWNS) != 0 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
		return -1;
	return system("ip link add " LAB_IFACE " numrxqueues 4 numtxqueues 4 type veth "
		      "peer name " LAB_PEER " numrxqueues 4 numtxqueues 4 && "
		      "ip link set " LAB_IFACE " up && ip link set " LAB_PEER " up");
}

/* Descriptors of this process, those of BPF programs only or all others. */
static int
fds_count(bool programs)
{
	DIR *d = opendir("/proc/self/fd");
	struct dirent *entry;
	char target[64] = "";
	int n = 0;

	while ((entry = readdir(d)) != NULL) {
		memset(target, 0, sizeof(target));
		if (readlinkat(dirfd(d), entry->d_name, target, sizeof(target) - 1) > 0)
			n += (strcmp(target, "anon_inode:bpf-prog") == 0) == programs;
	}
	closedir(d);
	return n;
}

static bool
fds_leaked(bool programs, int before)
{
	int now = fds_count(programs);

	if (now != before)
		fprintf(stderr, "%d descriptors %s, not %d\n", now,
			programs ? "of programs" : "but of programs", before);
	return now != before;
}

static bool
attached_any(void)
{
	return lab_attached(AFX_PROG_NATIVE) != 0 || lab_attached(AFX_PROG_GENERIC) != 0;
}

int
lab_setup(void **state)
{
	(void)state;
	log_file = open_memstream(&log_text, &log_len);
	if (log_file == NULL || rte_openlog_stream(log_file) != 0)
		return -1;
	fds_before = fds_count(false);
	program_fds_before = fds_count(true);
	return 0;
}

int
lab_teardown(void **state)
{
	int ret = 0;

	(void)state;
	if (attached_any()) {
		fprintf(stderr, "a program is left on " LAB_IFACE "\n");
		ret = -1;
	}
	if (fds_leaked(false, fds_before))
		ret = -1;
	if (program_fds_before >= 0 && fds_leaked(true, program_fds_before))
		ret = -1;
	rte_openlog_stream(stderr);
	fclose(log_file);
	free(log_text);
	return ret;
}

void
lab_forgive_program_fds(void)
{
	program_fds_before = -1;
}

struct afx_cfg
lab_cfg(enum afx_attach attach, enum afx_keep keep, const char *xdp_prog)
{
	struct afx_cfg cfg = { .iface = LAB_IFACE, .attach = attach, .keep = keep };
	const char *dir = getenv("AFX_TEST_PROGS");

	if (xdp_prog != NULL)
		snprintf(cfg.xdp_prog, sizeof(cfg.xdp_prog), "%s/%s", dir == NULL ? "." : dir,
			 xdp_prog);
	return cfg;
}

const char *
lab_log(void)
{
	fflush(log_file);
	return log_text;
}

bool
lab_log_has(const char *text)
{
	return strstr(lab_log(), text) != NULL;
}

void
lab_log_clear(void)
{
	rewind(log_file);
	fputc('\0', log_file);
	fflush(log_file);
	rewind(log_file);
}

uint32_t
lab_attached(enum afx_prog_mode mode)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, opts);

	if (bpf_xdp_query(lab_ifindex(), 0, &opts) != 0)
		return 0;
	return mode == AFX_PROG_NATIVE ? opts.drv_prog_id : opts.skb_prog_id;
}

bool
lab_wait_detached(void)
{
	int i;

	for (i = 0; i < WAIT_TRIES && attached_any(); i++)
		usleep(WAIT_US);
	return !attached_any();
}

int
lab_foreign_load(const char *name)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	return bpf_prog_load(BPF_PROG_TYPE_XDP, name, "Dual BSD/GPL", insns, 2, NULL);
}

pid_t
lab_start(bool (*fn)(void))
{
	char ok = 0;
	int fds[2];
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* a failed test does not stop it */
		ok = fn();
		if (write(fds[1], &ok, 1) == 1)
			pause();
		_exit(1);
	}
	close(fds[1]);
	assert_int_equal(read(fds[0], &ok, 1), 1);
	close(fds[0]);
	assert_true(ok);
	return pid;
}

void
lab_stop(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static bool
caps_set(uint64_t caps)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {
		{ .effective = caps, .permitted = caps },
		{ .effective = caps >> 32, .permitted = caps >> 32 },
	};

	return syscall(SYS_capset, &head, data) == 0;
}

bool
lab_run_with_caps(uint64_t caps, bool (*fn)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(caps_set(caps) && fn() ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
