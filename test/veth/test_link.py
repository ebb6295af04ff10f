# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""The link: what it is and can be, set up and down by the program."""

import json
import re

import pytest

from kernelstate import records
from lab import afx_lines, frames, reflect, soon
from test_restore import no_records  # noqa: F401 pylint: disable=unused-import

COUNT = 300
LINK_EVENT = "link state change event"


def is_up(pair):
    """IFF_UP, whatever the carrier."""
    link, = json.loads(pair.dut.ip("-j", "link", "show", "dev", pair.iface))
    return "UP" in link["flags"]


def told_up(pmd):
    return "Link status: up" in pmd.info()


def told_events(pmd):
    pmd.pending()
    return pmd.log.count(LINK_EVENT)


def test_state_of_a_veth(lab):
    lab.pair()
    with lab.testpmd() as pmd:
        info = pmd.info()
        for line in "Link speed: 10 Gbps", "Link duplex: full-duplex", "Autoneg status: Off":
            assert line in info
        said = pmd.cmd("show device info all")
        assert re.search(r"Device speed capability:\s+10 Gbps\s*\n", said), said


def test_down_and_up(lab, pair):
    """Each is an event too, whoever notices first: the call or the watcher."""
    with lab.testpmd() as pmd:
        reflect(pair, frames(pair, COUNT))
        for _ in range(3):
            events = pmd.log.count(LINK_EVENT)
            pmd.cmd("set link-down port 0")
            assert not is_up(pair)
            assert not told_up(pmd)
            assert soon(lambda n=events: told_events(pmd) > n)
            events = pmd.log.count(LINK_EVENT)
            pmd.cmd("set link-up port 0")
            assert is_up(pair)
            assert soon(lambda: told_up(pmd))
            assert soon(lambda n=events: told_events(pmd) > n)
            reflect(pair, frames(pair, COUNT))
    assert is_up(pair)


def test_up_again_after_close(lab, pair):
    pmd = lab.start()
    pmd.cmd("set link-down port 0")
    assert not is_up(pair)
    assert len(records(pair.dut)) == 1
    pmd.cmd("port stop 0")
    pmd.cmd("port close 0")
    assert is_up(pair)
    assert records(pair.dut) == []
    assert pmd.quit() == 0


def test_up_again_by_the_next_start_after_a_kill(lab, pair):
    pmd = lab.start()
    pmd.cmd("set link-down port 0")
    pmd.kill()
    assert not is_up(pair)
    with lab.testpmd() as pmd:
        assert is_up(pair)
        assert any("restoring what a killed process left changed: link state" in line
                   for line in afx_lines(pmd.log))
        reflect(pair, frames(pair, COUNT))


def test_start_undoes_the_programs_own_down(lab, pair):
    with lab.testpmd() as pmd:
        pmd.cmd("set link-down port 0")
        pmd.stop()
        pmd.cmd("port stop 0")
        pmd.cmd("port start 0")
        assert is_up(pair)
        pmd.start()
        assert soon(lambda: told_up(pmd))
        reflect(pair, frames(pair, COUNT))


def test_start_respects_the_administrators_down(lab, pair):
    pmd = lab.start()
    pmd.cmd("port stop 0")
    pair.dut.ip("link", "set", pair.iface, "down")
    assert "is down; run: ip link set dev" in pmd.cmd("port start 0")
    assert not is_up(pair)
    pmd.cmd("set link-up port 0")
    assert is_up(pair)
    pmd.cmd("port start 0")
    pmd.start()
    reflect(pair, frames(pair, COUNT))
    pmd.stop()
    pmd.cmd("port stop 0")
    pmd.cmd("port close 0")
    assert not is_up(pair), "it was down before"
    assert pmd.quit() == 0


def test_what_the_administrator_set_since_stays(lab, pair):
    """Up by him, after the program's down and up: no leftover of ours."""
    pmd = lab.start()
    pmd.cmd("set link-down port 0")
    pmd.cmd("set link-up port 0")
    pair.dut.ip("link", "set", pair.iface, "down")
    pmd.cmd("port stop 0")
    pmd.cmd("port close 0")
    assert not is_up(pair)
    assert pmd.quit() == 0


@pytest.mark.parametrize("speed,taken", [("10000", True), ("1000", False), ("auto", True)])
def test_configured_speed(lab, pair, speed, taken):
    """What the interface has is taken, else the command is named."""
    pmd = lab.start()
    pmd.cmd("port stop 0")
    pmd.cmd(f"port config 0 speed {speed} duplex {'auto' if speed == 'auto' else 'full'}")
    said = pmd.cmd("port start 0")
    assert ("run: ethtool -s x0 speed" in said) != taken, said
    if taken:
        pmd.start()
        reflect(pair, frames(pair, COUNT))
        pmd.stop()
    pmd.cmd("port stop 0")
    pmd.cmd("port close 0")
    assert pmd.quit() == 0
