# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""The kernel refuses for as long as it likes: bounded work, nothing lost.

While it does, a burst makes a system call or two and what it leaves unsent is
the caller's; when it does so no more, all goes on by itself.
"""

import collections
import errno
import threading
import time

import pytest

import foreign
import kernelstate
from lab import SCALE, soon
from rawpeer import differences
from runs import (Flood, ended, made, needs_program, program, reflected,
                  start)      # noqa: F401 pylint: disable=unused-import

pytestmark = needs_program

FRAMES = 2000 * SCALE
TXD = 256
BATCH = 32              # what a kick moves at least, where the kernel moves
ROUNDS = 3
# Before and after the driver has looked who holds it.
RELEASED_SOON, RELEASED_LATE = 0.2, 2.5


def own(count, first=0):
    """What the program's own frames look like."""
    return [program.frame(n, 60 + n % 1400)
            for n in range(first, first + count)]


def assert_waits(run, calls):
    """Bursts go on, a bounded number of calls each, and take nothing."""
    run.done("full")
    said = run.done("count")
    assert said["bursts_now"] > 0 and said["unsent_now"] > 0
    assert said["taken_now"] == 0
    assert said["tx_calls_max"] <= calls
    assert said["rx_calls_max"] <= 2        # for buffers, and for a late Tx


def assert_sent(run, pair, count, first=0):
    """All of them are on the wire, in order; they are all that was ever sent."""
    run.done("taken")
    text = differences(own(count, first), pair.wire.receive(count))
    assert text == "", text
    assert pair.wire.drain() == []
    assert soon(lambda: (said := run.counts())["taken"]
                == said["opackets"] + said["oerrors"]), run.counts()


def assert_exact(run, pair, lost=0):
    said = ended(run)
    assert said["taken"] == said["opackets"] + said["oerrors"]
    assert said["oerrors"] == lost
    assert said["opackets"] == pair.counters()["rx_packets"]
    assert said["received"] == said["ipackets"]
    return said


@pytest.mark.parametrize("name", ["EAGAIN", "ENOBUFS", "ENETDOWN", "ENXIO"])
def test_every_kick_is_refused(pair, start, name):
    """By errno, whatever the kernel's reason: nothing moves, nothing goes."""
    run = start(txd=TXD)
    for turn in range(ROUNDS):
        first = turn * FRAMES
        run.done(f"refuse {getattr(errno, name)}")
        run.done(f"send {FRAMES}")
        assert_waits(run, calls=1)
        assert run.counts()["taken"] == first + TXD
        assert pair.wire.drain() == []
        run.done("refuse 0")
        assert_sent(run, pair, FRAMES, first)
    reflected(pair, 300)
    assert_exact(run, pair)


