# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""What tests of Rx offloads by software share: scapy's frames, and what testpmd prints of each mbuf."""

import random
import re

from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether
from scapy.packet import Raw

from lab import soon
from rawpeer import differences, swapped

PLAIN, PASS = "AF_XDP", "AF_XDP, software offloads"     # modes of a burst
ALL_TYPES = "0xfff"
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


def tagged(pair, *tags):
    """The same frame with these tags."""
    inner = V4 / udp()
    for kind, vlan in reversed(tags):
        inner = kind(vlan=vlan, prio=3) / inner
    return ether(pair, inner)


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


def assert_forwarded(tap, left):
    """The application sent these on, swapped."""
    assert differences([swapped(f) for f in left], tap.receive(len(left))) == ""
