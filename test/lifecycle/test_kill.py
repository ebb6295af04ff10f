# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""SIGKILL at any moment of a port's life, under traffic in both directions.

Nothing that the kernel holds outlives the process, settings go back or are
recorded, and the next start works within a second.

That second is looked at twice. In one test the next process stands by, and
begins when the killed one is gone: from there until its port is started, so
that it meets queues which a worker of the kernel has yet to release. In the
other, kills are anywhere, and the next process comes up first; counted are the
first starts after kills with the queues bound, from the process's own probe.
On a loaded machine that worker comes late, and so does anything else: no
single start is judged but their median; how many took longer is printed,
besides the median of starts after an orderly close by the same process.
"""

import collections
import glob
import json
import os
import re
import signal
import statistics
import time

import pytest

import kernelstate
import testpmd
from lab import SCALE, frames, reflect, soon
from runs import (CACHES, Flood, Run, flushed, needs_program, reflected, seeded,
                  start)    # noqa: F401 pylint: disable=unused-import

pytestmark = needs_program

KILLS = 20 * SCALE
RUN_TIME = 10           # seconds that one of them may take, on a loaded machine
STOP_TIME = 10
START_S = 1.0           # the goal
QUEUES = 2
NEW_MAC, NEW_MTU = "02:af:00:00:00:01", 1400

# In the order in which a round goes through them (churn.c).
PHASES = ["probe", "setup", "start", "traffic", "mtu", "mac", "promisc",
          "rx_queue", "tx_queue", "stop", "restart", "traffic_again", "close",
          "remove"]
MEMORY = ["--in-memory", "--huge-unlink"]
# In the other ones, a killed process may not have had its queues.
BOUND = ("traffic", "mtu", "mac", "promisc", "rx_queue", "tx_queue",
         "traffic_again")

IFACE = f"kill{os.getpid()}"


def records(pair):
    """Of an interface whose name is nobody else's."""
    return glob.glob(f"/run/afx/*-{pair.iface}")


def settings(pair):
    link, = json.loads(pair.dut.ip("-j", "-d", "link", "show", pair.iface))
    return link["mtu"], link["address"]


def promiscuity(pair):
    link, = json.loads(pair.dut.ip("-j", "-d", "link", "show", pair.iface))
    return link["promiscuity"], link.get("allmulti", 0)


