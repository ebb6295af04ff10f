# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""DPDK's symmetric_mp: processes share ports, a queue of each for each of them."""

import os
import re

import pytest

import kernelstate
import programs
import testpmd
from programs import Eal, assert_counted, cross

PROCESSES = 2
COUNT = 2200            # more than there are buffers in a fill ring
MEMORY = 200            # MB; it has a pool of 148
PATH = programs.EXAMPLES / "symmetric_mp"

pytestmark = [
    pytest.mark.skipif(programs.missing(programs.EXAMPLES) != "",
                       reason=programs.missing(programs.EXAMPLES)),
    pytest.mark.skipif(testpmd.hugepages_free_mb() < MEMORY,
                       reason=f"needs {MEMORY} MB of hugepages, which the processes share"),
]


@pytest.fixture
def started(lab):
    """All of them, the primary first, in order of their queues."""
    running = []

    def start(number):
        vdevs, prefix = (lab.vdevs(), None) if number == 0 else ([], running[0].prefix)
        one = Eal(lab.dut, PATH, vdevs, "-p", "3", f"--num-procs={PROCESSES}",
                  f"--proc-id={number}", lcores=f"{number}@{number % os.cpu_count()}", memory=MEMORY, shared=True,
                  prefix=prefix, eal=[f"--proc-type={'secondary' if number else 'primary'}"])
        running.append(one)
        one.wait(f"using queue {number} of each port")
        return one

    yield start
    for one in reversed(running):
        one.kill()
    lab.assert_clean()


def told(one):
    """{port: (received, sent, dropped)} as it printed at its end."""
    return {int(port): (int(rx), int(tx), int(drop)) for port, rx, tx, drop in re.findall(
        r"^Port (\d+): RX - (\d+), TX - (\d+), Drop - (\d+)$", one.log, re.M)}


def test_two_processes(lab, started):
    """Each forwards what comes to its queue; the second one leaves, comes again and leaves."""
    pairs = [lab.pair(queues=PROCESSES) for _ in range(2)]
    counts, fds = [0, 0], []

    def cross_on(queue):
        for pair in pairs:
            pair.steer(queue)
        counts[queue] += cross(*pairs, COUNT)

    primary = started(0)
    for _ in range(2):
        before = counts[1]
        secondary = started(1)
        for queue in 0, 1, 0:
            cross_on(queue)
        own = counts[1] - before
        assert secondary.end() == 0
        assert told(secondary) == {port: (own, own, 0) for port in (0, 1)}
        cross_on(0)
        fds.append(kernelstate.fds(primary.pid))
    assert fds[0] == fds[1]
    assert_counted(primary, 2, sum(counts))
    for port in 0, 1:
        stats = primary.stats(port)
        assert stats["q_ipackets"][:2] == stats["q_opackets"][:2] == counts, stats
    assert primary.end() == 0
    assert told(primary) == {port: (counts[0], counts[0], 0) for port in (0, 1)}
    lab.assert_clean()
