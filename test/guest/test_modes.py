# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Which mode is granted where zero-copy is not to be had, or not for all."""

import re

import pytest

import netns
import nics
from lab import cross, frames, reflect
from rawpeer import Peer
from testpmd import vdev

COUNT = 500


@pytest.fixture
def veth(lab):
    """A veth pair beside the NICs, with its Peer."""
    pair = netns.VethPair(lab.dut, lab.gen)
    pair.wire = Peer(lab.gen, pair.peer)
    yield pair
    pair.wire.close()
    lab.dut.ip("link", "del", pair.iface)


def test_zero_copy_on_a_veth_is_an_error(lab, veth):
    line, = nics.refused(lab, [vdev(0, veth.iface, mode="zc")])
    assert "mode=zc: no zero-copy: its driver has none" in line


def test_small_pages_fall_to_copy(lab, pair):
    """Without hugepages: the reason is said, nothing goes missing."""
    with lab.testpmd(eal=["--no-huge", "--log-level=pmd.net.afx:info"]) as pmd:
        assert nics.zerocopy(pmd.pid) == [False]
        assert re.search(r"copy mode, no zero-copy: .*4 KiB pages", pmd.log)
        # Where the kernel takes a frame's pages by reference it does not read them.
        burst = "AF_XDP, fast free" if nics.KIND == "virtio" else "AF_XDP, copy mode, fast free"
        assert re.search(rf"Burst mode: {burst}\s", pmd.cmd("show txq info 0 0"))
        reflect(pair, frames(pair, COUNT), nics.WINDOW)


def test_small_pages_and_zero_copy_is_an_error(lab, pair):
    line, = nics.refused(lab, [vdev(0, pair.iface, mode="zc")], eal=["--no-huge"])
    assert re.search(r"mode=zc: no zero-copy: .*4 KiB pages", line), line


@pytest.mark.parametrize("order", ["veth first", "NIC first"])
def test_veth_and_nic_on_one_pool(lab, pair, veth, order):
    """Each has its own mode, whoever registers the pool first."""
    names = [veth.iface, pair.iface]
    if order == "NIC first":
        names.reverse()
    with lab.testpmd([vdev(i, name) for i, name in enumerate(names)],
                     mode="io", mbufs=16384) as pmd:
        assert sorted(nics.zerocopy(pmd.pid)) == [False, True]
        for start in range(0, COUNT, nics.WINDOW):
            cross(veth, pair, frames(veth, nics.WINDOW, first=start),
                  frames(pair, nics.WINDOW, first=1 << 20 | start))
