# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Zero-copy ports that come and go under traffic, and two at a time."""

import signal

import kernelstate
import nics
from app.program import ended, made
from lab import cross, frames, reflect
from rawpeer import SIZES, differences, swapped
from veth_app import Flood

COUNT = 2000
BOTH_WAYS = 1000        # twice what a ring holds
RESTARTS = 50


def test_two_ports(lab):
    left, right = lab.pair(), lab.pair()
    with lab.testpmd(mode="io", mbufs=16384) as pmd:
        assert nics.zerocopy(pmd.pid) == [True, True]
        there = frames(left, BOTH_WAYS)
        back = frames(right, BOTH_WAYS, first=1 << 20)
        for start in range(0, len(there), nics.WINDOW):
            part = slice(start, start + nics.WINDOW)
            cross(left, right, there[part], back[part])
        for port in 0, 1:
            stats = pmd.stats(port)
            assert stats["ipackets"] == stats["opackets"] == len(there)
            assert stats["imissed"] == stats["oerrors"] == 0


def test_every_mbuf_in_turn(lab, app, pair):
    """A small pool without cache and small rings, many times round."""
    run = app("forward", workers=1, mbufs=600, cache=0, rxd=64, txd=64)
    run.until("running")
    assert nics.zerocopy(run.pid) == [True]
    lab.wait_link()
    sent = made(pair, COUNT, sizes=SIZES)
    assert differences([swapped(f) for f in sent],
                       pair.wire.exchange(sent, 32)) == ""
    said = ended(run)
    assert said["damaged0"] == said["p0_imissed"] == said["p0_nombuf"] == 0
    assert said["received0"] == said["p0_opackets"] == len(sent)


def test_restarts_under_traffic(app, pair):
    """Other rings and pools each time; every stop gives every mbuf back."""
    run = app("restarts", mbufs=4096, cycles=RESTARTS)
    run.until("ready")
    with Flood(pair, SIZES):
        said = run.step("stopped", 20 * nics.LINK_TIME)
    assert said["cycles"] == RESTARTS
    assert said["wrong_at_stop"] == said["written_after_stop"] == 0, run.log()
    assert said["damaged"] == said["fds_grown"] == 0
    assert said["received"] == said["ipackets"] > 0
    assert said["taken"] == said["opackets"] + said["oerrors"] > 0
    ended(run)


def test_sigkill_and_restart(lab, pair):
    """What the killed one leaves does not hold up the next one, and is gone with it."""
    pmd = lab.start()
    pmd.start()
    ids = pmd.note_bpf()
    with Flood(pair, SIZES):
        pmd.kill(signal.SIGKILL)
    pmd = lab.start()
    assert nics.zerocopy(pmd.pid) == [True]
    pair.wire.drain(0.1)
    pmd.start()
    reflect(pair, frames(pair, 200), nics.WINDOW)
    lab.finish(pmd)
    assert not kernelstate.bpf_alive(ids)
