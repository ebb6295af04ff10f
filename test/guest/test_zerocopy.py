# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Zero-copy on a NIC: granted, exact, and everything given back."""

import signal
import time

import pytest

import kernelstate
import nics
from lab import frames, reflect, soon, total_bytes
from rawpeer import ETH_P_ALL, SIZES, differences
from test_app import app, ended, made      # pylint: disable=unused-import

COUNT = 2000
FULL = 1514


def assert_zerocopy(pmd, queues=1):
    assert nics.zerocopy(pmd.pid) == [True] * queues
    assert f"queues 0-{queues - 1}, zero-copy on each" in pmd.log


def assert_exact(stats, sent, received=True):
    """As many frames and bytes as were sent, each way, and no loss."""
    if received:
        assert (stats["ipackets"], stats["ibytes"]) == (
            len(sent), total_bytes(sent))
    assert (stats["opackets"], stats["obytes"]) == (
        len(sent), total_bytes(sent))
    assert stats["imissed"] == stats["oerrors"] == stats["rx_nombuf"] == 0


def test_granted(lab, pair):
    """Says the driver, say the socket's options, says ss."""
    with lab.testpmd(begin=False) as pmd:
        assert_zerocopy(pmd)
        assert nics.diag_zerocopy(pair.dut) == [1]
    with lab.testpmd(lab.vdevs(mode="copy"), begin=False) as pmd:
        assert nics.zerocopy(pmd.pid) == [False]
        assert nics.diag_zerocopy(pair.dut) == [0]


def test_macswap(lab, pair):
    with lab.testpmd() as pmd:
        sent = frames(pair, COUNT)
        reflect(pair, sent, nics.WINDOW)
        assert_exact(pmd.stats(), sent)


