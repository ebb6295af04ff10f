# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""The interface goes down, changes or goes away under full traffic."""

import pytest

import kernelstate
import netns
from lab import SCALE, soon
from runs import (Flood, assert_gone, ended, flushed, needs_program, reflected,
                  seeded,
                  start)    # noqa: F401 pylint: disable=unused-import

pytestmark = needs_program

FLAPS = 25 if SCALE == 1 else 50
QUEUES = 4
SHOWN = 10 * SCALE      # frames that come through after each flap
TXD = 512               # the program's default
BATCH = 32              # what a kick moves at least, where the kernel moves
BACK = 20               # seconds; a loaded machine's
REMOVED = "the interface was deleted or moved to another network namespace"


def quiet(run, pair):
    """Nothing is under way any more."""
    run.done("taken")
    assert flushed(pair), f"no mark came back: {run.counts()}"


def works(run, pair, first):
    """By itself: traffic both ways, and these frames exactly."""
    quiet(run, pair)
    reflected(pair, SHOWN, first)
    said, peer = run.counts(), pair.counters()
    assert said["damaged"] == said["unsent_wrong"] == 0
    assert said["opackets"] == peer["rx_packets"], (said, peer)


def flap(pair, ours):
    space, name = ((pair.dut, pair.iface) if ours else (pair.gen, pair.peer))
    space.ip("link", "set", name, "down")
    space.ip("link", "set", name, "up")


def goes_on(run):
    """Traffic both ways, without anybody's doing."""
    before = run.counts()
    assert soon(lambda: (said := run.counts())["link"] == 1
                and said["received"] > before["received"]
                and said["opackets"] > before["opackets"], BACK), run.counts()


@pytest.mark.timeout(60 * SCALE + FLAPS * 4)
def test_flaps_under_traffic(pair, start):
    """Either end's; four of five while both sides send all they can.

    What is lost meanwhile the kernel tells in counters or not at all. So frames
    are counted after each five flaps, when nothing is under way any more: what
    the driver says to have sent has come to the peer, all of it since the start.
    """
    rng, run = seeded("flaps"), start()
    for turn in range(FLAPS // 5):
        run.done("flood 1")
        with Flood(pair):
            for _ in range(4):
                goes_on(run)
                flap(pair, rng.random() < 0.5)
            goes_on(run)
        run.done("flood 0")
        works(run, pair, 2 * turn * SHOWN)
        flap(pair, rng.random() < 0.5)
        assert soon(lambda: run.counts()["link"] == 1)
        works(run, pair, (2 * turn + 1) * SHOWN)
    said = ended(run)
    assert said["received"] == said["ipackets"]
    assert said["taken"] == said["opackets"] + said["oerrors"]
    assert said["removals"] == 0
    print(f"{FLAPS} flaps, told {said['downs']} downs, {said['ups']} ups; "
          f"{said['ipackets']} received, {said['imissed']} missed, "
          f"{said['opackets']} sent, {said['oerrors']} dropped")


def deleted(lab, pair):
    pair.dut.ip("link", "del", pair.iface)
    lab.pairs.remove(pair)


def moved(lab, pair):
    pair.dut.ip("link", "set", pair.iface, "netns", pair.gen.name)
    lab.pairs.remove(pair)


@pytest.mark.parametrize("go", [deleted, moved])
def test_gone_under_traffic_on_many_queues(lab, start, go):
    """One event, bursts of at most a call each, all given back."""
    pair = lab.pair(queues=QUEUES)
    run = start(nb_rx=QUEUES, nb_tx=QUEUES, mbufs=16384)
    run.done("flood 1")
    with Flood(pair):
        said = run.done("count")
        assert said["received_now"] and said["taken_now"]
        go(lab, pair)
        assert soon(lambda: run.counts()["removals"] == 1)
        assert_gone(run)
    said = ended(run)
    assert said["taken"] == said["opackets"] + said["oerrors"]
    assert (said["removals"], run.log().count(REMOVED)) == (1, 1)
    if go is moved:
        assert kernelstate.leftovers(pair.gen, pair.iface) == ""


def channels(pair, rx, tx):
    pair.dut.exec("ethtool", "-L", pair.iface, "rx", rx, "tx", tx)


def peer_sends_on(pair, count):
    """While XDP is attached, veth has no fewer Rx than its peer Tx queues."""
    pair.gen.exec("ethtool", "-L", pair.peer, "tx", count)


def refused(pair, rx, tx):
    with pytest.raises(netns.CommandError, match="Invalid argument"):
        channels(pair, rx, tx)


def test_channels_changed_under_traffic(lab, start):
    """The kernel keeps queues that are in use; others may come and go."""
    pair = lab.pair(queues=QUEUES)
    vdevs = [lab.vdevs()[0].replace(f"queue_count={QUEUES}", "queue_count=2")]
    run = start(vdevs=vdevs, nb_rx=2, nb_tx=2)
    run.done("flood 1")
    with Flood(pair):
        run.done("count")
        refused(pair, 2, 2)
        peer_sends_on(pair, 2)
        refused(pair, 1, QUEUES)
        refused(pair, QUEUES, 1)
        for count in 2, 3, QUEUES:
            channels(pair, count, count)
            said = run.done("count")
            assert said["taken_now"] > 0
            assert said["tx_calls_max"] <= 1 + TXD // BATCH
    run.done("flood 0")
    peer_sends_on(pair, 1)
    works(run, pair, 0)
    run.done("stop")
    assert soon(lambda: not kernelstate.xsk_queues(pair.dut, pair.iface))
    channels(pair, 1, 1)
    assert run.ask("start")["start"] < 0
    assert f"ethtool -L {pair.iface}" in run.log()
    channels(pair, QUEUES, QUEUES)
    run.done("start")
    works(run, pair, SHOWN)
    assert ended(run)["removals"] == 0
