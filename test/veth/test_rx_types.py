# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""What an Rx burst tells of a frame's headers: packet types, and the RSS hash by software."""

import re
import socket
import struct

import pytest
from scapy.layers.inet import ICMP, IP, TCP, IPOption_NOP
from scapy.layers.inet6 import (ICMPv6EchoRequest, IPv6, IPv6ExtHdrFragment,
                                IPv6ExtHdrHopByHop)
from scapy.layers.l2 import ARP, Dot1AD, Dot1Q
from scapy.layers.sctp import SCTP
from scapy.packet import Raw

from rx_told import (ALL_TYPES, PASS, PAYLOAD, PLAIN, V4, V6, assert_forwarded,
                     burst_mode, ether, told, udp)

L3_TYPES = "0xf0"

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
    tap = lab.tap(pair)
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
