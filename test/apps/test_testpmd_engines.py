# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Each forwarding mode, with every frame and every counter accounted for."""

import collections
import re
import socket
import struct

import pytest

from hosts import RIGHT, iperf3, two_hosts
from ipv4 import checksum
from lab import assert_reflected, frames
from rawpeer import Peer, differences, swapped
from reflector import Reflector

COUNT = 1000
LIVE = ("--json", "--stats-period=1")


def counted(port, rx, tx):
    assert (port["rx_packets"], port["tx_packets"]) == (rx, tx)
    for lost in "rx_missed", "rx_errors", "rx_nombuf", "tx_errors", "tx_dropped":
        assert port[lost] == 0, lost


def test_io(pair, app):
    one = app("--forward-mode=io", *LIVE).ready()
    sent = frames(pair, COUNT)
    assert differences(sent, pair.wire.exchange(sent)) == ""
    assert one.interrupt() == 0
    counted(one.final()["ports"][0], len(sent), len(sent))
    assert one.final()["ports"][0]["queues"] == [
        {"queue": 0, "rx_packets": len(sent), "tx_packets": len(sent),
         "tx_dropped": 0}]


def test_mac(pair, app):
    peer = "02:00:00:00:00:77"
    one = app("--forward-mode=mac", f"--eth-peer=0,{peer}", *LIVE).ready()
    sent = frames(pair, COUNT)
    head = bytes.fromhex(peer.replace(":", "")) + pair.mac
    want = [head + frame[12:] for frame in sent]
    assert differences(want, pair.wire.exchange(sent)) == ""
    assert one.interrupt() == 0
    counted(one.final()["ports"][0], len(sent), len(sent))


def test_macswap_one_link(pair, app):
    one = app("--forward-mode=macswap", *LIVE).ready()
    sent = frames(pair, COUNT)
    assert_reflected(pair, sent, pair.wire.exchange(sent))
    assert one.interrupt() == 0
    counted(one.final()["ports"][0], len(sent), len(sent))


