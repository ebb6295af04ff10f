# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""boot.py itself, on the host: which accelerator a guest comes up with."""

import os
import time

import pytest

import boot

pytestmark = pytest.mark.host

KVM, EMULATED = "echo kvm; ", "echo emulated; "
SIGNS = [sign.decode() for sign, _ in boot.SIGNS]
UP = f"echo {SIGNS[0]}; sleep 0.2; echo {SIGNS[1]}; "
GUESTS = {
    "aborts": KVM + "kill -ABRT $$",
    "ends": KVM + "exit 0",
    "hangs at once": KVM + "exec sleep 60",
    "hangs later": f"{KVM} echo {SIGNS[0]}; exec sleep 60",
    "comes up": KVM + UP + "echo over",
    "comes up, then aborts": KVM + UP + "kill -ABRT $$",
}


@pytest.fixture
def power_on(tmp_path, monkeypatch):
    """What QEMU printed, of a shell in its place."""
    monkeypatch.setattr(boot, "SIGNS", [(sign, 0.5) for sign, _ in boot.SIGNS])
    console = tmp_path / "console"

    def run(timeout=30, **scripts):
        boot.power_on({name: ["sh", "-c", script] for name, script in scripts.items()},
                      console, timeout)
        return console.read_text().split("\n")[:-1]

    return run


@pytest.mark.parametrize("guest", ["aborts", "ends", "hangs at once", "hangs later"])
def test_emulated_where_kvm_does_not_work(power_on, capfd, guest):
    said = power_on(kvm=GUESTS[guest], tcg=EMULATED + "echo over")
    assert said == ["emulated", "over"]
    assert capfd.readouterr().err == "guest: no guest comes up with kvm\nguest: tcg\n"


@pytest.mark.parametrize("guest,over", [
    ("comes up", ["over"]), ("comes up, then aborts", [])])
def test_kvm_where_it_works(power_on, capfd, guest, over):
    """A guest that dies later is a failure: another one would hide it."""
    said = power_on(kvm=GUESTS[guest], tcg=EMULATED)
    assert said == ["kvm", *SIGNS, *over]
    assert capfd.readouterr().err == "guest: kvm\n"


def test_one_that_is_asked_for_has_all_its_time(power_on, capfd):
    said = power_on(kvm=KVM + "sleep 1; " + UP)
    assert said == ["kvm", *SIGNS]
    assert capfd.readouterr().err == "guest: kvm\n"


def test_no_power_off_in_time(power_on, capfd):
    begun = time.monotonic()
    assert power_on(timeout=0.5, tcg=EMULATED + "exec sleep 60") == ["emulated"]
    assert time.monotonic() - begun < 30
    assert "no power-off in time" in capfd.readouterr().err


@pytest.mark.parametrize("wanted,kvm,found", [
    ("", True, ["kvm", "tcg"]), ("", False, ["tcg"]),
    ("kvm", False, ["kvm"]), ("tcg", True, ["tcg"])])
def test_order(monkeypatch, wanted, kvm, found):
    monkeypatch.setenv("AFX_GUEST_ACCEL", wanted)
    monkeypatch.setattr(os, "access", lambda path, mode: kvm and path == "/dev/kvm")
    assert boot.accelerators() == found


def test_results_of_several_kinds_are_one_run(tmp_path, capfd):
    share = tmp_path / "share"
    share.mkdir()
    for kind, tap, code in (("virtio", "ok 1 a\nok 2 b # SKIP why\n1..2\n", 0),
                            ("igb", "not ok 1 a\n# text\n1..1\n", 1)):
        (share / f"{kind}.tap").write_text(tap)
        (share / f"{kind}.err").write_text("")
        (share / f"{kind}.exit").write_text(str(code))
    assert boot.report(tmp_path, share, ["virtio", "igb"]) == 1
    assert capfd.readouterr().out.split("\n") == [
        "ok 1 virtio a", "ok 2 virtio b # SKIP why", "not ok 3 igb a", "# text",
        "1..3", ""]


def test_a_guest_that_dies_is_a_failure(tmp_path, capfd):
    """Its first kind ended well, of the second one there is no exit code."""
    share = tmp_path / "share"
    share.mkdir()
    (share / "virtio.tap").write_text("ok 1 a\n1..1\n")
    (share / "virtio.exit").write_text("0")
    (share / "igb.tap").write_text("ok 1 a\n")
    assert boot.report(tmp_path, share, ["virtio", "igb"]) == 1
    assert capfd.readouterr().out.split("\n") == [
        "ok 1 virtio a", "ok 2 igb a",
        "Bail out! The guest did not end its tests on igb", ""]


def test_files_of_one_kind_only():
    tests = ["a.py", "igb=b.py", "virtio=c.py"]
    assert boot.tests_of("igb", tests) == [str(boot.HERE / "a.py"), str(boot.HERE / "b.py")]
    assert boot.tests_of("virtio", tests) == [str(boot.HERE / "a.py"), str(boot.HERE / "c.py")]
