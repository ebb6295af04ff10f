# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Rx interrupts: who sleeps is woken by each packet, and by nothing else."""

import os
import subprocess

import pytest

import testpmd
from app import program
from app.program import ended
from lab import SCALE
from veth_app import needs_app

pytestmark = needs_app

ENOBUFS, EINVAL = -105, -22
STOPPED = 5     # a debugger's stop counts as a sleep; timers would make many


class Steps:
    """The scenario intr, told step by step; each returns what it said."""

    def __init__(self, app, pair, steps, **options):
        self.steps = steps.split()
        self.run = app("intr", steps=",".join(self.steps), **options)
        self.pair, self.number, self.first = pair, 0, True

    def __call__(self, *names):
        """The next steps, which are to succeed but for the last one."""
        for name in names:
            assert name == self.steps.pop(0)
            if not self.first:
                self.run.go()
            self.first = False
            said = self.run.until(name)
            if name != names[-1]:
                assert said[name] == 0, f"{name}: {said}: {self.run.log()}"
        return said[names[-1]]

    def said(self, key):
        return self.run.said[key]

    def send(self, count=1):
        frames = [program.frame(n, 60)
                  for n in range(self.number, self.number + count)]
        self.number += count
        self.pair.wire.send(frames)

    def end(self):
        assert not self.steps
        said = ended(self.run)
        assert said["epolls"] == 0, "epoll instances are left"
        return said


@pytest.mark.parametrize("how", ["", "edge", "poll"])
@pytest.mark.parametrize("mode", ["drv", "skb"])
def test_no_packet_waits_for_the_next(lab, app, pair, mode, how):
    """One frame a round, at any time around the call that enables."""
    rounds = 3000 * SCALE
    options = {"how": how} if how else {}
    run = app("intr_rounds", lab.vdevs(mode=mode), rounds=rounds,
              far_netns=f"/run/netns/{lab.gen.name}", far_iface=pair.peer,
              **options)
    run.rest()
    said = ended(run)
    assert (said["rounds"], said["late"]) == (rounds, 0)
    assert said["polled"] + said["woken"] == said["p0_ipackets"] == rounds
    assert said["empty"] == said["damaged"] == said["p0_imissed"] == 0
    assert said["woken"] >= rounds // 2


def test_an_idle_port_costs_nothing(app, pair):
    """The thread sleeps once, for as long as it likes."""
    steps = Steps(app, pair, "with start register enable nap nap nap"
                             " stop close")
    assert steps("with", "start", "register", "enable") == 0
    for _ in range(3):
        assert steps("nap") == 0
        assert 1 <= steps.said("sleeps") <= STOPPED
    steps("stop", "close")
    steps.end()


def test_disabled_wakes_nobody_and_enabled_all_that_is_there(app, pair):
    steps = Steps(app, pair, "with start register nap enable wait disable nap"
                             " enable wait receive_one enable wait receive"
                             " nap stop close")
    assert steps("with", "start", "register") == 0
    steps.send(2)
    assert steps("nap") == 0                    # not enabled yet
    assert steps("enable", "wait") == 1
    assert steps("disable") == 0
    steps.send()
    assert steps("nap") == 0
    assert steps("enable", "wait") == 1         # nothing new came
    assert steps("receive_one") == 1
    assert steps("enable", "wait") == 1         # two are left
    assert steps("receive") == 2
    assert steps("nap") == 0
    steps("stop", "close")
    steps.end()


@pytest.mark.parametrize("queue,nb_tx", [(0, 3), (2, 3), (1, 0)])
def test_each_queue_wakes_for_its_own(lab, app, queue, nb_tx):
    pair = lab.pair(queues=3)
    pair.steer(queue)
    steps = Steps(app, pair, "with start register enable wait receive nap"
                             " stop close", nb_rx=3, nb_tx=nb_tx)
    assert steps("with", "start", "register", "enable") == 0
    steps.send(3)
    assert steps("wait") == 1
    assert steps.said("queues") == 1 << queue
    assert steps("receive") == 3
    assert steps("nap") == 0
    steps("stop", "close")
    steps.end()