def stopped(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        return file.read().rsplit(")", 1)[1].split()[0] in "TZ"


def memory(*kinds):
    """EAL's arguments: of these kinds, which leave no file when it is killed."""
    return list(kinds if testpmd.hugepages_free_mb() > 256 else ["--no-huge"])


class Victim:
    """One process that is killed: when, how, and what it was doing."""

    def __init__(self, lab, pair, rng):
        self._lab, self._pair = lab, pair
        self.phase = rng.choice(PHASES)
        self.round = rng.randrange(3)
        self.frozen = rng.random() < 0.5
        # It has to live until then.
        self.prove = self.round > 0 and rng.random() < 0.7
        devargs = {"mode": rng.choice(["drv", "skb"]),
                   **rng.choice([{}, {"keep": "mgmt"}])}
        self.run = Run(
            lab.dut, [], "churn", eal=memory(rng.choice(MEMORY)), workers=1, mbufs=4096,
            cache=rng.choice(CACHES), nb_rx=QUEUES, nb_tx=QUEUES, again=lab.vdevs(**devargs)[0],
            prove=int(self.prove), kill_phase=self.phase,
            kill_round=self.round, kill_permille=rng.randrange(1100),
            kill=int(signal.SIGSTOP if self.frozen else signal.SIGKILL))
        self.ids, self.later = set(), []

    def __str__(self):
        return (f"round {self.round}, {self.phase}"
                f"{', stopped first' if self.frozen else ''}")

    def check_start(self, before):
        """Settings are back; frames come through."""
        self.run.step("probed")
        assert settings(self._pair) == before, "not restored"
        assert records(self._pair) == [], "restored, and still recorded"
        self.run.step("started")
        reflected(self._pair, 100)
        self.ids |= kernelstate.bpf_ids(self.run.pid)

    def live(self, before):
        """Until it is dead; returns what it said last."""
        self.run.until("ready")
        if self.prove:
            self._pair.wire.drain(0.01)
            self.check_start(before)
        with Flood(self._pair):
            self.run.go()
            self.die()

    def die(self):
        if self.frozen:
            assert soon(lambda: stopped(self.run.pid), STOP_TIME), self.why()
            self.ids |= kernelstate.bpf_ids(self.run.pid)
            os.kill(self.run.pid, signal.SIGKILL)
        for key, value in self.run.rest():
            if key == "later_us":
                self.later.append(value / 1e6)
        assert self.run.said["exit"] == -signal.SIGKILL, self.why()

    def first_start(self):
        """In seconds; none if it was killed before."""
        if "first_us" in self.run.said:
            yield self.run.said["first_us"] / 1e6

    def bound(self):
        """Whether its queues were, for sure, when it was killed."""
        return self.run.said.get("phase") in BOUND

    def why(self):
        return f"{self}: {self.run.said}; {self.run.log()[-2000:]}"

    def check_dead(self, before):
        """Of what it had, only a record may be left."""
        pair = self._pair
        self._lab.assert_clean()
        left = kernelstate.bpf_alive(self.ids)
        assert not left, f"{self}: BPF objects outlive it: {left}"
        assert soon(lambda: promiscuity(pair) == (0, 0)), str(self)
        assert settings(pair) == before or len(records(pair)) == 1, str(self)
        left = glob.glob(f"{testpmd.HUGEDIR}/afxapp{os.getpid()}map_*")
        assert left == [], f"{self}: {left}"


def seconds(starts):
    over = sum(start > START_S for start in starts)
    return (f"median {statistics.median(starts):.3f} s, at most {max(starts):.3f} s, "
            f"{over} over {START_S:g} s" if starts else "-")


@pytest.mark.timeout(KILLS * RUN_TIME)
def test_killed_at_any_moment(lab):
    rng, died, ids, after_bound = seeded("kills"), collections.Counter(), 0, False
    starts, later = [], []
    pair = lab.pair(queues=QUEUES, name=IFACE)
    before = settings(pair)
    for _ in range(KILLS):
        victim = Victim(lab, pair, rng)
        try:
            victim.live(before)
            victim.check_dead(before)
        finally:
            victim.run.kill()
        died[victim.run.said.get("phase", "-")] += 1
        if after_bound:
            starts += victim.first_start()
        after_bound = victim.bound()
        later += victim.later
        ids += len(victim.ids)
    print(f"{KILLS} kills, in phases {dict(died)}; {ids} BPF objects gone; "
          f"{len(starts)} starts after a kill with queues bound: {seconds(starts)}; "
          f"{len(later)} after a close: {seconds(later)}")
    assert died.total() == KILLS and ids > KILLS
    assert statistics.median(starts) < START_S
    with lab.testpmd(lab.vdevs(), rxq=QUEUES):
        assert settings(pair) == before
        pair.wire.drain()
        reflect(pair, frames(pair, 100))
    assert records(pair) == []


@pytest.mark.timeout(KILLS * RUN_TIME)
def test_next_process_starts_at_once(lab, start):
    rng, starts = seeded("at once"), []
    pair = lab.pair(queues=QUEUES, name=IFACE)

    def standby():
        return start("churn", [], "ready", eal=memory("--in-memory"), mbufs=4096,
                     nb_rx=QUEUES, nb_tx=QUEUES, again=lab.vdevs()[0], prove=1)

    run = standby()
    run.step("probed")
    run.step("started")
    for _ in range(KILLS):
        following = standby()
        with Flood(pair):
            time.sleep(rng.random() * 0.05)
            run.kill()
            killed = time.monotonic()
            following.step("probed")
            following.step("started")
            starts.append(time.monotonic() - killed)
        assert flushed(pair, range(QUEUES))
        reflected(pair, 100)
        run = following
    print(f"{KILLS} kills, started again after {seconds(starts)}")
    assert statistics.median(starts) < START_S


@pytest.mark.parametrize("mode", ["drv", "skb"])
def test_sigterm_of_testpmd_under_traffic(lab, mode):
    """Orderly: settings are back, nothing is recorded, no object is left."""
    pair = lab.pair(queues=QUEUES, name=IFACE)
    before = settings(pair)
    assert records(pair) == []
    pmd = lab.start(lab.vdevs(mode=mode), rxq=QUEUES)
    pmd.cmd("port stop 0")
    assert pmd.set_mtu(NEW_MTU)
    pmd.cmd(f"mac_addr set 0 {NEW_MAC}")
    pmd.cmd("port start 0")
    pmd.start()
    ids = pmd.note_bpf()
    assert ids and settings(pair) == (NEW_MTU, NEW_MAC)
    with Flood(pair):
        assert soon(lambda: pmd.stats()["opackets"] > 1000)
        pmd.terminate(timeout=30)
    assert not re.search("panic|Segmentation|core dumped", pmd.log)
    lab.assert_clean()
    assert settings(pair) == before and promiscuity(pair) == (0, 0)
    assert records(pair) == []
    assert kernelstate.bpf_alive(ids) == set()
