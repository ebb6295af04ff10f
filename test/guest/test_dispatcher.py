# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""libxdp's dispatcher is on the NIC already: joined, and left as it was."""

import os
import re

import pytest

import nics
from lab import frames, reflect

PROGRAM = os.environ.get("AFX_TEST_PROGS", "") + "/custom_ok.bpf.o"
COUNT = 500


@pytest.fixture
def dispatcher(pair):
    """A program of somebody else's that lets all pass; returns who is there."""
    pair.dut.exec("xdp-loader", "load", "-m", "native", "-s", "xdp.frags",
                  pair.iface, PROGRAM)

    def programs():
        text = pair.dut.exec("xdp-loader", "status", pair.iface)
        return re.findall(r"^ +=> +\d+ +(\w+)", text, re.M)

    yield programs
    pair.dut.exec("xdp-loader", "unload", pair.iface, "--all")


@pytest.mark.parametrize("room,zerocopy", [(2176, False), (2304, True)])
def test_joined_and_left(lab, pair, dispatcher, room, zerocopy):
    """XDP's headroom shortens a frame: igb would split it in a usual pool's."""
    before = dispatcher()
    assert before == ["custom_ok"]
    pmd = lab.start(app=[f"--mbuf-size={room}"],
                    eal=["--log-level=pmd.net.afx:info"])
    assert "dispatcher XDP" in pmd.log
    assert ("down to whole KiB" in pmd.log) == (not zerocopy)
    assert nics.zerocopy(pmd.pid) == [zerocopy]
    assert len(dispatcher()) == 2
    pmd.start()
    reflect(pair, frames(pair, COUNT), nics.WINDOW)
    pmd.stop()
    for end in "stop", "close":
        pmd.cmd(f"port {end} 0")
        assert pmd.missing_mbufs() == {}
    assert dispatcher() == before
    assert pmd.quit() == 0
