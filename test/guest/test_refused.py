# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""A virtio NIC whose driver promises zero-copy, and whose bind refuses it."""

import pytest

import nics
from lab import frames, reflect
from testpmd import vdev

COUNT = 500
WIRE = 2        # the third one of boot.py's virtio NICs


@pytest.fixture
def plain(lab):
    """A virtio NIC without DMA device: it offers zero-copy and refuses it."""
    return lab.pair_at(WIRE)


def test_zero_copy_promised_but_refused(lab, plain):
    with lab.testpmd(eal=["--log-level=pmd.net.afx:info"]) as pmd:
        assert nics.zerocopy(pmd.pid) == [False]
        assert "copy mode, no zero-copy: Invalid argument" in pmd.log
        reflect(plain, frames(plain, COUNT), nics.WINDOW)


def test_zero_copy_promised_but_refused_is_an_error(lab, plain):
    line, = nics.refused(lab, [vdev(0, plain.iface, mode="zc")])
    assert "bind for zero-copy: Invalid argument" in line
