# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Receive only and transmit only: exact counts, whole frames."""

import struct
import time

import pytest

from lab import SCALE, frames, total_bytes
from rawpeer import ETH_P_ALL, HEADER

IPV4, UDP_PORT = b"\x08\x00", 9         # testpmd's own frames
TX_HEADERS = 42                         # what txonly writes: Ethernet, IP, UDP


def receive_all(pmd, pair, sent):
    count = pair.wire.send_paced(sent, lambda: pmd.stats()["ipackets"])
    stats = pmd.stats()
    assert (count, stats["ibytes"]) == (len(sent), total_bytes(sent))
    assert stats["imissed"] == stats["ierrors"] == stats["rx_nombuf"] == 0
    assert stats["opackets"] == 0


@pytest.mark.parametrize("mode", ["drv", "skb"])
@pytest.mark.parametrize("queues", [1, 4])
def test_rx(lab, mode, queues):
    pair = lab.pair(queues=queues)
    with lab.testpmd(lab.vdevs(mode=mode), rxq=queues, mode="rxonly") as pmd:
        sent = frames(pair, 5000)
        for queue in range(queues):
            pair.steer(queue)
            key = f"rx_q{pair.lands_on(queue, mode)}_packets"
            before, part = pmd.xstats()[key], sent[queue::queues]
            count = pair.wire.send_paced(
                part, lambda: pmd.stats()["ipackets"])
            assert count == len(part)
            assert pmd.xstats()[key] - before == len(part)
        stats = pmd.stats()
        assert stats["ibytes"] == total_bytes(sent)
        assert stats["imissed"] == stats["ierrors"] == 0


@pytest.mark.parametrize("burst", [1, 7, 32, 511, 512])
def test_rx_burst_sizes(lab, burst):
    pair = lab.pair()
    with lab.testpmd(mode="rxonly", rxd=1024,
                     app=[f"--burst={burst}"]) as pmd:
        receive_all(pmd, pair, frames(pair, 3000))


def transmitted(lab, pair, pmd, rounds, size):
    """Frames that 'start tx_first' with rounds bursts put on the wire."""
    wire = lab.wire(pair, ETH_P_ALL)
    pmd.cmd(f"set txpkts {size}")
    pmd.start(f"start tx_first {rounds}")
    expected = pmd.stats()["opackets"]
    got = wire.receive(expected, timeout=2) + wire.drain()
    wire.close()
    return got


def assert_txonly_frames(pair, got, size):
    total = sum(int(s) for s in str(size).split(","))
    for frame in got:
        assert len(frame) == total
        assert frame[6:12] == pair.mac and frame[12:14] == IPV4
        length, = struct.unpack("!H", frame[16:18])
        assert length == total - 14
        assert struct.unpack("!HH", frame[34:38]) == (UDP_PORT, UDP_PORT)


@pytest.mark.parametrize("mode", ["drv", "skb"])
@pytest.mark.parametrize("queues", [1, 4])
@pytest.mark.parametrize("size", [60, 64, 1024, 1514])
def test_tx(lab, mode, queues, size):
    pair = lab.pair(queues=queues)
    with lab.testpmd(lab.vdevs(mode=mode), rxq=queues, mode="rxonly",
                     begin=False) as pmd:
        rounds = 50 * SCALE
        got = transmitted(lab, pair, pmd, rounds, size)
        assert len(got) == rounds * 32 * queues
        assert_txonly_frames(pair, got, size)
        stats, xstats = pmd.stats(), pmd.xstats()
        assert stats["opackets"] == len(got)
        assert stats["obytes"] == total_bytes(got)
        assert stats["oerrors"] == 0
        for queue in range(queues):
            assert xstats[f"tx_q{queue}_packets"] == rounds * 32


@pytest.mark.parametrize("burst", [1, 31, 64, 512])
def test_tx_burst_sizes(lab, burst):
    pair = lab.pair()
    with lab.testpmd(mode="rxonly", txd=1024, begin=False, mbufs=16384,
                     app=[f"--burst={burst}"]) as pmd:
        got = transmitted(lab, pair, pmd, 8, 200)
        assert len(got) == 8 * burst == pmd.stats()["opackets"]
        assert_txonly_frames(pair, got, 200)


@pytest.mark.parametrize("segments", ["64,128,700", "14,20,8,1000",
                                      "42,1,1,1,1,1,1,1,1"])
def test_tx_segments(lab, segments):
    """A chain that fits one frame leaves as one frame."""
    pair = lab.pair()
    with lab.testpmd(mode="rxonly", begin=False, mbufs=16384) as pmd:
        got = transmitted(lab, pair, pmd, 10, segments)
        assert len(got) == 320 == pmd.stats()["opackets"]
        assert_txonly_frames(pair, got, segments)


def test_tx_continuous(lab, pair):
    """txonly at full speed: what it counts is what the peer got."""
    with lab.testpmd(mode="txonly") as pmd:
        time.sleep(0.5 * SCALE)
        pmd.stop()
        stats, peer = pmd.stats(), pair.counters()
        assert stats["opackets"] > 1000
        assert stats["opackets"] == peer["rx_packets"]
        assert stats["obytes"] == peer["rx_bytes"]


def test_tx_clones(lab, pair):
    """One mbuf several times in a burst (refcnt > 1), payload compared."""
    with lab.testpmd(mode="flowgen", app=["--flowgen-clones=4"]) as pmd:
        time.sleep(0.3)
        pmd.stop()
        stats, peer = pmd.stats(), pair.counters()
        assert stats["opackets"] > 1000
        assert stats["opackets"] == peer["rx_packets"]
        assert stats["obytes"] == peer["rx_bytes"]


def test_tx_clones_content(lab, pair):
    wire = lab.wire(pair, ETH_P_ALL)
    with lab.testpmd(mode="flowgen", app=["--flowgen-clones=3"]) as pmd:
        got = wire.receive(3000)
        pmd.stop()
        for frame in got:
            assert len(frame) == 60 and frame[12:14] == IPV4
            assert frame[14:20] == bytes.fromhex("4500002e0000")
            assert frame[HEADER + 12:HEADER + 14] != b"\0\0"
