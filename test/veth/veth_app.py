# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""What tests of the test application (app/app.h) share: its start, and traffic for it."""

import os
import re
import threading

import pytest

from app import program
from app.program import made

needs_app = pytest.mark.skipif(
    not os.path.exists(program.PATH),
    reason="needs AFX_APP=<path of veth-app>: ninja -C build")


@pytest.fixture
def app(lab):
    """Starts programs in the driver's namespace; none outlives the test."""
    started = []

    def start(scenario, vdevs=None, **options):
        vdevs = lab.vdevs() if vdevs is None else vdevs
        run = program.Program(lab.dut, vdevs, scenario, **options)
        started.append(run)
        return run

    yield start
    for run in started:
        run.kill()
    lab.assert_clean()


def totals(said, what):
    return sum(v for k, v in said.items() if re.fullmatch(rf"{what}\d+", k))


def assert_forwarded(said, count, ports=1):
    """count frames received, sent, and counted so, by all flows together."""
    assert totals(said, "damaged") == 0
    assert totals(said, "received") == totals(said, "sent") == count
    for key in "ipackets", "opackets":
        assert sum(said[f"p{p}_{key}"] for p in range(ports)) == count
    for key in "imissed", "ierrors", "oerrors":
        assert all(said[f"p{p}_{key}"] == 0 for p in range(ports)), key


class Flood:
    """Frames from the peer as fast as they go, in the background."""

    def __init__(self, pair, sizes=program.LENS):
        self._frames = made(pair, 500, sizes=sizes)
        self._wire, self._ends = pair.wire, threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self):
        while not self._ends.is_set():
            self._wire.send_lossy(self._frames)

    def __enter__(self):
        self._thread.start()

    def __exit__(self, *_):
        self._ends.set()
        self._thread.join()
