# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""What tests share in which an interface changes under a port that runs."""

import contextlib
import json
import re
import threading
import time

import pytest

import kernelstate
import netns
from app import program
from app.program import made
from lab import soon
from rawpeer import differences, swapped

COUNT = 300
ENODEV = -19
FLOOD = 1 << 20         # numbers of frames that may be lost
REMOVED = "the interface was deleted or moved to another network namespace"


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
