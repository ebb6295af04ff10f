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
def loaded(pair):
    """Loads a program of somebody else's that lets all pass; nothing of it stays."""
    def load(mode="native"):
        pair.dut.exec("xdp-loader", "load", "-m", mode, "-s", "xdp.frags", pair.iface, PROGRAM)

    yield load
    pair.dut.exec("xdp-loader", "unload", pair.iface, "--all", check=False)


def programs(pair):
    """Who is in the dispatcher."""
    text = pair.dut.exec("xdp-loader", "status", pair.iface)
    return re.findall(r"^ +=> +\d+ +(\w+)", text, re.M)


def restart(lab, pmd, meanwhile):
    pmd.cmd("port stop 0")
    meanwhile()
    pmd.cmd("port start 0")
    lab.wait_link()
    pmd.start()


@pytest.mark.parametrize("room,zerocopy", [(2176, False), (2304, True)])
def test_joined_and_left(lab, pair, loaded, room, zerocopy):
    """XDP's headroom shortens a frame: igb would split it in a usual pool's."""
    loaded()
    before = programs(pair)
    assert before == ["custom_ok"]
    pmd = lab.start(app=[f"--mbuf-size={room}"],
                    eal=["--log-level=pmd.net.afx:info"])
    assert "dispatcher XDP" in pmd.log
    assert ("down to whole KiB" in pmd.log) == (not zerocopy)
    assert nics.zerocopy(pmd.pid) == [zerocopy]
    assert len(programs(pair)) == 2
    pmd.start()
    reflect(pair, frames(pair, COUNT), nics.WINDOW)
    assert pmd.xstats()["rx_xdp_native"] == 1
    pmd.stop()
    for end in "stop", "close":
        pmd.cmd(f"port {end} 0")
        assert pmd.missing_mbufs() == {}
    assert programs(pair) == before
    assert pmd.quit() == 0


def test_generic_dispatcher(lab, pair, loaded):
    """What comes by way of an skb is copied, whatever the NIC can do: zero-copy is not tried."""
    loaded("skb")
    pmd = lab.start(app=["--mbuf-size=2304"], eal=["--log-level=pmd.net.afx:info"])
    assert "dispatcher XDP" in pmd.log
    assert "no zero-copy: the program is attached in generic mode" in pmd.log
    assert nics.zerocopy(pmd.pid) == [False]
    pmd.start()
    reflect(pair, frames(pair, COUNT), nics.WINDOW)
    assert pmd.xstats()["rx_xdp_native"] == 0
    assert pmd.quit() == 0


def test_unloaded_by_somebody(lab, pair, loaded):
    """It took our program with it: a start attaches another one."""
    loaded()
    pmd = lab.start(app=["--mbuf-size=2304"])
    restart(lab, pmd, lambda: pair.dut.exec("xdp-loader", "unload", pair.iface, "--all"))
    reflect(pair, frames(pair, COUNT), nics.WINDOW)
    assert "native XDP" in pmd.log
    assert pmd.quit() == 0


def test_another_program_comes(lab, pair, loaded):
    """libxdp makes the dispatcher anew, with ours in it: a start finds it there."""
    loaded()
    pmd = lab.start(app=["--mbuf-size=2304"])
    restart(lab, pmd, loaded)
    reflect(pair, frames(pair, COUNT), nics.WINDOW)
    assert len(programs(pair)) == 3
    assert "native XDP" not in pmd.log
    assert pmd.quit() == 0
