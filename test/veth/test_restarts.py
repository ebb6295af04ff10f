# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Ports and halves of queues that stop, change and start again under traffic."""

import socket

import kernelstate
import testpmd
from app import program
from app.program import ended, made
from lab import reflect, soon
from rawpeer import ETHERTYPE
from veth_app import Flood, needs_app

pytestmark = needs_app

EINVAL, EBUSY = -22, -16


def assert_cycled(said, pair):
    assert said["cycles"] == 20
    assert said["wrong_at_stop"] == 0, "a stop kept mbufs"
    assert said["written_after_stop"] == 0, "the kernel has mbufs still"
    assert said["fds_grown"] == 0, "file descriptors pile up"
    assert said["damaged"] == 0
    assert said["received"] == said["ipackets"] >= 20 * 100
    assert said["taken"] == said["opackets"] + said["oerrors"]
    assert said["opackets"] == pair.counters()["rx_packets"] > 1000


def test_twenty_restarts_under_traffic(app, lab, pair):
    """Other ring sizes and another pool each time; the program stays."""
    run = app("restarts", mbufs=4096)
    run.until("ready")
    with Flood(pair):
        said = run.step("stopped")
        assert kernelstate.xdp(lab.dut, pair.iface)
        assert soon(lambda: not kernelstate.xsk_queues(lab.dut, pair.iface))
    assert_cycled(said, pair)
    ended(run)
    lab.assert_clean()


def test_twenty_probes_and_removes_under_traffic(app, lab, pair):
    run = app("reopens", vdevs=[], again=testpmd.vdev(0, pair.iface))
    run.until("ready")
    with Flood(pair):
        said = ended(run)
    assert_cycled(said, pair)
    lab.assert_clean()


def goes_to_kernel(lab, pair, queue):
    """Frames for the queue pass the driver by."""
    part = made(pair, 20, first=1 << 24)
    with lab.dut.entered():
        stack = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        stack.settimeout(2)
        stack.bind((pair.iface, ETHERTYPE))
    with stack:
        pair.steer(queue)
        pair.wire.send(part)
        return [stack.recv(2048) for _ in part] == part


def test_halves_of_a_queue_stop_change_and_start(lab, app):
    """Re-setup while the other half runs is busy; the other queue runs on."""
    pair, number = lab.pair(queues=2), 0
    run = app("halves", workers=1, nb_rx=2, nb_tx=2, mbufs=4096)

    def serves(*queues):
        nonlocal number
        for queue in queues:
            pair.steer(queue)
            reflect(pair, made(pair, 300, number))
            number += 300

    run.until("started")
    serves(0, 1)
    said = run.step("rx_stopped")
    assert said["rx_other_pool"] == said["rx_other_size"] == EBUSY
    assert said["rx_same"] == 0, run.log()
    assert pair.wire.receive(20) == [program.frame(n, 100) for n in range(20)]
    serves(1)
    assert goes_to_kernel(lab, pair, 0)
    run.step("rx_again")
    serves(0, 1)
    said = run.step("tx_stopped")
    assert (said["tx_other_size"], said["tx_same"]) == (EBUSY, 0)
    assert (said["tx_thresh_too_high"], said["tx_thresh"]) == (EINVAL, 0)
    assert said["tx_thresh_is"] == 512 - 1
    serves(1)
    said = run.step("tx_again")
    assert said["tx_unreaped"] <= 1
    assert pair.wire.receive(20) == [program.frame(n, 100) for n in range(20)]
    serves(0, 1)
    assert run.step("other_pool")["both_other"] == 0
    serves(0, 1)
    said = run.step("both_stopped")
    assert said["cleaned"] == 20 == len(pair.wire.receive(20))
    assert said["wrong_other"] == 0, "a stopped queue kept mbufs"
    assert goes_to_kernel(lab, pair, 0)
    serves(1)
    said = ended(run)
    assert said["p0_oerrors"] == said["p0_imissed"] == 0
