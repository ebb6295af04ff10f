/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 The afx authors
 *
 * The verdicts of afx_redirect, by BPF_PROG_TEST_RUN: each packet of the table
 * under each keep knob, cut short everywhere, mutated, and on queues with and
 * without a socket. Needs root; makes its interfaces in a namespace of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/in.h>
#include <linux/in6.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "afx_redirect.skel.h"
#include "afx_shared.h"
#include "packet.h"

/* Instructions of the bare redirect (8) and the load of the knob that remains. */
#define BARE_INSNS_MAX 10
#define QUEUES 4
/* Of each packet under each knob; a run takes about 1 us. */
#define MUTATIONS 1000

static struct afx_redirect *
load(uint32_t keep, uint32_t entries)
{
	struct afx_redirect *skel = afx_redirect__open();
	uint32_t i;

	assert_non_null(skel);
	skel->rodata->afx_keep = keep;
	assert_int_equal(bpf_map__set_max_entries(skel->maps.xsks_map, entries), 0);
	if (keep == AFX_BPF_KEEP_PORTS) {
		for (i = 0; i < packet_nb_listed_ports; i++)
			skel->data_ports
				->afx_keep_ports[packet_listed_ports[i] / AFX_KEEP_WORD_BITS] |=
				UINT64_C(1) << (packet_listed_ports[i] % AFX_KEEP_WORD_BITS);
	} else {
		bpf_map__set_autocreate(skel->maps.data_ports, false);
	}
	assert_int_equal(bpf_object__load(skel->obj), 0);
	return skel;
}

/* A map takes any AF_XDP socket; that it is not bound matters only to a real packet. */
static int
socket_insert(struct afx_redirect *skel, uint32_t queue)
{
	int fd = socket(AF_XDP, SOCK_RAW, 0);

	assert_true(fd >= 0);
	assert_int_equal(bpf_map_update_elem(bpf_map__fd(skel->maps.xsks_map), &queue, &fd, 0), 0);
	return fd;
}

static uint32_t
run(const struct afx_redirect *skel, const struct pkt *pkt)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = pkt->data, .data_size_in = pkt->len);
	int ret = bpf_prog_test_run_opts(bpf_program__fd(skel->progs.afx_redirect), &opts);

	assert_int_equal(ret, 0);
	return opts.retval;
}

static uint32_t
run_on_queue(const struct afx_redirect *skel, const struct pkt *pkt, uint32_t queue)
{
	struct xdp_md ctx = {
		.data_end = pkt->len,
		.ingress_ifindex = if_nametoindex("afx-rd0"),
		.rx_queue_index = queue,
	};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = pkt->data, .data_size_in = pkt->len,
		    .ctx_in = &ctx, .ctx_size_in = sizeof(ctx));
	int ret = bpf_prog_test_run_opts(bpf_program__fd(skel->progs.afx_redirect), &opts);

	assert_int_equal(ret, 0);
	return opts.retval;
}

static bool
kept(const struct packet_case *pc, uint32_t keep)
{
	if (keep == AFX_BPF_KEEP_NONE)
		return false;
	return keep == AFX_BPF_KEEP_MGMT ? pc->mgmt : pc->ports;
}

/* Every packet of the table under one knob: its verdict with a socket and without one. */
static void
check_table(uint32_t keep)
{
	struct afx_redirect *skel = load(keep, QUEUES);
	struct pkt pkt;
	uint32_t i, expected, verdict;
	int fd;

	for (i = 0; i < packet_nb_cases; i++) {
		packet_build(&packet_cases[i], &pkt);
		assert_int_equal(run(skel, &pkt), XDP_PASS);
	}
	fd = socket_insert(skel, 0);
	for (i = 0; i < packet_nb_cases; i++) {
		packet_build(&packet_cases[i], &pkt);
		expected = kept(&packet_cases[i], keep) ? XDP_PASS : XDP_REDIRECT;
		verdict = run(skel, &pkt);
		if (verdict != expected)
			fail_msg("keep %u, %s: verdict %u, not %u", keep, packet_cases[i].name,
				 verdict, expected);
	}
	close(fd);
	afx_redirect__destroy(skel);
}

static void
test_table_none(void **state)
{
	(void)state;
	check_table(AFX_BPF_KEEP_NONE);
}

static void
test_table_mgmt(void **state)
{
	(void)state;
	check_table(AFX_BPF_KEEP_MGMT);
}

static void
test_table_ports(void **state)
{
	(void)state;
	check_table(AFX_BPF_KEEP_PORTS);
}

static void
assert_pass_or_redirect(uint32_t keep, uint32_t verdict)
{
	if (keep == AFX_BPF_KEEP_NONE)
		assert_int_equal(verdict, XDP_REDIRECT);
	else
		assert_true(verdict == XDP_PASS || verdict == XDP_REDIRECT);
}

/* TEST_RUN takes no less than an Ethernet header, and neither do drivers. */
static void
test_truncated(void **state)
{
	struct afx_redirect *skel;
	uint32_t keep, i, len;
	struct pkt pkt;
	int fd;

	(void)state;
	for (keep = AFX_BPF_KEEP_NONE; keep <= AFX_BPF_KEEP_PORTS; keep++) {
		skel = load(keep, QUEUES);
		fd = socket_insert(skel, 0);
		for (i = 0; i < packet_nb_cases; i++) {
			packet_build(&packet_cases[i], &pkt);
			for (len = pkt.len; len >= ETH_HLEN; len--) {
				pkt.len = len;
				assert_pass_or_redirect(keep, run(skel, &pkt));
			}
		}
		close(fd);
		afx_redirect__destroy(skel);
	}
}

