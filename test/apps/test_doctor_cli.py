# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""afx-doctor's command line, its output for people and for programs, and that it leaves no trace."""

import os
import pathlib
import pty
import random
import re
import select
import subprocess

import pytest

import doctor_lab as lab
import kernelstate
import netns

ROOT = pathlib.Path(__file__).resolve().parents[2]
MANUAL = ROOT / "doc/man/afx-doctor.8"
COMPLETION = ROOT / "app/doctor/afx-doctor.bash"
CHAPTER = ROOT / "doc/doctor.rst"
FAMILIES = ["kernel", "interface", "process", "tuning"]


@pytest.fixture(name="pair", scope="module")
def _pair():
    with lab.made() as pair:
        yield pair


def doctor(pair, *words, env=None):
    return lab.run(*lab.inside(pair.dut), lab.DOCTOR, *words, env=env)


@pytest.mark.parametrize("task", ["--json", "--devargs", "--restore"])
@pytest.mark.parametrize("iface", ["nope", "a/b", "", "..", "abcdefghijklmnop", "a b", "a:1"])
def test_names_that_are_none(pair, task, iface):
    status, out, err = doctor(pair, task, iface)
    assert (status, out, err.count("\n")) == (3, "", 1)
    assert err.startswith(f"afx-doctor: {iface}: n")


@pytest.mark.parametrize("words, part", [
    ([], "an interface is missing"),
    (["--json"], "an interface is missing"),
    (["nope"], "nope: no such interface"),
    (["x0", "x0"], "one interface at a time"),
    (["--nope", "x0"], "--nope: no such option"),
    (["-x", "x0"], "-x: no such option"),
    (["-jx", "x0"], "-x: no such option"),
    (["--json=1", "x0"], "--json=1: no such option, or one without an argument"),
    (["--color=red", "x0"], "--color=red: not one of auto, always, never"),
    (["--color"], "--color: an argument is missing"),
    (["x0", "-l"], " -l: an argument is missing"),
    (["-jl"], " -jl: an argument is missing"),
    (["--json", "-xq"], " -x: no such option"),
    (["--json", "x0", "--nope"], " --nope: no such option"),
    (["-l", "", "x0"], "--lcores=: not a list of CPUs"),
    (["-l", "1-", "x0"], "--lcores=1-: not a list of CPUs"),
    (["-l", "3-1", "x0"], "--lcores=3-1: not a list of CPUs"),
    (["-l", "1,", "x0"], "--lcores=1,: not a list of CPUs"),
    (["-l", "1x", "x0"], "--lcores=1x: not a list of CPUs"),
    (["-l", "1024", "x0"], "--lcores=1024: not a list of CPUs"),
    (["-l", "99999999999999999999", "x0"], "not a list of CPUs"),
    (["-dr", "x0"], "exclude each other"),
    (["-jd", "x0"], "--json goes with neither"),
    (["-jr"], "--json goes with neither"),
    (["-d"], "an interface is missing"),
    ([""], ": not an interface name"),
    (["a/b"], "a/b: not an interface name"),
    (["../x0"], "not an interface name"),
    ([".."], "not an interface name"),
    (["abcdefghijklmnop"], "not an interface name"),
    (["x0\x1b[31m"], "x0?[31m: not an interface name"),
    (["x0\n"], "x0?: not an interface name"),
    (["x" * 100000], "not an interface name"),
    (["%s%n%s"], "%s%n%s: no such interface"),
])
def test_refusals(pair, words, part):
    """One sentence, exit status 3, nothing on stdout."""
    status, out, err = doctor(pair, *words)
    assert (status, out) == (3, "")
    assert part in err
    assert err.startswith("afx-doctor: ") and err.count("\n") == 1 and err.endswith("\n")
    assert "\x1b" not in err


def test_random_words(pair):
    """Whatever comes: a documented status, and never a signal."""
    rng = random.Random(5)
    pieces = ["--json", "-j", "-q", "--", "-", "x0", "lo", "--devargs", "-l", "0", "-l0", "--lcores=", "1-2", "\xff", "",
              "--plugin", "/", "-p/dev/null", "--color", "never", "--restore=", "%n", "-" * 99, "--co", "--c=a", "-hV"]
    for _ in range(60):
        words = [rng.choice(pieces) for _ in range(rng.randrange(5))]
        if any(w.startswith("--r") or w.startswith("-r") for w in words):
            continue
        status, out, err = doctor(pair, *words)
        assert status in (0, 1, 2, 3), (words, status)
        if status == 3:
            assert out == "" and err.count("\n") == 1, (words, out, err)
        else:
            assert err == "" or "can not be a port" in err, (words, err)


