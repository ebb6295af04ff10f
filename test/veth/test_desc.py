# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""What a port tells of its rings: counts, descriptor states, monitor address."""

import pytest

from app.program import ended, made
from veth_app import needs_app

pytestmark = needs_app

EINVAL = -22
RX_AVAIL, RX_DONE, RX_UNAVAIL = 0, 1, 2
TX_FULL, TX_DONE, TX_UNAVAIL = 0, 1, 2


def states(said):
    assert said["beyond"] == EINVAL
    return said["state0"], said["state1"], said["state2"]


def test_rx(app, pair):
    run = app("desc", rxd=128, steps="rx,rx,receive,rx")
    said = run.until("rx")
    assert states(said) == (128, 0, 0)
    assert (said["count"], said["first"]) == (0, RX_AVAIL)
    pair.wire.send(made(pair, 30))
    said = run.step("rx")
    assert states(said) == (98, 30, 0)
    assert (said["count"], said["first"]) == (30, RX_DONE)
    assert run.step("receive")["receive"] == 30
    assert states(run.step("rx")) == (128, 0, 0)
    ended(run)


def test_tx(app, pair):
    """Nothing leaves through an interface that is down."""
    run = app("desc", txd=64, steps="tx,send,tx,flush,tx")
    said = run.until("tx")
    assert states(said) == (0, 64, 0) and said["first"] == TX_DONE
    pair.dut.ip("link", "set", pair.iface, "down")
    assert run.step("send")["send"] == 10
    said = run.step("tx")
    assert states(said) == (10, 54, 0) and said["first"] == TX_DONE
    pair.dut.ip("link", "set", pair.iface, "up")
    run.step("flush")
    assert states(run.step("tx")) == (0, 64, 0)
    assert len(pair.wire.receive(10)) == 10
    ended(run)


@pytest.mark.parametrize("mode", ["drv", "skb"])
def test_monitor_address(lab, app, pair, mode):
    run = app("desc", lab.vdevs(mode=mode),
              steps="monitor,monitor,receive,monitor")
    assert run.until("monitor")["monitor"] == 0
    pair.wire.send(made(pair, 1))
    assert run.step("monitor")["monitor"] == -1
    assert run.step("receive")["receive"] == 1
    assert run.step("monitor")["monitor"] == 0
    ended(run)