@pytest.mark.parametrize("name", ["EAGAIN", "ENOBUFS", "ENETDOWN"])
def test_refused_without_another_burst(pair, start, name):
    """The ring took all, tx_burst gets nothing more: rx_burst sees to it."""
    run = start(txd=TXD)
    run.done(f"refuse {getattr(errno, name)}")
    run.done(f"send {TXD // 2}")
    run.done("taken")
    said = run.done("count")
    assert said["tx_calls_max"] <= 1 and said["rx_calls_max"] <= 2
    assert run.counts()["opackets"] == 0
    run.done("refuse 0")
    assert_sent(run, pair, TXD // 2)
    assert_exact(run, pair)


@pytest.mark.parametrize("sndbuf", [0, 16384])
def test_peer_does_not_drain(lab, pair, start, sndbuf):
    """Frames stay in a queue behind the peer, and hold their mbufs.

    With the driver's own send buffer until all completions are outstanding,
    with a small one until the kernel says EAGAIN.
    """
    sink = Sink(lab, pair)
    run = start(txd=TXD, sndbuf=sndbuf)
    for turn in range(ROUNDS):
        sink.hold()
        run.done(f"send {FRAMES}")
        assert_waits(run, calls=1)
        said, passed = run.counts(), sink.passed()
        assert said["taken"] - passed == TXD
        held = said["opackets"] - passed
        assert 0 < held < TXD // 2 if sndbuf else held == TXD
        sink.release()
        run.done("taken")
        # The sink lets out what it held on one CPU, what comes then on another.
        text = differences(sorted(own(FRAMES, turn * FRAMES)),
                           sorted(sink.receive(FRAMES)))
        assert text == "", text
    sink.remove()
    reflected(pair, 300)
    assert_exact(run, pair)


Behind = collections.namedtuple("Behind", "gen peer")


class Sink:
    """A queue behind the peer that can be held up, and what comes out of it."""

    RATE = "rate 1gbit burst 100mb limit 100mb"
    HOLDS = "rate 8bit burst 2000 limit 100mb"

    def __init__(self, lab, pair):
        self._gen, self._pair = pair.gen, pair
        pair.gen.ip("link", "add", "s0", "type", "veth", "peer", "name", "s1")
        for name in "s0", "s1":
            pair.gen.ip("link", "set", name, "up")
        self._tc("qdisc add dev s0 root tbf " + self.RATE)
        self._tc(f"qdisc add dev {pair.peer} clsact")
        self._tc(f"filter add dev {pair.peer} ingress u32 match u32 0 0 "
                 "action mirred egress redirect dev s0")
        self._wire = lab.wire(Behind(pair.gen, "s1"))
        self._nudge = lab.wire(Behind(pair.gen, "s0"))
        self._nudges = 0

    def _tc(self, words):
        self._gen.exec("tc", *words.split())

    def hold(self):
        self._tc("qdisc change dev s0 root tbf " + self.HOLDS)

    def release(self):
        """tbf looks at its new rate when the next frame comes."""
        self._tc("qdisc change dev s0 root tbf " + self.RATE)
        self._nudge.send([bytes(12) + b"\x88\xb6" + bytes(46)])
        self._nudges += 1

    def remove(self):
        self._tc(f"qdisc del dev {self._pair.peer} clsact")

    def passed(self):
        """Frames that have come out so far."""
        path = "/sys/class/net/s1/statistics/rx_packets"
        return int(self._gen.exec("cat", path)) - self._nudges

    def receive(self, count):
        return self._wire.receive(count)


def test_interface_down(pair, start):
    run = start(txd=TXD)
    for turn in range(ROUNDS):
        run.done(f"send {FRAMES}")
        assert_sent(run, pair, FRAMES, 2 * turn * FRAMES)
        pair.dut.ip("link", "set", pair.iface, "down")
        run.done(f"send {FRAMES}")
        assert_waits(run, calls=1)
        pair.dut.ip("link", "set", pair.iface, "up")
        assert_sent(run, pair, FRAMES, (2 * turn + 1) * FRAMES)
    reflected(pair, 300)
    assert_exact(run, pair)


def test_no_carrier(pair, start):
    """EBUSY for every frame: dropped and counted one by one."""
    run = start(txd=TXD)
    lost = 0
    for turn in range(ROUNDS):
        run.done(f"send {FRAMES}")
        assert_sent(run, pair, FRAMES, 2 * turn * FRAMES)
        pair.gen.ip("link", "set", pair.peer, "down")
        assert soon(lambda n=turn: run.counts()["downs"] == n + 1)
        run.done(f"send {FRAMES}")
        said = run.done("count")
        assert 0 < said["tx_calls_max"] <= 1 + TXD // BATCH
        assert said["tx_calls"] <= said["bursts"] * (1 + TXD // BATCH)
        run.done("taken")
        lost += FRAMES
        assert soon(lambda n=lost: run.counts()["oerrors"] == n), run.counts()
        pair.gen.ip("link", "set", pair.peer, "up")
        assert soon(lambda n=turn: run.counts()["ups"] == n + 1)
        assert pair.wire.drain() == []
    reflected(pair, 300)
    assert_exact(run, pair, lost)


def test_interface_gone(lab, pair, start):
    """ENXIO for good; stop gives all back, and counts what did not go out."""
    run = start(txd=TXD)
    run.done(f"send {FRAMES}")
    assert_sent(run, pair, FRAMES)
    pair.dut.ip("link", "del", pair.iface)
    lab.pairs.remove(pair)
    assert soon(lambda: run.counts()["removals"] == 1)
    run.done("send 1000")
    assert_waits(run, calls=1)
    said = ended(run)
    assert said["taken"] == FRAMES + TXD
    assert (said["opackets"], said["oerrors"]) == (FRAMES, TXD)


def came(run):
    said = run.counts()
    return said["ipackets"] + said["imissed"]


def test_pool_empty_for_long_then_refilled(pair, start):
    """No mbuf for the fill ring: misses are counted, work is bounded."""
    run = start(rxd=TXD, mbufs=4096)
    base = FRAMES
    reflected(pair, base)
    run.done("hold")
    sent = 0
    while (said := run.counts())["imissed"] == 0:
        pair.wire.send(made(pair, 100, base + sent))
        sent += 100
        assert sent <= 4096, "the pool is not empty"
        assert soon(lambda n=sent: came(run) == base + n), run.counts()
    with Flood(pair) as flood:
        for _ in range(5):
            said = run.done("count")
            assert said["rx_calls_max"] <= 2
            assert said["received_now"] == 0
            time.sleep(0.1)
    sent += flood.sent
    assert soon(lambda: came(run) == base + sent), run.counts()
    assert run.counts()["nombuf"] > 0
    run.done("release")
    run.done("count")                   # bursts enough to fill the ring
    pair.wire.drain()
    missed = run.counts()["imissed"]
    reflected(pair, FRAMES)
    said = assert_exact(run, pair)
    assert said["imissed"] == missed
    assert said["ipackets"] + missed == base + sent + FRAMES


@pytest.mark.parametrize("late", [False, True])
def test_queue_is_not_released_at_once(pair, start, late):
    """EBUSY at bind, and nobody to be seen who holds it: the start waits."""
    run = start()
    reflected(pair, 300)
    run.done("stop")
    assert soon(lambda: not kernelstate.xsk_queues(pair.dut, pair.iface))
    release = foreign.xsk_without_owner(pair.dut, pair.iface)
    timer = threading.Timer(RELEASED_LATE if late else RELEASED_SOON, release)
    timer.start()
    run.done("start")
    timer.join()
    reflected(pair, 300, 300)
    ended(run)