def test_macswap_full_frames(lab, pair):
    """A full frame is one descriptor: igb would split it in small buffers."""
    with lab.testpmd(lab.vdevs(mode="zc")) as pmd:
        sent = frames(pair, COUNT // 4, [FULL])
        reflect(pair, sent, nics.WINDOW)
        assert_exact(pmd.stats(), sent)


def test_rx(lab, pair):
    with lab.testpmd(mode="rxonly") as pmd:
        sent = frames(pair, COUNT)
        count = pair.wire.send_paced(sent, lambda: pmd.stats()["ipackets"],
                                     nics.WINDOW)
        stats = pmd.stats()
        assert (count, stats["ibytes"]) == (len(sent), total_bytes(sent))
        assert stats["imissed"] == stats["opackets"] == 0


@pytest.mark.parametrize("size", [60, FULL])
def test_tx(lab, pair, size):
    wire = lab.wire(pair, ETH_P_ALL)
    with lab.testpmd(mode="rxonly", begin=False) as pmd:
        pmd.cmd(f"set txpkts {size}")
        pmd.start("start tx_first 2")
        got = wire.receive(64, timeout=3) + wire.drain()
        assert [len(frame) for frame in got] == 64 * [size]
        assert_exact(pmd.stats(), got, received=False)


def test_io_two_ports(lab):
    left, right = lab.pair(), lab.pair()
    with lab.testpmd(mode="io", mbufs=16384) as pmd:
        there, back = frames(left, COUNT), frames(right, COUNT, first=1 << 20)
        for start in range(0, len(there), nics.WINDOW):
            part = slice(start, start + nics.WINDOW)
            left.wire.send(there[part])
            right.wire.send(back[part])
            assert differences(there[part],
                               right.wire.receive(len(there[part]))) == ""
            assert differences(back[part],
                               left.wire.receive(len(back[part]))) == ""
        for port in 0, 1:
            assert_exact(pmd.stats(port), there)
        assert nics.zerocopy(pmd.pid) == [True, True]


def test_one_frame_at_a_time(lab, pair):
    """need_wakeup: a frame that waits alone gets in, and out."""
    with lab.testpmd():
        for size in SIZES * 4:
            reflect(pair, frames(pair, 1, [size]), 1)
            time.sleep(0.02)


def test_fill_ring_never_starves(lab, pair):
    """Small rings many times round; the kernel never misses a buffer."""
    with lab.testpmd(rxd=64, txd=64, mbufs=2048) as pmd:
        sent = frames(pair, COUNT)
        reflect(pair, sent, 32)
        stats = pmd.stats()
        assert stats["imissed"] == stats["rx_nombuf"] == 0
        assert stats["opackets"] == len(sent)


def test_frames_on_two_lcores(app, pair):
    run = app("forward", workers=1, tx_workers=0, mbufs=4096)
    run.until("running")
    assert nics.zerocopy(run.pid) == [True]
    sent = made(pair, COUNT)
    reflect(pair, sent, nics.WINDOW)
    said = ended(run)
    assert said["damaged0"] == 0
    assert said["received0"] == said["p0_opackets"] == len(sent)


def test_stop_start(lab, pair):
    """Every mbuf is back after each stop, nothing comes in while stopped."""
    with lab.testpmd() as pmd:
        for turn in range(10):
            reflect(pair, frames(pair, 100, first=100 * turn), nics.WINDOW)
            pmd.stop()
            pmd.cmd("port stop 0")
            assert pmd.missing_mbufs() == {}, f"turn {turn}"
            pair.wire.send(frames(pair, 10))
            pmd.cmd("port start 0")
            lab.wait_link()
            pmd.start()
            assert pair.wire.drain() == []


@pytest.mark.parametrize("half", ["rxq", "txq"])
def test_half_stop_and_start(lab, pair, half):
    with lab.testpmd() as pmd:
        reflect(pair, frames(pair, 200), nics.WINDOW)
        pmd.stop()
        pmd.cmd(f"port 0 {half} 0 stop")
        pmd.cmd(f"port 0 {half} 0 start")
        pmd.start()
        lab.wait_link()
        reflect(pair, frames(pair, 200, first=1000), nics.WINDOW)


def test_pair_stop_and_start(lab, pair):
    """Both halves: the socket goes, with every mbuf, and comes back."""
    with lab.testpmd() as pmd:
        reflect(pair, frames(pair, 200), nics.WINDOW)
        pmd.stop()
        for half in "rxq", "txq":
            pmd.cmd(f"port 0 {half} 0 stop")
        assert nics.zerocopy(pmd.pid) == []
        assert pmd.missing_mbufs() == {}
        for half in "rxq", "txq":
            pmd.cmd(f"port 0 {half} 0 start")
        assert_zerocopy(pmd)
        pmd.start()
        lab.wait_link()
        reflect(pair, frames(pair, 200, first=1000), nics.WINDOW)


def test_sigkill_and_restart(lab, pair):
    """The kernel still holds the queue when the next one starts."""
    for _ in range(3):
        pmd = lab.start()
        pmd.start()
        ids = pmd.note_bpf()
        pair.wire.send_lossy(frames(pair, 50))
        pmd.kill(signal.SIGKILL)
        pair.wire.drain(0.1)
    with lab.testpmd() as pmd:
        assert_zerocopy(pmd)
        pair.wire.drain(0.1)
        reflect(pair, frames(pair, 200), nics.WINDOW)
    assert not kernelstate.bpf_alive(ids)


def test_interface_down_and_up(lab, pair):
    """The NIC lets go of its buffers and takes them again."""
    with lab.testpmd() as pmd:
        reflect(pair, frames(pair, 200), nics.WINDOW)
        pair.dut.ip("link", "set", pair.iface, "down")
        time.sleep(0.5)
        pair.dut.ip("link", "set", pair.iface, "up")
        lab.wait_link()
        assert soon(lambda: "Link status: up" in pmd.info())
        reflect(pair, frames(pair, 200, first=1000), nics.WINDOW)
        assert_zerocopy(pmd)
