# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""What a thread asks of the kernel, as strace counts."""

import contextlib
import re
import shutil
import signal
import subprocess
import time

import pytest

needs_strace = pytest.mark.skipif(not shutil.which("strace"),
                                  reason="needs strace: apt-get install strace")


@contextlib.contextmanager
def metered(tid):
    """A dictionary, at the end of what the thread asked of the kernel meanwhile."""
    calls = {}
    with subprocess.Popen(["strace", "-c", "-p", str(tid)], text=True,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as strace:
        text = strace.stderr.readline()
        assert "attached" in text, text
        try:
            yield calls
        finally:
            strace.send_signal(signal.SIGINT)
            text = strace.stderr.read()
    rows = re.findall(r"^ *[\d.]+ +[\d.]+ +\d+ +(\d+) +(?:\d+ +)?(\w+)$", text,
                      re.M)
    calls.update((name, int(count)) for count, name in rows if name != "total")


def syscalls(tid, seconds=1):
    """What a thread asks of the kernel within that time, as strace counts."""
    with metered(tid) as calls:
        time.sleep(seconds)
    return calls
