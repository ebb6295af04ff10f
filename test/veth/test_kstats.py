# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""kstats=1: the counters of the interface's driver, as extended statistics.

Against veth's own, and against names and numbers that no veth has: those are
of a preloaded library that answers ethtool's ioctl in the kernel's place
(fake_ethtool.c). Environment: AFX_FAKE_ETHTOOL is its path.
"""

import os
import re

import pytest

from lab import SCALE, afx_lines, frames, reflect

FAKE = os.environ.get("AFX_FAKE_ETHTOOL", "")
COUNT = 300

needs_fake = pytest.mark.skipif(not os.path.exists(FAKE), reason="needs AFX_FAKE_ETHTOOL")


def kernel(xstats):
    return {key: value for key, value in xstats.items() if key.startswith("kernel_")}


def ethtool(pair):
    """The same by the tool of that name."""
    text = pair.dut.exec("ethtool", "-S", pair.iface)
    return {f"kernel_{key}": int(value) for key, value in re.findall(r"^ +(\w+): (\d+)$", text, re.M)}


def test_they_are_what_ethtool_says(lab, pair):
    """At any time, until a reset; from then on what came since."""
    with lab.testpmd(lab.vdevs(kstats=1)) as pmd:
        reflect(pair, frames(pair, COUNT))
        first = kernel(pmd.xstats())
        assert first == ethtool(pair)
        assert first["kernel_rx_queue_0_xdp_redirect"] == COUNT * SCALE
        pmd.cmd("clear port xstats 0")
        assert set(kernel(pmd.xstats()).values()) == {0}
        reflect(pair, frames(pair, 2 * COUNT))
        now = kernel(pmd.xstats())
        assert now == {key: value - first[key] for key, value in ethtool(pair).items()}
        assert now["kernel_rx_queue_0_xdp_packets"] == 2 * COUNT * SCALE
        pmd.cmd("port stop 0")
        assert kernel(pmd.xstats()) == now
        pmd.cmd("port start 0")
        pmd.cmd("start")
        assert kernel(pmd.xstats()) == now


@pytest.mark.parametrize("devargs", [{}, {"kstats": 0}])
def test_none_unless_asked_for(lab, pair, devargs):   # pylint: disable=unused-argument
    with lab.testpmd(lab.vdevs(**devargs)) as pmd:
        assert pmd.xstats() and not kernel(pmd.xstats())


def test_a_driver_without(lab, pair):
    """A bridge counts nothing of its own: said, and no reason to fail."""
    pair.dut.ip("link", "add", "br0", "type", "bridge")
    pair.dut.ip("link", "set", "br0", "up")
    pmd = lab.start(["net_afx0,iface=br0,kstats=1"], expect_start=False)
    assert any("br0: kstats=1 has no effect: ethtool -S: Operation not supported" in line
               for line in afx_lines(pmd.log))
    pmd.kill()


@pytest.fixture
def counted(lab, pair, tmp_path):   # pylint: disable=unused-argument
    """A testpmd whose interface counts what a file says; .set(lines) writes it."""
    path = tmp_path / "counters"

    class Counted:
        def set(self, *lines):
            path.write_text("".join(f"{line}\n" for line in lines), encoding="ascii")

        def start(self):
            return lab.testpmd(lab.vdevs(kstats=1), wrap=[
                "env", f"LD_PRELOAD={FAKE}", f"FAKE_ETHTOOL_COUNTERS={path}"])

    return Counted()


@needs_fake
def test_names_are_made_to_fit(counted):
    """By ethdev's rules, and each once."""
    big = 2**64 - 1
    counted.set("rx_bytes=1", "Rx Queue#: 0 Drops!=2", "rx.queue(0) drops=3", "rx_bytes=4",
                "RX-bytes=5", "  =6", "tx/err_4=7", f"{'x' * 32}={big}", "tx err=8", "tx_err=9")
    with counted.start() as pmd:
        assert kernel(pmd.xstats()) == {
            "kernel_rx_bytes": 1, "kernel_rx_queue_0_drops": 2, "kernel_rx_queue_0_drops_2": 3,
            "kernel_rx_bytes_3": 4, "kernel_rx_bytes_4": 5, "kernel_": 6, "kernel_tx_err_4": 7,
            f"kernel_{'x' * 32}": big, "kernel_tx_err": 8, "kernel_tx_err_9": 9}


@needs_fake
def test_counters_come_and_go(counted):
    """Those of the start stay in their places; a start sees which there are."""
    counted.set("a=0", "b=2", "c=3")
    with counted.start() as pmd:
        counted.set("a=1", "b=2", "c=3")
        pmd.cmd("clear port xstats 0")
        counted.set("new=9", "c=13", "a=11", *(f"n{n}=0" for n in range(1000)))
        assert kernel(pmd.xstats()) == {"kernel_a": 10, "kernel_b": 0, "kernel_c": 10}
        counted.set("a=5")     # began anew
        assert kernel(pmd.xstats()) == {"kernel_a": 5, "kernel_b": 0, "kernel_c": 10}
        counted.set("c=20", "a=7", "d=8")
        pmd.cmd("stop")
        pmd.cmd("port stop 0")
        assert list(kernel(pmd.xstats())) == ["kernel_a", "kernel_b", "kernel_c"]
        pmd.cmd("port start 0")
        assert kernel(pmd.xstats()) == {"kernel_c": 17, "kernel_a": 7, "kernel_d": 8}


@needs_fake
@pytest.mark.parametrize("more", [1, 10000])
def test_more_than_there_were_a_moment_ago(counted, more):
    """The kernel writes them all, wherever they fit or not: nothing of the program's is written to."""
    counted.set("a=1", "b=2")
    with counted.start() as pmd:
        counted.set("a=3", "b=4", *(f"+{n}=7" for n in range(more)))
        assert kernel(pmd.xstats()) == {"kernel_a": 1, "kernel_b": 2}
        counted.set("a=3", "b=4")
        assert kernel(pmd.xstats()) == {"kernel_a": 3, "kernel_b": 4}
