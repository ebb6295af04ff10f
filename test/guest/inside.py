#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""In the guest: pytest on one kind of NIC after another (see boot.py).

To import it takes an emulated machine some seconds: so once, before the forks.
The argument is JSON, {kind: arguments of pytest}; results go to the share.
"""

import json
import os
import pathlib
import sys

import pytest

SHARE = pathlib.Path("/mnt")


def start(kind, args):
    """In a process of its own: its tests, its output, its exit code."""
    os.environ["AFX_GUEST"] = kind
    for fd, name in (1, "tap"), (2, "err"):
        os.dup2(os.open(SHARE / f"{kind}.{name}", os.O_WRONLY | os.O_CREAT), fd)
    sys.exit(pytest.main(args))


def main():
    pytest.main(["--version"])      # imports what pytest itself consists of
    for kind, args in json.loads(sys.argv[1]).items():
        pid = os.fork()
        if pid == 0:
            start(kind, args)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        (SHARE / f"{kind}.exit").write_text(str(code), encoding="ascii")


if __name__ == "__main__":
    main()
