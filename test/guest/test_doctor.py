# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""afx-doctor on a NIC with zero-copy: its verdict, and whether that comes true."""

import re

import doctor_lab
import nics
from lab import frames, reflect

COUNT = 100


def test_zero_copy_is_foreseen(lab, pair):
    """In JSON and in text; and the argument that it proposes is granted it."""
    report = doctor_lab.look(pair.dut, pair.iface)
    for name in "interface.native_xdp", "interface.zerocopy":
        finding = report[name]
        assert (finding["status"], finding["looked"], finding["found"]) == ("ok", True, "yes")
    status, out, err = doctor_lab.run(*doctor_lab.inside(pair.dut), doctor_lab.DOCTOR, pair.iface)
    assert (status, err) == (report.status, "")
    assert re.search(r"^ +ok +zero-copy +yes$", out, re.M), out
    with lab.testpmd([report.root["vdev"].removeprefix("--vdev=")]) as pmd:
        assert nics.zerocopy(pmd.pid) == [True]
        reflect(pair, frames(pair, COUNT), nics.WINDOW)
