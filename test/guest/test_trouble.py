# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Zero-copy under attack: pulled, flapped, starved, without root."""

import contextlib
import re

import pytest

import netns
import nics
import unprivileged
from app.program import ended, made
from lab import frames, reflect, soon
from rawpeer import SIZES
from runs import assert_gone, ended as run_ended, reflected
from runs import start  # noqa: F401 pylint: disable=unused-import
from syscalls import syscalls
from veth_app import Flood
from watching import ENODEV
from watching import events  # noqa: F401 pylint: disable=unused-import

COUNT = 400
# The kernel tells of a carrier once a second, and igb takes seconds for its link.
FLAPS = 10 if nics.FULL else {"virtio": 5, "igb": 3}.get(nics.KIND)
STILL = 2.0 * netns.PATIENCE    # seconds in which a window of frames arrives, if it does
READS = 5000            # of memory for a packet
SMALL, HELD = 256, 1024         # rings, and a pool that fits in them often


def echoed(pair, first=0):
    """Frames that no NIC makes longer come back, and nothing but these."""
    reflected(pair, COUNT, first, nics.WINDOW, SIZES)


def test_pulled_while_sending(lab, pair, start):
    """One event, cheap bursts that take nothing, and every mbuf given back."""
    run = start()
    lab.wait_link()
    assert nics.zerocopy(run.pid) == [True]
    run.done("flood 1")
    assert run.done("count")["taken_now"] > 0
    pair.unplug()
    assert soon(lambda: run.counts()["removals"] == 1)
    assert_gone(run)
    said = run_ended(run)
    assert said["taken"] == said["opackets"] + said["oerrors"] > 0
    pair.plug()


def test_pulled_and_plugged_in_again(lab, events, pair):
    """Under traffic; a reset brings the port back, in zero-copy.

    QEMU's wire holds what is sent while its other end is away.
    """
    run = events("removed", "count", "stop", "reset", "reset", "setup",
                 "start", "stop", "close")
    lab.wait_link()
    assert nics.zerocopy(run.pid) == [True]
    echoed(pair)
    with Flood(pair, SIZES):
        pair.unplug()
        assert run.step("removed")["removed"] == 1
        said = run.step("count")
        assert said["received_now"] == said["taken_now"] == 0
        assert run.step("stop")["stop"] == 0
        assert nics.zerocopy(run.pid) == []
        assert run.step("reset")["reset"] == ENODEV
        pair.plug()
        assert run.step("reset")["reset"] == 0
        assert run.step("setup")["setup"] == run.step("start")["start"] == 0
        lab.wait_link()
    assert nics.zerocopy(run.pid) == [True]
    pair.wire.drain(0.5)
    echoed(pair, first=COUNT)
    run.step("stop")
    run.step("close")
    said = ended(run)
    assert (said["removals"], said["damaged"]) == (1, 0)


def test_flaps_under_traffic(lab, pair, start):
    """What was under way is lost with the NIC's rings; nothing else is."""
    run = start()
    lab.wait_link()
    assert nics.zerocopy(run.pid) == [True]
    run.done("flood 1")
    with Flood(pair, SIZES):
        for _ in range(FLAPS):
            before = run.counts()
            for state in "down", "up":
                pair.dut.ip("link", "set", pair.iface, state)
            assert soon(lambda: (said := run.counts())["link"] == 1
                        and said["received"] > before["received"]
                        and said["opackets"] > before["opackets"],
                        nics.LINK_TIME), run.counts()
    run.done("flood 0")
    run.done("taken")
    pair.wire.drain(0.5)
    echoed(pair)
    assert nics.zerocopy(run.pid) == [True]
    said = run_ended(run)
    assert said["received"] == said["ipackets"] > 0
    assert said["taken"] == said["opackets"] + said["oerrors"] > 0
    assert said["removals"] == 0


# What testpmd's engine does with a packet: nothing; or reads of memory, which take it longer than
# the peer takes to send one, so that packets wait and each burst is full.
SLOW = ["--noisy-lkup-memory=1", f"--noisy-lkup-num-reads={READS}"]


@pytest.mark.parametrize("mode, options, count", [("rxonly", [], 8000), ("noisy", SLOW, 2000)])
def test_fill_ring_does_not_starve(lab, pair, mode, options, count):
    """While the pool has mbufs the NIC finds buffers, however much comes."""
    with lab.testpmd(mode=mode, app=options) as pmd:
        with Flood(pair, SIZES):
            assert soon(lambda: pmd.stats()["ipackets"] > count)
            assert mode == "rxonly" or soon(lambda: pmd.xstats()["rx_q0_ring_full"] > 0)
        xstats = pmd.xstats()
        assert xstats["rx_q0_fill_ring_empty_descs"] == 0
        assert xstats["rx_q0_refill_failures"] == 0


def test_empty_pool_then_traffic_resumes(lab, app, pair):
    """The NIC ran out of buffers and sleeps: the driver has to wake it.

    QEMU's wire holds what no buffer is for: more goes out only after what went before came in.
    """
    run = app("hold", workers=1, rxd=SMALL, txd=SMALL, mbufs=HELD, cache=0,
              grab=1)
    run.until("holding")
    lab.wait_link()
    assert nics.zerocopy(run.pid) == [True]
    part, sent = made(pair, nics.WINDOW, sizes=SIZES), 0
    while soon(lambda: run.stats()["ipackets"] >= sent, STILL):
        pair.wire.send(part)
        sent += len(part)
    said = run.stats()
    assert said["nombuf"] > 0, f"{said['ipackets']} of {sent} came"
    run.step("released")
    pair.wire.drain(0.5)
    echoed(pair, first=1 << 20)
    said = ended(run)
    assert (said["damaged"], said["held"]) == (0, HELD)


def test_idle_port_makes_no_syscalls(lab, app, pair):
    """As strace counts, after traffic, with both rings' need_wakeup."""
    run = app("forward", workers=1)
    said = run.until("running")
    lab.wait_link()
    assert nics.zerocopy(run.pid) == [True]
    echoed(pair)
    assert syscalls(said["tid0"]) == {}
    with Flood(pair, SIZES):            # the meter sees some if there are any
        assert syscalls(said["tid0"]).get("sendto", 0) > 0
    ended(run)


@pytest.fixture
def user():
    with contextlib.ExitStack() as stack:
        yield unprivileged.User(stack)


def test_without_root(lab, pair, user):
    """The documented capabilities are enough for zero-copy as well."""
    with lab.testpmd(lab.vdevs(mode="zc"), eal=["--in-memory"],
                     wrap=user.command(), plugin=user.plugin) as pmd:
        status = open(f"/proc/{pmd.pid}/status", encoding="ascii").read()
        assert re.search(rf"^Uid:\t{unprivileged.USER}\b", status, re.M)
        assert nics.zerocopy(pmd.pid) == [True]
        reflect(pair, frames(pair, COUNT), nics.WINDOW)
        stats = pmd.stats()
        assert stats["ipackets"] == stats["opackets"] == COUNT
