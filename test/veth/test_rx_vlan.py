# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""VLAN tags that an Rx burst takes off, or filters by; beside the other offloads, too."""

import pytest
from scapy.layers.l2 import Dot1AD, Dot1Q

from lab import afx_lines
from rx_told import (ALL_TYPES, CKSUM_ON, PASS, PLAIN, assert_forwarded, burst_mode,
                     tagged, told)


def test_vlan_strip(lab, pair):
    plain = tagged(pair)
    sent = [plain, tagged(pair, (Dot1Q, 5)), tagged(pair, (Dot1Q, 5), (Dot1Q, 6)),
            tagged(pair, (Dot1AD, 5))] * 40
    tap = lab.tap(pair)
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
    tap = lab.tap(pair)
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
    tap = lab.tap(pair)

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
