# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""The link or the XDP program changes under a port that runs."""

import pytest

import foreign
import kernelstate
from app.program import ended
from lab import frames, reflect, soon
from testpmd import vdev
from watching import events  # noqa: F401 pylint: disable=unused-import
from watching import (
    COUNT, REMOVED, detach, flood, link_of, notify, other_than_banners,
    restart, said_by_driver, through, wait_said)

LOST = "the XDP program was detached by someone else"
LINK_EVENT = "link state change event"


# The link goes down and comes back

def test_carrier_lost_and_back_under_traffic(events, pair):
    run = events("down", "up", "count", "stop", "close", own=1)
    through(pair)
    assert run.stats()["link"] == 1
    with flood(pair):
        pair.gen.ip("link", "set", "p0", "down")
        assert run.step("down")["down"] == 1
        assert run.stats()["link"] == 0
        pair.gen.ip("link", "set", "p0", "up")
        assert run.step("up")["up"] == 1
        assert run.stats()["link"] == 1
        said = run.step("count")
        assert said["received_now"] and said["taken_now"], "no traffic"
    through(pair, first=COUNT)
    run.step("stop")
    run.step("close")
    said = ended(run)
    assert (said["downs"], said["ups"], said["removals"]) == (1, 1, 0)
    assert said["damaged"] == 0
    assert said_by_driver(run) == []


def test_link_events_in_testpmd(lab, pair):
    with lab.testpmd() as pmd:
        reflect(pair, frames(pair, COUNT))
        pmd.pending()
        for times, (way, status) in enumerate(
                [("down", "down"), ("up", "up")] * 3, start=1):
            pair.gen.ip("link", "set", "p0", way)
            wait_said(pmd, LINK_EVENT, times)
            assert f"Link status: {status}" in pmd.info()
        notify(pair)
        pmd.pending()
        assert pmd.log.count(LINK_EVENT) == 6
        pair.wire.drain()
        reflect(pair, frames(pair, COUNT))


def test_start_without_carrier(lab, pair):
    """Down until the carrier comes, then up, and traffic."""
    pair.gen.ip("link", "set", "p0", "down")
    assert soon(lambda: "LOWER_UP" not in link_of(pair)["flags"])
    with lab.testpmd() as pmd:
        assert "Link status: down" in pmd.info()
        pair.gen.ip("link", "set", "p0", "up")
        assert soon(lambda: "Link status: up" in pmd.info())
        pair.wire.drain()
        reflect(pair, frames(pair, COUNT))


# Somebody takes the program off

@pytest.mark.parametrize("by", ["notification", "stats"])
def test_program_detached(lab, pair, by):
    with lab.testpmd() as pmd:
        for times in 1, 2:
            reflect(pair, frames(pair, COUNT))
            pmd.note_bpf()
            detach(pmd.pid)
            if by == "notification":
                notify(pair)
            else:
                pmd.stats()
            wait_said(pmd, LOST, times)
            assert kernelstate.xdp(pair.dut, "x0") is None
            notify(pair)
            before = pmd.stats()["ipackets"]
            pair.wire.send(frames(pair, 10))
            assert pair.wire.drain(0.1) == []
            assert pmd.stats()["ipackets"] == before
            lines = other_than_banners(pmd.log)
            assert len(lines) == times
            assert pmd.xstats()["rx_xdp_program_lost"] == times
            assert lines[-1].startswith(
                f"AFX: x0: {LOST}: nothing is received until")
            restart(pmd)
        reflect(pair, frames(pair, COUNT))


def test_program_detached_unnoticed(events, pair):
    """A start attaches anew, though nothing has made the driver look."""
    run = events("stop", "start", "stop", "close")
    through(pair)
    detach(run.pid)
    run.step("stop")
    assert run.step("start")["start"] == 0
    through(pair)
    notify(pair)
    through(pair)
    run.step("stop")
    run.step("close")
    ended(run)
    assert said_by_driver(run) == []


def test_program_replaced(lab, pair):
    """The other program keeps the interface until it goes."""
    with lab.testpmd() as pmd:
        reflect(pair, frames(pair, COUNT))
        pmd.note_bpf()
        detach(pmd.pid)
        with foreign.program_on(pair.dut, "x0"):
            wait_said(pmd, LOST)
            theirs = kernelstate.xdp(pair.dut, "x0")
            restart(pmd)
            assert kernelstate.xdp(pair.dut, "x0") == theirs
            assert pmd.log.count(LOST) == 1
            assert pmd.xstats()["rx_xdp_program_lost"] == 1
        pmd.cmd("port start 0")
        pmd.start()
        reflect(pair, frames(pair, COUNT))


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_program_of_two_ports_detached(lab, order):
    """Each port tells of it; both work again, whichever starts first."""
    pair = lab.pair(queues=2)
    vdevs = [vdev(n, "x0", start_queue=n, queue_count=1) for n in (0, 1)]
    with lab.testpmd(vdevs, app=["--port-topology=loop"],
                     mbufs=16384) as pmd:
        both_ports(pair)
        pmd.note_bpf()
        detach(pmd.pid)
        notify(pair)
        wait_said(pmd, LOST, 2)
        notify(pair)
        restart(pmd, order[:1])         # the other one holds the dead one
        pair.steer(order[0])
        reflect(pair, frames(pair, COUNT))
        restart(pmd, order[1:])
        both_ports(pair)
        assert pmd.log.count(LOST) == 2


def both_ports(pair):
    for queue in 0, 1:
        pair.steer(queue)
        reflect(pair, frames(pair, COUNT))


def test_own_changes_are_no_news(lab, pair):
    """Its own attach and detach, and others' settings, pass in silence."""
    with lab.testpmd() as pmd:
        pair.dut.ip("link", "set", "x0", "alias", "somebody")
        pair.dut.ip("link", "add", "y0", "type", "veth", "peer", "name", "y1")
        pair.dut.ip("link", "del", "y0")
        for _ in range(8):
            pmd.stop()
            pmd.cmd("port stop 0")
            pmd.cmd("port reset 0")
            pmd.cmd("port start 0")
            pmd.start()
        notify(pair)
        reflect(pair, frames(pair, COUNT))
        assert LOST not in pmd.log and REMOVED not in pmd.log


def test_notification_older_than_the_program(events, pair):
    """It tells of no program, but is read after the attach."""
    run = events("promisc_off", "down", "stop", "reset", "start", "release",
                 "stop", "close", hold=1)
    run.step("promisc_off")     # a start that turned it on would notify
    through(pair)
    pair.gen.ip("link", "set", "p0", "down")
    assert run.step("down")["down"] == 1    # the interrupt thread stands
    run.step("stop")
    run.step("reset")
    notify(pair)
    assert run.step("start")["start"] == 0
    run.step("release")
    pair.gen.ip("link", "set", "p0", "up")
    assert soon(lambda: run.stats()["link"] == 1)
    through(pair)
    run.step("stop")
    run.step("close")
    ended(run)
    assert said_by_driver(run) == []
