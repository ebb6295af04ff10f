# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""MTU and MAC address go back to what they were, at close and after a kill.

In the midst of a second change, so do IFF_UP, flow control and FEC, the latter
two of a preloaded NIC (fake_ethtool.c). Environment: AFX_FAKE_ETHTOOL is its path.
"""

import errno
import json
import os
import resource
import signal

import pytest

import foreign
import testpmd
from kernelstate import records
from lab import afx_lines, frames, reflect

FAKE = os.environ.get("AFX_FAKE_ETHTOOL", "")
NEW_MAC = "02:af:00:00:00:01"
NEW_MTU = 1400
ROOM = 20       # bytes of a record, less than any has

# Requests that set: ioctl's numbers, and of linux/ethtool.h
SIOCSIFFLAGS, SIOCSIFMTU, SIOCSIFHWADDR, SPAUSEPARAM, SFECPARAM = 0x8914, 0x8922, 0x8924, 0x13, 0x51
GPAUSEPARAM = 0x12

needs_fake = pytest.mark.skipif(not os.path.exists(FAKE), reason="needs AFX_FAKE_ETHTOOL")


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
    record, = records(pair.dut)
    with open(record, encoding="ascii") as file:
        assert file.read().endswith("\n"), "what is behind it would count"
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


def test_what_it_was_between_two_changes_is_the_administrators_too(lab, pair):
    """At close and after a kill: the second change was complete."""
    for end in "close", "kill":
        pmd = lab.start()
        pmd.cmd("port stop 0")
        assert pmd.set_mtu(1400) and pmd.set_mtu(1300)
        pair.dut.ip("link", "set", pair.iface, "mtu", "1400")
        if end == "close":
            pmd.cmd("port close 0")
            assert pmd.quit() == 0
        pmd.kill()
        with lab.testpmd():
            assert settings(pair)[0] == 1400
        pair.dut.ip("link", "set", pair.iface, "mtu", "1500")


class Nic:
    """The interface with what the library adds: flow control, here on by autonegotiation, and RS."""

    def __init__(self, lab, pair, path, text="100H"):
        self._lab, self._pair = lab, pair
        self._file, self._fatal = path / "nic", path / "fatal"
        self._file.write_text(text, encoding="ascii")
        self._fatal.write_text("", encoding="ascii")

    def start(self, *env):
        return self._lab.start(wrap=["env", f"LD_PRELOAD={FAKE}", f"FAKE_ETHTOOL={self._file}",
                                     f"FAKE_ETHTOOL_FATAL={self._fatal}", *env])

    def set_fatal(self, request):
        self._fatal.write_text(str(request), encoding="ascii")

    def set_refused(self, request, after=0):
        self._fatal.write_text(f"{request} {errno.EBUSY} {after}", encoding="ascii")

    def settings(self):
        link, = json.loads(self._pair.dut.ip("-j", "link", "show", "dev", self._pair.iface))
        return (link["mtu"], link["address"], "UP" in link["flags"],
                self._file.read_text(encoding="ascii"))


def flow_ctrl(rx, tx, autoneg="off"):
    return f"set flow_ctrl rx {rx} tx {tx} 0 0 0 0 mac_ctrl_frame_fwd off autoneg {autoneg} 0"


@needs_fake
@pytest.mark.parametrize("request_, first, second", [
    (SIOCSIFMTU, "port config mtu 0 1400", "port config mtu 0 1300"),
    (SIOCSIFHWADDR, "mac_addr set 0 02:af:00:00:00:01", "mac_addr set 0 02:af:00:00:00:02"),
    (SIOCSIFFLAGS, "set link-down port 0", "set link-up port 0"),
    (SPAUSEPARAM, flow_ctrl("on", "on"), flow_ctrl("on", "off")),
    (SPAUSEPARAM, flow_ctrl("on", "on", "on"), flow_ctrl("off", "off")),
    (SFECPARAM, "set port 0 fec_mode off", "set port 0 fec_mode auto"),
], ids=["mtu", "mac", "up", "pause", "negotiated", "fec"])
def test_a_kill_in_the_midst_of_a_second_change(lab, pair, tmp_path, request_, first, second):
    """What is there then is of the first one, though the second was recorded."""
    nic = Nic(lab, pair, tmp_path)
    before = nic.settings()
    pmd = nic.start()
    pmd.cmd("port stop 0")
    pmd.cmd(first)
    changed = nic.settings()
    assert changed != before
    nic.set_fatal(request_)
    with pytest.raises(testpmd.TestpmdError):
        pmd.cmd(second)
    assert pmd.wait_exit() == -signal.SIGKILL
    nic.set_fatal("")
    assert nic.settings() == changed and len(records(pair.dut)) == 1
    # What comes of the first one's negotiation may be as before.
    pmd = nic.start("FAKE_ETHTOOL_PARTNER=00")
    assert nic.settings() == before and records(pair.dut) == []
    assert pmd.quit() == 0


@needs_fake
def test_what_is_as_before_is_not_set_again(lab, pair, tmp_path):
    """Which may take a NIC's link down."""
    nic = Nic(lab, pair, tmp_path, "000H")
    pmd = nic.start()
    pmd.cmd(flow_ctrl("on", "on"))
    pmd.cmd(flow_ctrl("off", "off"))
    assert len(records(pair.dut)) == 1
    nic.set_fatal(SPAUSEPARAM)
    assert pmd.quit() == 0


