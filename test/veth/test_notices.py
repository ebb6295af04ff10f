# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""What a start says of its own accord, and when it holds its tongue."""

import contextlib
import re
import socket

import pytest

import testpmd
from lab import afx_lines, frames, reflect

HERE, THERE = "10.9.8.1", "10.9.8.2"


@pytest.fixture
def addressed(pair):
    """Both ends with an IPv4 address."""
    pair.dut.ip("addr", "add", f"{HERE}/24", "dev", "x0")
    pair.gen.ip("addr", "add", f"{THERE}/24", "dev", "p0")
    return pair


@contextlib.contextmanager
def tcp_session(pair):
    """An established session with the driver's side as the server."""
    with pair.dut.entered():
        server = socket.create_server((HERE, 22))
    with pair.gen.entered():
        client = socket.create_connection((HERE, 22), timeout=5)
    accepted, _ = server.accept()
    try:
        yield
    finally:
        for sock in accepted, client, server:
            sock.close()


def warnings(lab, rxq=1, **devargs):
    """The lines of a start besides the banner."""
    with lab.testpmd(lab.vdevs(**devargs), rxq=rxq) as pmd:
        return [line for line in afx_lines(pmd.log) if "UMEM" not in line]


def test_nothing_to_say(lab, addressed):
    assert warnings(lab) == []


def test_default_route(lab, addressed):
    addressed.dut.ip("route", "add", "default", "via", THERE)
    line, = warnings(lab)
    assert re.search(r"x0.*default route.*keep=mgmt", line)


def test_tcp_session(lab, addressed):
    with tcp_session(addressed):
        line, = warnings(lab)
    assert re.search(r"x0.*TCP.*keep=mgmt", line)


def test_keep_mgmt_spares_an_ssh_session(lab, addressed):
    with tcp_session(addressed):
        assert warnings(lab, keep="mgmt") == []


@pytest.mark.parametrize("bound,share", [(1, "3/4"), (2, "2/4"), (3, "1/4")])
def test_channels_that_are_not_bound(lab, bound, share):
    lab.pair(queues=4)
    line, = warnings(lab, rxq=bound, queue_count=bound)
    assert re.search(rf"x0.*4.*{bound}.*{share}.*ethtool -L x0", line)


def test_channels_with_fewer_rx_queues_than_queue_count(lab):
    """What counts is what receives, not what might."""
    lab.pair(queues=4)
    line, = warnings(lab, rxq=1, queue_count=4)
    assert re.search(r"x0.*4 channels, 1 are bound.*3/4", line)


def test_channels_behind_a_start_queue(lab):
    """No advice that would remove the very queues in use."""
    lab.pair(queues=4)
    line, = warnings(lab, rxq=1, queue_count=1, start_queue=2)
    assert re.search(r"x0.*4 channels, 1 are bound.*queue_count=2", line)
    assert "ethtool" not in line


def test_channels_all_bound(lab):
    lab.pair(queues=4)
    with lab.testpmd(rxq=4) as pmd:
        line, = afx_lines(pmd.log)
        assert "UMEM" in line


def test_log_level_of_the_driver(lab, pair):
    """The log type is the driver's own: pmd.net.afx."""
    if testpmd.DRIVER != "net_afx":
        pytest.skip("the incumbent's log type has another name")
    with lab.testpmd(eal=["--log-level=pmd.net.afx:error"]) as pmd:
        assert afx_lines(pmd.log) == []
        reflect(pair, frames(pair, 50))
