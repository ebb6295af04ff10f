# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""The same cases with Debian's net_af_xdp and with net_afx, side by side.

Only net_afx has to be right; what the other one did is recorded.
"""

import re

import pytest

import kernelstate
import nics
from lab import frames
from rawpeer import ETH_P_ALL, differences, swapped
from syscalls import metered, syscalls
from test_features import record
from testpmd import vdev

COUNT = 1000
RING = 512              # testpmd's descriptors, see testpmd.py
ROUNDS = 80             # bursts of 32: five Tx rings
QUIET = 3.0             # seconds without a frame: no more will come


@pytest.mark.parametrize("driver,devargs", [
    ("net_afx", {}), ("net_af_xdp", {}), ("net_af_xdp", {"busy_budget": 0})])
def test_same_cases(lab, pair, driver, devargs):
    pmd = lab.start([vdev(0, pair.iface, driver=driver, **devargs)],
                    mode="rxonly")
    wire = lab.wire(pair, ETH_P_ALL)
    pmd.start(f"start tx_first {ROUNDS}")
    sent = len(wire.receive(32 * ROUNDS, QUIET) + wire.drain())
    wire.close()
    refused = int(re.search(r"TX-dropped: (\d+)", pmd.stop())[1])
    pmd.cmd("set fwd macswap")
    pmd.start()
    pair.wire.drain()
    there, tid = frames(pair, COUNT), kernelstate.lcore_tid(pmd.pid, 1)
    with metered(tid) as busy:
        got = pair.wire.exchange(there, nics.WINDOW, QUIET)
    idle = syscalls(tid)
    pmd.stop()
    missing = {}
    for end in "stop", "close":
        pmd.cmd(f"port {end} 0")
        missing[end] = sum(pmd.missing_mbufs().values())
    record(driver=driver, devargs=devargs, sent=sent, back=len(got),
           busy=sum(busy.values()), idle=sum(idle.values()),
           stop=missing["stop"], close=missing["close"])
    if driver == "net_afx":
        # What finds the ring full testpmd drops; on a slow machine there is some.
        assert sent + refused == 32 * ROUNDS and sent > 2 * RING
        assert differences([swapped(f) for f in there], got) == ""
        assert missing == {"stop": 0, "close": 0}
        assert busy and not idle
