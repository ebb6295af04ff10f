# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Fixtures and conditions (root, testpmd, a plugin) of the veth suite, and of others like it.

A conftest.py imports all that is for pytest: lab, pair and pytest_*.
"""

import os
import shutil
import signal

import pytest

import lab as labs
import netns
import testpmd

TEST_TIME = 60 * labs.SCALE     # far over any test's own limits


def _missing():
    if os.geteuid() != 0:
        return "needs root (namespaces and AF_XDP)"
    if not shutil.which("dpdk-testpmd"):
        return "needs dpdk-testpmd: apt-get install dpdk-dev"
    if testpmd.DRIVER == "net_afx" and not os.path.exists(testpmd.PLUGIN):
        return "needs AFX_PLUGIN=<path of librte_net_afx.so>"
    return ""


def pytest_collection_modifyitems(items):
    reason = _missing()
    for item in items:
        if not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(TEST_TIME))
        if reason:
            item.add_marker(pytest.mark.skip(reason=reason))


def pytest_report_header():
    scale = os.environ.get("AFX_SCALE", "ci")
    return (f"driver {testpmd.DRIVER}, plugin {testpmd.PLUGIN or '-'}, "
            f"AFX_SCALE={scale} (counts x{labs.SCALE}), "
            f"hugepages free {testpmd.hugepages_free_mb()} MB")


def pytest_sessionstart():
    signal.signal(signal.SIGTERM, _terminated)
    netns.sweep()


def _terminated(*_):
    """Leave as on Ctrl-C, so that fixtures take everything down."""
    raise KeyboardInterrupt


@pytest.fixture
def lab():
    """A fresh Lab."""
    with labs.quiet(labs.Lab) as world:
        yield world


@pytest.fixture
def pair(lab):
    """One veth pair with one queue."""
    return lab.pair()
