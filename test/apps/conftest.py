# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""The veth suite's conditions and fixtures, and afx-testpmd."""

import os
import sys

VETH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "veth")
sys.path.insert(0, VETH)

# pylint: disable=wrong-import-position,unused-import
import pytest
import testpmd
import tpmd
from fixtures import (     # noqa: F401
    lab, pair, pytest_collection_modifyitems, pytest_report_header,
    pytest_sessionstart)


@pytest.fixture
def app(lab):
    """Start afx-testpmd in the driver's namespace of lab; killed at the end."""
    apps = []

    def start(*options, vdevs=None, **keys):
        apps.append(tpmd.App(lab.dut, lab.vdevs() if vdevs is None else vdevs,
                             *options, **keys))
        return apps[-1]

    yield start
    for one in apps:
        one.kill()
    lab.assert_clean()


class Session(testpmd.Testpmd):
    """veth's driver of dpdk-testpmd; the program is ours."""

    def _spawn(self):
        assert self.line[0] == "dpdk-testpmd"
        self.line[0] = tpmd.PROGRAM
        super()._spawn()


@pytest.fixture
def typed(lab):
    """A Session on all of lab's pairs."""
    def start(vdevs=None, **options):
        session = Session(lab.dut, lab.vdevs() if vdevs is None else vdevs, **options)
        sessions.append(session)
        return session

    sessions = []
    yield start
    for session in sessions:
        session.kill()
    lab.assert_clean()
