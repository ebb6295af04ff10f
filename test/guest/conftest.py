# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Fixtures of the guest suite: those of the veth suite, on the guest's NICs."""

import os
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, *(os.path.join(os.path.dirname(HERE), name)
                        for name in ("veth", "lifecycle", "apps"))]

# pylint: disable=wrong-import-position
import lab as labs
import netns
import nics
from veth_app import app    # noqa: F401 pylint: disable=unused-import

TEST_TIME = 100 * netns.PATIENCE * labs.SCALE   # far over its own limits


def pytest_configure(config):
    config.addinivalue_line("markers", "host: a test that needs no guest")


def pytest_collection_modifyitems(items):
    for item in items:
        if not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(TEST_TIME))
        if not nics.KIND and not item.get_closest_marker("host"):
            item.add_marker(pytest.mark.skip(reason="runs in a guest: boot.py"))


@pytest.fixture(scope="session")
def wires():
    return nics.Wires()


@pytest.fixture
def lab(wires):
    """A fresh Lab on the NICs."""
    with labs.quiet(lambda: nics.NicLab(wires)) as world:
        yield world


@pytest.fixture
def pair(lab):
    """One wire, with one queue at each end."""
    return lab.pair()
