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
    """A virtio NIC without DMA device, its peer one without reset and merged buffers: they offer
    zero-copy and refuse it."""
    return lab.pair_at(WIRE)


def no_zero_copy(lacks, options):
    return (f"no: the device lacks {lacks}: copy mode is used, and mode=zc fails; for zero-copy, in "
            f"QEMU: -device virtio-net-pci,disable-legacy=on,{options}")


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
    ("gen", "VIRTIO_F_RING_RESET, VIRTIO_NET_F_MRG_RXBUF", "queue_reset=on,mrg_rxbuf=on")])
def test_refusal_is_foreseen(plain, end, lacks, option):
    """What afx-doctor says is what a bind gets, which may have either."""
    namespace, name = getattr(plain, end), plain.iface if end == "dut" else plain.peer
    with foreign.xsk_on(namespace, name) as sock:
        options = sock.getsockopt(nics.SOL_XDP, nics.XDP_OPTIONS)
        assert not options & nics.XDP_OPTIONS_ZEROCOPY
    report = doctor_lab.look(namespace, name)
    assert report.status_of("interface.native_xdp") == "ok"
    finding = report["interface.zerocopy"]
    assert (finding["status"], finding["looked"]) == ("ok", True)
    assert finding["found"] == no_zero_copy(lacks, option)


# Bits of linux/virtio_config.h and linux/virtio_net.h
PLATFORM, RESET, MERGE = 33, 40, 15
TSO4, TSO6, ECN, UFO, USO4, USO6 = 7, 8, 9, 10, 54, 55


@pytest.mark.parametrize("bits, lacks, options", [
    ({PLATFORM, RESET, MERGE, TSO4, TSO6, ECN, UFO, USO4, USO6}, None, None),
    ({PLATFORM, RESET, USO4}, None, None),
    *[({PLATFORM, RESET, *big}, "VIRTIO_NET_F_MRG_RXBUF", "mrg_rxbuf=on")
      for big in ((TSO6,), (ECN,), (UFO,), (USO4, USO6))],
    ({TSO4}, "VIRTIO_F_ACCESS_PLATFORM, VIRTIO_F_RING_RESET, VIRTIO_NET_F_MRG_RXBUF",
     "iommu_platform=on,queue_reset=on,mrg_rxbuf=on")])
def test_features_of_other_devices(plain, tmp_path, bits, lacks, options):
    """In the place of this one's, which has no segments of the host's."""
    features = tmp_path / "features"
    features.write_text("".join(str(int(bit in bits)) for bit in range(64)) + "\n")
    # Mounted in the namespace of mounts that ip makes.
    mount = ["sh", "-c", f"mount --bind {features} /sys/class/net/{plain.iface}/device/features && "
                         'exec "$@"', "sh"]
    finding = doctor_lab.look(plain.dut, plain.iface, before=mount)["interface.zerocopy"]
    assert (finding["status"], finding["found"]) == (
        "ok", no_zero_copy(lacks, options) if lacks else "yes")


def test_what_another_namespaces_sysfs_hides(plain):
    """The kernel's word alone is no promise: not looked at, rather than a yes."""
    report = doctor_lab.look(None, plain.iface,
                             before=["nsenter", f"--net=/run/netns/{plain.dut.name}"])
    finding = report["interface.zerocopy"]
    assert (finding["status"], finding["looked"]) == ("warn", False)
    assert finding["found"] == "its driver has it; of the device /sys shows nothing here"
