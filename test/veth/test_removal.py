# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""The interface goes from under a port that runs, and one of its name comes back."""

import os
import re
import signal

import pytest

import kernelstate
from app.program import ended
from lab import frames, reflect, soon
from watching import events  # noqa: F401 pylint: disable=unused-import
from watching import (
    COUNT, ENODEV, REMOVED, create, delete, flood, link_of, mac_of,
    said_by_driver, through)

APP_MAC = bytes.fromhex("02af00000001")         # what step mac sets


# The interface goes

def assert_removed(run):
    """The event came once, bursts do nothing, and all is given back."""
    assert run.step("removed")["removed"] == 1
    assert run.step("full")["full"] == 1
    said = run.step("count")
    assert said["bursts_now"] > 0 and said["unsent_now"] > 0
    assert said["received_now"] == said["taken_now"] == 0
    assert run.stats()["link"] == 0


def end_removed(run):
    assert run.step("stop")["stop"] == 0
    assert run.step("close")["close"] == 0
    said = ended(run)
    assert (said["removals"], said["downs"], said["damaged"]) == (1, 1, 0)
    line, = said_by_driver(run)
    assert REMOVED in line and line.startswith("AFX: x0: ")


def test_deleted_under_traffic(lab, events, pair):
    run = events("removed", "full", "count", "stop", "close", own=1)
    through(pair)
    with flood(pair):
        delete(lab, pair)
        assert_removed(run)
    end_removed(run)


def test_moved_under_traffic(lab, events, pair):
    """The program goes from the interface when the port is closed."""
    run = events("removed", "full", "count", "stop", "close", own=1)
    through(pair)
    with flood(pair):
        pair.dut.ip("link", "set", "x0", "netns", pair.gen.name)
        lab.pairs.remove(pair)
        assert_removed(run)
    end_removed(run)
    assert kernelstate.leftovers(pair.gen, "x0") == ""


@pytest.mark.parametrize("event", ["down", "removed"])
def test_port_closed_in_the_event(lab, events, pair, event):
    """Out of the driver's own notification, whose descriptor goes, too.

    Both come at once, and after the close the second is not told any more.
    """
    run = events(event, close_in=event, own=1)
    through(pair)
    os.kill(run.pid, signal.SIGSTOP)
    delete(lab, pair)
    os.kill(run.pid, signal.SIGCONT)
    run.step(event)
    said = ended(run)
    assert said["stop"] == said["close"] == 0
    assert said["downs"] == 1
    assert said["removals"] == (event == "removed")


def test_removal_in_testpmd(lab, pair):
    """testpmd takes the port away by itself, and nothing is left of it."""
    pmd = lab.start()
    pmd.start()
    reflect(pair, frames(pair, COUNT))
    pmd.note_bpf()
    delete(lab, pair)
    pmd.wait_log("device removal event")
    assert soon(lambda: "net_afx" not in pmd.cmd("show device info all"))
    assert pmd.missing_mbufs() == {}
    assert pmd.log.count(REMOVED) == 1
    assert kernelstate.bpf_alive(pmd.ids) == set()
    assert not [fd for fd in pmd.fds() if re.search("bpf|XDP", fd)]
    assert pmd.quit() == 0


# An interface of that name comes back

@pytest.mark.parametrize("mac", ["", "mac"])
def test_reset_after_creation(lab, events, pair, mac):
    """The application's settings of the old interface do not reach it."""
    steps = [mac] * bool(mac) + [
        "removed", "stop", "reset", "reset", "setup", "start", "stop",
        "close"]
    run = events(*steps, own=1)
    if mac:
        assert run.step("mac")["mac"] == 0
        assert mac_of(pair) == APP_MAC
    through(pair)
    delete(lab, pair)
    assert run.step("removed")["removed"] == 1
    run.step("stop")
    assert run.step("reset")["reset"] == ENODEV
    pair = create(lab, mtu=1300)
    said = run.step("reset")
    assert said["reset"] == 0
    assert said["reset_mac"].lower() == pair.mac.hex(":")
    assert said["reset_mtu"] == 1300
    assert run.step("setup")["setup"] == 0
    assert run.step("start")["start"] == 0
    assert link_of(pair)["promiscuity"] == 1
    assert (mac_of(pair), link_of(pair)["mtu"]) == (pair.mac, 1300)
    through(pair, sizes=(60, 1314))
    run.step("stop")
    run.step("close")
    lab.assert_clean()
    assert mac_of(pair) == pair.mac
    assert link_of(pair)["promiscuity"] == 0
    said = ended(run)
    assert (said["removals"], said["damaged"]) == (1, 0)