struct cut_case {
	uint32_t need; /* bytes up to the last one that shows that the packet is the kernel's */
	struct packet_case packet;
};

static const struct cut_case cut_cases[] = {
	{ 14, { .layers = { ETH(ETH_P_ARP), FILL(28) } } },
	{ 22, { .layers = { ETH(ETH_P_8021AD), VLAN(ETH_P_8021Q), VLAN(ETH_P_ARP), FILL(28) } } },
	{ 38, { .layers = { ETH(ETH_P_IP), IP4(IPPROTO_TCP), PORTS(22, 22), FILL(16) } } },
	{ 50, { .layers = { ETH(ETH_P_IP), IP4_IHL(IPPROTO_TCP, 8), PORTS(22, 22) } } },
	{ 34, { .layers = { ETH(ETH_P_IP), IP4_FRAG(IPPROTO_UDP, 185), FILL(16) } } },
	{ 54, { .layers = { ETH(ETH_P_IPV6), IP6(IPPROTO_ICMPV6), FILL(24) } } },
	{ 62, { .layers = { ETH(ETH_P_IPV6), IP6(IPPROTO_FRAGMENT), FRAG6(0, 8), FILL(9) } } },
	{ 74,
	  { .layers = { ETH(ETH_P_IPV6), IP6(IPPROTO_DSTOPTS), EXT(IPPROTO_TCP, 1),
			PORTS(22, 22) } } },
};

/* One that is cut shorter is the application's: nothing says that it is the kernel's. */
static void
test_cut(void **state)
{
	struct afx_redirect *skel = load(AFX_BPF_KEEP_MGMT, QUEUES);
	int fd = socket_insert(skel, 0);
	struct pkt pkt;
	uint32_t i, len;

	(void)state;
	for (i = 0; i < sizeof(cut_cases) / sizeof(cut_cases[0]); i++) {
		packet_build(&cut_cases[i].packet, &pkt);
		for (len = pkt.len; len >= ETH_HLEN; len--) {
			pkt.len = len;
			assert_int_equal(run(skel, &pkt),
					 len >= cut_cases[i].need ? XDP_PASS : XDP_REDIRECT);
		}
	}
	close(fd);
	afx_redirect__destroy(skel);
}

static void
mutate(struct pkt *pkt)
{
	uint32_t flips = 1 + random() % 8;

	while (flips-- > 0)
		pkt->data[random() % pkt->len] = random();
}

static void
test_random(void **state)
{
	struct afx_redirect *skel;
	uint32_t keep, i, n;
	struct pkt pkt;
	int fd;

	(void)state;
	srandom(1);
	for (keep = AFX_BPF_KEEP_NONE; keep <= AFX_BPF_KEEP_PORTS; keep++) {
		skel = load(keep, QUEUES);
		fd = socket_insert(skel, 0);
		for (i = 0; i < packet_nb_cases; i++) {
			packet_build(&packet_cases[i], &pkt);
			for (n = 0; n < MUTATIONS; n++) {
				mutate(&pkt);
				assert_pass_or_redirect(keep, run(skel, &pkt));
			}
		}
		close(fd);
		afx_redirect__destroy(skel);
	}
}

/* The slot is that of the packet's own queue; empty ones and those beyond the map give XDP_PASS. */
static void
test_queues(void **state)
{
	static const uint32_t expected[QUEUES] = { XDP_PASS, XDP_PASS, XDP_REDIRECT, XDP_PASS };
	struct afx_redirect *skel = load(AFX_BPF_KEEP_NONE, QUEUES - 1);
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = XDP_FLAGS_DRV_MODE);
	int link, fd = socket_insert(skel, 2);
	struct pkt pkt;
	uint32_t i;

	(void)state;
	/* Attached, so that the veth registers its rx queues, which TEST_RUN asks for. */
	link = bpf_link_create(bpf_program__fd(skel->progs.afx_redirect), if_nametoindex("afx-rd0"),
			       BPF_XDP, &opts);
	assert_true(link >= 0);
	packet_build(&packet_cases[0], &pkt);
	for (i = 0; i < QUEUES; i++)
		assert_int_equal(run_on_queue(skel, &pkt, i), expected[i]);
	close(fd);
	assert_int_equal(run_on_queue(skel, &pkt, 2), XDP_PASS);
	close(link);
	afx_redirect__destroy(skel);
}

static void
test_none_is_bare(void **state)
{
	struct afx_redirect *skel = load(AFX_BPF_KEEP_NONE, QUEUES);
	struct bpf_prog_info info = { 0 };
	uint32_t len = sizeof(info);

	(void)state;
	assert_int_equal(
		bpf_obj_get_info_by_fd(bpf_program__fd(skel->progs.afx_redirect), &info, &len), 0);
	assert_in_range(info.xlated_prog_len, 1, BARE_INSNS_MAX * sizeof(struct bpf_insn));
	assert_int_equal(info.nr_map_ids, 2); /* xsks_map and the knob, no port list */
	afx_redirect__destroy(skel);
}

static int
group_setup(void **state)
{
	(void)state;
	if (unshare(CLONE_NEWNET) != 0)
		return -1;
	return system("ip link set lo up && "
		      "ip link add afx-rd0 numrxqueues 4 numtxqueues 4 type veth "
		      "peer name afx-rd1 numrxqueues 4 numtxqueues 4 && "
		      "ip link set afx-rd0 up && ip link set afx-rd1 up");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table_none),  cmocka_unit_test(test_table_mgmt),
		cmocka_unit_test(test_table_ports), cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_cut),         cmocka_unit_test(test_random),
		cmocka_unit_test(test_queues),      cmocka_unit_test(test_none_is_bare),
	};

	return cmocka_run_group_tests_name("redirect", tests, group_setup, NULL);
}
