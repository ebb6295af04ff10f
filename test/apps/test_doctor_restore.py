# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""afx-doctor --restore, and how a check sees what a killed program left."""

import contextlib
import fcntl
import glob
import json
import os

import pytest

import doctor_lab as lab
import testpmd

MAC = "02:af:00:00:00:01"


@pytest.fixture(name="pair")
def _pair():
    earlier = set(glob.glob("/run/afx/*"))
    with lab.made() as pair:
        yield pair
        for name in set(glob.glob(f"/run/afx/{lab.cookie(pair.dut)}-*")) - earlier:
            os.remove(name)


def settings(pair, iface=None):
    link, = json.loads(pair.dut.ip("-j", "link", "show", "dev", iface or pair.iface))
    return link["ifindex"], link["mtu"], link["address"]


def record(pair, iface, text):
    os.makedirs("/run/afx", exist_ok=True)
    path = f"/run/afx/{lab.cookie(pair.dut)}-{iface}"
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
    return path


def number(mac):
    return f"{int(mac.replace(':', ''), 16):x}"


def line(index, *settings_):
    """Of a record, as the driver writes it."""
    return f"afx1 ifindex={index}{''.join(settings_)}\n"


def changed(key, before, after):
    """Of a record: one setting, whose change is complete."""
    return f" {key}={before},{after},{after}"


def left(pair, iface="x0", mtu=1400, mac=None):
    """As a killed program left it: the record, and what it had set. Path, settings before."""
    before = settings(pair, iface)
    index, old_mtu, old_mac = before
    wanted = [changed("mtu", f"{old_mtu:x}", f"{mtu:x}")]
    pair.dut.ip("link", "set", iface, "mtu", mtu)
    if mac:
        wanted.append(changed("mac", number(old_mac), number(mac)))
        pair.dut.ip("link", "set", iface, "address", mac)
    return record(pair, iface, line(index, *wanted)), before


def restore(pair, *iface):
    return lab.run(*lab.inside(pair.dut), lab.DOCTOR, "--restore", *iface)


def test_check_says_so(pair):
    assert pair.look()["interface.leftover"]["status"] == "ok"
    path, before = left(pair, mac=MAC)
    finding = pair.look()["interface.leftover"]
    assert (finding["status"], finding["found"]) == ("warn", "of a killed program: MTU, MAC address")
    assert finding["fix"] == "afx-doctor --restore x0"
    assert os.path.exists(path)
    assert settings(pair)[1:] == (1400, MAC)
    pair.fix({"fix": finding["fix"].replace("afx-doctor", lab.DOCTOR)})
    assert settings(pair) == before
    assert pair.look()["interface.leftover"]["status"] == "ok"


def test_one_interface(pair):
    path, before = left(pair, mac=MAC)
    status, out, err = restore(pair, "x0")
    assert (status, err) == (0, "")
    assert out == f"x0: MTU 1500 restored, was 1400\nx0: MAC address {before[2]} restored, was {MAC}\n"
    assert settings(pair) == before
    assert not os.path.exists(path)
    assert restore(pair, "x0") == (0, "x0: nothing to restore\n", "")


def test_link_state(pair):
    """Without an MTU or an address that had been changed."""
    path = record(pair, "x0", line(settings(pair)[0], changed("up", 1, 0)))
    pair.dut.ip("link", "set", "x0", "down")
    status, out, err = restore(pair, "x0")
    assert (status, out, err) == (0, "x0: link set up again\n", "")
    assert "UP" in pair.dut.ip("link", "show", "x0").split(">")[0]
    assert not os.path.exists(path)


@pytest.mark.parametrize("key, values, change, said", [
    ("mtu", "5dc,514,578", ("mtu", 1400), "MTU 1500 restored, was 1400"),
    ("mac", "{mac},2af00000002,2af00000001", ("address", MAC), "MAC address {old} restored, was " + MAC),
    ("up", "1,1,0", ("down",), "link set up again")])
def test_killed_in_the_midst_of_a_second_change(pair, key, values, change, said):
    """The record has what was to be, and what was there."""
    before = settings(pair)
    path = record(pair, "x0", line(before[0], f" {key}={values.format(mac=number(before[2]))}"))
    pair.dut.ip("link", "set", "x0", *change)
    assert restore(pair) == (0, f"x0: {said.format(old=before[2])}\n", "")
    assert settings(pair) == before
    assert not os.path.exists(path)


