# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""How the benchmarks end before their time."""

import signal
import sys


def on_sigterm():
    """As by Ctrl-C: namespaces and programs go away then, too."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
