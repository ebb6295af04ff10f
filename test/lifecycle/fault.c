/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * Every call on the way from nothing to a started port fails once: for each
 * function, its first call in one run, its second in the next, until a run does
 * not come to the call that is to fail. A step that failed is repeated without
 * a fault, and then frames go through the port and all is closed again. Each
 * run is told in one line, and judged by the test.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_dev.h>
#include <rte_eal.h>

#include "fault.h"
#include "faultshim.h"

#define DIFF_LEN 128
#define BY_LIBRARIES (FAULT_BY_LIBBPF | FAULT_BY_LIBELF)

static const struct target {
	const char *function;
	unsigned int callers;
	const char *label;
} targets[] = {
	{ "socket", FAULT_BY_ALL, "socket" },
	{ "bind", FAULT_BY_ALL, "bind" },
	{ "setsockopt", FAULT_BY_ALL, "setsockopt" },
	{ "getsockopt", FAULT_BY_ALL, "getsockopt" },
	{ "getsockname", FAULT_BY_ALL, "getsockname" },
	{ "send", FAULT_BY_ALL, "send" },
	{ "sendto", FAULT_BY_ALL, "sendto" },
	{ "recvmsg", FAULT_BY_ALL, "recvmsg" },
	{ "ioctl", FAULT_BY_ALL, "ioctl" },
	{ "mmap", FAULT_BY_ALL, "mmap" },
	{ "madvise", FAULT_BY_ALL, "madvise" },
	{ "syscall", FAULT_BY_ALL, "bpf" },
	{ "stat", FAULT_BY_ALL, "stat" },
	{ "open", FAULT_BY_DRIVER, "open" },
	{ "flock", FAULT_BY_DRIVER, "flock" },
	{ "fstat", FAULT_BY_DRIVER, "fstat" },
	{ "mkdir", FAULT_BY_DRIVER, "mkdir" },
	{ "pread", FAULT_BY_DRIVER, "pread" },
	{ "pwrite", FAULT_BY_DRIVER, "pwrite" },
	{ "ftruncate", FAULT_BY_DRIVER, "ftruncate" },
	{ "fopen", FAULT_BY_DRIVER, "fopen" },
	{ "opendir", FAULT_BY_DRIVER, "opendir" },
	{ "if_indextoname", FAULT_BY_ALL, "if_indextoname" },
	{ "rte_zmalloc", FAULT_BY_DRIVER, "rte_zmalloc" },
	{ "rte_zmalloc_socket", FAULT_BY_DRIVER, "rte_zmalloc_socket" },
	{ "rte_eth_dev_allocate", FAULT_BY_DRIVER, "rte_eth_dev_allocate" },
	{ "rte_intr_instance_alloc", FAULT_BY_DRIVER, "rte_intr_instance_alloc" },
	{ "rte_intr_callback_register", FAULT_BY_DRIVER, "rte_intr_callback_register" },
	{ "rte_pktmbuf_pool_create", FAULT_BY_DRIVER, "rte_pktmbuf_pool_create" },
	{ "malloc", FAULT_BY_DRIVER | FAULT_BY_LIBMNL, "malloc" },
	{ "calloc", FAULT_BY_DRIVER | FAULT_BY_LIBMNL, "calloc" },
	{ "malloc", BY_LIBRARIES, "malloc-libbpf" },
	{ "calloc", BY_LIBRARIES, "calloc-libbpf" },
	{ "realloc", BY_LIBRARIES, "realloc-libbpf" },
	{ "strdup", BY_LIBRARIES, "strdup-libbpf" },
};

static struct app_port port;
static const char *iface;
static const char *devargs;

static int
step_probe(uint16_t queue __rte_unused)
{
	return rte_dev_probe(devargs);
}

static int
step_configure(uint16_t queue __rte_unused)
{
	const struct rte_eth_conf conf = { .rxmode.mtu = port.mtu };

	return rte_eth_dev_configure(port.id, port.nb_rx, port.nb_tx, &conf);
}

static int
step_rx(uint16_t queue)
{
	if (queue >= port.nb_rx)
		return 0;
	return rte_eth_rx_queue_setup(port.id, queue, port.rxd, SOCKET_ID_ANY, NULL, port.mp);
}

static int
step_tx(uint16_t queue)
{
	if (queue >= port.nb_tx)
		return 0;
	return rte_eth_tx_queue_setup(port.id, queue, port.txd, SOCKET_ID_ANY, NULL);
}

static int
step_promisc(uint16_t queue __rte_unused)
{
	return rte_eth_promiscuous_enable(port.id);
}

static int
step_start(uint16_t queue __rte_unused)
{
	return rte_eth_dev_start(port.id);
}

