# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Without root: the documented capabilities are enough, each is needed."""

import contextlib
import errno
import os
import re
import shutil

import pytest

import foreign
import testpmd
import unprivileged
from app import program
from lab import SCALE, afx_lines, frames, reflect
from unprivileged import FILTER, NEEDED
from veth_app import needs_app

pytestmark = needs_app

SMALL = 64              # KiB: ulimit -l of old distributions
SETCAP = r"run as root, or first: setcap {}\+ep {}"
LOCKED = (r"queue 0: UMEM registration: No buffer space available; "
          r"locked memory is limited, (\d+) KiB are needed: "
          r"ulimit -l unlimited, or capability cap_ipc_lock$")
# Syscall that finds it out, and its errno.
MISSING = {
    "net_raw": (r"queue 0: socket\(AF_XDP\)", errno.EPERM),
    "net_admin": (r"loading the XDP program failed", errno.EPERM),
    "bpf": (r"loading the XDP program failed", errno.EPERM),
    "ipc_lock": (None, errno.ENOBUFS),
    FILTER: (r"loading the XDP program failed", errno.EACCES),
}
NAMED = {"bpf": r" \(before Linux 5\.8 cap_sys_admin\)",
         FILTER: r" \(before Linux 5\.8 cap_sys_admin\)"}


@pytest.fixture
def user():
    with contextlib.ExitStack() as stack:
        yield unprivileged.User(stack)


@pytest.fixture
def app(lab, user):
    """The test application as the user; at its end it must be gone."""
    runs = []

    def start(scenario, caps, memlock=None, vdevs=None, **options):
        run = program.Program(
            lab.dut, vdevs or lab.vdevs(), scenario, eal=["--no-huge"],
            wrap=user.command(caps, memlock), plugin=user.plugin,
            path=user.app, **options)
        runs.append(run)
        return run

    yield start
    for run in runs:
        run.kill()
    lab.assert_clean()


def names(caps):
    return ",".join(f"cap_{cap}" for cap in caps)


def sentences(text):
    return [line for line in afx_lines(text)
            if not re.match(r"AFX: lib(bpf|xdp):", line)]


def says(cap, caps, exe):
    """The one line without cap out of caps."""
    where, err = MISSING[cap]
    if where is None:
        return "AFX: x0: " + LOCKED
    return (rf"AFX: x0: {where}: {os.strerror(err)}; capability missing: "
            rf"cap_{cap}{NAMED.get(cap, '')}: "
            + SETCAP.format(names(caps), re.escape(exe)) + "$")


MEMORY = {
    "no-huge": lambda stack: ["--no-huge"],
    "in-memory": lambda stack: ["--in-memory"],
    "mount": lambda stack: [
        "--huge", "--huge-unlink",
        f"--huge-dir={stack.enter_context(unprivileged.hugetlbfs())}"],
}


def memory_args(kind, stack):
    if kind != "no-huge" and testpmd.hugepages_free_mb() < testpmd.HUGE_NEEDED:
        pytest.skip("needs 128 MB of hugepages: devtools/setup.sh")
    eal = MEMORY[kind](stack)
    return eal if kind == "no-huge" else [*eal, "-m", "128"]


@pytest.mark.parametrize("kind", MEMORY)
@pytest.mark.parametrize("queues", [1, 2])
def test_traffic_with_the_documented_set(lab, user, kind, queues):
    pair = lab.pair(queues=queues)
    with contextlib.ExitStack() as stack:
        with lab.testpmd(eal=memory_args(kind, stack), wrap=user.command(),
                         plugin=user.plugin, rxq=queues) as pmd:
            status = open(f"/proc/{pmd.pid}/status", encoding="ascii").read()
            assert re.search(rf"^Uid:\t{unprivileged.USER}\b", status, re.M)
            for queue in range(queues):
                pair.steer(queue)
                reflect(pair, frames(pair, 500, first=500 * queue))
            stats = pmd.stats()
            count = 500 * queues * SCALE
            assert stats["ipackets"] == stats["opackets"] == count


def test_traffic_with_a_filter(lab, pair, user):
    """keep= takes cap_perfmon, and no more."""
    with lab.testpmd(lab.vdevs(keep="mgmt"), eal=["--no-huge"],
                     wrap=user.command((*NEEDED, FILTER)), plugin=user.plugin):
        reflect(pair, frames(pair, 200))


def test_settings_with_the_documented_set(lab, pair, user):
    """MTU and promiscuous mode, changed and given back, by the user."""
    def interface():
        text = pair.dut.ip("-d", "link", "show", "x0")
        return re.search(r"mtu \d+", text)[0], re.search(r"promiscuity (\d+)", text)[1]

    before = interface()
    with lab.testpmd(eal=["--no-huge"], wrap=user.command(), plugin=user.plugin,
                     begin=False) as pmd:
        pmd.cmd("port stop 0")
        assert pmd.set_mtu(1400)
        pmd.cmd("port start 0")
        assert interface() == ("mtu 1400", "1")
        pmd.start()
        reflect(pair, frames(pair, 100, sizes=(60, 1400)))
    assert interface() == before


