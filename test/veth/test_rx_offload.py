# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Rx offloads by software: what an application is told of each frame.

Stock testpmd prints it of each mbuf (verbose); frames are scapy's, or the stack's own.
"""

import hashlib
import random
import re
import socket
import struct
import threading

import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP, IPOption_NOP
from scapy.layers.inet6 import (ICMPv6EchoRequest, IPv6, IPv6ExtHdrFragment,
                                IPv6ExtHdrHopByHop)
from scapy.layers.l2 import ARP, Dot1AD, Dot1Q, Ether
from scapy.layers.sctp import SCTP
from scapy.packet import Raw

import netns
import testpmd
from lab import afx_lines, soon
from rawpeer import (ETH_P_ALL, PACKET_IGNORE_OUTGOING, SOL_PACKET, WAIT,
                     differences, swapped)

PLAIN, PASS = "AF_XDP", "AF_XDP, software offloads"
ALL_TYPES, L3_TYPES = "0xfff", "0xf0"
CKSUM_ON = ["--enable-rx-cksum"]
V4 = IP(src="10.9.0.1", dst="10.9.0.2")
V6 = IPv6(src="2001:db8::1", dst="2001:db8::2")
PAYLOAD = Raw(random.Random(6).randbytes(90))


def ether(pair, inner, ethertype=None):
    eth = Ether(dst=pair.mac.hex(":"), src=pair.peer_mac.hex(":"))
    if ethertype is not None:
        eth.type = ethertype
    return bytes(eth / inner)


def udp(sport=1000):
    return UDP(sport=sport, dport=2000) / PAYLOAD


def burst_mode(pmd, port=0):
    return re.search(r"Burst mode: (.*)", pmd.cmd(f"show rxq info {port} 0"))[1]


class Told:
    """What testpmd printed of one received mbuf."""

    def __init__(self, text):
        self.flags = set(text.rpartition("ol_flags:")[2].replace(
            "RTE_MBUF_F_RX_", "").split())
        self.length = int(re.search(r"length=(\d+)", text)[1])
        self.types = set((re.search(r"hw ptype: (.*?) +- ", text)
                          or ["", ""])[1].split())
        self.tci = re.search(r"VLAN tci=0x(\w+)", text)
        self.tci = self.tci and int(self.tci[1], 16)
        self.outer = re.search(r"tci outer=0x(\w+)", text)
        self.outer = self.outer and int(self.outer[1], 16)
        self.hash = re.search(r"RSS hash=0x(\w+)", text)
        self.hash = self.hash and int(self.hash[1], 16)

    def cksum(self):
        """What its flags say of IPv4's and of the transport's checksum."""
        return tuple(next((f.rpartition("_")[2] for f in sorted(self.flags)
                           if f.startswith(f"{layer}_CKSUM_")), None)
                     for layer in ("IP", "L4"))


def all_told(pmd, start=0):
    """What it printed of each mbuf since its log had that length."""
    pmd.pending()
    return [Told(block) for block in
            re.findall(r"  src=.*?ol_flags:[^\n]*(?=\n)", pmd.log[start:], re.S)]


def told(pmd, pair, sent):
    """Send; what testpmd says of each, in order.  Exactly that many come."""
    before = pmd.stats()["ipackets"]
    start = len(pmd.log)
    pair.wire.send(sent)
    # No command meanwhile: the lcores' output would tear the answer.
    soon(lambda: len(all_told(pmd, start)) >= len(sent))
    assert pmd.stats()["ipackets"] - before == len(sent)
    said = all_told(pmd, start)
    assert len(said) == len(sent)
    return said


class Tap:
    """Frames as they were on the wire: the kernel hands tags over beside the frame."""

    AUXDATA, TCI_VALID, TPID_VALID = 8, 1 << 4, 1 << 6

    def __init__(self, pair):
        with pair.gen.entered():
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.socket.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        self.socket.setsockopt(SOL_PACKET, self.AUXDATA, 1)
        self.socket.bind((pair.peer, ETH_P_ALL))
        self.socket.settimeout(WAIT)

    def receive(self, count):
        frames = []
        while len(frames) < count:
            data, beside, *_ = self.socket.recvmsg(2048, 64)
            status, _, _, _, _, tci, tpid = struct.unpack("IIIHHHH", beside[0][2])
            if status & self.TCI_VALID:
                tpid = tpid if status & self.TPID_VALID else 0x8100
                data = data[:12] + struct.pack("!HH", tpid, tci) + data[12:]
            frames.append(data)
        return frames


def assert_forwarded(tap, left):
    """The application sent these on, swapped."""
    assert differences([swapped(f) for f in left], tap.receive(len(left))) == ""


TYPES = [
    (ARP(), None, "L2_ETHER_ARP"),
    (Raw(b"\2\7\4"), 0x88CC, "L2_ETHER_LLDP"),
    (Raw(b"\0\2"), 0x88F7, "L2_ETHER_TIMESYNC"),
    (PAYLOAD, 0x88B5, "L2_ETHER"),
    (V4 / udp(), None, "L2_ETHER L3_IPV4 L4_UDP"),
    (V4 / TCP() / PAYLOAD, None, "L2_ETHER L3_IPV4 L4_TCP"),
    (V4 / SCTP() / PAYLOAD, None, "L2_ETHER L3_IPV4 L4_SCTP"),
    (V4 / ICMP() / PAYLOAD, None, "L2_ETHER L3_IPV4 L4_ICMP"),
    (IP(proto=47) / PAYLOAD, None, "L2_ETHER L3_IPV4 L4_NONFRAG"),
    (IP(flags="MF") / udp(), None, "L2_ETHER L3_IPV4 L4_FRAG"),
    (IP(options=[IPOption_NOP()] * 4) / udp(), None, "L2_ETHER L3_IPV4_EXT L4_UDP"),
    (V6 / udp(), None, "L2_ETHER L3_IPV6 L4_UDP"),
    (V6 / ICMPv6EchoRequest(), None, "L2_ETHER L3_IPV6 L4_ICMP"),
    (V6 / IPv6ExtHdrHopByHop() / TCP(), None, "L2_ETHER L3_IPV6_EXT L4_TCP"),
    (V6 / IPv6ExtHdrFragment(m=1) / udp(), None, "L2_ETHER L3_IPV6_EXT L4_FRAG"),
    (Dot1Q(vlan=5) / V4 / udp(), None, "L2_ETHER_VLAN L3_IPV4 L4_UDP"),
    (Dot1AD(vlan=5) / Dot1Q(vlan=6) / V6 / udp(), None, "L2_ETHER_QINQ L3_IPV6 L4_UDP"),
    # What its lengths do not bear out is not claimed.
    (IP(len=19) / udp(), None, "L2_ETHER"),
    (IP(len=27) / udp(), None, "L2_ETHER L3_IPV4"),
    (IP(len=39, proto=6) / PAYLOAD, None, "L2_ETHER L3_IPV4"),
]


@pytest.mark.parametrize("mode", ["drv", "skb"])
def test_packet_types(lab, pair, mode):
    sent = [ether(pair, inner, kind) for inner, kind, _ in TYPES]
    tap = Tap(pair)
    with lab.testpmd(lab.vdevs(mode=mode), mode="macswap", begin=False) as pmd:
        assert burst_mode(pmd) == PLAIN     # testpmd asked for no types
        pmd.cmd("port stop 0")
        pmd.cmd(f"set port 0 ptype_mask {ALL_TYPES}")
        pmd.cmd("port start 0")
        assert burst_mode(pmd) == PASS
        pmd.cmd("set verbose 1")
        pmd.start()
        for mbuf, row in zip(told(pmd, pair, sent), TYPES):
            assert mbuf.types == set(row[2].split()), row
            assert not {f for f in mbuf.flags if "CKSUM_GOOD" in f or "CKSUM_BAD" in f}
        assert_forwarded(tap, sent)
        supported = pmd.cmd("show port 0 ptypes")
        for name in set(" ".join(row[2] for row in TYPES).split()):
            assert re.search(rf"\b{name}\b", supported), name
        # One layer, at once; then none.
        pmd.cmd(f"set port 0 ptype_mask {L3_TYPES}")
        for mbuf, row in zip(told(pmd, pair, sent), TYPES):
            assert mbuf.types == {t for t in row[2].split() if t.startswith("L3_")}
        pmd.cmd("set port 0 ptype_mask 0")
        assert all(mbuf.types == set() for mbuf in told(pmd, pair, sent))


def test_types_asked_for_too_late(lab, pair):
    """A port that was started without them has none, and says so."""
    with lab.testpmd(mode="rxonly") as pmd:
        assert "L3_IPV4" not in pmd.cmd("show port 0 ptypes")
        pmd.cmd("set verbose 1")
        pmd.cmd(f"set port 0 ptype_mask {ALL_TYPES}")
        sent = [ether(pair, V4 / udp())]
        assert told(pmd, pair, sent)[0].types == set()
        pmd.stop()
        pmd.cmd("port stop 0")
        pmd.cmd(f"set port 0 ptype_mask {ALL_TYPES}")
        pmd.cmd("port start 0")
        pmd.start()
        assert told(pmd, pair, sent)[0].types == {"L2_ETHER", "L3_IPV4", "L4_UDP"}


def damaged(data, at):
    return data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1:]


def cksum_rows(pair):
    """Frame, what IPv4's and the transport's checksum are."""
    udp4, tcp4 = (ether(pair, V4 / t / PAYLOAD) for t in (UDP(), TCP()))
    udp6, tcp6 = (ether(pair, V6 / t / PAYLOAD) for t in (UDP(), TCP()))
    rows = [(f, "GOOD", "GOOD") for f in (udp4, tcp4)]
    rows += [(f, None, "GOOD") for f in (udp6, tcp6)]
    rows += [(damaged(f, 60), "GOOD", "BAD") for f in (udp4, tcp4)]
    rows += [(damaged(f, 90), None, "BAD") for f in (udp6, tcp6)]
    rows += [
        (damaged(udp4, 18), "BAD", "GOOD"),
        (damaged(udp4, 26), "BAD", "BAD"),
        (udp4 + bytes(7), "GOOD", "GOOD"),
        (ether(pair, V4 / UDP(chksum=0) / PAYLOAD), "GOOD", "GOOD"),
        (ether(pair, V6 / UDP(chksum=0) / PAYLOAD), None, "BAD"),
        (ether(pair, V4 / UDP(len=7) / PAYLOAD), "GOOD", None),
        (ether(pair, V4 / UDP(len=99) / PAYLOAD), "GOOD", None),
        (ether(pair, IP(len=200) / UDP() / PAYLOAD), "GOOD", None),
        (ether(pair, IP(flags="MF") / UDP() / PAYLOAD), "GOOD", None),
        (ether(pair, V4 / ICMP(chksum=1)), "GOOD", None),
        (ether(pair, Dot1Q(vlan=9) / V4 / UDP() / PAYLOAD), "GOOD", "GOOD"),
        (ether(pair, ARP()), None, None),
    ]
    return rows


@pytest.mark.parametrize("mode", ["drv", "skb"])
def test_checksums(lab, pair, mode):
    rows = cksum_rows(pair)
    sent = [row[0] for row in rows]
    tap = Tap(pair)
    with lab.testpmd(lab.vdevs(mode=mode), mode="macswap", app=CKSUM_ON) as pmd:
        assert burst_mode(pmd) == PASS
        pmd.cmd("set verbose 1")
        for mbuf, (frame, ip, l4) in zip(told(pmd, pair, sent), rows):
            want = tuple(w if w else "UNKNOWN" for w in (ip, l4))
            assert mbuf.cksum() == want, frame.hex()
        assert_forwarded(tap, sent)


def tagged(pair, *tags):
    """The same frame with these tags."""
    inner = V4 / udp()
    for kind, vlan in reversed(tags):
        inner = kind(vlan=vlan, prio=3) / inner
    return ether(pair, inner)


def test_vlan_strip(lab, pair):
    plain = tagged(pair)
    sent = [plain, tagged(pair, (Dot1Q, 5)), tagged(pair, (Dot1Q, 5), (Dot1Q, 6)),
            tagged(pair, (Dot1AD, 5))] * 40
    tap = Tap(pair)
    with lab.testpmd(mode="macswap", app=["--enable-hw-vlan-strip"]) as pmd:
        pmd.cmd("set verbose 1")

        def check(want):
            for mbuf, (frame, tci) in zip(told(pmd, pair, sent), want * 40):
                assert (mbuf.length, mbuf.tci) == (len(frame), tci)
                assert {"VLAN", "VLAN_STRIPPED"} & mbuf.flags == (
                    {"VLAN", "VLAN_STRIPPED"} if tci else set())
            assert_forwarded(tap, [f for f, _ in want * 40])

        tci = 3 << 13 | 5
        off = [(f, None) for f in sent[:4]]
        on = [off[0], (plain, tci), (tagged(pair, (Dot1Q, 6)), tci), off[3]]
        check(on)
        pmd.cmd("vlan set strip off 0")
        check(off)
        pmd.cmd("vlan set strip on 0")
        check(on)


def test_qinq_strip(lab, pair):
    plain = tagged(pair)
    sent = [plain, tagged(pair, (Dot1AD, 5), (Dot1Q, 6)), tagged(pair, (Dot1Q, 7))]
    tap = Tap(pair)
    with lab.testpmd(mode="macswap", app=["--rx-offloads=0x21"]) as pmd:
        pmd.cmd("set verbose 1")
        mbufs = told(pmd, pair, sent)
        assert [(m.tci, m.outer) for m in mbufs] == [
            (None, None), (3 << 13 | 6, 3 << 13 | 5), (3 << 13 | 7, None)]
        assert {"QINQ", "QINQ_STRIPPED", "VLAN", "VLAN_STRIPPED"} <= mbufs[1].flags
        assert_forwarded(tap, [plain] * 3)


@pytest.mark.parametrize("mode", ["drv", "skb"])
def test_vlan_filter(lab, pair, mode):
    """What is in none of the application's VLANs is freed and counted."""
    sent = [tagged(pair), *(tagged(pair, (Dot1Q, vid)) for vid in (5, 6, 7, 0)),
            tagged(pair, (Dot1AD, 6))] * 10
    tap = Tap(pair)

    def check(vids):
        want = [f for f in sent if f[12:14] != b"\x81\x00"
                or int.from_bytes(f[14:16], "big") & 0xfff in vids]
        before, gone = pmd.stats(), pmd.xstats()["rx_q0_vlan_filtered"]
        pair.wire.send(sent)
        assert_forwarded(tap, want)
        after = pmd.stats()
        assert after["ipackets"] - before["ipackets"] == len(want)
        assert after["ibytes"] - before["ibytes"] == sum(map(len, want))
        assert pmd.xstats()["rx_q0_vlan_filtered"] - gone == len(sent) - len(want)

    with lab.testpmd(lab.vdevs(mode=mode), mode="macswap",
                     app=["--enable-hw-vlan-filter"]) as pmd:
        check({0})
        pmd.cmd("rx_vlan add 5 0")
        pmd.cmd("rx_vlan add 7 0")
        check({0, 5, 7})
        pmd.cmd("rx_vlan rm 5 0")
        check({0, 7})
        pmd.cmd("vlan set filter off 0")
        check(range(4096))
        pmd.cmd("vlan set filter on 0")
        pmd.stop()
        pmd.cmd("port stop 0")
        pmd.cmd("port start 0")
        pmd.start()
        check({0, 7})
        pmd.cmd("clear port xstats 0")
        assert pmd.xstats()["rx_q0_vlan_filtered"] == 0


