# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""One port, several processes: each receives and sends on its own queue."""

import os
import signal
import time

import pytest

import kernelstate
import lab as labs
from app import program
from app.program import made
from lab import SCALE, afx_lines, soon
from rawpeer import differences, swapped
from testpmd import hugepages_free_mb, remove_files
from veth_app import needs_app

MEMORY = 128            # MB, of the primary, in files that secondaries map
COUNT = 1000 * SCALE
RINGS_AT = 1 << 45      # far from all else that processes map
LCORES = 4              # of each process: an lcore's cache is part of the pool
BUILT = os.path.join(os.path.dirname(program.PATH), "..")
NO_REMAP = os.path.join(BUILT, "no_remap.so")
HUNG_KICK = os.path.join(BUILT, "hung_kick.so")
HUNG_UNMAP = os.path.join(BUILT, "hung_unmap.so")
ENOTSUP, EBUSY, ENODEV, EINVAL = -95, -16, -19, -22

pytestmark = [
    needs_app,
    pytest.mark.skipif(hugepages_free_mb() < 2 * MEMORY,
                       reason="needs hugepages: devtools/setup.sh")]


class Family:
    """A primary process and its secondary ones, on one veth pair."""

    def __init__(self, lab, queues=2):
        self._lab = lab
        self.pair = lab.pair(queues=queues)
        self.queues = queues
        self._members = []
        self.primary = None

    def _start(self, kind, vdevs, memory, queue, steps, **options):
        eal = [f"--proc-type={kind}", *memory]
        run = program.Program(
            self._lab.dut, vdevs, "multi", eal=eal, memory=None, workers=1,
            first_lcore=len(self._members) * LCORES, queue=queue,
            steps=",".join(steps.split()), **options)
        self._members.append(run)
        return run

    def own(self, steps, queue=0, **options):
        self.primary = self._start(
            "primary", self._lab.vdevs(), ["-m", str(MEMORY)], queue, steps,
            **{"nb_rx": self.queues, "nb_tx": self.queues, **options})
        self.primary.until("ready")
        return self.primary

    def join(self, steps, queue=1, **options):
        run = self._start("secondary", [], [], queue, steps, **options)
        run.until("ready")
        return run

    def close(self):
        for run in reversed(self._members):
            run.kill()
        remove_files(program.PREFIX)


@pytest.fixture
def family(lab):
    made = Family(lab)
    yield made
    made.close()
    lab.assert_clean()


def reflect(family, queue, count=COUNT):
    """Every frame of a queue comes back, whole and in order."""
    pair = family.pair
    pair.steer(queue)
    labs.reflect(pair, made(pair, count, queue << 20))


def counts(run):
    said = run.step("idle")
    return said["received"], said["sent"], said["damaged"]


def done(run, *steps):
    """Each of these steps succeeds."""
    for step in steps:
        assert run.step(step)[step] == 0, run.log()


def ended(run):
    """Everything was given back; what a secondary process has of the port, it has from the start on."""
    said = run.finish()
    assert (said["exit"], said["ret"]) == (0, 0), run.log()
    assert said["wrong"] == 0
    assert said["fds_after"] <= said["fds_before"]


def leave(run, *steps):
    """Its last steps, and its end: everything was given back."""
    done(run, *steps)
    ended(run)


def places(run):
    """Where a process maps rings of sockets."""
    with open(f"/proc/{run.pid}/maps", encoding="utf-8") as maps:
        return [int(line.split("-")[0], 16) for line in maps if "socket:[" in line]


def mapped(run):
    """How many rings of sockets a process maps."""
    return len(places(run))


def stopped(run):
    """Each of its threads is."""
    for task in os.listdir(f"/proc/{run.pid}/task"):
        with open(f"/proc/{run.pid}/task/{task}/stat", encoding="utf-8") as stat:
            if stat.read().rpartition(")")[2].split()[0] != "T":
                return False
    return True


def hang(run):
    """It answers nothing from here on: the signal alone returns before its threads have stopped."""
    os.kill(run.pid, signal.SIGSTOP)
    assert soon(lambda: stopped(run))


