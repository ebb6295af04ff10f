# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Stops in the middle of the kernel's polls: each frame is counted once."""

import foreign
import kernelstate
from lab import SCALE, soon
from runs import (Flood, needs_program,
                  start)    # noqa: F401 pylint: disable=unused-import

pytestmark = needs_program

STOPS = 20 * SCALE
SEEN = 20               # frames received between two stops, at least
# A frame has its socket, and takes its time to get there.
SLOW = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u32);
} xsks_map SEC(".maps");
static long wait(__u32 index, __u64 *end)
{
	return bpf_ktime_get_ns() > *end;
}
SEC("xdp") int slow_redirect(struct xdp_md *ctx)
{
	__u64 end = bpf_ktime_get_ns() + 1000000;
	int ret = bpf_redirect_map(&xsks_map, ctx->rx_queue_index, XDP_PASS);

	bpf_loop(1 << 20, wait, &end, 0);
	return ret;
}
"""


def came(said):
    return said["ipackets"] + said["imissed"]


def test_frames_under_way_at_stop_are_counted(lab, pair, start):
    """What a program has looked up an entry for is received, or missed."""
    before = sum(kernelstate.redirected(pair.dut, pair.iface))
    with foreign.compiled(SLOW) as path, Flood(pair):
        run = start(vdevs=lab.vdevs(xdp_prog=path))
        for _ in range(STOPS):
            first = run.counts()["received"]
            assert soon(lambda n=first: run.counts()["received"] >= n + SEEN)
            run.done("stop")
            total = sum(kernelstate.redirected(pair.dut, pair.iface)) - before
            said = run.counts()
            assert total == came(said), said
            run.done("start")
        said = run.finish()
    assert (said["exit"], said["wrong"]) == (0, 0), run.log()
    assert total > STOPS * SEEN
