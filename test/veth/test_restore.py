# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""MTU and MAC address go back to what they were, at close and after a kill."""

import json

import pytest

import foreign
from kernelstate import records
from lab import afx_lines, frames, reflect

NEW_MAC = "02:af:00:00:00:01"
NEW_MTU = 1400


def settings(pair):
    link, = json.loads(pair.dut.ip("-j", "link", "show", "dev", pair.iface))
    return link["mtu"], link["address"]


@pytest.fixture(autouse=True)
def no_records(lab):
    yield
    assert records(lab.dut) == []


def change(pmd):
    """In testpmd, both of them; the port is stopped meanwhile."""
    pmd.cmd("port stop 0")
    assert pmd.set_mtu(NEW_MTU)
    pmd.cmd(f"mac_addr set 0 {NEW_MAC}")
    pmd.cmd("port start 0")


def test_restored_at_close(lab, pair):
    before = settings(pair)
    pmd = lab.start()
    change(pmd)
    assert settings(pair) == (NEW_MTU, NEW_MAC)
    assert len(records(pair.dut)) == 1
    pmd.cmd("port stop 0")
    pmd.cmd("port close 0")
    assert settings(pair) == before
    assert records(pair.dut) == []
    assert pmd.quit() == 0


def test_restored_by_the_next_start_after_a_kill(lab, pair):
    before = settings(pair)
    pmd = lab.start()
    change(pmd)
    pmd.kill()
    assert settings(pair) == (NEW_MTU, NEW_MAC)
    with lab.testpmd() as pmd:
        assert settings(pair) == before
        assert any("restoring what a killed process left changed: MTU, MAC address" in line
                   for line in afx_lines(pmd.log))
        reflect(pair, frames(pair, 100, sizes=(60, 1514)))
    assert settings(pair) == before


def test_what_the_administrator_set_since_stays(lab, pair):
    """At close and after a kill; what he did not touch goes back."""
    _, mac = settings(pair)
    pmd = lab.start()
    change(pmd)
    pair.dut.ip("link", "set", pair.iface, "mtu", "1450")
    pmd.cmd("port stop 0")
    pmd.cmd("port close 0")
    assert settings(pair) == (1450, mac)
    assert pmd.quit() == 0
    pmd = lab.start()
    change(pmd)
    pmd.kill()
    pair.dut.ip("link", "set", pair.iface, "mtu", "1300")
    with lab.testpmd():
        assert settings(pair) == (1300, mac)


def test_a_refused_change_is_not_noted(lab, pair):
    """Else close would take it for ours, and the administrator's for a leftover."""
    pmd = lab.start(app=["--mbuf-size=4096"])
    pmd.cmd("port stop 0")
    # What a veth's peer does with XDP limits its MTU.
    with foreign.program_on(pair.gen, pair.peer):
        assert not pmd.set_mtu(3800)
    pair.dut.ip("link", "set", pair.iface, "mtu", "1400")
    pmd.cmd("port close 0")
    assert settings(pair)[0] == 1400
    assert pmd.quit() == 0


def test_twice_changed_goes_back_to_the_first(lab, pair):
    before = settings(pair)
    pmd = lab.start()
    pmd.cmd("port stop 0")
    for mtu in 1400, 1300, 1450:
        assert pmd.set_mtu(mtu)
    pmd.kill()
    with lab.testpmd():
        assert settings(pair) == before


def test_interface_made_anew_is_left_alone(lab, pair):
    """What a killed process left is of an interface that is gone."""
    pmd = lab.start()
    change(pmd)
    pmd.kill()
    pair.dut.ip("link", "del", pair.iface)
    pair.dut.ip("link", "add", pair.iface, "mtu", "1350", "type", "veth", "peer", "name", "other")
    pair.dut.ip("link", "set", pair.iface, "up")
    pair.dut.ip("link", "set", "other", "up")
    before = settings(pair)
    with lab.testpmd():
        assert settings(pair) == before
    assert settings(pair) == before


def test_nothing_recorded_if_nothing_changes(lab, pair):
    with lab.testpmd():
        assert records(pair.dut) == []


def test_refused_mtu_leaves_no_trace(lab, pair):
    before = settings(pair)
    pmd = lab.start()
    pmd.cmd("port stop 0")
    assert not pmd.set_mtu(9000)
    assert settings(pair) == before
    assert pmd.quit() == 0
    assert settings(pair) == before
