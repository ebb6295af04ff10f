# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""The interface changes, goes or comes back under a port that runs."""

import contextlib
import json
import os
import re
import signal
import threading
import time

import pytest

import foreign
import kernelstate
import netns
from app import program
from lab import frames, reflect, soon
from rawpeer import differences, swapped
from test_app import app, ended, made  # noqa: F401 pylint: disable=unused-import
from testpmd import vdev

COUNT = 300
ENODEV = -19
FLOOD = 1 << 20         # numbers of frames that may be lost
APP_MAC = bytes.fromhex("02af00000001")         # what step mac sets
LOST = "the XDP program was detached by someone else"
REMOVED = "the interface was deleted or moved to another network namespace"
LINK_EVENT = "link state change event"


# Harness

@pytest.fixture
def events(request, lab, pair):     # pylint: disable=unused-argument
    """Starts the scenario of that name and waits until its traffic runs."""
    start = request.getfixturevalue("app")

    def run(*steps, **options):
        started = start("events", workers=1, steps=",".join(steps), **options)
        started.until("running")
        return started

    return run


def through(pair, count=COUNT, first=0, sizes=program.LENS):
    """Numbered frames come back unaltered, beside the program's own."""
    for start in range(first, first + count, 100):
        sent = made(pair, 100, start, sizes)
        pair.wire.send(sent)
        got, deadline = [], time.monotonic() + 5
        while len(got) < len(sent) and time.monotonic() < deadline:
            got += [f for f in pair.wire.receive(1, 1) if not beside(pair, f)]
        text = differences([swapped(f) for f in sent], got)
        assert text == "", f"{pair.iface}: {text}"


def beside(pair, frame):
    """Of the program or of a flood, and whole."""
    number = int.from_bytes(frame[14:18], "big")
    if frame[6:12] == program.SRC:
        assert frame == program.frame(number, len(frame))
    elif number >= FLOOD:
        assert frame == program.frame(number, len(frame), pair.peer_mac,
                                      pair.mac)
    else:
        return False
    return True


@contextlib.contextmanager
def flood(pair):
    """Frames to the driver's side all the while, wire or no wire."""
    ends = threading.Event()
    sent = made(pair, 32, FLOOD)

    def send():
        while not ends.wait(0.001):
            pair.wire.send_lossy(sent)

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        ends.set()
        thread.join()


def delete(lab, pair):
    pair.dut.ip("link", "del", pair.iface)
    lab.pairs.remove(pair)


def create(lab, **options):
    """The interface anew, under the same name."""
    pair = netns.VethPair(lab.dut, lab.gen, **options)
    lab.pairs.append(pair)
    pair.wire = lab.wire(pair)
    return pair


def link_of(pair):
    """What ip tells of the driver's side now."""
    return json.loads(pair.dut.ip("-j", "-d", "link", "show", pair.iface))[0]


def mac_of(pair):
    return bytes.fromhex(link_of(pair)["address"].replace(":", ""))


def said_by_driver(run):
    """Its lines but for the banners of starts."""
    return other_than_banners(run.log())


def other_than_banners(log):
    """testpmd's prompt may come before a line that nobody asked for."""
    return [line for line in re.findall("AFX: .*", log) if "UMEM" not in line]


def detach(pid):
    """Somebody takes the process's program off."""
    newest = max(number for kind, number in kernelstate.bpf_ids(pid)
                 if kind == "link")
    netns.run("bpftool", "link", "detach", "id", newest)


def notify(pair):
    """Notifications about the interface, and time to act on them.

    The kernel sends none of its own accord when a link is detached.
    """
    for length in 900, 1000:
        pair.dut.ip("link", "set", pair.iface, "txqueuelen", length)
        time.sleep(0.1)


def wait_said(pmd, text, times=1):
    def said():
        pmd.pending()
        return pmd.log.count(text) >= times

    assert soon(said), f"not {times} times: {text}"


def restart(pmd, ports=(0,)):
    pmd.stop()
    for port in ports:
        pmd.cmd(f"port stop {port}")
        pmd.cmd(f"port start {port}")
    pmd.start()


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
