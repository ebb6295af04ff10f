# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Forwarding: every frame comes out again, byte for byte, in order, counted."""

import pytest

from lab import assert_reflected, cross, frames, reflect, total_bytes
from rawpeer import SIZES, differences, swapped

COUNT = 6000
BOTH_WAYS = 4000


def assert_counted(pmd, port, sent):
    """Rx and Tx of the port are exactly these frames."""
    stats = pmd.stats(port)
    assert stats["ipackets"] == stats["opackets"] == len(sent)
    assert stats["ibytes"] == stats["obytes"] == total_bytes(sent)
    for lost in "imissed", "ierrors", "oerrors", "rx_nombuf":
        assert stats[lost] == 0, lost


@pytest.mark.parametrize("mode", ["drv", "skb"])
@pytest.mark.parametrize("queues", [1, 4])
def test_macswap(lab, mode, queues):
    pair = lab.pair(queues=queues)
    with lab.testpmd(lab.vdevs(mode=mode), rxq=queues) as pmd:
        sent = frames(pair, COUNT)
        part = len(sent) // queues
        for queue in range(queues):
            pair.steer(queue)
            reflect(pair, sent[queue * part:(queue + 1) * part])
        assert_counted(pmd, 0, sent)
        xstats = pmd.xstats()
        landed = [pair.lands_on(queue, mode) for queue in range(queues)]
        for queue in range(queues):
            count = part * landed.count(queue)
            assert xstats[f"rx_q{queue}_packets"] == count
            assert xstats[f"tx_q{queue}_packets"] == count


@pytest.mark.parametrize("mode,size", [("drv", size) for size in SIZES]
                         + [("skb", 60), ("skb", 1514)])
def test_macswap_one_size(lab, mode, size):
    pair = lab.pair()
    with lab.testpmd(lab.vdevs(mode=mode)) as pmd:
        sent = frames(pair, 600, [size])
        reflect(pair, sent)
        assert_counted(pmd, 0, sent)


@pytest.mark.parametrize("mode", ["drv", "skb"])
@pytest.mark.parametrize("queues,cores", [(1, 1), (4, 1), (1, 2), (4, 2)])
def test_io_two_ports(lab, mode, queues, cores):
    """Frames cross unchanged, both ways at once.

    With two cores each port's queues are received on one lcore and sent on
    the other.
    """
    left, right = lab.pair(queues=queues), lab.pair(queues=queues)
    with lab.testpmd(lab.vdevs(mode=mode), rxq=queues, mode="io",
                     cores=cores, mbufs=32768) as pmd:
        there = frames(left, BOTH_WAYS)
        back = frames(right, BOTH_WAYS, first=1 << 20)
        for start in range(0, len(there), 128):
            queue = start // 128 % queues
            left.steer(queue)
            right.steer(queue)
            part = slice(start, start + 128)
            cross(left, right, there[part], back[part])
        for port in 0, 1:
            stats = pmd.stats(port)
            assert stats["ipackets"] == stats["opackets"] == len(there)
            assert stats["imissed"] == stats["oerrors"] == 0


def test_io_loop(lab):
    """One port that sends back what it gets, untouched."""
    pair = lab.pair()
    with lab.testpmd(mode="io") as pmd:
        sent = frames(pair, COUNT)
        assert differences(sent, pair.wire.exchange(sent)) == ""
        assert_counted(pmd, 0, sent)


def test_four_queues_in_turn(lab):
    """Few frames at a time on changing queues; each keeps its order."""
    pair = lab.pair(queues=4)
    with lab.testpmd(rxq=4):
        sent = frames(pair, 1200)
        for start in range(0, len(sent), 40):
            pair.steer(start // 40 % 4)
            reflect(pair, sent[start:start + 40])


def test_reflect_is_an_honest_test(lab):
    """A frame that differs in one byte, or is missing, is found."""
    pair = lab.pair()
    sent = frames(pair, 20)
    got = [swapped(frame) for frame in sent]
    assert_reflected(pair, sent, got)
    for bad in (got[:-1], got[1:], got[1:2] + got[:1] + got[2:],
                got[:7] + [got[7][:-1] + bytes([got[7][-1] ^ 1])] + got[8:],
                got[:3] + [got[3][:-1]] + got[4:]):
        with pytest.raises(AssertionError):
            assert_reflected(pair, sent, bad)
