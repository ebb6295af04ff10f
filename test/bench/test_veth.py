# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""The veth benchmark works: each kind of work, each driver, every frame accounted for.

No time is judged here.
"""

import os
import sys
import time
import types

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

# pylint: disable=wrong-import-position
import settings
import stand
import veth

FRAMES = 1536           # eight times what the generator sends at once
TX_TIME = 0.2
DRAIN_TIME = 20         # of a busy machine, whose soft interrupts wait

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root (namespaces and AF_XDP)")


def run(one, frames):
    """Counters of loop and far end after a number of frames, or a while of sending."""
    one.go(frames=False)
    if one.kind == "tx":
        time.sleep(TX_TIME)
    else:
        one.world.far.tell(f"aim {one.ports[0]}")
        one.world.far.tell(f"send {frames}")
    deadline = time.monotonic() + DRAIN_TIME
    while True:
        loop, far = one.hold()
        if settled(one.kind, loop, far) or time.monotonic() > deadline:
            return loop, far
        if one.kind != "tx":
            one.loop.tell("go")


def settled(kind, loop, far):
    """Nothing is under way."""
    arrived = kind == "tx" or loop["rx"] + loop["missed"] >= far["sent"]
    return arrived and (kind == "rx" or far["came"] + loop["dropped"] >= loop["tx"])


def check(one, frames, size):
    loop, far = run(one, frames)
    said = f"{one.driver}: {loop} {far}"
    assert far["error"] == 0, said
    assert far["bad"] == 0, said
    assert far["bytes"] == far["came"] * size, said
    assert loop["missed"] == 0, said
    if one.kind == "tx":
        assert loop["tx"] > 0, said
        assert loop["rx"] == 0, said
    else:
        assert far["sent"] == loop["rx"] == frames, said
    if one.kind == "rx":
        assert loop["tx"] == far["came"] == 0, said
    else:
        assert far["came"] + loop["dropped"] == loop["tx"], said
    if one.kind in ("macswap", "io"):
        assert loop["tx"] + loop["unsent"] == loop["rx"], said
        assert loop["unsent"] == loop["dropped"] == 0, said


CELLS = [("rx", 1), ("tx", 1), ("macswap", 1), ("io", 1), ("io", 2)]


@pytest.mark.parametrize("kind,pools", CELLS)
def test_every_frame_is_accounted_for(kind, pools, size=512):
    with stand.World(kind, size) as world:
        stands = [world.add(driver, pools=pools) for driver in veth.DRIVERS]
        world.ready()
        world.far.tell("aim none")
        for one in stands:
            check(one, FRAMES, size)


def test_window_has_rates_and_syscalls():
    with stand.World("tx") as world:
        one = world.add("net_afx")
        world.ready()
        one.go()
        window, calls = one.syscalls(TX_TIME)
        one.hold()
    # Each burst of 32 is one call on the way to a peer that takes all of it.
    assert window.packets > 0
    assert calls > 0
    assert window.cpu_loop > 0


def test_row_of_every_driver():
    params = {"kind": "tx", "size": 64, "threaded": False}
    plan = veth.Plan(quick=True, loaded=True)
    plan.window, plan.sessions, plan.rounds = 0.05, 1, 1
    cells = veth.run_cell(params, plan)
    assert [cell["params"]["driver"] for cell in cells] == list(veth.DRIVERS)
    for cell in cells:
        assert cell["runs"] == [cell["median"]] == [cell["min"]] and cell["median"] > 0
        assert veth.laid_out(veth.row(cell)).count("|") == len(veth.HEADER) + 1
    ratios = {cell["params"]["driver"]: cell["ratio_to"] for cell in cells}
    assert ratios["raw"]["raw"] == 1.0
    assert max(ratios[driver]["net_af_xdp"] for driver in veth.AF_XDP) == 1.0


@pytest.mark.parametrize("raw, counts", [(0.99, True), (0.97, False)])
def test_cell_counts_by_its_median_floor(monkeypatch, raw, counts):
    """Whatever the raw loop's luck is in single rounds."""
    def window(pps):
        return types.SimpleNamespace(pps=pps, offered=pps, loss=0.0, cpu=1.0)

    rounds = [{driver: window(1e6) for driver in veth.DRIVERS} for _ in range(3)]
    for one, luck in zip(rounds, (0.5, raw, 1.5)):
        one[stand.RAW] = window(luck * 1e6)
    monkeypatch.setattr(veth, "session", lambda *_: (rounds, 0, dict.fromkeys(veth.DRIVERS, 31.0)))
    cells = veth.run_cell({"kind": "tx", "size": 64, "threaded": False}, veth.Plan(quick=True, loaded=False))
    assert len(cells) == (len(veth.DRIVERS) if counts else 0)


@pytest.mark.parametrize("name", settings.SETTINGS)
def test_setting_is_off_and_on(name):
    found = settings.rounds_of(settings.SETTINGS[name], 2, 0.05)
    assert len(found) == 2
    cell = settings.report(name, found)
    assert cell["off"] > 0 and cell["median"] > 0 and cell["ratio_to"]["off"] > 0
    assert all(0 <= loss < 1 for loss in cell["loss"])