static const struct step {
	const char *name;
	int (*run)(uint16_t queue);
	uint16_t queue;
} steps[] = {
	{ "probe", step_probe, 0 },     { "configure", step_configure, 0 },
	{ "rx", step_rx, 0 },           { "rx", step_rx, 1 },
	{ "tx", step_tx, 0 },           { "tx", step_tx, 1 },
	{ "promisc", step_promisc, 0 }, { "start", step_start, 0 },
};

/* What one run has come to. */
struct run {
	const char *where; /* the step that the fault was in, or "none" */
	const char *step; /* that failed, or "none" */
	int ret; /* of that */
	char left[DIFF_LEN]; /* behind by that, or "nothing" */
	int again; /* what its repetition returned, or that of any other step */
	int frames;
	int closed;
	char end[DIFF_LEN]; /* what is left behind by the whole run */
};

static int
step_try(const struct step *step, struct run *run)
{
	const struct fault_state before = fault_state_get(iface);
	const bool hit_before = fault_seen()->hit;
	int ret;

	fault_arm(true);
	ret = step->run(step->queue);
	fault_arm(false);
	if (fault_seen()->hit && !hit_before)
		run->where = step->name;
	if (ret == 0)
		return 0;
	run->step = step->name;
	run->ret = ret;
	fault_state_left(iface, &before, run->left, sizeof(run->left));
	return step->run(step->queue);
}

static int
port_close(void)
{
	struct rte_eth_dev_info info;
	int ret = rte_eth_dev_info_get(port.id, &info);

	if (ret == 0)
		ret = app_port_close(port.id);
	return ret != 0 ? ret : rte_dev_remove(info.device);
}

static struct run
run_once(void)
{
	const struct fault_state before = fault_state_get(iface);
	struct run run = { .where = "none", .step = "none", .left = "nothing" };
	unsigned int i;

	for (i = 0; i < RTE_DIM(steps) && run.again == 0; i++)
		run.again = step_try(&steps[i], &run);
	if (run.again == 0)
		run.frames = fault_wire_exchange(&port);
	if (rte_eth_dev_is_valid_port(port.id))
		run.closed = port_close();
	fault_state_left(iface, &before, run.end, sizeof(run.end));
	return run;
}

static void
run_say(const char *label, unsigned int nth, const struct run *run)
{
	const struct fault_seen *seen = fault_seen();

	printf("run.%s.%u=in:%s step:%s ret:%d detail:%#" PRIx64
	       " errors:%u left:%s again:%d frames:%d closed:%d end:%s\n",
	       label, nth, run->where, run->step, run->ret, seen->detail, seen->errors, run->left,
	       run->again, run->frames, run->closed, run->end);
	if (seen->errors != 0)
		printf("log.%s.%u=%s\n", label, nth, seen->error);
}

static void
target_run(const struct target *t)
{
	unsigned int nth;
	struct run run;

	for (nth = 1;; nth++) {
		fault_plan(t->function, t->callers, nth);
		run = run_once();
		if (!fault_seen()->hit)
			break;
		run_say(t->label, nth, &run);
	}
	printf("calls.%s=%u\n", t->label, fault_seen()->calls);
}

/* By the argument only=socket,bind or, without it, all. */
static bool
wanted(const char *label)
{
	const char *only = app_arg_nth("only", 0);
	const size_t len = strlen(label);

	while (only != NULL) {
		if (strncmp(only, label, len) == 0 && (only[len] == ',' || only[len] == '\0'))
			return true;
		only = strchr(only, ',');
		only = only == NULL ? NULL : only + 1;
	}
	return app_arg_nth("only", 0) == NULL;
}

static void
targets_run(void)
{
	unsigned int i;

	for (i = 0; i < RTE_DIM(targets); i++) {
		if (wanted(targets[i].label))
			target_run(&targets[i]);
	}
}

/* What EAL and the C library make once and keep is no leak; and without a fault all has to go well. */
static int
warm_up(void)
{
	struct run run;

	fault_plan("", 0, 0);
	run_once();
	fault_plan("", 0, 0);
	run = run_once();
	run_say("none", 0, &run);
	return run.ret | run.again | run.frames | run.closed;
}

int
main(int argc, char **argv)
{
	int ret;

	if (app_begin(argc, argv) == NULL)
		return EXIT_FAILURE;
	fault_watch();
	iface = app_arg_nth("iface", 0);
	devargs = app_arg_nth("vdev", 0);
	port = app_port_default(0, app_pool("a"));
	ret = fault_wire_open(app_arg_nth("netns", 0), app_arg_nth("peer", 0));
	if (ret == 0)
		ret = warm_up();
	if (ret == 0)
		targets_run();
	app_say("ret", ret);
	rte_eal_cleanup();
	return ret == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
