# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""A short soak, and starts and stops over and over.

Environment: AFX_SOAK is the path of the program; AFX_SOAK_SEED repeats a run.
"""

import os
import time

import pytest

# pylint: disable=wrong-import-position
import soak
from lab import SCALE

SECONDS = 20 if SCALE == 1 else 60 * SCALE     # full: ten minutes
CYCLES = 100 * SCALE
# Rings and EAL's heap are counted exactly; this is for the rest.  What malloc
# keeps at hand may grow (24 KiB, measured), and each of the cycles after the
# tenth part that warms up may not: one forgotten mapping of a page is 4 KiB.
RSS_AT_HAND_KIB = 128
RSS_PER_CYCLE_KIB = 0.5
RSS_GROWTH_MAX_KIB = RSS_AT_HAND_KIB + RSS_PER_CYCLE_KIB * CYCLES

pytestmark = [
    pytest.mark.skipif(not os.path.exists(soak.program.PATH),
                       reason="needs AFX_SOAK=<path of lifecycle-soak>"),
    pytest.mark.timeout(SECONDS * 4)]


def assert_content(world, seed):
    text = "\n".join(world.run.complaints[:soak.SHOWN])
    assert text == "", f"seed {seed}: {text}"


def test_random_operations_under_traffic():
    seed = int(os.environ.get("AFX_SOAK_SEED", time.time_ns() % 1000000))
    print(f"seed {seed}")
    world = soak.soak("soak", seed, seconds=SECONDS)
    assert_content(world, seed)
    assert world.sums["received"] and world.sums["wire_came"]


def test_starts_and_stops_under_traffic():
    """Other rings, queues, pool and MTU; mbufs, fds and memory each time."""
    world = soak.soak("cycles", cycles=CYCLES)
    assert_content(world, 1)
    assert world.run.said["cycles"] == CYCLES
    assert world.run.said["rss_grown_kib"] <= RSS_GROWTH_MAX_KIB
    print(f"{CYCLES} cycles, RSS {world.run.said['rss_grown_kib']:+} KiB")
