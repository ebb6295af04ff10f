# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Checksums and VLAN tags that the driver inserts, compared with scapy's on the wire."""

import errno
import re
import struct

import pytest
from scapy.layers.inet import IP, TCP, UDP, IPOption_Router_Alert
from scapy.layers.inet6 import IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, PadN
from scapy.layers.l2 import ARP, Dot1Q, Ether
from scapy.packet import Raw

from app.program import ended
from rawpeer import ADDRS, WAIT, TaggedPeer, differences
from veth_app import needs_app

pytestmark = needs_app

JUNK = b"\xbd\xbd"
TCI, OUTER = 0x6123, 0xe321
TX_VLAN = 1 << 57       # RTE_MBUF_F_TX_VLAN
KINDS = 6               # of mbufs, in app/offload.c


class Wire(TaggedPeer):
    """Tells the port's frames from all others."""

    def frames(self, source, count, timeout=WAIT):
        """Those from that address, until there are so many or none came for timeout."""
        self._rx.settimeout(timeout)
        got = []
        while len(got) < count:
            try:
                frame = self._take()
            except TimeoutError:
                break
            if frame[6:ADDRS] == source:
                got.append(frame)
        return got


def zero_sum():
    """A datagram whose checksum would be 0: its last two bytes make it so."""
    packet = IP(src="192.0.2.1", dst="192.0.2.2") / UDP(sport=1, dport=2) / Raw(bytes(20))
    value = IP(bytes(packet))[UDP].chksum
    packet[Raw].load = bytes(18) + struct.pack("!H", value)
    assert IP(bytes(packet))[UDP].chksum == 0xffff
    return packet


TAGS = {
    "none": b"",
    "vlan": struct.pack("!HH", 0x8100, TCI),
    "qinq": struct.pack("!HHHH", 0x88a8, OUTER, 0x8100, TCI),
}


def packets():
    v4, v6 = IP(src="192.0.2.1", dst="198.51.100.77"), IPv6(src="2001:db8::1", dst="2001:db8::2")
    options = IP(src="192.0.2.1", dst="192.0.2.2", options=[IPOption_Router_Alert()])
    extension = v6 / IPv6ExtHdrDestOpt(options=[PadN(optdata=bytes(12))])
    text = bytes(range(256)) * 6
    mss = [("MSS", 1460), ("NOP", None), ("WScale", 7)]
    return [
        *(v4 / UDP(sport=7, dport=n) / text[:n] for n in (0, 1, 2, 3, 18, 255, 1472)),
        *(v4 / TCP(sport=7, seq=n, options=mss) / text[:n] for n in (0, 1, 18, 1448 - 4)),
        *(v6 / UDP(sport=7, dport=n) / text[:n] for n in (0, 1, 19, 1452)),
        *(v6 / TCP(sport=7, seq=n) / text[:n] for n in (0, 1, 1440)),
        options / UDP() / text[:33], options / TCP() / text[:34],
        extension / UDP() / text[:35], extension / TCP() / text[:36],
        zero_sum(),
        v4 / UDP(), v4 / TCP(),         # with a trailer: 0 to 60
        Dot1Q(vlan=9) / v4 / UDP() / text[:77],
        IP(src="192.0.2.1", dst="192.0.2.2", flags="MF", proto=17) / text[:64],
        IP(src="192.0.2.1", dst="192.0.2.2", frag=9, proto=6) / text[:65],
        v6 / IPv6ExtHdrFragment(offset=9, nh=17) / text[:66],
        IP(src="192.0.2.1", dst="192.0.2.2", proto=47) / text[:67],
        ARP(psrc="192.0.2.1", pdst="192.0.2.2"),
    ]


def spoiled(frame):
    """The frame as NICs are given it: with something else in the fields of its checksums."""
    frame, ip = bytearray(frame), 18 if frame[ADDRS:14] == b"\x81\x00" else 14
    if frame[ip - 2:ip] == b"\x08\x00":
        frame[ip + 10:ip + 12] = JUNK
        fragment = frame[ip + 6] & 0x3f or frame[ip + 7]
        proto, l4 = frame[ip + 9], ip + frame[ip] % 16 * 4
    elif frame[ip - 2:ip] == b"\x86\xdd":
        proto, l4, fragment = frame[ip + 6], ip + 40, False
        if proto == 60:
            proto, l4 = frame[l4], l4 + 8 * (1 + frame[l4 + 1])
    else:
        return bytes(frame)
    field = {6: 16, 17: 6}.get(proto)
    if field and not fragment:
        frame[l4 + field:l4 + field + 2] = JUNK
    return bytes(frame)


def frames_of(pair, longest=1514):
    ether = Ether(src=pair.peer_mac, dst=pair.mac)
    made = [bytes(ether / packet) for packet in packets()]
    return [f + bytes(max(0, 60 - len(f))) for f in made if len(f) <= longest]


def tagged(frame, tags):
    return frame[:ADDRS] + tags + frame[ADDRS:]


@pytest.fixture
def wire(lab, pair):
    tap = Wire(lab.gen, pair.peer)
    yield tap
    tap.close()


@pytest.mark.parametrize("cksum,tags,fast_free", [
    (1, "none", 0), (1, "none", 1), (0, "vlan", 0), (0, "qinq", 1), (1, "vlan", 1), (1, "qinq", 0)])