@pytest.mark.parametrize("name, shown, word", [
    (b"a\xffb", "a?b", r"$'a\xffb'"), (b"a\xc2\x9bb", "a??b", r"$'a\xc2\x9bb'"), ("gr\u00fcn".encode(), "gr\u00fcn", r"$'gr\xc3\xbcn'"),
    (b"a;b&c", "a;b&c", "$'a;b&c'"), (b"$(id)`", "$(id)`", "$'$(id)`'"), (b"a'b\\", "a'b\\", r"$'a\x27b\x5c'")])
def test_odd_names(name, shown, word):
    """The kernel takes nearly every byte; terminal, JSON and bash do not."""
    with lab.made() as pair:
        pair.dut.ip("link", "set", pair.iface, "down")
        pair.dut.ip("link", "set", pair.iface, "name", os.fsdecode(name))
        report = pair.look(iface=os.fsdecode(name))
        assert report.root["interface"] == shown
        vdev = f"--vdev=net_afx0,iface={shown},queue_count=1"
        assert report.root["vdev"] == (None if "?" in shown else vdev)
        finding = report["interface.up"]
        assert finding["fix"] == f"ip link set dev {word} up"
        pair.fix(finding)
        assert pair.look(iface=os.fsdecode(name))["interface.up"]["status"] == "ok"
        for finding in report.findings.values():
            if finding["fix"] is not None and "interface" in finding["family"]:
                pair.fix(finding)
        text = subprocess.run([*lab.inside(pair.dut), lab.DOCTOR, name], capture_output=True, check=False).stdout
        assert f": {shown}\n" in text.decode() and not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", text.decode())


@pytest.mark.parametrize("name", ["a,b", "a=b", "a[b", "a]b"])
def test_names_that_arguments_can_not_have(name):
    """EAL or the driver would refuse the line: none is recommended, but a name that does."""
    with lab.made() as pair:
        pair.dut.ip("link", "set", pair.iface, "down")
        pair.dut.ip("link", "set", pair.iface, "name", name)
        report = pair.look(iface=name)
        assert (report.status, report.root["vdev"]) == (2, None)
        assert report.status_of("interface.name") == "fail"
        status, out, err = doctor(pair, "--devargs", name)
        assert (status, out) == (2, "") and "can not be a port" in err
        pair.fix(report["interface.name"])
        report = pair.look(iface="port0")
        assert report.status_of("interface.name") == "ok"
        assert report.root["vdev"] == "--vdev=net_afx0,iface=port0,queue_count=1"


@pytest.mark.parametrize("name", [b"a\xffb", b"a\xc2\x9bb"])
def test_devargs_of_an_odd_name(name):
    """As it is to a program, which passes it on; as a word of bash on a terminal."""
    line = b"--vdev=net_afx0,iface=" + name + b",queue_count=1"
    with lab.made() as pair:
        pair.dut.ip("link", "set", pair.iface, "down")
        pair.dut.ip("link", "set", pair.iface, "name", os.fsdecode(name))
        words = [*lab.inside(pair.dut), lab.DOCTOR, "--devargs", name]
        assert subprocess.run(words, capture_output=True, check=True).stdout == line + b"\n"
        master, slave = pty.openpty()
        subprocess.run(words, stdout=slave, check=True)
        os.close(slave)
        shown = os.read(master, 4096).strip()
        os.close(master)
    assert shown.isascii()
    assert subprocess.run(["bash", "-c", b"printf %s " + shown], capture_output=True,
                          check=True).stdout == line


def test_jq_reads_it(pair):
    """As in the guide: what is not ok, with its command."""
    out = doctor(pair, "--json", "x0")[1]
    done = subprocess.run(["jq", "-r", '.findings[] | select(.status != "ok") | [.id, .fix] | @tsv'],
                          input=out, capture_output=True, text=True, check=True)
    rows = [row.split("\t")[0] for row in done.stdout.splitlines()]
    assert rows == [f["id"] for f in pair.look().root["findings"] if f["status"] != "ok"]
    done = subprocess.run(["jq", "-e", ".counts | add == ($n | tonumber)", "--arg", "n",
                           str(out.count('"id": '))],
                          input=out, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "true\n")


def test_help_fits_a_screen_and_names_all():
    status, out, err = lab.run(lab.DOCTOR, "--help")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert len(lines) <= 24 and max(map(len, lines)) <= 80
    options = set(re.findall(r"--[a-z]+", out))
    assert {"--json", "--quiet", "--lcores", "--plugin", "--color", "--devargs", "--restore", "--help",
            "--version"} <= options
    manual = MANUAL.read_text(encoding="ascii").replace("\\-", "-")
    completion = COMPLETION.read_text(encoding="ascii")
    for option in options - {"--vdev", "--rxq", "--txq"}:
        assert option in manual, f"{option} is not in the manual page"
        assert option in completion, f"{option} is not in the completion"


