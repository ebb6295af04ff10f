# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""One zero-copy port through all that a port does, by one testpmd.

A start of its own for each case would take most of the time: the emulated
NICs are slow to reset.
"""

import re
import time

import pytest

import kernelstate
import nics
from lab import frames, quiet, reflect, soon, total_bytes
from rawpeer import ETH_P_ALL, SIZES
from test_kstats import ethtool, kernel

COUNT = 2000
FULL = 1514
RING = 512              # testpmd's descriptors each way, see testpmd.py
ROUNDS = 20             # bursts of 32: more than the ring holds
STOPS = 10
IPV4 = b"\x08\x00"
HEADERS = 14 + 20 + 8   # of Ethernet, IPv4, UDP


@pytest.fixture(scope="module")
def running(wires):
    """A lab with a testpmd that outlives the tests, and gives all back."""
    with quiet(lambda: nics.NicLab(wires)) as world:
        world.pair()
        pmd = world.start(world.vdevs(mode="zc", busy_budget=64, kstats=1))
        yield world, pmd
        world.finish(pmd)


@pytest.fixture
def lab(running):
    return running[0]


@pytest.fixture
def pair(lab):
    return lab.pairs[0]


@pytest.fixture
def pmd(running, pair):
    """The testpmd, with its port started, not forwarding, counters at 0."""
    running[1].stop()
    running[1].cmd("port start 0")
    running[0].wait_link()
    pair.wire.drain()
    running[1].cmd("clear port stats all")
    return running[1]


def assert_zerocopy(pmd, queues=1):
    assert nics.zerocopy(pmd.pid) == [True] * queues


def forward(pmd, mode="macswap"):
    pmd.cmd(f"set fwd {mode}")
    pmd.start()


def serve(lab, pmd, pair, first, count=200):
    """It forwards count frames, numbered from first, after some trouble."""
    lab.wait_link()
    forward(pmd)
    reflect(pair, frames(pair, count, first=first), nics.WINDOW)
    pmd.stop()


def test_granted(pmd, pair):
    """Says the driver, say the socket's options, says ss."""
    assert "native XDP, queues 0-0, zero-copy on each" in pmd.log
    assert_zerocopy(pmd)
    assert nics.diag_zerocopy(pair.dut) == [1]
    assert re.search(r"Burst mode: AF_XDP, fast free\s", pmd.cmd("show txq info 0 0"))


def test_busy_poll_is_seen_to_be_unfit(pmd):
    """Rx and Tx have NAPIs of their own on these NICs."""
    assert "busy poll off" in pmd.log
    assert re.search(r"busy_budget=64 has no effect: .*Tx queue", pmd.log)


def test_macswap(pmd, pair):
    forward(pmd)
    sent = frames(pair, COUNT)
    reflect(pair, sent, nics.WINDOW)
    stats = pmd.stats()
    assert stats["ipackets"] == stats["opackets"] == len(sent)
    assert stats["ibytes"] == stats["obytes"] == total_bytes(sent)
    assert stats["imissed"] == stats["oerrors"] == stats["rx_nombuf"] == 0


# Of those that a zero-copy queue counts, by kind of NIC.
PACKETS = {
    "igb": ["rx_packets", "rx_queue_0_packets", "tx_packets", "tx_queue_0_packets"],
    "virtio": ["rx_xdp_packets", "rx0_xdp_packets", "rx0_xdp_redirects", "tx_xdp_tx", "tx0_xdp_tx"],
}


