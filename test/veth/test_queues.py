# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Queues: which frames go where, other numbers, stop and start of single ones."""

import re

import pytest

import kernelstate
import lab as labs
from lab import frames, reflect
from rawpeer import Peer

PART = 400


def reflect_on(pair, queues, count=PART, first=0):
    for queue in queues:
        pair.steer(queue)
        reflect(pair, frames(pair, count, first=first + queue * 10 * count))


def stop_queue(pmd, half, queue):
    text = pmd.cmd(f"port 0 {half} {queue} stop")
    assert "not supported" not in text


def goes_to_kernel(lab, pair, queue, count=50):
    """True if the host's stack gets what the peer sends on this queue."""
    stack = Peer(pair.dut, pair.iface)
    try:
        pair.steer(queue)
        sent = frames(pair, count)
        pair.wire.send(sent)
        return stack.receive(len(sent), 1) == sent
    finally:
        stack.close()


def test_queue_of_frame_is_queue_of_port(lab):
    """Frames of netdev queue i come in on Rx queue i, and only there."""
    pair = lab.pair(queues=4)
    with lab.testpmd(rxq=4) as pmd:
        for queue in 2, 0, 3, 1:
            before = pmd.xstats()
            reflect_on(pair, [queue])
            after = pmd.xstats()
            for other in range(4):
                key = f"rx_q{other}_packets"
                grown = after[key] - before.get(key, 0)
                assert grown == (PART * labs.SCALE if other == queue else 0)


def test_unbound_queues_stay_with_the_kernel(lab):
    """2 of 4 queues are bound; the rest is XDP_PASS, and the start says so."""
    pair = lab.pair(queues=4)
    with lab.testpmd(lab.vdevs(queue_count=2), rxq=2) as pmd:
        reflect_on(pair, [0, 1])
        assert goes_to_kernel(lab, pair, 2)
        assert goes_to_kernel(lab, pair, 3)
        assert "ethtool -L x0" in pmd.log


def test_start_queue(lab):
    pair = lab.pair(queues=4)
    with lab.testpmd(lab.vdevs(start_queue=2, queue_count=2), rxq=2) as pmd:
        reflect_on(pair, [2, 3])
        assert goes_to_kernel(lab, pair, 0)
        xstats = pmd.xstats()
        assert xstats["rx_q0_packets"] == PART * labs.SCALE
        assert xstats["rx_q1_packets"] == PART * labs.SCALE


def test_two_ports_share_an_interface(lab):
    """Two vdevs on different queues of one interface, one program."""
    pair = lab.pair(queues=4)
    vdevs = [labs.testpmd.vdev(0, "x0", queue_count=2),
             labs.testpmd.vdev(1, "x0", queue_count=2, start_queue=2)]
    with lab.testpmd(vdevs, rxq=2, app=["--port-topology=loop"]) as pmd:
        reflect_on(pair, range(4))
        assert pmd.stats(0)["ipackets"] == 2 * PART * labs.SCALE
        assert pmd.stats(1)["ipackets"] == 2 * PART * labs.SCALE
        pmd.stop()
        pmd.cmd("port stop 0")
        pmd.cmd("port close 0")
        pmd.start()
        reflect_on(pair, [2, 3])


@pytest.mark.parametrize("rxq,txq", [(1, 4), (4, 1), (2, 3)])
def test_unequal_rx_and_tx_queues(lab, rxq, txq):
    """Queues without an Rx or a Tx half start; testpmd forwards on pairs."""
    pair = lab.pair(queues=4)
    with lab.testpmd(rxq=rxq, txq=txq) as pmd:
        assert len(kernelstate.xsk_queues(pair.dut, "x0")) == max(rxq, txq)
        reflect_on(pair, range(min(rxq, txq)))
        assert pmd.stats()["imissed"] == 0


def test_fewer_queues_than_given(lab):
    """queue_count is the most; the application may set up fewer."""
    pair = lab.pair(queues=4)
    with lab.testpmd(rxq=1):
        reflect_on(pair, [0])
        assert goes_to_kernel(lab, pair, 1)


