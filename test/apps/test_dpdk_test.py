# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Those tests of DPDK's own dpdk-test that move packets through the ports they find."""

import re
import shutil
import subprocess

import kernelstate
import testpmd
import tpmd
from netns import VethPair

BURST = 2048            # what the test has each port send


def test_pmd_perf(lab):
    """Both ends of a veth are ports: what one sends waits in the other's Rx ring, to be counted."""
    pair = VethPair(lab.dut, lab.dut)
    prefix = tpmd.prefix_new()
    vdevs = [testpmd.vdev(0, pair.iface), testpmd.vdev(1, pair.peer)]
    run = subprocess.run(
        ["ip", "netns", "exec", lab.dut.name, "dpdk-test", *tpmd.eal_args(vdevs, prefix=prefix)],
        input="set_rxtx_sc poll_after_xmit\npmd_perf_autotest\nquit\n", stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, check=False, timeout=tpmd.END_TIME)
    shutil.rmtree(f"/run/dpdk/{prefix}", ignore_errors=True)
    assert run.returncode == 0 and "Test OK" in run.stdout, run.stdout
    assert f"start to receive total expect {2 * BURST}\n" in run.stdout, run.stdout
    assert "\n0 packets lost, IDLE 0 times\n" in run.stdout, run.stdout
    assert re.search(r"^Result: \d+ cycles per packet$", run.stdout, re.M), run.stdout
    for side in "iface", "peer":
        seen = pair.counters(side)
        assert (seen["rx_packets"], seen["tx_packets"]) == (BURST, BURST), seen
    for iface in pair.iface, pair.peer:
        assert kernelstate.leftovers(lab.dut, iface) == ""