def waits(primary):
    """What it said of each wait that was in vain."""
    return [line for line in afx_lines(primary.log()) if "does not answer" in line]


def inherited(run):
    """Sockets of a process that its children would have too."""
    found = set()
    for fd in os.listdir(f"/proc/{run.pid}/fd"):
        try:
            name = os.readlink(f"/proc/{run.pid}/fd/{fd}")
            with open(f"/proc/{run.pid}/fdinfo/{fd}", encoding="utf-8") as info:
                flags = int(info.read().split("flags:")[1].split()[0], 8)
        except FileNotFoundError:   # closed meanwhile
            continue
        if name.startswith("socket:") and not flags & os.O_CLOEXEC:
            found.add(name)
    return found


def epolls(run):
    return kernelstate.fds(run.pid).count("anon_inode:[eventpoll]")


def test_two_processes_two_queues(family):
    """As symmetric_mp does it: exact counts and whole frames in each."""
    primary = family.own("serve idle stop close")
    inherited_before = inherited(primary)
    secondary = family.join("serve look idle close")
    assert inherited(primary) == inherited_before
    # EAL's own, for messages.
    assert len(inherited(secondary)) == 1
    primary.step("serve")
    done(secondary, "serve")
    for queue in 0, 1, 1, 0:
        reflect(family, queue)
    said = secondary.step("look")
    assert (said["mode"], said["mode_name"]) == (0, "AF_XDP")
    assert said["intr"] == ENOTSUP
    assert said["xstats"] == said["names"] > 0
    assert (said["stats"], said["info"], said["dump"]) == (0, 0, 0)
    for run in primary, secondary:
        stats = run.stats()
        assert (stats["ipackets"], stats["opackets"]) == (4 * COUNT, 4 * COUNT)
        assert (stats["imissed"], stats["oerrors"], stats["link"]) == (0, 0, 1)
        assert counts(run) == (2 * COUNT, 2 * COUNT, 0)
    assert places(primary) == places(secondary) and mapped(primary) == 8
    assert all(RINGS_AT <= place < 2 * RINGS_AT for place in places(primary))
    done(secondary, "close")
    assert mapped(secondary) == 0
    ended(secondary)
    leave(primary, "stop", "close")


def test_polled_in_the_event_that_tells_of_it(family):
    """Nothing comes before the port is whole; a thread that polls since then has all of it."""
    primary = family.own("stop close")
    secondary = family.join("rejoin idle close")
    family.pair.steer(1)
    sent = made(family.pair, 20, 1 << 20)
    family.pair.wire.send(sent)
    said = secondary.step("rejoin")
    assert (said["rejoin"], said["early"], said["early_count"]) == (0, 0, ENOTSUP)
    got = family.pair.wire.receive(len(sent))
    assert differences([swapped(f) for f in sent], got) == ""
    reflect(family, 1)
    assert counts(secondary) == (COUNT + 20, COUNT + 20, 0)
    leave(secondary, "close")
    leave(primary, "stop", "close")


def test_more_queues_than_a_message_takes(lab):
    """9 sockets: two messages of EAL's, which take 8 descriptors each."""
    family = Family(lab, queues=9)
    try:
        primary = family.own("serve idle stop close", mbufs=16384)
        secondary = family.join("serve idle close", queue=8)
        for run in primary, secondary:
            run.step("serve")
        for queue in 0, 8:
            reflect(family, queue, 300 * SCALE)
        assert mapped(primary) == mapped(secondary) == 9 * 4
        for run in secondary, primary:
            assert counts(run) == (300 * SCALE, 300 * SCALE, 0)
        leave(primary, "stop", "close")
        leave(secondary, "close")
    finally:
        family.close()