def test_killed_while_the_record_got_shorter(pair):
    """What is behind it is of another one."""
    _, before = left(pair)
    record(pair, "x0", line(before[0], " mtu=5dc,c8,578") + "8 up=0,1,1\n")
    assert restore(pair) == (0, "x0: MTU 1500 restored, was 1400\n", "")
    assert settings(pair) == before


def test_all_of_this_namespace(pair):
    """Not those of others, and not those of no interest."""
    pair.dut.ip("link", "add", "a0", "type", "veth", "peer", "name", "b0")
    paths = [left(pair, iface)[0] for iface in ("x0", "a0")]
    elsewhere = f"/run/afx/{lab.cookie(pair.dut)}0-x0"
    with open(elsewhere, "w", encoding="ascii") as file:
        file.write(line(2, changed("mtu", "5dc", "578")))
    try:
        status, out, err = restore(pair)
        assert (status, err) == (0, "")
        assert sorted(out.splitlines()) == ["a0: MTU 1500 restored, was 1400", "x0: MTU 1500 restored, was 1400"]
        assert not any(map(os.path.exists, paths))
        assert os.path.exists(elsewhere)
        assert restore(pair) == (0, "", "")
    finally:
        os.remove(elsewhere)


def test_running_program_is_left_alone(pair):
    path, _ = left(pair)
    with open(path, "r+", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert pair.look()["interface.leftover"]["status"] == "ok"
        assert restore(pair) == (0, "x0: left alone: a running program has its settings\n", "")
        assert restore(pair, "x0") == (0, "x0: left alone: a running program has its settings\n", "")
    assert settings(pair)[1] == 1400
    assert os.path.exists(path)
    assert restore(pair)[1] == "x0: MTU 1500 restored, was 1400\n"


def test_looking_takes_no_lock(pair):
    """A program that starts meanwhile must find its record free."""
    path, _ = left(pair)
    trace = f"/tmp/afx-doctor-{os.getpid()}.strace"
    try:
        pair.look(before=["strace", "-f", "-qq", "-o", trace, "-e", "trace=flock,openat,unlink,mkdir"])
        with open(trace, encoding="ascii") as file:
            lines = file.read().splitlines()
        assert not [line for line in lines if "flock(" in line or "unlink" in line or "mkdir" in line]
        opens = [line for line in lines if path in line]
        assert opens and all("O_RDONLY" in line for line in opens)
        assert not [line for line in lines if "O_CREAT" in line or "O_TRUNC" in line]
    finally:
        os.remove(trace)


def test_what_somebody_set_since_stays(pair):
    path, _ = left(pair)
    pair.dut.ip("link", "set", "x0", "mtu", 1300)
    assert restore(pair) == (0, "x0: nothing to restore: somebody has changed it since\n", "")
    assert settings(pair)[1] == 1300
    assert not os.path.exists(path)


@pytest.mark.parametrize("iface", [(), ("x0",)])
def test_interface_that_is_gone(pair, iface):
    path, _ = left(pair)
    pair.dut.ip("link", "del", "x0")
    assert restore(pair, *iface) == (0, "x0: interface is gone, its record removed\n", "")
    assert not os.path.exists(path)


def test_interface_made_anew(pair):
    path, _ = left(pair)
    pair.dut.ip("link", "del", "x0")
    pair.dut.ip("link", "add", "x0", "mtu", 1400, "type", "veth", "peer", "name", "b0")
    assert pair.look()["interface.leftover"]["status"] == "ok"
    assert restore(pair)[0] == 0
    assert settings(pair)[1] == 1400
    assert not os.path.exists(path)


def test_refused_by_the_interface(pair):
    """The record stays for another try."""
    path, _ = left(pair)
    record(pair, "x0", line(settings(pair)[0], changed("mtu", f"{100000:x}", f"{1400:x}")))
    status, out, err = restore(pair, "x0")
    assert (status, out) == (2, "")
    assert "x0: MTU not restored: Invalid argument" in err
    assert os.path.exists(path)


@pytest.mark.parametrize("iface", [(), ("x0",)])
def test_without_rights(pair, iface):
    path, _ = left(pair)
    os.chmod(path, 0o600)
    before = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all"]
    status, out, err = lab.run(*lab.inside(pair.dut), *before, lab.DOCTOR, "--restore", *iface)
    assert (status, out, err) == (2, "", "afx-doctor: x0: not restored: Permission denied\n")
    report = pair.look(before=before)
    assert not report["interface.leftover"]["looked"]
    assert settings(pair)[1] == 1400


@pytest.mark.parametrize("text", [
    "\0" * 200, "afx1", "afx1 ifindex=\n", "afx1 ifindex={index} mtu=5dc,578,578", "afx1 ifindex={index} mtu=5dc,578\n",
    "afx1 ifindex=x mtu=5dc,578,578\n", "afx1 ifindex={index} wol=1,2,2\n", "a" * 20000,
    "afx1 ifindex=4294967298 mtu=5dc,578,578\n", "afx1 ifindex={index} table=1,2,2 entries=0000\n",
    "ifindex={index} mtu=5dc,578,578\n", "afx2 ifindex={index} mtu=5dc,578,578\n"],
    ids=["zeros", "cut", "cut later", "no end", "cut in a setting", "words", "unknown setting", "long", "number", "table",
         "older version", "newer version"])
def test_record_that_is_not_understood(pair, text):
    """It stays, and is not taken for one of an interface that is gone."""
    before, text = settings(pair), text.format(index=settings(pair)[0])
    path = record(pair, "x0", text)
    finding = pair.look()["interface.leftover"]
    assert (finding["status"], finding["looked"]) == ("warn", True)
    assert finding["found"] == f"a record that is not understood, cut or of another version: {path}"
    for iface in (), ("x0",):
        assert restore(pair, *iface) == (
            2, "", f"afx-doctor: x0: not restored: {path} is not understood (cut, or of another version); "
                   "remove it once the settings are right\n")
    assert settings(pair) == before
    with open(path, encoding="ascii") as file:
        assert file.read() == text


def test_record_of_another_version_in_use(pair):
    path = record(pair, "x0", "afx2 ifindex=7\n")
    with open(path, "r+", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert pair.look()["interface.leftover"]["status"] == "ok"
        assert restore(pair, "x0") == (0, "x0: left alone: a running program has its settings\n", "")
    assert os.path.exists(path)


@pytest.mark.parametrize("text", ["", "afx1 ifindex={index}\n"], ids=["empty", "no setting"])
def test_killed_before_the_first_change(pair, text):
    """The interface is not gone, and there is nothing to warn of."""
    path = record(pair, "x0", text.format(index=settings(pair)[0]))
    assert pair.look()["interface.leftover"]["status"] == "ok"
    assert restore(pair) == (0, "x0: nothing to restore\n", "")
    assert not os.path.exists(path)


def test_link_in_place_of_the_record(pair, tmp_path):
    """Never followed."""
    target = tmp_path / "target"
    target.write_text(line(2, changed("mtu", "5dc", "578")))
    os.makedirs("/run/afx", exist_ok=True)
    os.symlink(target, f"/run/afx/{lab.cookie(pair.dut)}-x0")
    status, _, err = restore(pair, "x0")
    assert status == 2
    assert "Too many levels of symbolic links" in err
    assert target.read_text() == line(2, changed("mtu", "5dc", "578"))


def test_no_such_interface(pair):
    assert restore(pair, "nope") == (
        3, "", "afx-doctor: nope: no such interface in this network namespace; see: ip link\n")


def test_what_testpmd_left(pair):
    """The driver's own record, of a real kill."""
    before = settings(pair)
    with contextlib.ExitStack() as stack:
        pmd = testpmd.Testpmd(pair.dut, [testpmd.vdev(0, "x0")])
        stack.callback(pmd.kill)
        pmd.cmd("port stop 0")
        assert pmd.set_mtu(1400)
        assert restore(pair)[1] == "x0: left alone: a running program has its settings\n"
    assert settings(pair)[1] == 1400
    assert restore(pair)[:2] == (0, "x0: MTU 1500 restored, was 1400\n")
    assert settings(pair) == before
