# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Ports that come and go while testpmd runs; several ports in one process."""

import pytest

import kernelstate
import lab as labs
from lab import frames, reflect, assert_reflected
from testpmd import vdev

COUNT = 300


def attach(pmd, text, port):
    pmd.cmd(f"port attach {text}")
    pmd.cmd(f"port start {port}")


def detach(pmd, port):
    pmd.cmd(f"port stop {port}")
    return pmd.cmd(f"port detach {port}")


@pytest.mark.parametrize("form", [
    "{driver}0,iface=x0",
    "vdev:{driver}0,iface=x0",
    "bus=vdev,name={driver}0/driver={driver},iface=x0",
])
def test_attach_detach(lab, pair, form):
    """Attach, use, detach, several times; the process is as before."""
    with lab.testpmd([], begin=False) as pmd:
        counts = []
        text = form.format(driver=labs.testpmd.DRIVER)
        for _ in range(3):
            attach(pmd, text, 0)
            pmd.note_bpf()
            pmd.start()
            reflect(pair, frames(pair, COUNT))
            pmd.stop()
            detach(pmd, 0)
            assert labs.LEAKS or pmd.missing_mbufs() == {}
            lab.assert_clean()
            counts.append(pmd.fds())
        assert counts[1] == counts[2], "file descriptors pile up"
        pmd.stop()


def test_attach_beside_running_port(lab):
    """The first port keeps its traffic while a second one comes and goes."""
    first, second = lab.pair(), lab.pair()
    with lab.testpmd([vdev(0, "x0")], app=["--port-topology=loop"],
                     mbufs=16384) as pmd:
        for _ in range(2):
            reflect(first, frames(first, COUNT))
            pmd.stop()
            attach(pmd, f"{labs.testpmd.DRIVER}1,iface=x1", 1)
            pmd.start()
            reflect(first, frames(first, COUNT))
            reflect(second, frames(second, COUNT))
            pmd.stop()
            detach(pmd, 1)
            assert kernelstate.leftovers(second.dut, "x1") == ""
            pmd.start()


def test_detach_without_close(lab, pair):
    """device detach of a running-then-stopped port frees everything."""
    with lab.testpmd() as pmd:
        reflect(pair, frames(pair, COUNT))
        pmd.stop()
        pmd.cmd("port stop 0")
        pmd.cmd(f"device detach {labs.testpmd.DRIVER}0")
        lab.assert_clean()
        assert labs.LEAKS or pmd.missing_mbufs() == {}


def test_four_ports(lab):
    pairs = [lab.pair() for _ in range(4)]
    with lab.testpmd(app=["--port-topology=loop"], mbufs=32768) as pmd:
        for _ in range(2):
            for number, pair in enumerate(pairs):
                sent = frames(pair, COUNT, first=number * 100000)
                reflect(pair, sent)
        for number, pair in enumerate(pairs):
            assert pmd.stats(number)["ipackets"] == 2 * COUNT * labs.SCALE


@pytest.mark.parametrize("shared", [0, 1])
@pytest.mark.parametrize("queues", [1, 4])
def test_two_ports_one_pool(lab, shared, queues):
    """One pool feeds both ports; closing one leaves the other working."""
    left, right = lab.pair(queues=queues), lab.pair(queues=queues)
    with lab.testpmd(lab.vdevs(shared_umem=shared), rxq=queues, mbufs=32768,
                     app=["--port-topology=loop"]) as pmd:
        for queue in range(queues):
            for pair in left, right:
                pair.steer(queue)
                reflect(pair, frames(pair, COUNT))
        assert len(pmd.pools()) == 1
        pmd.stop()
        pmd.cmd("port stop 0")
        pmd.cmd("port close 0")
        assert kernelstate.leftovers(left.dut, "x0") == ""
        pmd.start()
        reflect(right, frames(right, COUNT))


def test_one_port_stops_and_starts(lab):
    """The other port's sockets stay as they are."""
    left, right = lab.pair(), lab.pair()
    with lab.testpmd(app=["--port-topology=loop"], mbufs=16384) as pmd:
        for _ in range(3):
            pmd.stop()
            pmd.cmd("port stop 1")
            assert kernelstate.xsk_queues(left.dut, "x0") == [0]
            pmd.cmd("port start 1")
            pmd.start()
            reflect(left, frames(left, COUNT))
            reflect(right, frames(right, COUNT))


def test_traffic_while_ports_stop_and_start(lab, pair):
    """Frames that arrive around stop and start are whole or lost."""
    with lab.testpmd() as pmd:
        sent = frames(pair, 2000)
        got = []
        for start in range(0, len(sent), 100):
            if start % 400 == 0:
                pmd.stop()
                pmd.cmd("port stop 0")
            if start % 400 == 200:
                pmd.cmd("port start 0")
                pmd.start()
            pair.wire.send_lossy(sent[start:start + 100])
        got = pair.wire.drain(0.2)
        numbers = [int.from_bytes(f[14:18], "big") for f in got]
        assert numbers == sorted(set(numbers)) and numbers
        assert_reflected(pair, [sent[n] for n in numbers], got)


def test_interface_disappears(lab, pair):
    """The netdev is deleted under a running port: no hang, no crash."""
    pmd = lab.start()
    pmd.start()
    reflect(pair, frames(pair, COUNT))
    pair.gen.ip("link", "del", "p0")
    pmd.stats()
    pmd.stop()
    pmd.cmd("port stop 0")
    pmd.cmd("port close 0")
    assert labs.LEAKS or pmd.missing_mbufs() == {}
    assert pmd.quit() == 0