def test_restarts_with_a_secondary_that_polls(family):
    """It lets go of the rings at each stop, and has the new ones after the start."""
    count = 500 * SCALE
    primary = family.own(2 * "serve idle stop setup start " + "stop close")
    secondary = family.join("serve idle")
    secondary.step("serve")
    open_before = [kernelstate.fds(run.pid) for run in (primary, secondary)]
    for _ in range(2):
        primary.step("serve")
        for queue in 0, 1:
            reflect(family, queue, count)
        primary.step("idle")
        assert mapped(secondary) == 8
        done(primary, "stop")
        assert mapped(secondary) == 0
        done(primary, "setup", "start")
    assert [kernelstate.fds(run.pid) for run in (primary, secondary)] == open_before
    leave(primary, "stop", "close")
    assert counts(secondary) == (2 * count, 2 * count, 0)


def test_a_queue_restarts_and_the_secondary_goes_on(family):
    """The rings of the other queue stay mapped, and polled."""
    primary = family.own("rx_stop rx_start serve idle stop close")
    secondary = family.join("serve idle close")
    secondary.step("serve")
    open_before = kernelstate.fds(secondary.pid)
    for step in "rx_stop", "rx_start":
        assert primary.step(step)[step] == 0
        assert mapped(secondary) == 8
        reflect(family, 1)
    primary.step("serve")
    reflect(family, 0)
    assert kernelstate.fds(secondary.pid) == open_before
    assert counts(primary) == (COUNT, COUNT, 0)
    assert counts(secondary) == (2 * COUNT, 2 * COUNT, 0)
    leave(secondary, "close")
    leave(primary, "stop", "close")


def test_a_stopped_half_is_stopped_everywhere(family):
    """A secondary that polls both halves of a queue sends nothing on the stopped one, and goes on after."""
    primary = family.own("tx_stop tx_start rx_stop rx_start stop close")
    secondary = family.join("serve idle serve idle close", queue=0)
    secondary.step("serve")
    reflect(family, 0)
    assert primary.step("tx_stop")["tx_stop"] == 0
    assert mapped(secondary) == 8
    family.pair.wire.send(made(family.pair, 1, 1 << 21))
    assert soon(lambda: primary.stats()["ipackets"] == COUNT + 1)
    # It has tried for 2 s, and gives up.
    assert counts(secondary) == (COUNT + 1, COUNT, 0)
    assert family.pair.wire.drain() == []
    assert primary.step("tx_start")["tx_start"] == 0
    secondary.step("serve")
    reflect(family, 0)
    for step in "rx_stop", "rx_start":
        assert primary.step(step)[step] == 0
        assert mapped(secondary) == 8
    reflect(family, 0)
    assert counts(secondary) == (3 * COUNT + 1, 3 * COUNT, 0)
    leave(secondary, "close")
    leave(primary, "stop", "close")


def test_attached_to_a_stopped_port(family):
    """It polls what is not there yet, and has the queue once the port starts."""
    primary = family.own("stop start stop close")
    done(primary, "stop")
    secondary = family.join("look serve look idle close")
    # Nothing of the primary's queues is looked at while it has none to wait for.
    assert secondary.step("look")["mode"] == EINVAL
    secondary.step("serve")
    assert mapped(secondary) == 0
    done(primary, "start")
    assert mapped(secondary) == 8
    reflect(family, 1)
    assert secondary.step("look")["mode_name"] == "AF_XDP"
    assert counts(secondary) == (COUNT, COUNT, 0)
    leave(secondary, "close")
    leave(primary, "stop", "close")


