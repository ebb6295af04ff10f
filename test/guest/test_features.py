# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""What this kernel grants, on a veth and on a NIC: read back, used, recorded.

Nothing here asks for a kernel version: what is absent is absent cleanly, and
every frame is counted on each kernel.
"""

import errno
import json
import os
import re
import socket

import pytest

import kernelstate
import netns
import nics
from lab import frames, reflect
from rawpeer import Peer
from testpmd import vdev

RECORD = "/mnt/features"
SOL_XDP, XDP_MAX_TX_SKB_BUDGET, BUDGET = 283, 9, 256
COUNT = 600


def record(**facts):
    with open(RECORD, "a", encoding="ascii") as file:
        file.write(json.dumps({"kernel": os.uname().release, "nic": nics.KIND,
                               **facts}) + "\n")


def option_known(number, value):
    """Without rings, a kernel that knows it may refuse the value."""
    with socket.socket(nics.AF_XDP, socket.SOCK_RAW) as sock:
        try:
            sock.setsockopt(SOL_XDP, number, value)
        except OSError as err:
            return err.errno != errno.ENOPROTOOPT
    return True


@pytest.fixture(params=["veth", "NIC"])
def where(request, lab):
    if request.param == "NIC":
        return lab.pair()
    pair = netns.VethPair(lab.dut, lab.gen)
    pair.wire = Peer(lab.gen, pair.peer)
    request.addfinalizer(lambda: lab.dut.ip("link", "del", pair.iface))
    request.addfinalizer(pair.wire.close)
    return pair


def test_granted(lab, where):
    """The banner says what the sockets say, and frames go both ways."""
    with lab.testpmd([vdev(0, where.iface)], eal=["--log-level=pmd.net.afx:info"]) as pmd:
        lab.wait_link()
        banner = re.search(rf"AFX: {where.iface} \((.*?)\): (\w+) XDP, .*?"
                           r"(zero-copy|copy) on each; (.*?); UMEM", pmd.log)
        zerocopy = nics.zerocopy(pmd.pid)
        assert zerocopy == [banner[3] == "zero-copy"]
        # What is not granted has its reason.
        assert ("queue 0: copy mode, no zero-copy: " in pmd.log) != zerocopy[0]
        reflect(where, frames(where, COUNT), nics.WINDOW)
        stats = pmd.stats()
        assert stats["ipackets"] == stats["opackets"] == COUNT
        assert stats["imissed"] == stats["oerrors"] == 0
        record(device=banner[1], attach=banner[2], mode=banner[3],
               settings=banner[4],
               seen=kernelstate.xsk_queues(lab.dut, where.iface) == [0],
               budget=option_known(XDP_MAX_TX_SKB_BUDGET, BUDGET))


def test_stop_and_start(lab, where):
    """Every mbuf is back after each stop."""
    with lab.testpmd([vdev(0, where.iface)]) as pmd:
        for turn in range(3):
            lab.wait_link()
            reflect(where, frames(where, 100, first=1000 * turn), nics.WINDOW)
            pmd.stop()
            pmd.cmd("port stop 0")
            assert pmd.missing_mbufs() == {}, f"turn {turn}"
            pmd.cmd("port start 0")
            pmd.start()