def test_each_frame_in_each_kind_of_mbuf(app, pair, wire, cksum, tags, fast_free):
    """The Tx ring is shorter than the bursts: what has to wait is not given a tag twice."""
    right = [f for f in frames_of(pair, 1518 - len(TAGS[tags])) for _ in range(KINDS)]
    run = app("offload", count=len(right), cksum=cksum, txd=64, burst=200, fast_free=fast_free,
              vlan=TCI if tags != "none" else 0, outer=OUTER if tags == "qinq" else 0)
    said = run.until("ready")
    assert said["kinds"] == KINDS
    assert said["told_other_offloads"] == 0
    assert said["mode"] == f"AF_XDP, copy mode, {'fast free, ' if fast_free else ''}offloads"
    pair.wire.send([spoiled(f) if cksum else f for f in right])
    said = run.step("sent")
    assert (said["sent"], said["changed"]) == (len(right), 0)
    assert said["kept"] == len(right) // KINDS * 4
    assert said["unprepared"] == 0
    got = wire.frames(pair.peer_mac, len(right))
    text = differences([tagged(f, TAGS[tags]) for f in right], got)
    assert text == "", text
    said = ended(run)
    assert (said["p0_opackets"], said["p0_oerrors"]) == (len(right), 0)


def test_plain_ports_have_the_plain_burst(app, pair, wire):
    """And send no frame that asks for a tag, which was not configured; prepare says so."""
    right = frames_of(pair)
    run = app("offload", count=len(right), asks=TX_VLAN, burst=8)
    assert run.until("ready")["mode"] == "AF_XDP, copy mode"
    pair.wire.send(right)
    said = run.step("sent")
    assert (said["sent"], said["errno"]) == (len(right), errno.ENOTSUP)
    assert said["unprepared"] >= 8
    said = ended(run)
    assert (said["p0_opackets"], said["p0_oerrors"]) == (0, len(right))
    assert wire.frames(pair.peer_mac, 1, timeout=0.05) == []


def csum_understands(frame):
    """It takes fragments for datagrams, and does not look behind extension headers."""
    packet = Ether(frame)
    if IP in packet:
        return not packet[IP].flags.MF and packet[IP].frag == 0
    return IPv6 not in packet or packet[IPv6].nh in (6, 17)


def configured(pmd, *commands):
    """With the port stopped, as testpmd wants it, then forwarding."""
    pmd.cmd("port stop 0")
    for command in commands:
        answer = pmd.cmd(command)
        assert not re.search("rror|not supported|Bad arg|fail", answer), answer
    pmd.cmd("port start 0")
    pmd.start()


def test_testpmd_csum(lab, pair, wire):
    """The stock engine, which calls rte_eth_tx_prepare."""
    right = [f for f in frames_of(pair) if csum_understands(f)]
    with lab.testpmd(mode="csum", begin=False) as pmd:
        configured(pmd, "csum set ip hw 0", "csum set udp hw 0", "csum set tcp hw 0",
                   "csum mac-swap off 0")
        assert "AF_XDP, copy mode, fast free, offloads" in pmd.cmd("show txq info 0 0")
        pair.wire.send([spoiled(f) for f in right])
        got = wire.frames(pair.peer_mac, len(right))
        text = differences(right, got)
        assert text == "", text
        assert pmd.stats()["opackets"] == len(right)
        assert pmd.xstats()["tx_q0_offloads"] == sum(IP in Ether(f) or IPv6 in Ether(f) for f in right)
        assert pmd.xstats()["tx_q0_copied"] == pmd.xstats()["tx_q0_refused"] == 0


@pytest.mark.parametrize("command,tags", [
    ("tx_vlan set 0 5", struct.pack("!HH", 0x8100, 5)),
    ("tx_vlan set 0 5 6", struct.pack("!HHHH", 0x88a8, 6, 0x8100, 5))])
def test_testpmd_tags(lab, pair, wire, command, tags):
    """By the engine mac, which writes new addresses and knows nothing of offloads."""
    right = frames_of(pair, 1518 - len(tags))
    with lab.testpmd(mode="mac", begin=False) as pmd:
        configured(pmd, command)
        pair.wire.send(right)
        got = wire.frames(pair.mac, len(right))
        text = differences([tagged(f, tags)[ADDRS:] for f in right], [f[ADDRS:] for f in got])
        assert text == "", text
        assert pmd.xstats()["tx_q0_offloads"] == pmd.stats()["opackets"] == len(right)
        # A queue made anew while the port runs has them, too.
        pmd.stop()
        for command in "rxq 0 stop", "txq 0 stop", "txq 0 setup", "txq 0 start", "rxq 0 start":
            pmd.cmd(f"port 0 {command}")
        pmd.start()
        pair.wire.send(right[:9])
        assert [f[ADDRS:] for f in wire.frames(pair.mac, 9)] == [
            tagged(f, tags)[ADDRS:] for f in right[:9]]
        pmd.stop()
        configured(pmd, "tx_vlan reset 0")
        pair.wire.send(right)
        got = wire.frames(pair.mac, len(right))
        assert [f[ADDRS:] for f in got] == [f[ADDRS:] for f in right]
