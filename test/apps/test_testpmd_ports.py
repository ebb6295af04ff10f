# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Any ethdev port will do, not only net_afx ones."""

import pytest

from lab import frames
from rawpeer import differences
import tpmd


@pytest.mark.parametrize("mode", ["io", "mac", "macswap", "rxonly", "txonly", "flowgen",
                                  "icmpecho"])
def test_null(mode):
    one = tpmd.App(None, ["net_null0", "net_null1"], f"--forward-mode={mode}",
                   "--packets=100000", "--json", huge=False)
    try:
        assert one.end() == 0
        assert one.final()["rx_packets"] + one.final()["tx_packets"] >= 100000
    finally:
        one.kill()


@pytest.mark.parametrize("mode,result", [("verify", "verify"), ("latency", "latency")])
@pytest.mark.parametrize("queues", [1, 3])
def test_ring(mode, result, queues):
    """net_ring gives back what is sent: exactly that much, in order."""
    one = tpmd.App(None, ["net_ring0"], f"--forward-mode={mode}", "--packets=20000",
                   "--txrate=200kpps", f"--rxq={queues}", f"--txq={queues}", "--json",
                   "--drain=20000", huge=False)
    try:
        assert one.end() == 0, one.all()
        found = one.final()[result]
        assert found["sent"] == found["received"] == 20000
    finally:
        one.kill()


def test_af_xdp(lab):
    """DPDK's own driver of AF_XDP sockets."""
    pair = lab.pair()
    one = tpmd.App(lab.dut, [f"net_af_xdp0,iface={pair.iface}"], "--forward-mode=io",
                   "--json", "--stats-period=1")
    try:
        one.ready()
        sent = frames(pair, 200)
        assert differences(sent, pair.wire.exchange(sent)) == ""
        assert one.interrupt() == 0
        assert one.final()["rx_packets"] == one.final()["tx_packets"] == len(sent)
    finally:
        one.kill()


def test_af_packet(lab):
    pair = lab.pair()
    one = tpmd.App(lab.dut, [f"eth_af_packet0,iface={pair.iface}"], "--forward-mode=io",
                   "--json", "--stats-period=1", huge=False)
    try:
        one.ready()
        sent = frames(pair, 200)
        assert differences(sent, pair.wire.exchange(sent)) == ""
        assert one.interrupt() == 0
    finally:
        one.kill()
