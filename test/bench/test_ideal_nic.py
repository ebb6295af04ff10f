# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""The ideal NIC is exact: what it gives is received, what it takes completes.

Nothing is said about time here.
"""

import os
import sys
import threading

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

# pylint: disable=wrong-import-position
import costrun
import rawpeer

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root (namespaces and AF_XDP)")

SMALL = {"windows": 2, "packets": 20000, "rxd": 256, "txd": 256}
AF_XDP = ["net_afx", "net_af_xdp"]
SERVED = [*AF_XDP, "net_floor"]


@pytest.fixture(name="world")
def make_world():
    with costrun.World() as made:
        yield made


def counts(lines, driver):
    found = [line for line in lines if line.get("counts") == driver]
    assert found
    return found


def missing(lines, driver):
    """mbufs that are not in their pools at the end."""
    return [line["missing"] for line in lines if line.get("pool") == driver]


def check(lines, driver, received=True, sent=True):
    """Every frame was received, every descriptor completed, and there were some."""
    assert list(costrun.complaints(lines)) == []
    for line in counts(lines, driver):
        assert (line["nic_frames"] > 0) == received
        assert (line["nic_sent"] > 0) == sent
    if driver != "net_af_xdp":  # which leaks what is in its rings at close
        assert set(missing(lines, driver)) == {0}


@pytest.mark.parametrize("driver", SERVED)
@pytest.mark.parametrize("burst", [1, 7, 32, 256])
def test_received(world, driver, burst):
    check(costrun.run(world, [driver], mode="rx", burst=burst, **SMALL), driver, sent=False)


@pytest.mark.parametrize("driver", SERVED)
@pytest.mark.parametrize("burst", [1, 7, 32, 256])
@pytest.mark.parametrize("copy", [0, 1])
def test_sent(world, driver, burst, copy):
    lines = costrun.run(world, [driver], mode="tx", burst=burst, nic={"copy": copy}, **SMALL)
    check(lines, driver, received=False)


@pytest.mark.parametrize("driver", SERVED)
@pytest.mark.parametrize("hold", [0, 1, 50, 4096])
@pytest.mark.parametrize("pools", [0, 1, 2])
def test_forwarded(world, driver, hold, pools):
    """What was received goes out, each frame once, on one port, two, and with two mempools."""
    lines = costrun.run(world, [driver], ports=min(2, pools + 1), mode="fwd", burst="32", touch="0,1",
                        pools=max(1, pools), nic={"hold": hold, "verify": 1}, **SMALL)
    check(lines, driver)
    for line in counts(lines, driver):
        assert line["received"] == line["sent"]
        assert line["nic_sent_sum"] == line["nic_frame_sum"]


@pytest.mark.parametrize("driver", SERVED)
def test_two_lcores(world, driver):
    check(costrun.run(world, [driver], mode="split", nic={"hold": 20}, **SMALL), driver)


@pytest.mark.parametrize("driver", SERVED)
@pytest.mark.parametrize("mode", ["rx", "tx", "fwd"])
def test_application_queue(world, driver, mode):
    lines = costrun.run(world, [driver], mode=mode, fifo=1024, nic={"len": 1500}, **SMALL)
    check(lines, driver, received=mode != "tx", sent=mode != "rx")


def test_net_null_untouched(world):
    """A driver that does not ask for it never meets the NIC, nor do the others change it."""
    lines = costrun.run(world, list(costrun.DRIVERS), **SMALL)
    assert list(costrun.complaints(lines)) == []
    for line in counts(lines, "net_null"):
        assert line["nic_frames"] == line["nic_sent"] == line["nic_completed"] == 0
        assert line["received"] + line["sent"] >= SMALL["packets"]
    for line in lines:
        if line.get("pmd") == "net_null":
            assert line["calls"] == 0 and line["served"] == 0


@pytest.mark.parametrize("driver", AF_XDP)
def test_same_place_as_the_kernel(world, driver):
    """A frame lies where the kernel puts one, in an mbuf that says the same."""
    ideal = costrun.run(world, [driver], mode="look")[0]
    frame = bytes.fromhex(ideal.pop("bytes"))
    assert len(frame) == ideal["pkt_len"] == 64
    pair = world.pair(driver, 0)
    wire = rawpeer.Peer(world.gen, pair.peer)
    stop = threading.Event()
    sender = threading.Thread(target=_send_until, args=(wire, frame, stop))
    sender.start()
    try:
        real = costrun.run(world, [driver], ideal=False, mode="look")[0]
    finally:
        stop.set()
        sender.join()
        wire.close()
    assert bytes.fromhex(real.pop("bytes")) == frame
    assert real == ideal


def _send_until(wire, frame, stop):
    """The driver's start takes a while, and what comes before is lost."""
    while not stop.wait(0.02):
        wire.send_lossy([frame])
