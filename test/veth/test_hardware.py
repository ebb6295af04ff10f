# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""What ethtool has of a NIC, and flow control.

A veth has nothing of the kind. The hardware here is a preloaded library that
answers ethtool's ioctl in the kernel's place (fake_ethtool.c).

Environment: AFX_FAKE_ETHTOOL is the path of the library.
"""

import errno
import os
import shutil

import pytest

from app.program import ended
from kernelstate import records
from lab import soon

FAKE = os.environ.get("AFX_FAKE_ETHTOOL", "")
REGS, EEPROM, MODULE = (200, 4), (100, 11), (512, 67)     # length, ethtool's number
NONE, RX, TX, FULL = range(4)                              # rte_eth_fc_mode
ENOTSUP, EINVAL = -errno.EOPNOTSUPP, -errno.EINVAL

needs_fake = pytest.mark.skipif(not os.path.exists(FAKE), reason="needs AFX_FAKE_ETHTOOL")


def total(kind, first=0):
    """What the program makes of the bytes from first on: see hardware.c."""
    length, number = kind
    value = 0
    for i in range(first, length):
        value = value * 31 + (i * 7 + number) % 256
    return value & 0x7FFFFFFF


@pytest.fixture
def nic(app, pair, tmp_path):   # pylint: disable=unused-argument
    """Starts the program on a NIC, whose flow control is in a file."""
    # A program without rights of its own has to be able to reach it.
    library = shutil.copy(FAKE, tmp_path)
    state = tmp_path / "nic"
    state.write_text("100", encoding="ascii")

    def start(*env, **options):
        return app("hardware", wrap=["env", f"LD_PRELOAD={library}", f"FAKE_ETHTOOL={state}", *env],
                   **options)

    start.state = lambda: state.read_text(encoding="ascii")
    start.set = lambda text: state.write_text(text, encoding="ascii")
    return start


def test_a_veth_has_no_such_thing(app, pair):   # pylint: disable=unused-argument
    """-ENOTSUP, and not a word in the log."""
    run = app("hardware", led=1)
    for point in "blinks", "dark":
        run.until(point)
        run.go()
    said = run.until("told")
    assert said["led_on"] == said["led_on_again"] == said["led_anew"] == ENOTSUP
    for key in ("fw_size", "fw", "regs", "regs_read", "eeprom_len", "eeprom", "module",
                "module_read", "pause_get", "pause_set", "fec_n", "fec_get"):
        assert said[key] == ENOTSUP, key
    assert "ethtool" not in run.log()
    run.go()
    ended(run)


@needs_fake
def test_hardware_is_read(nic):
    run = nic()
    said = run.until("told")
    assert (said["fw_size"], said["fw"], said["fw_text"]) == (len("1.2-fake") + 1, 0, "1.2-fake")
    assert (said["regs"], said["regs_len"], said["regs_version"]) == (0, 200, 7)
    assert (said["regs_read"], said["regs_sum"]) == (0, total(REGS))
    assert (said["regs_part"], said["regs_part_sum"]) == (0, total(REGS, 100))
    assert (said["eeprom_len"], said["eeprom"], said["eeprom_magic"]) == (100, 0, 0x5AFE)
    assert said["eeprom_sum"] == total(EEPROM)
    assert (said["eeprom_part"], said["eeprom_part_sum"]) == (0, total(EEPROM, 1))
    assert (said["module"], said["module_type"], said["module_len"]) == (0, 2, 512)
    assert (said["module_read"], said["module_sum"]) == (0, total(MODULE))
    for key in "regs_beyond", "eeprom_beyond", "module_beyond":
        assert said[key] == EINVAL, key
    run.go()
    ended(run)


@needs_fake
def test_speeds_are_those_of_the_link_modes_supported(nic):
    """Not those advertised, nor the one in use alone."""
    run = nic()
    bits = {name: 1 << n for n, name in enumerate(
        ["fixed", "10H", "10", "100H", "100", "1000", "2500", "5000", "10000", "20000", "25000",
         "40000", "50000", "56000", "100000", "200000"])}       # RTE_ETH_LINK_SPEED_*
    want = sum(bits[name] for name in ("10H", "100", "1000", "5000", "25000", "100000"))
    assert run.until("told")["speeds"] == want
    run.go()
    ended(run)


@needs_fake
def test_a_failure_is_passed_on_and_logged(nic):
    run = nic(f"FAKE_ETHTOOL_ERRNO={errno.EIO}")
    said = run.until("told")
    assert said["regs_read"] == said["eeprom"] == -errno.EIO
    assert "AFX: x0: ethtool, registers: Input/output error" in run.log()
    assert "AFX: x0: ethtool, EEPROM: Input/output error" in run.log()
    run.go()
    ended(run)


@needs_fake
@pytest.mark.parametrize("text,mode,autoneg", [
    ("000", NONE, 0), ("110", RX, 1), ("001", TX, 0), ("111", FULL, 1)])
def test_flow_control_is_set_and_goes_back(nic, pair, text, mode, autoneg):
    """As it was, at close; what it is already is no change."""
    nic.set("010" if text == "000" else "100")
    before = nic.state()
    run = nic(mode=mode, autoneg=autoneg)
    said = run.until("told")
    assert (said["pause_get"], said["pause_mode"], said["pause_autoneg"]) == \
        (0, *((RX, 0) if before == "010" else (NONE, 1)))
    assert said["pause_set"] == 0
    assert nic.state() == text
    assert len(records(pair.dut)) == 1
    run.go()
    ended(run)
    assert nic.state() == before
    assert records(pair.dut) == []
    run = nic()     # sets what there is
    assert run.until("told")["pause_set"] == 0
    assert records(pair.dut) == []
    run.go()
    ended(run)


@needs_fake
@pytest.mark.parametrize("partner", ["00", "11"])
def test_negotiated_flow_control_goes_back(nic, pair, partner):
    """The NIC tells what came of the negotiation, not what was asked for."""
    nic.set("000")
    run = nic(f"FAKE_ETHTOOL_PARTNER={partner}", mode=RX, autoneg=1)
    assert run.until("told")["pause_set"] == 0
    assert nic.state() == "110"
    run.go()
    ended(run)
    assert nic.state() == "000"
    assert records(pair.dut) == []


@needs_fake
def test_flow_control_goes_back_after_a_kill(nic, pair):
    run = nic(mode=FULL)
    run.until("told")
    run.kill()
    assert nic.state() == "111"
    run = nic()
    said = run.until("told")
    assert (said["pause_mode"], said["pause_autoneg"]) == (NONE, 1)
    assert "restoring what a killed process left changed: flow control" in run.log()
    assert nic.state() == "100"
    run.go()
    ended(run)
    assert records(pair.dut) == []


@needs_fake
def test_what_the_administrator_set_since_stays(nic, pair):
    run = nic(mode=FULL)
    run.until("told")
    nic.set("010")
    run.go()
    ended(run)
    assert nic.state() == "010"
    assert records(pair.dut) == []


@needs_fake
def test_what_ethtool_has_not_is_refused(nic):
    run = nic(mode=FULL, send_xon=1)
    assert run.until("told")["pause_set"] == ENOTSUP
    assert "ethtool has mode and autoneg only" in run.log()
    assert nic.state() == "100"
    run.go()
    ended(run)


# Forward error correction: ethdev's modes, and their letters in the file

NOFEC, AUTO, BASER, RS = 1, 2, 4, 8
OFF_LETTER, AUTO_LETTER, RS_LETTER = "D", "B", "H"


@needs_fake
@pytest.mark.parametrize("letter,want,to,then", [
    (OFF_LETTER, NOFEC, RS, RS_LETTER), (AUTO_LETTER, RS, NOFEC, OFF_LETTER),
    (RS_LETTER, RS, AUTO, AUTO_LETTER), (RS_LETTER, RS, AUTO | RS, "J")])
def test_fec_is_told_and_set_and_goes_back(nic, pair, letter, want, to, then):
    """By speed: those that the interface and the speed have; in use, not what was set."""
    nic.set("100" + letter)
    run = nic(mode=NONE, autoneg=1, fec=to)
    said = run.until("told")
    assert (said["fec_n"], said["fec_one"], said["fec_all"], said["fec_speed_next"]) == (2, 2, 2, 0)
    assert said["fec_of_25000"] == said["fec_of_100000"] == NOFEC | AUTO | RS
    assert (said["fec_get"], said["fec_modes"], said["fec_set"]) == (0, want, 0)
    assert nic.state() == "100" + then
    assert len(records(pair.dut)) == 1
    run.go()
    ended(run)
    assert nic.state() == "100" + letter
    assert records(pair.dut) == []


@needs_fake
def test_fec_that_the_driver_refuses(nic, pair):
    nic.set("100" + OFF_LETTER)
    run = nic(mode=NONE, autoneg=1, fec=BASER)
    assert run.until("told")["fec_set"] == EINVAL
    assert "AFX: x0: ethtool, FEC: Invalid argument" in run.log()
    assert nic.state() == "100" + OFF_LETTER and records(pair.dut) == []
    run.go()
    ended(run)


@needs_fake
def test_fec_goes_back_after_a_kill(nic, pair):
    nic.set("100" + AUTO_LETTER)
    run = nic(mode=FULL, fec=RS)
    run.until("told")
    run.kill()
    assert nic.state() == "111" + RS_LETTER
    run = nic(mode=NONE, autoneg=1)
    run.until("told")
    assert "restoring what a killed process left changed: flow control, FEC" in run.log()
    assert nic.state() == "100" + AUTO_LETTER
    run.go()
    ended(run)
    assert records(pair.dut) == []


@needs_fake
def test_fec_that_the_administrator_set_since_stays(nic, pair):
    nic.set("100" + AUTO_LETTER)
    run = nic(mode=NONE, autoneg=1, fec=RS)
    run.until("told")
    nic.set("100" + OFF_LETTER)
    run.go()
    ended(run)
    assert nic.state() == "100" + OFF_LETTER
    assert records(pair.dut) == []


# The LED

@needs_fake
def test_the_led_blinks_until_told_off(nic, tmp_path):
    """In slices, back to back; off and close return when it has ended."""
    led = tmp_path / "led"
    led.write_text("")
    run = nic(f"FAKE_ETHTOOL_LED={led}", led=1)
    said = run.until("blinks")
    assert said["led_on"] == said["led_on_again"] == 0
    assert soon(lambda: led.read_text() == "+-+")
    run.step("dark")
    assert (said["led_off"], said["led_off_again"]) == (0, 0)
    text = led.read_text()
    assert text == len(text) // 2 * "+-"
    run.step("told")
    assert said["led_anew"] == 0
    assert led.read_text() == text + "+"
    run.go()
    ended(run)
    assert led.read_text() == text + "+-"


@needs_fake
def test_an_led_that_blinks_for_somebody_else(nic, tmp_path):
    run = nic(f"FAKE_ETHTOOL_LED={tmp_path}/none", led=1)
    assert run.until("blinks")["led_on"] == -errno.EBUSY
    assert "AFX: x0: ethtool, LED: Device or resource busy" in run.log()
    run.kill()