@pytest.mark.parametrize("half", ["queue", "rx"])
def test_queue_stop_and_start_keep_it_enabled(app, pair, half):
    """Of both halves, with a new socket, and of the Rx half alone."""
    stop, start = f"{half}_stop", f"{half}_start"
    steps = Steps(app, pair, f"with start register enable {stop} nap {start}"
                             " wait receive enable nap stop close")
    assert steps("with", "start", "register", "enable", stop) == 0
    steps.send(2)                               # these are the kernel's
    assert steps("nap") == 0
    assert steps(start) == 0
    steps.send(3)
    assert steps("wait") == 1
    assert steps("receive") == 3
    assert steps("enable", "nap") == 0
    steps("stop", "close")
    steps.end()


def test_enabled_while_the_queue_is_stopped(app, pair):
    steps = Steps(app, pair, "with start register queue_stop enable"
                             " queue_start wait receive stop close")
    assert steps("with", "start", "register", "queue_stop", "enable",
                 "queue_start") == 0
    steps.send()
    assert steps("wait") == 1
    assert steps("receive") == 1
    steps("stop", "close")
    steps.end()


def test_port_stop_takes_all_back(app, pair):
    """As of NIC drivers: registered and enabled anew after each start."""
    steps = Steps(app, pair, "with start register enable fd stop start nap"
                             " enable nap register wait receive fd stop close")
    assert steps("with", "start", "register", "enable") == 0
    before = steps("fd")
    assert steps("stop", "start") == 0
    steps.send()
    assert steps("nap") == 0
    assert steps("enable", "nap") == 0          # registered nowhere
    assert steps("register", "wait") == 1
    assert steps("receive") == 1
    assert steps("fd") == before >= 0
    steps("stop", "close")
    steps.end()


def test_only_where_configured(app, pair):
    steps = Steps(app, pair, "without start fd enable disable stop with start"
                             " register enable wait stop without start enable"
                             " receive stop close")
    assert steps("without", "start", "fd") == -1
    assert steps("enable") == EINVAL
    assert steps("disable") == EINVAL
    assert steps("stop", "with", "start", "register", "enable") == 0
    steps.send()
    assert steps("wait") == 1
    assert steps("stop", "without", "start", "enable") == EINVAL
    steps.send(2)
    assert steps("receive") == 2
    steps("stop", "close")
    steps.end()


def test_nobody_could_wake_it_without_buffers(app, pair):
    """All mbufs are the application's: it is told not to sleep."""
    steps = Steps(app, pair, "with start register hold hold enable free enable"
                             " wait receive stop close",
                  mbufs=512, cache=0, rxd=64, txd=64)
    assert steps("with", "start", "register") == 0
    for sent, held in (64, 480), (32, 512):     # the kernel had 64 and a batch of 32
        steps.send(sent)
        assert steps("hold") == held
    assert steps("enable") == ENOBUFS
    assert steps("free", "enable") == 0
    steps.send(64)
    assert steps("wait") == 1
    assert steps("receive") == 64
    assert steps.run.stats()["imissed"] == 0
    steps("stop", "close")
    steps.end()


# It makes 8192 mbufs for each of 64 queues: more than devtools/setup.sh's hugepages.
LARGE_POOL = "--no-huge", "-m", "2500"


def test_event_adapter_autotest(lab):
    """DPDK's own, of the Rx adapter that turns interrupts into events."""
    lab.pair(queues=4)
    line = ["ip", "netns", "exec", lab.dut.name, "dpdk-test", "--no-pci",
            *LARGE_POOL, f"--file-prefix=afxevt{os.getpid()}",
            "--lcores", "0@0,1@1,2@0,3@1", "--vdev=event_sw0",
            *testpmd.plugin_args(), *(f"--vdev={v}" for v in lab.vdevs()),
            "event_eth_rx_intr_adapter_autotest"]
    run = subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True,
                         text=True, check=False, timeout=120)
    text = run.stdout + run.stderr
    assert "Test OK" in text and "Tests Passed :       2" in text, text
    lab.assert_clean()
