# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Checksums that an Rx burst verifies, of scapy's frames and of a stack's own, or completes."""

import hashlib
import random
import socket
import threading

import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.l2 import ARP, Dot1Q

import netns
import testpmd
from rx_told import (CKSUM_ON, PASS, PAYLOAD, V4, V6, all_told, assert_forwarded,
                     burst_mode, ether, told)


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
    tap = lab.tap(pair)
    with lab.testpmd(lab.vdevs(mode=mode), mode="macswap", app=CKSUM_ON) as pmd:
        assert burst_mode(pmd) == PASS
        pmd.cmd("set verbose 1")
        for mbuf, (frame, ip, l4) in zip(told(pmd, pair, sent), rows):
            want = tuple(w if w else "UNKNOWN" for w in (ip, l4))
            assert mbuf.cksum() == want, frame.hex()
        assert_forwarded(tap, sent)


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