def test_killed_under_traffic(family):
    """The primary goes on; what the dead one held is all that is missing."""
    primary = family.own("serve idle stop close")
    secondary = family.join("serve")
    for run in primary, secondary:
        run.step("serve")
    family.pair.steer(1)
    family.pair.wire.send(made(family.pair, COUNT, 1 << 20)[:COUNT // 2])
    secondary.kill()
    family.pair.wire.drain()
    reflect(family, 0)
    assert counts(primary) == (COUNT, COUNT, 0)
    before = time.monotonic()
    done(primary, "stop", "close")
    assert time.monotonic() - before < 5
    said = primary.finish()
    assert (said["exit"], said["ret"]) == (0, 0), primary.log()
    # A burst that was received, and the completions that were being freed.
    assert 0 <= said["wrong"] <= 32 + 64


def test_killed_while_nobody_asks(family):
    """The primary closes its end of the channel by itself."""
    primary = family.own("stop close")
    open_before = kernelstate.fds(primary.pid)
    for _ in range(2):
        secondary = family.join("serve")
        secondary.step("serve")
        assert len(kernelstate.fds(primary.pid)) > len(open_before)
        secondary.kill()
        assert soon(lambda: kernelstate.fds(primary.pid) == open_before)
    done(primary, "stop", "close")
    said = primary.finish()
    assert (said["exit"], said["ret"]) == (0, 0), primary.log()
    # A burst and its completions, of each that was killed.
    assert 0 <= said["wrong"] <= 2 * (32 + 64)


def test_killed_while_another_stays(family):
    """The end of one channel is of that process alone: orders still reach the other."""
    primary = family.own("stop start stop close")
    first = family.join("serve idle close")
    open_before = kernelstate.fds(primary.pid)
    second = family.join("idle")
    second.kill()
    assert soon(lambda: kernelstate.fds(primary.pid) == open_before)
    first.step("serve")
    reflect(family, 1)
    assert primary.step("stop")["stop"] == 0
    assert mapped(first) == 0
    assert primary.step("start")["start"] == 0
    reflect(family, 1)
    assert counts(first) == (2 * COUNT, 2 * COUNT, 0)
    leave(first, "close")
    leave(primary, "stop", "close")


def test_killed_within_a_kick(family):
    """Whoever has the queue next sends, what was left to be sent first."""
    primary = family.own("serve idle stop close", queue=1)
    secondary = family.join("serve", wrap=("env", f"LD_PRELOAD={HUNG_KICK}"))
    secondary.step("serve")
    family.pair.steer(1)
    left = made(family.pair, 1, 1 << 21)
    family.pair.wire.send(left)
    assert soon(lambda: "hangs in a kick" in secondary.log())
    secondary.kill()
    primary.step("serve")
    got = family.pair.wire.receive(1)
    assert differences([swapped(f) for f in left], got) == ""
    reflect(family, 1)
    assert counts(primary) == (COUNT, COUNT, 0)
    leave(primary, "stop", "close")


def test_hung_process_is_named(family):
    """Stop waits a second for it, says who it is, and start who is in the way."""
    primary = family.own("stop start start_soon stop close")
    secondary = family.join("serve idle")
    secondary.step("serve")
    reflect(family, 1)
    hang(secondary)
    before = time.monotonic()
    done(primary, "stop")
    assert 1 <= time.monotonic() - before < 3
    lines = afx_lines(primary.log())
    assert any(f"kill -9 {secondary.pid}" in line for line in lines), lines
    assert primary.step("start")["start"] == EBUSY
    assert "does not answer has it mapped" in primary.log()
    os.kill(secondary.pid, signal.SIGCONT)
    done(primary, "start_soon")
    reflect(family, 1)
    assert counts(secondary) == (2 * COUNT, 2 * COUNT, 0)
    secondary.kill()
    leave(primary, "stop", "close")


def test_hung_process_and_a_queue(family):
    """Both halves of a queue stop with one wait for it, and one message."""
    primary = family.own("rx_stop tx_stop stop close")
    secondary = family.join("serve")
    secondary.step("serve")
    hang(secondary)
    done(primary, "rx_stop", "tx_stop")
    said = waits(primary)
    assert len(said) == 1 and f"kill -9 {secondary.pid}" in said[0], said
    secondary.kill()
    done(primary, "stop")
    assert mapped(primary) == 0
    leave(primary, "close")


def test_hung_process_is_killed(family):
    """Its end gives the queues back, and all mbufs but those it held."""
    primary = family.own("stop close")
    secondary = family.join("serve")
    secondary.step("serve")
    reflect(family, 1, 300 * SCALE)
    hang(secondary)
    done(primary, "stop")
    secondary.kill()
    done(primary, "close")
    assert mapped(primary) == 0
    said = primary.finish()
    assert 0 <= said["wrong"] <= 32 + 64


@pytest.mark.parametrize("sig", [signal.SIGKILL, signal.SIGCONT])
def test_hung_process_lets_go_of_a_stopped_port(family, sig):
    """Its end, or its answer, gives the queues back, without any call of the application's."""
    primary = family.own("stop close")
    secondary = family.join("idle close")
    hang(secondary)
    done(primary, "stop")
    assert mapped(primary) == mapped(secondary) == 8
    os.kill(secondary.pid, sig)
    assert soon(lambda: mapped(primary) == 0)
    if sig == signal.SIGCONT:
        leave(secondary, "idle", "close")
    leave(primary, "close")


@pytest.mark.parametrize("sig", [signal.SIGKILL, signal.SIGCONT])
def test_hung_process_and_one_that_goes_on(family, sig):
    """The running half of a queue is everyone's again once it has ended, or answered."""
    primary = family.own("rx_stop stop close")
    first = family.join("serve idle close")
    second = family.join("close")
    first.step("serve")
    hang(second)
    done(primary, "rx_stop")
    assert mapped(first) == 4
    os.kill(second.pid, sig)
    assert soon(lambda: mapped(first) == 8)
    reflect(family, 1)
    assert counts(first) == (COUNT, COUNT, 0)
    if sig == signal.SIGCONT:
        assert soon(lambda: mapped(second) == 8)
        leave(second, "close")
    leave(first, "close")
    assert len(waits(primary)) == 1
    leave(primary, "stop", "close")


def test_hung_process_and_a_port_that_is_closed(family):
    """What it may still touch stays, for when it goes on."""
    primary = family.own("stop close")
    secondary = family.join("serve idle")
    secondary.step("serve")
    hang(secondary)
    done(primary, "stop", "close")
    os.kill(secondary.pid, signal.SIGCONT)
    assert soon(lambda: mapped(secondary) == 0)
    assert counts(secondary) == (0, 0, 0)


def test_hung_process_and_the_port_s_own_pool(family):
    """A port without Rx has a pool; what a process may still touch stays, and nothing more."""
    primary = family.own("pools stop start start pools again pools stop close", nb_rx=0)
    secondary = family.join("close")
    assert soon(lambda: mapped(secondary) > 0)
    assert primary.step("pools")["number"] == 2
    hang(secondary)
    done(primary, "stop")
    for _ in 1, 2:
        assert primary.step("start")["start"] == EBUSY
    assert primary.step("pools")["number"] == 2
    secondary.kill()
    assert primary.step("again")["again"] == 0, primary.log()
    assert primary.step("pools")["number"] == 3
    leave(primary, "stop", "close")


def test_looking_at_a_port_that_is_closed(family):
    """What there was to see went with the primary's port, as did the channel."""
    primary = family.own("stop close")
    epolls_before = epolls(primary)
    secondary = family.join("serve look idle")
    secondary.step("serve")
    reflect(family, 1, 300 * SCALE)
    done(primary, "stop", "close")
    assert soon(lambda: epolls(primary) == epolls_before)
    said = secondary.step("look")
    seen = "stats", "info", "dump", "names", "xstats"
    assert {said[what] for what in seen} == {ENODEV}
    assert set(secondary.stats().values()) == {0}
    assert counts(secondary) == (300 * SCALE, 300 * SCALE, 0)
    ended(primary)


def test_a_close_that_has_not_unmapped_yet(family):
    """The primary does not take its rings for unmapped: a stop waits, and says for whom."""
    primary = family.own("stop close")
    secondary = family.join("close", wrap=("env", f"LD_PRELOAD={HUNG_UNMAP}"))
    secondary.go()
    assert soon(lambda: "hangs in munmap" in secondary.log())
    assert mapped(secondary) == 8
    done(primary, "stop")
    assert f"kill -9 {secondary.pid}" in primary.log()
    secondary.kill()
    done(primary, "close")
    ended(primary)


def test_primary_is_killed(family):
    """The secondary lets go of the queues; its bursts bring nothing."""
    primary = family.own("serve")
    secondary = family.join("serve idle")
    secondary.step("serve")
    reflect(family, 1, 300 * SCALE)
    primary.kill()
    assert soon(lambda: mapped(secondary) == 0)
    assert kernelstate.leftovers(family.pair.dut, family.pair.iface) == ""
    family.pair.wire.send(made(family.pair, 100))
    assert counts(secondary) == (300 * SCALE, 300 * SCALE, 0)


def test_kernel_that_does_not_map_rings_twice(family):
    """-ENOTSUP, and said so; there is still something to look at."""
    primary = family.own("serve idle stop close")
    secondary = family.join("serve look idle close",
                            wrap=("env", f"LD_PRELOAD={NO_REMAP}"))
    for run in primary, secondary:
        run.step("serve")
    reflect(family, 0)
    family.pair.steer(1)
    family.pair.wire.send(made(family.pair, 100, 1 << 20))
    assert secondary.step("look")["mode"] == ENOTSUP
    assert "kernel does not map the rings" in secondary.log()
    assert secondary.stats()["ipackets"] == COUNT
    assert mapped(secondary) == 0
    assert counts(secondary) == (0, 0, 0)
    assert counts(primary) == (COUNT, COUNT, 0)
    leave(secondary, "close")
    leave(primary, "stop", "close")


def test_kernel_counters_where_rings_are_not_mapped(family):
    """A secondary process that can not ask the kernel has what the primary saw; a reset is one for both."""
    primary = family.own("lost clear lost stop close")
    secondary = family.join("lost lost close", wrap=("env", f"LD_PRELOAD={NO_REMAP}"))
    family.pair.steer(1)
    family.pair.wire.send_lossy(made(family.pair, 3000, 1 << 20))
    full = primary.step("lost")["ring_full"]
    assert full > 0
    assert secondary.step("lost")["ring_full"] == full
    done(primary, "clear")
    assert primary.step("lost")["ring_full"] == secondary.step("lost")["ring_full"] == 0
    leave(secondary, "close")
    leave(primary, "stop", "close")


def test_stock_testpmd_in_two_processes(lab):
    """A queue each by --num-procs, with fast free on."""
    pair = lab.pair(queues=2)
    procs = ["--num-procs=2"]
    first = lab.start(eal=["--huge", "-m", str(MEMORY)], rxq=2,
                      app=[*procs, "--proc-id=0"])
    second = lab.start([], lcores=f"{LCORES}@0,{LCORES + 1}@1",
                       eal=["--huge", "--proc-type=secondary",
                            f"--file-prefix={first.prefix}"],
                       app=[*procs, "--proc-id=1", "--rxq=2", "--txq=2"])
    for pmd in first, second:
        pmd.start()
    for queue in 0, 1:
        pair.steer(queue)
        labs.reflect(pair, labs.frames(pair, 300))
    for pmd in second, first:
        total = 300 * SCALE
        assert f"RX-packets: {2 * total} " in pmd.stop()
    assert second.quit() == 0
    lab.finish(first)


def test_hotplug_with_a_secondary(lab):
    """EAL repeats each attach and detach there; nothing stays open in either."""
    lab.pair(queues=2)
    first = lab.start([], eal=["--huge", "-m", str(MEMORY)])
    second = lab.start([], lcores=f"{LCORES}@0,{LCORES + 1}@1",
                       eal=["--huge", "--proc-type=secondary",
                            f"--file-prefix={first.prefix}"])
    open_before = [pmd.fds() for pmd in (first, second)]
    for _ in range(2):
        first.cmd(f"port attach {lab.vdevs()[0]}")
        assert "net_afx0" in second.cmd("show port summary all")
        first.cmd("port stop 0")
        first.cmd("port detach 0")
        assert "net_afx0" not in second.cmd("show port summary all")
        assert soon(lambda: [pmd.fds() for pmd in (first, second)] == open_before)
    assert second.quit() == 0
    assert first.quit() == 0