def test_version():
    assert lab.run(lab.DOCTOR, "-V")[1] == f"afx-doctor {meson_version()}\n"


def meson_version():
    return re.search(r"version: '([^']+)'", (ROOT / "meson.build").read_text(encoding="ascii"))[1]


def test_manual_page_is_clean():
    done = subprocess.run(["man", "--warnings", "-E", "ascii", "-l", "-Tascii", str(MANUAL)], capture_output=True, text=True,
                          check=True, env={**os.environ, "MANROFFSEQ": "", "MANWIDTH": "80"})
    assert done.stderr == ""
    assert "EXIT STATUS" in re.sub(".\b", "", done.stdout)


def test_every_id_is_documented(pair):
    """In the chapter's table, and there is nothing else in the table."""
    ids = set(pair.look().findings)
    pair.dut.ip("link", "add", "br7", "type", "bridge")
    ids |= set(pair.look(iface="br7").findings) | {"kernel.lab"}
    pair.dut.ip("link", "del", "br7")
    listed = re.findall(r"^``((?:kernel|interface|process|tuning)\.\w+)``", CHAPTER.read_text(encoding="ascii"), re.M)
    assert len(listed) == len(set(listed))
    assert ids == set(listed)


def test_json(pair):
    """Keys, types, and sums; as the manual page says."""
    report = pair.look()
    root = report.root
    assert list(root) == ["version", "interface", "verdict", "vdev", "counts", "findings"]
    assert (root["version"], root["interface"]) == (meson_version(), "x0")
    assert root["verdict"] in ("ok", "warn", "fail")
    assert list(root["counts"]) == ["ok", "warn", "fail"]
    for status, count in root["counts"].items():
        assert count == sum(f["status"] == status for f in root["findings"])
    families = []
    for finding in root["findings"]:
        assert list(finding) == ["id", "family", "title", "status", "looked", "found", "why", "fix", "note"]
        assert finding["status"] in root["counts"]
        assert finding["looked"] is True or finding["status"] == "warn"
        assert finding["id"].partition(".")[0] == finding["family"]
        assert re.fullmatch(r"[a-z]+\.[a-z0-9_]+", finding["id"])
        assert 0 < len(finding["title"]) <= 18
        assert re.fullmatch(r"[A-Z].*[^.]\.", finding["why"]), finding["why"]
        assert finding["found"]
        assert finding["fix"] is None or (finding["fix"] and "\n" not in finding["fix"])
        families.append(finding["family"])
    assert sorted(set(families), key=families.index) == FAMILIES


def test_text_says_what_json_says(pair):
    report = pair.look()
    status, out, err = doctor(pair, "x0")
    assert (status, err) == (report.status, "")
    assert out.isascii() and "\x1b" not in out
    words = " ".join(out.split())
    for finding in report.findings.values():
        assert " ".join(finding["found"].split()) in words
        assert (finding["why"] in words) == (finding["status"] != "ok" and finding["looked"])
        if finding["fix"]:
            assert finding["fix"] in out
    marks = re.findall(r"^  (ok|warn|FAIL|\?) ", out, re.M)
    assert len(marks) == len(report.findings)
    assert out.splitlines()[-1] == report.root["vdev"]
    fixes = [f["fix"] for f in report.findings.values() if f["fix"]]
    long = [line for line in out.splitlines() if len(line) > 80 and line.strip() not in fixes and "/" not in line]
    assert long == []


def test_quiet(pair):
    report = pair.look()
    out = doctor(pair, "-q", "x0")[1]
    assert not re.search(r"^  ok ", out, re.M)
    assert len(re.findall(r"^  (warn|FAIL|\?) ", out, re.M)) == report.root["counts"]["warn"] + report.root["counts"]["fail"]
    assert out.splitlines()[-1] == report.root["vdev"]


def on_terminal(pair, *words, columns=80, **env):
    """Output on a pseudo terminal of that width."""
    leader, follower = pty.openpty()
    netns.run("stty", "-F", os.ttyname(follower), "cols", columns)
    done = subprocess.Popen([*lab.inside(pair.dut), lab.DOCTOR, *words], stdout=follower, stdin=follower,
                            env={**os.environ, "TERM": "xterm", **env})
    os.close(follower)
    text = b""
    while select.select([leader], [], [], lab.PATIENCE)[0]:
        try:
            text += os.read(leader, 65536)
        except OSError:
            break
    done.wait()
    os.close(leader)
    return text.decode().replace("\r", "")