@pytest.mark.parametrize("cap", [*NEEDED, FILTER])
def test_one_capability_is_missing(lab, pair, user, app, cap):
    """One line names it and the fix; -errno and exit code; nothing stays."""
    caps = NEEDED if cap != FILTER else (*NEEDED, FILTER)
    keep = {"keep": "mgmt"} if cap == FILTER else {}
    less = [c for c in caps if c != cap]
    run = app("forward", less, memlock=SMALL, vdevs=lab.vdevs(**keep))
    said = run.finish()
    lines = sentences(run.log())
    assert len(lines) == 1 and re.search(says(cap, caps, user.app), lines[0]), \
        lines
    assert said["ret"] == -MISSING[cap][1] and said["exit"] != 0
    assert said["wrong"] == 0 and said["fds_before"] == said["fds_after"]
    lab.assert_clean()
    pmd = lab.start(lab.vdevs(**keep), eal=["--no-huge"], plugin=user.plugin,
                    wrap=user.command(less, SMALL))
    lines = [line for line in sentences(pmd.log) if "promiscuous" not in line]
    assert len(lines) == 1 and re.search(
        says(cap, caps, "/usr/bin/dpdk-testpmd"), lines[0]), lines
    assert "Fail to start port 0: " in pmd.log
    assert pmd.missing_mbufs() == {}
    lab.assert_clean()
    pmd.quit()


@pytest.fixture
def custom(user):
    """Path of a program for xdp_prog= that the user can read."""
    with foreign.compiled(foreign.redirect()) as path:
        yield shutil.copy(path, user.programs)


@pytest.mark.parametrize("cap", ["net_raw", "bpf"])
@pytest.mark.parametrize("has", [(), (FILTER,)])
def test_custom_program_may_do_without_a_filters(lab, pair, user, app, custom,
                                                 cap, has):
    """cap_perfmon is not called missing; who has it is not told to drop it."""
    caps = (*NEEDED, *has)
    run = app("forward", [c for c in caps if c != cap], vdevs=lab.vdevs(xdp_prog=custom))
    assert run.finish()["ret"] == -errno.EPERM
    lines = sentences(run.log())
    assert len(lines) == 1 and re.search(f"missing: cap_{cap}[: ]", lines[0]), lines
    told = re.search(r"setcap (\S+)\+ep", lines[0])[1]
    assert sorted(told.split(",")) == sorted(names(caps).split(","))


def test_custom_program_with_the_documented_set(lab, pair, user, custom):
    with lab.testpmd(lab.vdevs(xdp_prog=custom), eal=["--no-huge"],
                     wrap=user.command(), plugin=user.plugin):
        reflect(pair, frames(pair, 200))


IN_USER_NAMESPACE = """
ip link add x0 type veth peer name p0
ip link set x0 up
ip link set p0 up
exec "$@"
"""


def test_root_of_a_user_namespace(lab, user):
    """It has all capabilities, and they do not count."""
    run = program.Program(
        lab.dut, ["net_afx0,iface=x0"], "forward", eal=["--no-huge"],
        wrap=["env", f"XDG_RUNTIME_DIR={user.runtime}", "unshare", "-Urn",
              "sh", "-ec", IN_USER_NAMESPACE, "sh"],
        plugin=user.plugin, path=user.app)
    said = run.finish()
    assert said["ret"] == -errno.EPERM and said["exit"] != 0, run.log()
    lines = sentences(run.log())
    assert len(lines) == 1 and re.search(
        r"x0: loading the XDP program failed: Operation not permitted; XDP "
        r"programs take their capabilities in the initial user namespace, .*: run it outside",
        lines[0]), lines


def test_all_capabilities_are_missing(lab, pair, user, app):
    """All that a start takes are named at once."""
    run = app("forward", ())
    said = run.finish()
    lines = sentences(run.log())
    assert len(lines) == 1
    assert f"capability missing: {names(NEEDED[:3])} (" in lines[0]
    assert said["ret"] == -errno.EPERM and said["exit"] != 0


@pytest.mark.parametrize("step,options,says_what", [
    ("setup", {"mtu": 1400}, r"MTU 1400: Operation not permitted"),
])
def test_a_setting_without_its_capability(lab, pair, app, step, options,
                                          says_what):
    run = app("setup", ("net_raw", "bpf", "ipc_lock"), **options)
    run.until("ready")
    said = run.step("refused")
    assert said[step] == -errno.EPERM
    line = sentences(run.log())[-1]
    assert re.search(says_what + r"; capability missing: cap_net_admin: ", line)
    assert "mtu 1500" in pair.dut.ip("link", "show", "x0")


def test_locked_memory(lab, pair, user, app):
    """With cap_ipc_lock no limit counts; without, as much as the line says."""
    run = app("forward", NEEDED, memlock=SMALL, workers=1)
    run.until("running")
    reflect(pair, frames(pair, 50))
    assert run.finish()["exit"] == 0

    less = [cap for cap in NEEDED if cap != "ipc_lock"]
    small = {"rxd": 64, "txd": 64, "mbufs": 1024, "cache": 0, "workers": 1}
    run = app("forward", less, memlock=SMALL, **small)
    assert run.finish()["ret"] == -errno.ENOBUFS
    need = int(re.search(LOCKED, run.log(), re.M)[1])
    if need > unprivileged.memlock_limit():
        pytest.skip(f"{need} KiB are over this machine's hard limit")
    for limit, works in (need - 4, False), (need, True):
        run = app("forward", less, memlock=limit, **small)
        if works:
            run.until("running")
            reflect(pair, frames(pair, 50), window=32)
        assert run.finish()["ret"] == (0 if works else -errno.ENOBUFS)
        lab.assert_clean()
