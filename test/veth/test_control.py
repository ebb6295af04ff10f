# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""The control path: modes, MTU, MAC and link of the interface, and set-ups that are refused."""

import re
import time

import pytest

from app.program import ended
from lab import afx_lines, soon
from veth_app import needs_app

pytestmark = needs_app

IFF_PROMISC, IFF_ALLMULTI = 0x100, 0x200
EINVAL = -22
NOTICED = 2.0   # the kernel tells of a lost carrier within about a second


def modes(pair):
    """Whether the interface is promiscuous, and takes all multicast."""
    flags = int(pair.dut.exec("cat", f"/sys/class/net/{pair.iface}/flags"), 16)
    return bool(flags & IFF_PROMISC), bool(flags & IFF_ALLMULTI)


def link(pair):
    """(MTU, MAC) of the driver's interface."""
    text = pair.dut.ip("link", "show", pair.iface)
    return (int(re.search(r"mtu (\d+)", text)[1]),
            re.search(r"link/ether (\S+)", text)[1])


MODE_STEPS = [("promisc_on", (True, False)), ("promisc_off", (False, False)),
              ("allmulti_on", (False, True)), ("allmulti_off", (False, False)),
              ("both_on", (True, True))]


def test_control_operations_reach_the_interface(app, lab, pair):
    before = link(pair)
    run = app("control")
    run.until("started")
    for name, want in MODE_STEPS:
        assert run.step(name)[name] == 0
        assert modes(pair) == want, name
    assert run.step("mtu_set")["mtu_set"] == 0
    assert link(pair) == (1400, before[1])
    assert run.step("mac_set")["mac_set"] == 0
    assert link(pair) == (1400, "02:af:00:00:00:01")
    pair.mac = bytes.fromhex("02af00000001")

    assert run.stats()["link"] == 1
    pair.gen.ip("link", "set", pair.peer, "down")
    assert soon(lambda: run.stats()["link"] == 0)
    pair.gen.ip("link", "set", pair.peer, "up")
    assert soon(lambda: run.stats()["link"] == 1)

    run.step("stopped")
    run.step("closed")
    assert link(pair) == before
    assert modes(pair) == (False, False)
    lab.assert_clean()
    ended(run)


def test_link_notice_before_ethdev_has_started_the_port(app, pair):
    """Such a notice is not to be taken for one of a stopped port."""
    run = app("link")
    assert run.until("started")["link_started"] == 1
    pair.gen.ip("link", "set", pair.peer, "down")
    time.sleep(NOTICED)
    assert run.step("down")["link_down"] == 0
    pair.gen.ip("link", "set", pair.peer, "up")
    time.sleep(NOTICED)
    assert run.step("up")["link_up"] == 1
    assert ended(run)["link_stopped"] == 0


def test_modes_do_not_outlive_a_killed_process(app, lab, pair):
    run = app("control")
    run.until("started")
    for name, _ in MODE_STEPS:
        run.step(name)
    assert modes(pair) == (True, True)
    run.kill()
    assert soon(lambda: modes(pair) == (False, False))
    lab.assert_clean()


@pytest.mark.parametrize("arguments,step,says", [
    ({"rxd": 192}, "setup", r"192 Rx descriptors.*power of two.*64"),
    ({"txd": 192}, "setup", r"192 Tx descriptors.*power of two.*64"),
    ({"rxd": 100}, "setup", r"nb_rx_desc\(=100\)"),
    ({"txd": 32}, "setup", r"nb_tx_desc\(=32\)"),
    ({"rxd": 16384}, "setup", r"nb_rx_desc\(=16384\)"),
    ({"mbufs": 1000, "rxd": 1024}, "setup", r"pool a .*1000.*2048"),
    ({"room": 1728}, "setup", r"1728"),
    ({"room": 1919}, "setup", r"1919 < 1920"),
    ({"nb_rx": 2}, "setup", r"\b2\b.*\b1\b"),
    ({"room": 1920, "mtu": 3000}, "setup", r"3000.*pool a|MTU 3000"),
    ({"room": 1920, "mtu_later": 3000}, "mtu", r"MTU 3000.*pool a"),
    ({"mtu": 20000}, "setup", r"20000"),
    ({"mtu_later": 9000}, "mtu", r"9000"),
], ids=str)
def test_set_up_is_refused(app, lab, pair, arguments, step, says):
    """-EINVAL from the step that can tell, one sentence, nothing left."""
    before = link(pair)
    run = app("setup", **arguments)
    run.until("ready")
    quiet = len(run.log())
    said = run.step("refused")
    assert said[step] == EINVAL and "start" not in said
    lines = run.log()[quiet:].splitlines()
    assert len(lines) == 1 and re.search(says, lines[0]), lines
    ended(run)
    assert link(pair) == before


def test_set_up_is_accepted_at_the_limits(app, pair):
    """What is next to each refusal above."""
    run = app("setup", rxd=64, txd=64, room=1920, mbufs=1100, mtu_later=1518)
    run.until("ready")
    said = run.step("refused")
    assert (said["setup"], said["mtu"], said["start"]) == (0, 0, 0), run.log()
    assert afx_lines(run.log())[-1].startswith(f"AFX: {pair.iface} (veth)")
    ended(run)
