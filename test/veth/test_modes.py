# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Attach and copy modes: what was asked is what the kernel has, and is said."""

import re

import pytest

import kernelstate
import lab as labs
from lab import frames, reflect

COUNT = 300


def banner(pmd):
    """The one line that describes a started port."""
    lines = [line for line in labs.afx_lines(pmd.log) if "UMEM" in line]
    assert len(lines) == 1, f"one banner line expected: {lines}"
    return lines[0]


@pytest.mark.parametrize("args,mode,word", [
    ({}, "drv", "native"),
    ({"mode": "auto"}, "drv", "native"),
    ({"mode": "copy"}, "drv", "native"),
    ({"mode": "drv"}, "drv", "native"),
    ({"mode": "skb"}, "skb", "generic"),
    ({"force_copy": 1}, "drv", "native"),
    ({"mode": "skb", "force_copy": 1}, "skb", "generic"),
])
def test_mode(lab, pair, args, mode, word):
    with lab.testpmd(lab.vdevs(**args)) as pmd:
        assert kernelstate.xdp(pair.dut, "x0")[1] == mode
        reflect(pair, frames(pair, COUNT))
        line = banner(pmd)
        for part in "x0", word, "copy":
            assert part in line, line


@pytest.mark.parametrize("args,says", [
    ({"mode": "zc"}, r"zero-copy"),
    ({"mode": "hw"}, r"hw|offload"),
])
def test_mode_that_cannot_be_had(lab, pair, args, says):
    """An error, never a silent substitute; nothing stays behind."""
    pmd = lab.start(lab.vdevs(**args), expect_start=False)
    lines = labs.afx_lines(pmd.log)
    assert any("x0" in line and re.search(says, line) for line in lines), lines
    if pmd.running():
        pmd.kill()
    lab.assert_clean()


@pytest.fixture
def bridge(lab, pair):
    """A bridge over x0: real traffic, no native XDP, no ethtool channels."""
    pair.dut.ip("link", "add", "d0", "address", pair.mac.hex(":"),
                "type", "bridge")
    pair.dut.ip("link", "set", "x0", "master", "d0")
    pair.dut.ip("link", "set", "d0", "up")
    return pair


def test_fall_to_generic_is_logged(lab, bridge):
    """Without native XDP auto takes generic, says why, and it works."""
    with lab.testpmd([labs.testpmd.vdev(0, "d0")]) as pmd:
        assert kernelstate.xdp(bridge.dut, "d0")[1] == "skb"
        assert labs.LEAKS or re.search(r"AFX: .*d0.*generic", pmd.log)
        reflect(bridge, frames(bridge, COUNT))
    assert kernelstate.leftovers(bridge.dut, "d0") == ""


def test_native_asked_and_not_there(lab, bridge):
    pmd = lab.start([labs.testpmd.vdev(0, "d0", mode="drv")],
                    expect_start=False)
    lines = labs.afx_lines(pmd.log)
    assert len(lines) == 1 and "d0" in lines[0] and "native" in lines[0], lines
    assert kernelstate.xdp(bridge.dut, "d0") is None


def test_stop_keeps_the_program_close_removes_it(lab, pair):
    """Attaching flaps some links: the program stays until close."""
    with lab.testpmd() as pmd:
        first = kernelstate.xdp(pair.dut, "x0")
        pmd.stop()
        pmd.cmd("port stop 0")
        assert kernelstate.xdp(pair.dut, "x0") == first
        assert labs.soon(
            lambda: not kernelstate.xsk_queues(pair.dut, "x0"))
        pmd.cmd("port start 0")
        assert kernelstate.xdp(pair.dut, "x0") == first
        pmd.start()
        reflect(pair, frames(pair, COUNT))
        pmd.stop()
        pmd.cmd("port stop 0")
        pmd.cmd("port close 0")
        assert kernelstate.xdp(pair.dut, "x0") is None


def test_info_is_true(lab):
    """Limits, MAC, MTU and link of 'show port info' are the interface's."""
    pair = lab.pair(queues=4, mtu=1400)
    with lab.testpmd() as pmd:
        info = pmd.info()
        mac = re.search(r"MAC address: (\S+)", info)[1]
        assert bytes.fromhex(mac.replace(":", "")) == pair.mac
        assert "Driver name: net_afx" in info
        assert re.search(r"MTU: 1400\b", info)
        assert "Link status: up" in info and "Link speed: 10 Gbps" in info
        assert re.search(r"Max possible RX queues: 4\b", info)
        assert re.search(r"Max possible TX queues: 4\b", info)


def test_link_follows_the_wire(lab, pair):
    with lab.testpmd() as pmd:
        pair.gen.ip("link", "set", "p0", "down")
        assert labs.soon(lambda: "Link status: down" in pmd.info())
        pair.gen.ip("link", "set", "p0", "up")
        assert labs.soon(lambda: "Link status: up" in pmd.info())
        reflect(pair, frames(pair, COUNT))


def test_interface_down_and_up(lab, pair):
    """The socket stays bound over a flap of the interface itself."""
    with lab.testpmd() as pmd:
        reflect(pair, frames(pair, COUNT))
        pair.dut.ip("link", "set", "x0", "down")
        assert labs.soon(lambda: "Link status: down" in pmd.info())
        pair.dut.ip("link", "set", "x0", "up")
        reflect(pair, frames(pair, COUNT))


def test_mac_promisc_allmulti(lab, pair):
    with lab.testpmd() as pmd:
        pmd.cmd("mac_addr set 0 02:00:00:00:be:ef")
        assert "02:00:00:00:be:ef" in pair.dut.ip("link", "show", "x0")
        for what, key in ("promisc", "promiscuity"), ("allmulti", "allmulti"):
            for value in 0, 1, 0:
                pmd.cmd(f"set {what} 0 {'on' if value else 'off'}")
                text = pair.dut.ip("-d", "link", "show", "x0")
                assert f"{key} {value} " in text, what


def test_mtu_set(lab, pair):
    with lab.testpmd() as pmd:
        pmd.stop()
        pmd.cmd("port stop 0")
        assert pmd.set_mtu(1000)
        assert " mtu 1000 " in pair.dut.ip("link", "show", "x0")
        pmd.cmd("port start 0")
        pmd.start()
        reflect(pair, frames(pair, COUNT, [60, 1000, 1014]))
