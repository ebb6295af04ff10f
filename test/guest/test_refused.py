# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""A virtio NIC whose driver promises zero-copy, and whose bind refuses it."""

import pytest

import doctor_lab
import foreign
import nics
from lab import frames, reflect
from testpmd import vdev

COUNT = 500
WIRE = 2        # the third one of boot.py's virtio NICs


@pytest.fixture
def plain(lab):
    """A virtio NIC without DMA device, its peer one without reset: they offer zero-copy and refuse
    it."""
    return lab.pair_at(WIRE)


def test_zero_copy_promised_but_refused(lab, plain):
    with lab.testpmd(eal=["--log-level=pmd.net.afx:info"]) as pmd:
        assert nics.zerocopy(pmd.pid) == [False]
        assert "copy mode, no zero-copy: Invalid argument" in pmd.log
        reflect(plain, frames(plain, COUNT), nics.WINDOW)


def test_zero_copy_promised_but_refused_is_an_error(lab, plain):
    line, = nics.refused(lab, [vdev(0, plain.iface, mode="zc")])
    assert "bind for zero-copy: Invalid argument" in line


@pytest.mark.parametrize("end, lacks, option", [
    ("dut", "VIRTIO_F_ACCESS_PLATFORM", "iommu_platform=on"),
    ("gen", "VIRTIO_F_RING_RESET", "queue_reset=on")])
def test_refusal_is_foreseen(plain, end, lacks, option):
    """What afx-doctor says is what a bind gets, which may have either."""
    namespace, name = getattr(plain, end), plain.iface if end == "dut" else plain.peer
    with foreign.xsk_on(namespace, name) as sock:
        options = sock.getsockopt(nics.SOL_XDP, nics.XDP_OPTIONS)
        assert not options & nics.XDP_OPTIONS_ZEROCOPY
    report = doctor_lab.look(namespace, name)
    assert report.status_of("interface.native_xdp") == "ok"
    finding = report["interface.zerocopy"]
    assert (finding["status"], finding["looked"]) == ("warn", True)
    assert finding["found"] == f"no: the device lacks {lacks}, copy mode is used"
    assert option in finding["note"].split(";")[0].split(",") and finding["fix"] is None


def test_what_another_namespaces_sysfs_hides(plain):
    """The kernel's word alone is no promise: not looked at, rather than a yes."""
    report = doctor_lab.look(None, plain.iface,
                             before=["nsenter", f"--net=/run/netns/{plain.dut.name}"])
    finding = report["interface.zerocopy"]
    assert (finding["status"], finding["looked"]) == ("warn", False)
    assert finding["found"] == "its driver has it; of the device /sys shows nothing here"