def test_colours_on_a_terminal_only(pair):
    assert "\x1b[33mwarn" in on_terminal(pair, "x0")
    assert "\x1b" not in on_terminal(pair, "x0", NO_COLOR="1")
    assert "\x1b" not in on_terminal(pair, "x0", TERM="dumb")
    assert "\x1b" not in on_terminal(pair, "--color=never", "x0")
    assert "\x1b[33mwarn" in doctor(pair, "--color=always", "x0")[1]
    assert "\x1b" not in doctor(pair, "x0")[1]


@pytest.mark.parametrize("columns, most", [(60, 60), (100, 100), (200, 100)])
def test_width_of_the_terminal(pair, columns, most):
    out = on_terminal(pair, "--color=never", "x0", columns=columns)
    fixes = [f["fix"] for f in pair.look().findings.values() if f["fix"]]
    prose = [line for line in out.splitlines()[:-2] if line.strip() not in fixes and "/" not in line]
    assert max(map(len, prose)) <= most
    assert max(map(len, prose)) > most - 15


def test_exit_status_is_the_verdict(pair):
    assert doctor(pair, "x0")[0] == 1
    assert doctor(pair, "lo")[0] == 2


def test_devargs(pair):
    assert doctor(pair, "--devargs", "x0") == (0, "--vdev=net_afx0,iface=x0,queue_count=1\n", "")
    status, out, err = doctor(pair, "--devargs", "lo")
    assert (status, out) == (2, "")
    assert err == "afx-doctor: lo: can not be a port; see: afx-doctor lo\n"


def test_full_disk(pair):
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run([*lab.inside(pair.dut), lab.DOCTOR, "x0"], stdout=full, stderr=subprocess.PIPE,
                              text=True, check=False)
    assert done.returncode == 3
    assert "No space left on device" in done.stderr


def test_completion(pair):
    """The shell completes options, and interfaces where one is due."""
    script = (f"source {COMPLETION}; COMP_WORDS=(afx-doctor {{words}}); COMP_CWORD=$((${{{{#COMP_WORDS[@]}}}} - 1)); "
              "_afx_doctor; printf '%s\\n' \"${{COMPREPLY[@]}}\"")

    def completed(words):
        return pair.dut.exec("bash", "-c", script.format(words=words)).split()
    assert "x0" in completed('""') and "lo" in completed('""')
    assert completed("x") == ["x0"]
    assert completed("--de") == ["--devargs"]
    assert completed("--color ''") == completed("--color =") == ["always", "auto", "never"]
    assert completed("--color = ne") == ["never"]
    assert completed("x0 ''") == []


def state(pair):
    """All that can be seen of both ends: settings, ids, counters, files."""
    seen = {}
    for namespace, iface in (pair.dut, pair.iface), (pair.gen, pair.peer):
        for command in (f"ip -d -s -s link show dev {iface}", "ip address", "ip route", f"tc -s qdisc show dev {iface}",
                        f"ethtool -k {iface}", f"ethtool -l {iface}", f"ethtool -S {iface}", "bpftool net", "ip neigh",
                        f"cd /sys/class/net/{iface} && grep -r . --include=* . 2>/dev/null | grep -v uevent | sort",
                        "cat /proc/net/dev /proc/net/softnet_stat >/dev/null; cat /proc/net/packet"):
            seen[iface, command] = namespace.exec("sh", "-c", command, check=False)
        seen[iface, "sockets"] = kernelstate.xsk_queues(namespace, iface)
    mine = f"{lab.cookie(pair.dut)}-"
    seen["run"] = [name for name in os.listdir("/run/afx") if name.startswith(mine)] if os.path.isdir("/run/afx") else []
    return seen


@pytest.mark.parametrize("words", [["x0"], ["--json", "x0"], ["--devargs", "x0"], ["--restore", "x0"], ["--restore"]])
def test_changes_nothing_and_sends_nothing(words):
    with lab.made(near="numtxqueues 2 numrxqueues 2") as pair:
        for namespace, iface in (pair.dut, pair.iface), (pair.gen, pair.peer):
            namespace.exec("ethtool", "-K", iface, "gro", "on")
        before = state(pair)
        marker = kernelstate.kernel_log_marker()
        for _ in range(2):
            assert doctor(pair, *words)[0] in (0, 1)
        after = state(pair)
        assert before.keys() == after.keys()
        for key, value in before.items():
            assert after[key] == value, key
        assert kernelstate.kernel_log_since(marker) == []