def test_reconfigure(lab):
    """stop, other queue and descriptor counts, start: over and over."""
    pair = lab.pair(queues=4)
    with lab.testpmd(rxq=1, mbufs=32768) as pmd:
        for queues, depth in (1, 512), (4, 256), (2, 2048), (3, 64), (4, 1024):
            pmd.stop()
            pmd.cmd("port stop 0")
            assert labs.LEAKS or pmd.missing_mbufs() == {}
            for what, value in (("rxq", queues), ("txq", queues),
                                ("rxd", depth), ("txd", depth)):
                pmd.cmd(f"port config all {what} {value}")
            pmd.cmd("port start 0")
            pmd.start()
            pair.steer(queues - 1)
            reflect(pair, frames(pair, PART), window=min(256, depth // 2))


def test_burst_mode_of_queues_that_start_later(lab):
    """The burst is chosen when the port starts: by what the interface can do."""
    lab.pair()
    with lab.testpmd() as pmd:
        pmd.stop()
        pmd.cmd("port stop 0")
        for half in "rxq", "txq":
            pmd.cmd(f"port 0 {half} 0 deferred_start on")
        pmd.cmd("port start 0")
        assert "Burst mode: AF_XDP, copy mode, fast free" in pmd.cmd("show txq info 0 0")


@pytest.mark.parametrize("offload, mode", [("on", "AF_XDP, copy mode, fast free"),
                                           ("off", "AF_XDP, copy mode")])
def test_burst_mode(lab, offload, mode):
    """Fast free is the port's, and testpmd turns it on where it is offered."""
    pair = lab.pair()
    with lab.testpmd() as pmd:
        pmd.stop()
        pmd.cmd("port stop 0")
        pmd.cmd(f"port config 0 tx_offload mbuf_fast_free {offload}")
        pmd.cmd("port start 0")
        pmd.start()
        modes = [re.search(r"Burst mode: ([^\r\n]*)",
                           pmd.cmd(f"show {half} info 0 0")).group(1)
                 for half in ("rxq", "txq")]
        assert modes == ["AF_XDP", mode]
        reflect(pair, frames(pair, PART))


def test_single_queue_stop_and_start(lab):
    """A stopped Rx queue's frames go to the kernel; started, it works again."""
    pair = lab.pair(queues=2)
    with lab.testpmd(rxq=2) as pmd:
        for _ in range(3):
            reflect_on(pair, [0, 1])
            pmd.stop()
            stop_queue(pmd, "rxq", 1)
            stop_queue(pmd, "txq", 1)
            assert goes_to_kernel(lab, pair, 1)
            pmd.start()
            reflect_on(pair, [0])
            pmd.stop()
            pmd.cmd("port 0 rxq 1 start")
            pmd.cmd("port 0 txq 1 start")
            pmd.start()


def test_deferred_start(lab):
    """A deferred queue stays out of the port's start, until it is started."""
    pair = lab.pair(queues=2)
    with lab.testpmd(rxq=2) as pmd:
        pmd.stop()
        pmd.cmd("port stop 0")
        pmd.cmd("port 0 rxq 1 deferred_start on")
        pmd.cmd("port 0 txq 1 deferred_start on")
        pmd.cmd("port start 0")
        for half in "rxq", "txq":
            text = pmd.cmd(f"show {half} info 0 1")
            assert re.search(r"deferred start: on", text)
        # The kernel lets go of queue 1's last socket in its own time.
        assert labs.soon(lambda: kernelstate.xsk_queues(
            pair.dut, pair.iface) in ([0], None))
        pmd.start()
        reflect_on(pair, [0])
        assert goes_to_kernel(lab, pair, 1)
        pmd.stop()
        pmd.cmd("port 0 rxq 1 start")
        pmd.cmd("port 0 txq 1 start")
        pmd.start()
        reflect_on(pair, [0, 1])


@pytest.mark.parametrize("half", ["rxq", "txq"])
def test_single_half_stop_and_start(lab, half):
    """One half of a pair stops while the other one keeps running."""
    pair = lab.pair()
    with lab.testpmd() as pmd:
        reflect_on(pair, [0])
        pmd.stop()
        stop_queue(pmd, half, 0)
        pmd.cmd(f"port 0 {half} 0 start")
        pmd.start()
        reflect_on(pair, [0])


def test_stop_start_many(lab, pair):
    """Nothing is received while stopped, all mbufs are back each time."""
    with lab.testpmd() as pmd:
        for turn in range(10 * labs.SCALE):
            reflect_on(pair, [0], 100)
            pmd.stop()
            pmd.cmd("port stop 0")
            assert labs.LEAKS or pmd.missing_mbufs() == {}, f"turn {turn}"
            before = pmd.stats()["ipackets"]
            pair.wire.send(frames(pair, 10))
            assert pmd.stats()["ipackets"] == before
            pmd.cmd("port start 0")
            pmd.start()
            assert pair.wire.drain() == []


def test_descriptor_limits_are_true(lab, pair):
    """The smallest and largest ring of 'show port info' both work."""
    with lab.testpmd(mbufs=32768) as pmd:
        info = pmd.info()
        low, high = (int(re.search(rf"{end} possible number of RXDs per "
                                   r"queue: (\d+)", info)[1])
                     for end in ("Min", "Max"))
        assert low < high
        for depth in low, min(high, 4096):
            pmd.stop()
            pmd.cmd("port stop 0")
            pmd.cmd(f"port config all rxd {depth}")
            pmd.cmd(f"port config all txd {depth}")
            assert "Fail" not in pmd.cmd("port start 0")
            pmd.start()
            reflect(pair, frames(pair, 100), window=max(1, depth // 2))