def test_kstats_are_what_ethtool_says(pmd, pair):
    """All of them, by what came since they were cleared."""
    pmd.cmd("clear port xstats 0")
    before, sent = ethtool(pair), frames(pair, COUNT // 4)
    assert set(kernel(pmd.xstats()).values()) == {0}
    forward(pmd)
    reflect(pair, sent, nics.WINDOW)
    pmd.stop()
    now = kernel(pmd.xstats())
    assert now == {key: value - before[key] for key, value in ethtool(pair).items()}
    assert [now[f"kernel_{name}"] for name in PACKETS[nics.KIND]] == \
        [len(sent)] * len(PACKETS[nics.KIND])
    if nics.KIND == "igb":      # without and with the frames' check sequences
        assert now["kernel_rx_queue_0_bytes"] == now["kernel_tx_queue_0_bytes"] == total_bytes(sent)
        assert now["kernel_rx_bytes"] == now["kernel_tx_bytes"] == total_bytes(sent) + 4 * len(sent)


def test_full_frames(pmd, pair):
    """One descriptor each: igb would split them in a smaller chunk."""
    forward(pmd)
    sent = frames(pair, COUNT // 4, [FULL])
    reflect(pair, sent, nics.WINDOW)
    stats = pmd.stats()
    assert stats["ipackets"] == stats["opackets"] == len(sent)
    assert stats["imissed"] == stats["ierrors"] == 0


def test_rx(pmd, pair):
    forward(pmd, "rxonly")
    sent = frames(pair, COUNT)
    pair.wire.send_paced(sent, lambda: pmd.stats()["ipackets"], nics.WINDOW)
    stats = pmd.stats()
    assert (stats["ipackets"], stats["ibytes"]) == (
        len(sent), total_bytes(sent))
    assert stats["imissed"] == stats["opackets"] == 0


@pytest.mark.parametrize("size", [60, FULL])
def test_tx(lab, pmd, pair, size):
    """Some bursts, by one call each; and more than a ring: where Tx stalls, it is after one.

    An emulated NIC can be slower than a ring's worth of bursts, and testpmd
    drops what finds the ring full: it is told to try again for a second.
    """
    wire = lab.wire(pair, ETH_P_ALL)
    pmd.cmd("set fwd rxonly")
    pmd.cmd(f"set txpkts {size}")
    pmd.start(f"start tx_first {ROUNDS // 2}")
    got = wire.receive(32 * ROUNDS // 2, timeout=3) + wire.drain()
    assert len(got) == 32 * ROUNDS // 2 < RING
    # testpmd writes the headers, and leaves behind them what was there.
    assert len({frame[:HEADERS] for frame in got}) == 1 and got[0][6:14] == pair.mac + IPV4
    pmd.stop()
    pmd.cmd("clear port stats all")
    pmd.cmd("set fwd mac retry")
    pmd.cmd("set burst tx delay 1000 retry 1000")
    pmd.cmd(f"set txpkts {size}")
    pmd.start(f"start tx_first {ROUNDS}")
    got = wire.receive(32 * ROUNDS, timeout=3) + wire.drain()
    wire.close()
    assert {len(frame) for frame in got} == {size}
    assert len({frame[:HEADERS] for frame in got}) == 1
    stats = pmd.stats()
    assert (stats["opackets"], stats["obytes"], stats["oerrors"]) == (
        32 * ROUNDS, total_bytes(got), 0)
    assert len(got) == 32 * ROUNDS > RING


def test_one_frame_at_a_time(pmd, pair):
    """need_wakeup: a frame that waits alone gets in, and out."""
    forward(pmd)
    for number, size in enumerate(SIZES * 3):
        reflect(pair, frames(pair, 1, [size], first=number), 1)
        time.sleep(0.02)


def test_idle_costs_no_system_time(pmd, pair):
    """An idle port polls, and makes no syscalls."""
    forward(pmd)
    reflect(pair, frames(pair, 100), nics.WINDOW)
    user, system = kernelstate.lcore_spends(pmd.pid, 1)
    # Each tick of the clock is some system time of whoever it finds.
    assert system < 0.5 * user, (user, system)


def test_stop_and_start(lab, pmd, pair):
    """Every mbuf is back after each stop, nothing comes in while stopped."""
    for turn in range(STOPS):
        serve(lab, pmd, pair, 1000 * turn, 100)
        pmd.cmd("port stop 0")
        assert pmd.missing_mbufs() == {}, f"turn {turn}"
        assert nics.zerocopy(pmd.pid) == []
        pair.wire.send(frames(pair, 10, first=1 << 20))
        pmd.cmd("port start 0")
        assert_zerocopy(pmd)


@pytest.mark.parametrize("half", ["rxq", "txq"])
def test_half_stops_and_starts(lab, pmd, pair, half):
    serve(lab, pmd, pair, 0)
    pmd.cmd(f"port 0 {half} 0 stop")
    assert_zerocopy(pmd)
    pmd.cmd(f"port 0 {half} 0 start")
    serve(lab, pmd, pair, 1000)


def test_pair_stops_and_starts(lab, pmd, pair):
    """Both halves: the socket goes, with every mbuf, and comes back."""
    serve(lab, pmd, pair, 0)
    for half in "rxq", "txq":
        pmd.cmd(f"port 0 {half} 0 stop")
    assert nics.zerocopy(pmd.pid) == []
    assert pmd.missing_mbufs() == {}
    for half in "rxq", "txq":
        pmd.cmd(f"port 0 {half} 0 start")
    assert_zerocopy(pmd)
    serve(lab, pmd, pair, 1000)


def test_interface_goes_down_and_up(lab, pmd, pair):
    """The NIC lets go of its buffers and takes them again."""
    forward(pmd)
    pair.dut.ip("link", "set", pair.iface, "down")
    assert soon(lambda: "Link status: down" in pmd.info())
    pmd.stop()
    pair.dut.ip("link", "set", pair.iface, "up")
    lab.wait_link()
    assert soon(lambda: "Link status: up" in pmd.info())
    assert_zerocopy(pmd)
    serve(lab, pmd, pair, 1000)
