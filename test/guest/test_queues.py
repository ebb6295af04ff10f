# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Several queues, as igb has: RSS, sharing, a NAPI for both directions."""

import re
import socket
import struct

import nics
from lab import frames, reflect, soon
from rawpeer import ETH_P_ALL, SIZES, payload, swapped
from veth_app import Flood

COUNT = 1200
FLOWS = 64
ENTRIES = 8             # of the RSS table: a word of testpmd's takes 127 letters
PAIRED_QUEUES = 6       # from 5 on, igb has Rx and Tx queues share a NAPI


def udp(pair, number):
    """One of FLOWS flows, with a payload of its own."""
    data = payload(number, 100)
    ports = struct.pack("!HHHH", 9, 9, 8 + len(data), 0)
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 28 + len(data), number, 0,
                         64, socket.IPPROTO_UDP, 0,
                         bytes([10, 0, 0, number % FLOWS]), b"\x0a\0\1\1")
    total = sum(struct.unpack("!10H", header))
    total = (total & 0xFFFF) + (total >> 16)
    header = header[:10] + struct.pack("!H", ~total & 0xFFFF) + header[12:]
    return pair.mac + pair.peer_mac + b"\x08\0" + header + ports + data


def table(pair):
    """By which the NIC chooses a queue, as ethtool says."""
    text = pair.dut.exec("ethtool", "-x", pair.iface)
    rows = re.findall(r"^ +\d+:((?: +\d+)+)$", text, re.M)
    return [int(queue) for row in rows for queue in row.split()]


def counted(pmd, pair, wire):
    """Packets by queue, of which all came and all went back."""
    pmd.cmd("clear port xstats 0")
    sent = [udp(pair, number) for number in range(COUNT)]
    got = wire.exchange(sent, nics.WINDOW)
    assert sorted(got) == sorted(map(swapped, sent))
    xstats = pmd.xstats()
    counts = [xstats[f"rx_q{queue}_packets"] for queue in (0, 1)]
    assert sum(counts) == COUNT
    assert counts == [xstats[f"tx_q{queue}_packets"] for queue in (0, 1)]
    return counts


def test_rss_over_two_queues(request, lab):
    """By the NIC's table, and by another one, which goes at close."""
    pair = lab.pair(queues=2)
    # igb's own table is not the kernel's default: put back, it holds the number of queues.
    request.addfinalizer(lambda: pair.dut.exec("ethtool", "-X", pair.iface, "default"))
    wire = lab.wire(pair, ETH_P_ALL)
    before = table(pair)
    with lab.testpmd(rxq=2) as pmd:
        assert nics.zerocopy(pmd.pid) == [True, True]
        assert "1 of 2 queues share it" in pmd.log
        assert table(pair) == before and set(before) == {0, 1}
        counts = counted(pmd, pair, wire)
        assert min(counts) > COUNT // 10, counts
        for start in range(0, len(before), ENTRIES):
            pmd.cmd("port config 0 rss reta " + ",".join(
                f"({entry},1)" for entry in range(start, start + ENTRIES)))
        assert table(pair) == [1] * len(before)
        assert counted(pmd, pair, wire) == [0, COUNT]
    assert table(pair) == before


def test_no_sharing(lab):
    pair = lab.pair(queues=2)
    with lab.testpmd(lab.vdevs(shared_umem=0), rxq=2) as pmd:
        assert nics.zerocopy(pmd.pid) == [True, True]
        assert "0 of 2 queues share it" in pmd.log
        wire = lab.wire(pair, ETH_P_ALL)
        sent = [udp(pair, number) for number in range(COUNT // 4)]
        got = wire.exchange(sent, nics.WINDOW)
        assert sorted(got) == sorted(map(swapped, sent))


def test_queue_count_changes_under_traffic(lab):
    """Every mbuf is back at each stop, and each queue is zero-copy again."""
    pair = lab.pair(queues=2)
    wire = lab.wire(pair, ETH_P_ALL)
    with lab.testpmd(begin=False, rxq=2) as pmd:
        for queues in 1, 2:
            with Flood(pair, SIZES):
                pmd.cmd("port stop 0")
                assert pmd.missing_mbufs() == {}
                for half in "rxq", "txq":
                    pmd.cmd(f"port config all {half} {queues}")
                pmd.cmd("port start 0")
                assert nics.zerocopy(pmd.pid) == [True] * queues
                pmd.cmd("clear port stats all")
                pmd.start()
                assert soon(lambda: pmd.stats()["opackets"] > COUNT,
                            2 * nics.LINK_TIME)
                pmd.stop()
        pmd.start()
        wire.drain(0.2)
        sent = [udp(pair, number) for number in range(COUNT)]
        got = wire.exchange(sent, nics.WINDOW)
        assert sorted(got) == sorted(map(swapped, sent))


def test_busy_poll_where_one_napi_serves_both(lab):
    pair = lab.pair(queues=PAIRED_QUEUES)
    with lab.testpmd(lab.vdevs(busy_budget=64, queue_count=1)) as pmd:
        assert "busy poll on" in pmd.log
        sent = frames(pair, COUNT)
        reflect(pair, sent, nics.WINDOW)
        stats = pmd.stats()
        assert stats["ipackets"] == stats["opackets"] == len(sent)
