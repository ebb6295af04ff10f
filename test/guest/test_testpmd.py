# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""afx-testpmd on zero-copy NICs: rx, tx, macswap, and from port to port."""

import pytest

import nics
import tpmd
from lab import assert_reflected, frames
from rawpeer import differences

COUNT = 1000
TX_TYPE = 0x0800        # of the frames that it makes
LOST = "rx_missed", "rx_errors", "rx_nombuf", "tx_errors", "tx_dropped"


@pytest.fixture
def run(lab):
    """Starts one, waits for it and for the link."""
    apps = []

    def begin(mode, *options):
        apps.append(tpmd.App(lab.dut, lab.vdevs(mode="zc"),
                             f"--forward-mode={mode}", "--json",
                             "--stats-period=1", *options, wait_link=True))
        apps[-1].ready()
        apps[-1].wait("zero-copy on each", len(lab.pairs))
        lab.wait_link()
        return apps[-1]

    yield begin
    for one in apps:
        one.kill()
    lab.assert_clean()


def assert_counts(one, rx, tx):
    """Exactly these on each port, by the driver and by the program's own count; and no loss."""
    for port in one.final()["ports"]:
        assert (port["rx_packets"], port["tx_packets"]) == (rx, tx)
        queue, = port["queues"]
        assert (queue["rx_packets"], queue["tx_packets"], queue["tx_dropped"]) == (rx, tx, 0)
        assert {lost: port[lost] for lost in LOST} == dict.fromkeys(LOST, 0)


def test_rx(pair, run):
    one = run("rxonly")
    sent = frames(pair, COUNT)
    # The program tells its counts once a second: the kernel is asked whether the NIC has them.
    pair.wire.send_paced(sent, lambda: pair.counters("dut")["rx_packets"], 3 * nics.WINDOW)
    one.received(len(sent))
    assert one.interrupt() == 0
    assert_counts(one, len(sent), 0)
    assert one.final()["ports"][0]["rx_bytes"] == sum(map(len, sent))


def test_tx(lab, pair, run):
    wire = lab.wire(pair, TX_TYPE)
    one = run("txonly", f"--packets={COUNT}", "--txpkts=1514",
              "--txrate=5kpps")
    got = wire.receive(COUNT)
    assert one.end() == 0
    got += wire.drain()
    assert [len(frame) for frame in got] == COUNT * [1514]
    assert_counts(one, 0, COUNT)


def test_macswap(pair, run):
    one = run("macswap")
    sent = frames(pair, COUNT)
    assert_reflected(pair, sent, pair.wire.exchange(sent, nics.WINDOW))
    assert one.interrupt() == 0
    assert_counts(one, len(sent), len(sent))


def test_two_ports(lab, run):
    pairs = lab.pair(), lab.pair()
    one = run("io")
    for here, there in pairs, pairs[::-1]:
        sent = frames(here, COUNT)
        for start in range(0, len(sent), nics.WINDOW):
            part = sent[start:start + nics.WINDOW]
            here.wire.send(part)
            assert differences(part, there.wire.receive(len(part))) == ""
    assert one.interrupt() == 0
    assert_counts(one, len(sent), len(sent))