@pytest.mark.parametrize("mode", ["io", "macswap"])
@pytest.mark.parametrize("queues,cores", [(1, 1), (2, 2), (2, 4)])
def test_two_links(lab, app, mode, queues, cores):
    """Across, both ways; a frame of queue i leaves by queue i."""
    left, right = lab.pair(queues=queues), lab.pair(queues=queues)
    one = app(f"--forward-mode={mode}", f"--rxq={queues}", f"--txq={queues}",
              f"--nb-cores={cores}", *LIVE, lcores=cores + 1).ready()
    change = swapped if mode == "macswap" else lambda frame: frame
    for there, back in (left, right), (right, left):
        for queue in range(queues):
            there.steer(queue)
            sent = frames(there, COUNT // 4, first=1000 * queue)
            for start in range(0, len(sent), 100):
                part = sent[start:start + 100]
                there.wire.send(part)
                assert differences([change(f) for f in part],
                                   back.wire.receive(len(part))) == ""
    assert one.interrupt() == 0
    each = len(sent)
    for port in one.final()["ports"]:
        counted(port, each * queues, each * queues)
        assert [q["rx_packets"] for q in port["queues"]] == [each] * queues
        assert [q["tx_packets"] for q in port["queues"]] == [each] * queues


@pytest.mark.parametrize("topology,to", [("chained", [1, 2, 0]),
                                         ("loop", [0, 1, 2])])
def test_topology(lab, app, topology, to):
    pairs = [lab.pair() for _ in range(3)]
    one = app(f"--port-topology={topology}", *LIVE).ready()
    for number, pair in enumerate(pairs):
        sent = frames(pair, 20)
        pair.wire.send(sent)
        assert differences(sent, pairs[to[number]].wire.receive(20 * (
            len(sent) // 20))) == ""
    assert one.interrupt() == 0


def test_rxonly_counts(pair, app):
    one = app("--forward-mode=rxonly", *LIVE).ready()
    sent = frames(pair, COUNT)
    one.feed(pair, sent)
    assert one.interrupt() == 0
    counted(one.final()["ports"][0], len(sent), 0)
    assert one.final()["ports"][0]["rx_bytes"] == sum(map(len, sent))


def test_rxonly_ends_by_itself(pair, app):
    one = app("--forward-mode=rxonly", "--packets=100").ready()
    pair.wire.send(frames(pair, 100))
    assert one.end() == 0


@pytest.mark.parametrize("options,length", [
    ([], 64), (["--txpkts=1514"], 1514), (["--txpkts=64,128,60"], 252)])
def test_txonly(lab, app, options, length):
    pair = lab.pair()
    wire = lab.wire(pair, 0x0800)
    one = app("--forward-mode=txonly", "--packets=1000", "--json",
              "--tx-ip=198.18.7.1,198.18.7.2", "--tx-udp=1234,5678",
              "--eth-peer=0,02:00:00:00:00:01", "--txrate=20kpps", *options)
    got = wire.receive(1000, 30)
    assert one.end() == 0
    got += wire.drain()
    assert len(got) == 1000
    counted(one.final()["ports"][0], 0, 1000)
    for frame in got:
        assert len(frame) == length
        assert frame[:12] == bytes.fromhex("020000000001") + pair.mac
        assert checksum(frame[14:34]) == 0
        assert struct.unpack("!H", frame[16:18])[0] == length - 14
        assert frame[26:34] == bytes([198, 18, 7, 1, 198, 18, 7, 2])
        assert struct.unpack("!HHH", frame[34:40]) == (1234, 5678, length - 34)


def test_txonly_multi_flow(lab, app):
    pair = lab.pair()
    wire = lab.wire(pair, 0x0800)
    one = app("--forward-mode=txonly", "--packets=512", "--txonly-multi-flow",
              "--txrate=20kpps")
    got = wire.receive(512, 30)
    assert one.end() == 0
    assert set(collections.Counter(f[26:30] for f in got).values()) == {2}
    assert all(checksum(f[14:34]) == 0 for f in got)


def test_txonly_without_rx(lab, app):
    """Three Tx queues, no Rx queue; each makes its part."""
    pair = lab.pair(queues=3)
    wire = lab.wire(pair, 0x0800)
    one = app("--forward-mode=txonly", "--packets=100", "--rxq=0", "--txq=3",
              "--json", "--txrate=10kpps")
    assert len(wire.receive(100, 30)) == 100
    assert one.end() == 0
    queues = one.final()["ports"][0]["queues"]
    assert [q["tx_packets"] for q in queues] == [34, 33, 33]


def test_flowgen_flows(lab, app):
    pair = lab.pair()
    wire = lab.wire(pair, 0x0800)
    one = app("--forward-mode=flowgen", "--flowgen-flows=50", "--packets=500",
              "--json", "--txrate=20kpps")
    got = wire.receive(500, 30)
    assert one.end() == 0
    flows = collections.Counter(f[26:38] for f in got)
    assert len(flows) == 50 and set(flows.values()) == {10}
    counted(one.final()["ports"][0], 0, 500)


@pytest.mark.parametrize("rate,length,pps", [
    ("500", 64, 500), ("0.5kpps", 64, 500), ("1Mbps", 250, 500)])
def test_txrate_is_a_limit(lab, app, rate, length, pps):
    lab.pair()
    one = app("--forward-mode=flowgen", f"--txrate={rate}",
              f"--txpkts={length}", "--duration=2", "--json")
    assert one.end() == 0
    last = one.final()
    # The first packet is due at once; what a millisecond held up follows.
    assert 0 < last["tx_packets"] <= pps * last["seconds"] + 2


def test_icmpecho(lab, app):
    pair = lab.pair()
    lab.gen.ip("addr", "add", "198.51.100.1/24", "dev", pair.peer)
    one = app("--forward-mode=icmpecho", *LIVE).ready()
    sent = answered = 0
    for size in 0, 56, 1472:
        # With -w, ping waits for five answers; else not for a late last one.
        text = lab.gen.exec("ping", "-c", "5", "-i", "0.05", "-w", "20", "-s",
                            size, "198.51.100.77")
        assert "5 received" in text and "errors" not in text
        sent += int(re.search(r"(\d+) packets transmitted", text)[1])
        answered += 5
    neighbour = lab.gen.ip("neigh", "show", "198.51.100.77")
    assert pair.mac.hex(":") in neighbour
    assert one.interrupt() == 0
    # One ARP exchange, and no answer that was not asked for.
    assert answered < one.final()["tx_packets"] <= sent + 1


def test_icmpecho_vlan(lab, app):
    pair = lab.pair()
    wire = lab.wire(pair, 0x0800)       # the stack takes the tag off
    icmp = bytearray(struct.pack("!BBHHH", 8, 0, 0, 7, 9) + b"afx!")
    icmp[2:4] = struct.pack("!H", checksum(icmp))
    packet = bytearray(struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(icmp), 0, 0, 64, 1, 0)
                       + socket.inet_aton("10.0.0.1") + socket.inet_aton("10.0.0.9"))
    packet[10:12] = struct.pack("!H", checksum(packet))
    one = app("--forward-mode=icmpecho").ready()
    wire.send([pair.mac + pair.peer_mac + b"\x81\0\0\7\x08\0"
               + packet + icmp + bytes(20)])
    got = wire.receive(1)
    assert one.interrupt() == 0
    assert got[0][:14] == pair.peer_mac + pair.mac + b"\x08\0"
    assert got[0][26:34] == packet[16:20] + packet[12:16]
    assert checksum(got[0][14:34]) == checksum(got[0][34:34 + len(icmp)]) == 0
    assert got[0][34] == 0 and got[0][38:34 + len(icmp)] == icmp[4:]


def arp(pair, source, target, opcode=1):
    return (b"\xff" * 6 + pair.peer_mac
            + struct.pack("!HHHBBH", 0x0806, 1, 0x0800, 6, 4, opcode)
            + pair.peer_mac + socket.inet_aton(source) + bytes(6)
            + socket.inet_aton(target)).ljust(60, b"\0")


def test_icmpecho_stays_silent(lab, app):
    """Probes and announcements of an address, replies, what is cut short."""
    pair = lab.pair()
    wire = lab.wire(pair, 0x0806)
    one = app("--forward-mode=icmpecho", "--json").ready()
    wire.send([arp(pair, "0.0.0.0", "10.0.0.9"), arp(pair, "10.0.0.9", "10.0.0.9"),
               arp(pair, "10.0.0.1", "10.0.0.9", 2),
               arp(pair, "10.0.0.1", "10.0.0.9")[:20],
               arp(pair, "10.0.0.1", "10.0.0.9")])
    got = wire.receive(1)
    assert wire.drain(0.3) == []
    assert got[0][20:42] == (b"\0\2" + pair.mac + socket.inet_aton("10.0.0.9")
                             + pair.peer_mac + socket.inet_aton("10.0.0.1"))
    assert one.interrupt() == 0
    assert one.final()["tx_packets"] == 1


def test_latency(lab, app):
    pair = lab.pair()
    with Reflector(lab.gen, pair.peer):
        one = app("--forward-mode=latency", "--packets=500", "--json")
        assert one.end() == 0
    found = one.final()["latency"]
    assert found["sent"] == found["received"] == 500
    order = [found[k] for k in ("min_ns", "p50_ns", "p90_ns", "p99_ns",
                                "p99.9_ns", "p99.99_ns")]
    assert order == sorted(order) and order[-1] <= found["max_ns"]
    assert 0 < found["min_ns"] <= found["avg_ns"] <= found["max_ns"]
    bars = re.findall(r"us +(\d+) ", one.err.decode())
    assert sum(map(int, bars)) == 500


def test_latency_without_answer(lab, app):
    lab.pair()
    one = app("--forward-mode=latency", "--packets=50", "--json", "--drain=10")
    assert one.end() == 1
    assert one.final()["passed"] is False
    assert one.final()["latency"] == {"sent": 50, "received": 0}


@pytest.mark.parametrize("length", [64, 1514])
def test_verify_clean(lab, app, length):
    pair = lab.pair()
    with Reflector(lab.gen, pair.peer):
        one = app("--forward-mode=verify", "--packets=3000", "--txrate=5kpps",
                  "--flowgen-flows=7", f"--txpkts={length}", "--json",
                  "--drain=20000")
        assert one.end() == 0, one.all()
    found = one.final()["verify"]
    assert found == {"sent": 3000, "received": 3000, "lost": 0, "reordered": 0,
                     "duplicated": 0, "corrupt": 0, "stale": 0, "flows": 7,
                     "passed": True, "faulty_flows": []}
    assert "Verification passed" in one.err.decode()


def faults(number, frame):
    """Of 3000 frames of one flow: 3 lost, 2 doubled, 4 swapped, 5 spoilt."""
    if number in (100, 200, 300):
        return []
    if number in (400, 500):
        return [frame, frame]
    if number in (600, 700, 800, 900):
        faults.held = frame
        return []
    if number - 1 in (600, 700, 800, 900):
        return [frame, faults.held]
    if number in (1000, 1100, 1200, 1300):
        return [frame[:-1] + bytes([frame[-1] ^ 1])]
    if number == 1400:
        return [frame[:-1]]
    return [frame]


def test_verify_finds_each_fault(lab, app):
    pair = lab.pair()
    with Reflector(lab.gen, pair.peer, faults):
        one = app("--forward-mode=verify", "--packets=3000", "--txrate=5kpps",
                  "--flowgen-flows=1", "--txpkts=200", "--json", "--drain=3000")
        assert one.end() == 1, one.all()
    found = one.final()["verify"]
    assert (found["sent"], found["received"]) == (3000, 2992)
    # Spoilt ones did not come as what they were.
    assert (found["lost"], found["duplicated"]) == (3 + 5, 2)
    assert (found["reordered"], found["corrupt"]) == (4, 5)
    assert found["passed"] is False and len(found["faulty_flows"]) == 1
    assert found["faulty_flows"][0]["flow"] == 0
    assert "Verification FAILED" in one.err.decode()


def test_verify_when_the_driver_takes_less(lab, app):
    """What never left is no loss: its number goes out with the next packet.

    No more packets than the queue of a veth holds, 256.
    """
    pair = lab.pair()
    with Reflector(lab.gen, pair.peer):
        one = app("--forward-mode=verify", "--packets=200", "--burst=128",
                  "--txd=64", "--flowgen-flows=5", "--json", "--drain=20000")
        assert one.end() == 0, one.all()
    assert one.final()["ports"][0]["tx_dropped"] > 0
    assert one.final()["verify"]["received"] == 200


def test_verify_names_the_flow(lab, app):
    pair = lab.pair()
    with Reflector(lab.gen, pair.peer,
                   lambda number, frame: [] if number == 13 else [frame]):
        one = app("--forward-mode=verify", "--packets=100", "--txrate=1kpps",
                  "--flowgen-flows=10", "--json", "--drain=2000")
        assert one.end() == 1
    rows = one.final()["verify"]["faulty_flows"]
    assert [(r["flow"], r["lost"], r["sent"]) for r in rows] == [(3, 1, 10)]


def same_address(left, right):
    """Both ends get one MAC address, and send to another: swapped, each frame is for its reader."""
    right.gen.ip("link", "set", right.peer, "address", left.peer_mac.hex(":"))
    for pair, neighbour in (left, "198.51.100.2"), (right, "198.51.100.1"):
        pair.gen.ip("neigh", "replace", neighbour, "lladdr", "02:00:00:00:00:77", "nud",
                    "permanent", "dev", pair.peer)


def test_iperf3(lab, app):
    """Two Linux stacks, in two namespaces, over two ports."""
    with two_hosts(lab) as (left, right):
        for mode in "io", "mac", "macswap":
            if mode == "macswap":
                same_address(left, right)
            one = app(f"--forward-mode={mode}", "--json",
                      f"--eth-peer=0,{left.peer_mac.hex(':')}",
                      f"--eth-peer=1,{right.peer_mac.hex(':')}").ready()
            ends = iperf3(left.gen, right.gen, RIGHT, "-n", "4M")
            assert ends["sum_sent"]["bytes"] >= 4 << 20
            assert ends["sum_received"]["bytes"] > 1 << 20
            assert one.interrupt() == 0
            # 4 MiB in frames of 1448 bytes of payload, offloads being off.
            assert one.final()["rx_packets"] > (1 << 20) // 1448


def test_peer_is_an_honest_tool(lab):
    """checksum() finds a changed bit."""
    header = bytearray(bytes.fromhex("45000032000000004011eeb3c6120001c6120002"))
    header[10:12] = struct.pack("!H", checksum(header[:10] + b"\0\0" + header[12:]))
    assert checksum(header) == 0
    header[3] ^= 1
    assert checksum(header) != 0
    assert isinstance(lab.wire(lab.pair()), Peer)
