# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""devtools/demo.sh, interrupted: nothing of it stays."""

import os
import re
import signal
import subprocess
import time

import pytest

import netns
import testpmd
from lab import soon

DEMO = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                    "../../devtools/demo.py")
BEGUN, CLEANED = 40, 20


def of_demo(pid):
    """Namespaces that the demo made, and processes that still name them."""
    spaces = re.findall(rf"^{netns.PREFIX}-{pid}-\S+",
                        netns.run("ip", "netns", "list"), re.M)
    found = []
    for number in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{number}/cmdline", "rb") as file:
                line = file.read()
        except OSError:
            continue
        if re.search(rb"afxvt%d_" % pid, line):
            found.append(number)
    return spaces + found


@pytest.mark.skipif(testpmd.DRIVER != "net_afx", reason="the demo is afx's")
@pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("when", ["starting", "traffic"])
def test_interrupted(sig, when):
    """As by Ctrl-C and by kill, before and while frames are under way."""
    demo = subprocess.Popen(["/usr/bin/python3", "-u", DEMO], text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            start_new_session=True)
    try:
        if when == "starting":
            assert soon(lambda: len(of_demo(demo.pid)) >= 3, BEGUN)
        else:
            deadline = time.monotonic() + BEGUN
            for line in demo.stdout:
                assert time.monotonic() < deadline
                if re.match(r" +\d+\.\d+s ", line):
                    break
            assert len(of_demo(demo.pid)) >= 3
        os.killpg(demo.pid, sig)
        text = demo.communicate(timeout=CLEANED)[0]
    finally:
        if demo.poll() is None:
            os.killpg(demo.pid, signal.SIGKILL)
    assert demo.returncode == 130, text
    assert "interrupted; cleaning up" in text and "PASS" not in text
    assert soon(lambda: of_demo(demo.pid) == []), of_demo(demo.pid)
