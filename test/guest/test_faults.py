# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""A start in zero-copy mode that fails at any step leaves nothing behind."""

import pytest

import nics
from test_fault import ESSENTIAL, all_runs, judge

# Between them they fail before, at and after the bind of a zero-copy socket.
SAMPLE = ("bind", "mmap", "rte_zmalloc")
FULL = (*SAMPLE, "socket", "setsockopt", "getsockopt", "rte_zmalloc_socket",
        "bpf", "malloc")
RUNS_TIME = 400


@pytest.mark.timeout(2 * RUNS_TIME)
@pytest.mark.skipif(nics.KIND == "igb",
                    reason="its link takes seconds after each of the starts")
def test_failed_starts(lab, pair):
    """errno, one log line, full undo; then a start that works, frames, close."""
    labels = FULL if nics.FULL else SAMPLE
    runs = all_runs(lab, pair, {"mode": "zc"}, RUNS_TIME,
                    only=",".join(labels))
    assert {run.label for run in runs} >= set(labels)
    lines = judge(runs, [label for label in labels if label in ESSENTIAL], {})
    assert not lines, "\n".join(lines)