@pytest.mark.parametrize("mac", ["", "mac"])
def test_start_after_creation(lab, events, pair, mac):
    """Without a reset: the application's address is the new one's, too."""
    steps = [mac] * bool(mac) + [
        "removed", "stop", "start", "start", "stop", "close"]
    run = events(*steps, own=1)
    if mac:
        run.step("mac")
    through(pair)
    delete(lab, pair)
    run.step("removed")
    run.step("stop")
    assert run.step("start")["start"] == ENODEV
    pair = create(lab)
    assert run.step("start")["start"] == 0
    assert mac_of(pair) == (APP_MAC if mac else pair.mac)
    through(pair)
    stats = run.stats()
    assert (stats["ipackets"], stats["imissed"]) == (2 * COUNT, 0)
    assert run.step("stop")["stop"] == 0
    assert run.step("close")["close"] == 0
    lab.assert_clean()
    assert mac_of(pair) == pair.mac
    said = ended(run)
    assert (said["removals"], said["damaged"]) == (1, 0)


def test_start_after_creation_with_the_same_index(lab, events, pair):
    """What was attached to the old one is not taken for attached."""
    run = events("removed", "stop", "start", "stop", "close")
    through(pair)
    index = link_of(pair)["ifindex"]
    delete(lab, pair)
    run.step("removed")
    run.step("stop")
    pair = create(lab, ifindex=index)
    assert run.step("start")["start"] == 0
    through(pair)
    run.step("stop")
    run.step("close")
    ended(run)


def test_close_after_creation(lab, events, pair):
    """Nothing of the old interface is restored on the new one."""
    run = events("mac", "removed", "stop", "close", mtu=1400)
    run.step("mac")
    assert (mac_of(pair), link_of(pair)["mtu"]) == (APP_MAC, 1400)
    through(pair, sizes=(60, 1400))
    delete(lab, pair)
    run.step("removed")
    pair = create(lab, mtu=1300)
    run.step("stop")
    run.step("close")
    assert (mac_of(pair), link_of(pair)["mtu"]) == (pair.mac, 1300)
    ended(run)


def test_removed_twice(lab, events, pair):
    """The second interface's end is told like the first one's."""
    run = events("removed", "stop", "start", "removed", "stop", "close")
    for times in 1, 2:
        through(pair)
        delete(lab, pair)
        assert soon(lambda n=times: run.log().count(REMOVED) == n)
        assert run.step("removed")["removed"] == times
        run.step("stop")
        if times == 1:
            pair = create(lab)
            assert run.step("start")["start"] == 0
    run.step("close")
    assert ended(run)["removals"] == 2


@pytest.mark.parametrize("index", [None, 77])
def test_moved_there_and_back(lab, events, pair, index):
    """Twice, with an index of its own or one that may be free there, too."""
    delete(lab, pair)
    pair = create(lab, ifindex=index)
    run = events("removed", "stop", "start", "stop", "close", own=1)
    through(pair)
    for _ in range(2):
        lab.dut.ip("link", "set", "x0", "netns", lab.gen.name)
        lab.gen.ip("link", "set", "x0", "netns", lab.dut.name)
    assert run.step("removed")["removed"] == 1
    run.step("stop")
    lab.dut.ip("link", "set", "x0", "up")
    assert soon(lambda: "LOWER_UP" in link_of(pair)["flags"])
    assert run.step("start")["start"] == 0
    through(pair)
    run.step("stop")
    run.step("close")
    assert ended(run)["removals"] == 1


def test_another_in_place_of_the_moved(lab, events, pair):
    """The old one still has the program, but is not the port's any more."""
    delete(lab, pair)
    pair = create(lab, ifindex=77)      # so that it keeps its index there
    run = events("removed", "stop", "start", "stop", "close")
    through(pair)
    pair.dut.ip("link", "set", "x0", "netns", pair.gen.name)
    lab.pairs.remove(pair)
    run.step("removed")
    run.step("stop")
    new = create(lab, index=1, name="x0")
    assert run.step("start")["start"] == 0
    through(new)
    assert kernelstate.leftovers(lab.gen, "x0") == ""
    run.step("stop")
    run.step("close")
    ended(run)
