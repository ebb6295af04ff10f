/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The driver's own program on the pair, and one that asks for metadata.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/bpf.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>

#include <rte_common.h>

#include "afx_log.h"
#include "afx_prog_priv.h"
#include "afx_uapi.h"

#include "lab.h"

/* The first driver function of Linux 6.3 for metadata; veth has it. */
#define KFUNC "bpf_xdp_metadata_rx_hash"

/* The kernel detaches in the close, or from a workqueue soon after. */
#define GONE_TRIES 100
#define GONE_STEP_US 2000

/* The driver's log lines, kept from the terminal. */
struct capture {
	FILE *stream; /* NULL: no memory, they go to the terminal */
	char *text; /* valid once the stream is closed */
	size_t len;
};

static void
capture_begin(struct capture *c)
{
	*c = (struct capture){ 0 };
	c->stream = open_memstream(&c->text, &c->len);
	if (c->stream != NULL)
		rte_openlog_stream(c->stream);
}

/* The first line about the interface, without the prefix, goes into the result. */
static void
capture_end(struct capture *c, struct lab_result *result)
{
	const char *line;

	rte_openlog_stream(NULL);
	if (c->stream == NULL || fclose(c->stream) != 0)
		return;
	line = strstr(c->text, LAB_NEAR ": ");
	if (line != NULL)
		snprintf(result->text, sizeof(result->text), "%.*s", (int)strcspn(line, "\n"),
			 line);
	free(c->text);
}

static int
program_try(struct lab *lab, enum lab_try what, const struct lab_pair *pair, enum afx_attach attach,
	    enum afx_keep keep, struct afx_prog **prog)
{
	struct afx_cfg cfg = { .iface = LAB_NEAR, .attach = attach, .keep = keep };
	struct capture capture;
	int ret;

	capture_begin(&capture);
	ret = afx_prog_open(&cfg, pair->near, LAB_QUEUES, prog);
	capture_end(&capture, &lab->tries[what]);
	return lab_note(lab, what, ret);
}

/*
 * u32 hash, type; bpf_xdp_metadata_rx_hash(ctx, &hash, &type); return XDP_PASS.
 * Never attached: that it is loaded says that the kernel has the function.
 */
static int
kfunc_load(unsigned int ifindex, int btf_id)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ST | BPF_MEM | BPF_DW, .dst_reg = BPF_REG_10, .off = -8 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X,
		  .dst_reg = BPF_REG_2,
		  .src_reg = BPF_REG_10 },
		{ .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = BPF_REG_2, .imm = -8 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_X,
		  .dst_reg = BPF_REG_3,
		  .src_reg = BPF_REG_10 },
		{ .code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = BPF_REG_3, .imm = -4 },
		{ .code = BPF_JMP | BPF_CALL, .src_reg = BPF_PSEUDO_KFUNC_CALL, .imm = btf_id },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .prog_flags = BPF_F_XDP_DEV_BOUND_ONLY,
		    .prog_ifindex = ifindex);
	int fd =
		bpf_prog_load(BPF_PROG_TYPE_XDP, "afx_doctor", "GPL", insns, RTE_DIM(insns), &opts);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

static int
kfuncs_try(unsigned int ifindex)
{
	struct btf *btf = btf__load_vmlinux_btf();
	int id;

	if (btf == NULL)
		return -errno;
	id = btf__find_by_name_kind(btf, KFUNC, BTF_KIND_FUNC);
	btf__free(btf);
	return id < 0 ? id : kfunc_load(ifindex, id);
}

void
lab_programs_try(struct lab *lab, const struct lab_pair *pair, struct afx_prog **native)
{
	struct afx_prog *prog;

	afx_prog_log_init();
	program_try(lab, LAB_GENERIC, pair, AFX_ATTACH_SKB, AFX_KEEP_NONE, &prog);
	afx_prog_close(&prog);
	program_try(lab, LAB_FILTER, pair, AFX_ATTACH_DRV, AFX_KEEP_MGMT, &prog);
	afx_prog_close(&prog);
	lab_note(lab, LAB_KFUNCS, kfuncs_try(pair->near));
	program_try(lab, LAB_NATIVE, pair, AFX_ATTACH_DRV, AFX_KEEP_NONE, native);
}

void
lab_program_end(struct lab *lab, const struct lab_pair *pair, struct afx_prog **native)
{
	const struct afx_prog look = { .key.ifindex = pair->near, .cfg.iface = LAB_NEAR };
	struct afx_prog_occupant occ = { .id = 1 };
	unsigned int i;
	int ret = 0;

	if (*native == NULL)
		return;
	afx_prog_close(native);
	for (i = 0; i < GONE_TRIES && ret == 0 && occ.id != 0; i++) {
		ret = afx_prog_occupant_get(&look, &occ);
		if (ret == 0 && occ.id != 0)
			usleep(GONE_STEP_US);
	}
	lab_note(lab, LAB_LINK, ret == 0 && occ.id != 0 ? -EBUSY : ret);
}