def test_strip_asked_for_too_late(lab, pair):
    sent = [tagged(pair, (Dot1Q, 5))]
    with lab.testpmd(mode="rxonly") as pmd:
        pmd.cmd("set verbose 1")
        answer = pmd.cmd("vlan set strip on 0")
        assert "VLAN strip or filter can not be switched on" in afx_lines(answer)[0]
        assert "diag=-16" in answer
        assert (told(pmd, pair, sent)[0].tci, burst_mode(pmd)) == (None, PLAIN)
        pmd.cmd("vlan set strip off 0")
        pmd.stop()
        pmd.cmd("port stop 0")
        pmd.cmd("vlan set strip on 0")
        pmd.cmd("port start 0")
        pmd.start()
        assert (told(pmd, pair, sent)[0].tci, burst_mode(pmd)) == (3 << 13 | 5, PASS)


KEY = bytes.fromhex("6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b4"
                    "77cb2da38030f20c6a42b73bbeac01fa")


def toeplitz(data):
    """Bit by bit, as its definition has it."""
    key = int.from_bytes(KEY, "big")
    total = 0
    for i in range(8 * len(data)):
        if data[i // 8] >> (7 - i % 8) & 1:
            total ^= key >> (8 * len(KEY) - 32 - i) & 0xFFFFFFFF
    return total


def addresses(packet):
    family = socket.AF_INET6 if IPv6 in packet else socket.AF_INET
    ip = packet[IPv6] if IPv6 in packet else packet[IP]
    return socket.inet_pton(family, ip.src) + socket.inet_pton(family, ip.dst)


@pytest.mark.parametrize("types", ["ip", "udp"])
def test_rss_hash(lab, types):
    """Of addresses, or of addresses and UDP's ports: what was asked for."""
    pair = lab.pair(queues=2)
    pair.steer(0)
    packets, want = [], []
    for port in range(1, 20):
        ip = IP(src=f"10.9.0.{port}", dst="10.9.8.7")
        ip6 = IPv6(src=f"2001:db8::{port}", dst="2001:db8:1::2")
        for inner in ip / udp(port), ip6 / udp(port):
            packets.append(inner)
            ports = struct.pack("!HH", port, 2000) if types == "udp" else b""
            want.append(toeplitz(addresses(inner) + ports))
        for inner in (ip / TCP(sport=port), ip6 / TCP(sport=port), ip / ICMP(),
                      IP(src=ip.src, dst=ip.dst, flags="MF") / udp(port)):
            packets.append(inner)
            want.append(toeplitz(addresses(inner)) if types == "ip" else None)
    packets.append(ARP())
    want.append(None)
    sent = [ether(pair, inner) for inner in packets]
    with lab.testpmd(rxq=2, mode="rxonly",
                     app=[f"--rss-{types}", "--rx-offloads=0x80000"]) as pmd:
        assert burst_mode(pmd) == PASS
        pmd.cmd("set verbose 1")
        assert [mbuf.hash for mbuf in told(pmd, pair, sent)] == want


def test_combinations(lab, pair):
    """All of it on one frame: tag off, types of what is left, checksums."""
    sent = [tagged(pair, (Dot1Q, 5))]
    with lab.testpmd(mode="rxonly", begin=False,
                     app=["--enable-hw-vlan-strip", *CKSUM_ON]) as pmd:
        pmd.cmd("set verbose 1")
        pmd.cmd(f"set port 0 ptype_mask {ALL_TYPES}")
        pmd.start()
        mbuf, = told(pmd, pair, sent)
        assert mbuf.types == {"L2_ETHER", "L3_IPV4", "L4_UDP"}
        assert mbuf.flags >= {"VLAN", "VLAN_STRIPPED", "IP_CKSUM_GOOD", "L4_CKSUM_GOOD"}


class Stacks:
    """Two kernel stacks with a testpmd between them, which forwards frames."""

    def __init__(self, lab):
        other = lab._namespace()    # pylint: disable=protected-access
        self.ends = [lab.pair()]
        self.ends.append(netns.VethPair(lab.dut, other, 1))
        lab.pairs.append(self.ends[1])
        for i, end in enumerate(self.ends):
            end.gen.ip("addr", "add", f"10.77.0.{i + 1}/24", "dev", end.peer)
            # What a stack does unless told otherwise.
            end.gen.exec("ethtool", "-K", end.peer, "tx", "on")
        for i, end in enumerate(self.ends):
            far = self.ends[1 - i]
            mac = far.gen.exec("cat", f"/sys/class/net/{far.peer}/address").strip()
            end.gen.ip("neigh", "replace", f"10.77.0.{2 - i}", "lladdr", mac,
                       "dev", end.peer)

    def socket(self, end, kind):
        with self.ends[end].gen.entered():
            return socket.socket(socket.AF_INET, kind)

    def bad_sums(self):
        rows = self.ends[1].gen.exec("grep", "^Udp:", "/proc/net/snmp").split("\n")
        return int(rows[1].split()[rows[0].split().index("InCsumErrors")])

    def datagrams(self, count):
        """How many of so many arrive, and how many had a bad checksum."""
        with self.socket(1, socket.SOCK_DGRAM) as to, self.socket(0, socket.SOCK_DGRAM) as src:
            to.bind(("10.77.0.2", 4000))
            for i in range(count):
                src.sendto(bytes(100 + i), ("10.77.0.2", 4000))
            got, before = 0, self.bad_sums()
            to.settimeout(1)
            try:
                while got < count:
                    assert len(to.recv(2000)) == 100 + got
                    got += 1
            except TimeoutError:
                pass
            return got, self.bad_sums() - before


def test_stack_leaves_checksums(lab):
    """NONE, which is not BAD; and the next stack refuses such a frame."""
    stacks = Stacks(lab)
    with lab.testpmd(mode="io", app=CKSUM_ON) as pmd:
        pmd.cmd("set verbose 1")
        got, bad = stacks.datagrams(20)
        assert (got, bad) == (0, 20)
        sums = [mbuf.cksum() for mbuf in all_told(pmd)]
        assert sums.count(("GOOD", "NONE")) == 20


@pytest.mark.parametrize("cksum", [False, True])
@pytest.mark.parametrize("mode", ["drv", "skb"])
def test_checksums_completed(lab, mode, cksum):
    """csum_complete=1: a TCP connection and datagrams between two stacks."""
    stacks = Stacks(lab)
    data = random.Random(7).randbytes(300000)
    with lab.testpmd(lab.vdevs(mode=mode, csum_complete=1), mode="io",
                     app=CKSUM_ON if cksum else ()) as pmd:
        assert burst_mode(pmd) == PASS
        assert stacks.datagrams(20) == (20, 0)
        if cksum:
            pmd.cmd("set verbose 1")
            assert stacks.datagrams(20) == (20, 0)
            pmd.cmd("set verbose 0")
            sums = [mbuf.cksum() for mbuf in all_told(pmd)]
            assert sums.count(("GOOD", "GOOD")) == 20
        with stacks.socket(1, socket.SOCK_STREAM) as to, \
                stacks.socket(0, socket.SOCK_STREAM) as src:
            to.bind(("10.77.0.2", 5000))
            to.listen()
            got = hashlib.sha256()

            def receive():
                conn = to.accept()[0]
                while part := conn.recv(65536):
                    got.update(part)
                conn.close()

            reader = threading.Thread(target=receive, daemon=True)
            reader.start()
            src.settimeout(testpmd.COMMAND_TIME)
            src.connect(("10.77.0.2", 5000))
            src.sendall(data)
            src.shutdown(socket.SHUT_WR)
            reader.join(testpmd.COMMAND_TIME)
            assert got.digest() == hashlib.sha256(data).digest()