@needs_fake
def test_what_came_of_a_change_is_not_told(lab, pair, tmp_path):
    """It was changed, and is restored as far as it is what was asked for."""
    nic = Nic(lab, pair, tmp_path)
    before = nic.settings()
    pmd = nic.start()
    # The driver reads it before the change, too.
    nic.set_refused(GPAUSEPARAM, after=1)
    pmd.cmd(flow_ctrl("on", "off"))
    assert nic.settings() != before
    line, = [line for line in afx_lines(pmd.log) if "not read back" in line]
    assert "flow control not read back: Device or resource busy; if" in line
    nic.set_fatal("")
    assert pmd.quit() == 0
    assert nic.settings() == before


@needs_fake
def test_a_kill_in_the_midst_of_a_change_of_the_administrators(lab, pair, tmp_path):
    """His was there, not that of the first change."""
    nic = Nic(lab, pair, tmp_path)
    pmd = nic.start()
    pmd.cmd("port stop 0")
    assert pmd.set_mtu(1400)
    pair.dut.ip("link", "set", pair.iface, "mtu", "1450")
    nic.set_fatal(SIOCSIFMTU)
    with pytest.raises(testpmd.TestpmdError):
        pmd.cmd("port config mtu 0 1300")
    nic.set_fatal("")
    assert settings(pair)[0] == 1450 and len(records(pair.dut)) == 1
    with lab.testpmd():
        assert settings(pair)[0] == 1450


@needs_fake
@pytest.mark.parametrize("end", ["kill", "quit"])
def test_a_change_after_a_restore_that_failed(lab, pair, tmp_path, end):
    """What is still to be put back stays in the record, beside what is new."""
    nic = Nic(lab, pair, tmp_path)
    before = nic.settings()
    pmd = nic.start()
    pmd.cmd("port stop 0")
    pmd.cmd(f"mac_addr set 0 {NEW_MAC}")
    nic.set_refused(SIOCSIFHWADDR)
    getattr(pmd, end)()
    assert settings(pair) == (before[0], NEW_MAC) and len(records(pair.dut)) == 1
    pmd = nic.start()
    assert "MAC address not restored: Device or resource busy" in pmd.log
    pmd.cmd("port stop 0")
    assert pmd.set_mtu(NEW_MTU)
    assert settings(pair) == (NEW_MTU, NEW_MAC)
    nic.set_fatal("")
    getattr(pmd, end)()
    assert nic.start().quit() == 0
    assert nic.settings() == before


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


def test_record_that_is_not_understood(lab, pair):
    """A start goes on, warns, and leaves it alone; so does a change."""
    pmd = lab.start()
    change(pmd)
    pmd.kill()
    path, = records(pair.dut)
    try:
        with open(path, "r+", encoding="ascii") as file:
            text = file.read().replace("afx1", "afx2")
            file.seek(0)
            file.write(text)
        with lab.testpmd() as pmd:
            assert f"{path} is not understood" in pmd.log
            assert settings(pair) == (NEW_MTU, NEW_MAC)
            pmd.cmd("port stop 0")
            assert pmd.set_mtu(1300)
        assert settings(pair) == (NEW_MTU, NEW_MAC)
        with open(path, encoding="ascii") as file:
            assert file.read() == text
    finally:
        os.remove(path)


def test_record_cut_by_a_full_disk(lab, pair):
    """Said as it is, the change goes on; the next start warns of what is there."""
    pmd = lab.start()
    pmd.cmd("port stop 0")
    hard = resource.prlimit(pmd.pid, resource.RLIMIT_FSIZE)[1]
    resource.prlimit(pmd.pid, resource.RLIMIT_FSIZE, (ROOM, hard))
    assert pmd.set_mtu(NEW_MTU)
    path, = records(pair.dut)
    try:
        assert os.path.getsize(path) == ROOM
        pmd.kill()
        assert f"settings not recorded in {path}: No space left on device" in pmd.log
        with lab.testpmd() as pmd:
            assert f"{path} is not understood" in pmd.log
        assert settings(pair)[0] == NEW_MTU
    finally:
        os.remove(path)


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
