# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""pytest plugin: TAP on stdout, for meson's protocol 'tap'; everything else goes to stderr.

Load it with `-p pytest_tap`, so that it is imported before pytest captures anything.
"""

import os
import sys

import pytest

TAP = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)
COUNT = 0


def one_line(text):
    # '#' starts a directive in TAP.
    return " ".join(str(text).split()).replace("#", "")


def emit(result, name, skip_reason=None):
    global COUNT
    COUNT += 1
    directive = "" if skip_reason is None else f" # SKIP {one_line(skip_reason)}"
    print(f"{result} {COUNT} {one_line(name)}{directive}", file=TAP)


def diagnose(report):
    print(f"\n# {report.nodeid}", file=sys.stderr)
    for title, text in [("Traceback", report.longreprtext)] + report.sections:
        for line in [f"{title}:", *text.splitlines()]:
            print(f"# {line}", file=sys.stderr)
    sys.stderr.flush()


def skip_reason(report):
    if hasattr(report, "wasxfail"):
        return f"expected failure: {report.wasxfail}"
    return report.longrepr[2].removeprefix("Skipped: ")


def pytest_runtest_logreport(report):
    name = report.nodeid.split("::", 1)[-1]
    if report.failed:
        emit("not ok", name if report.when == "call" else f"{name} ({report.when})")
        diagnose(report)
    elif report.skipped:
        emit("ok", name, skip_reason(report))
    elif report.when == "call":
        emit("ok", name)


def pytest_collectreport(report):
    if report.failed:
        emit("not ok", f"{report.nodeid} (collection)")
        diagnose(report)
    elif report.skipped:
        emit("ok", report.nodeid, skip_reason(report))


def pytest_sessionfinish(session, exitstatus):
    if exitstatus == pytest.ExitCode.NO_TESTS_COLLECTED and COUNT > 0:
        session.exitstatus = pytest.ExitCode.OK  # whole files skipped, and said so
    print(f"1..{COUNT}", file=TAP)
