# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Where the benchmarks put what they measured: bench-results/<date>-<host>/<name>.json."""

import datetime
import json
import os
import pathlib
import platform
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def _output(*command):
    done = subprocess.run(command, cwd=ROOT, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=False)
    return done.stdout.strip()


def _commit():
    dirty = _output("git", "status", "--porcelain", "--untracked-files=no")
    return (_output("git", "rev-parse", "--short=12", "HEAD") or "unknown") + ("+" if dirty else "")


def machine():
    """What a reader must know of the machine to judge the figures."""
    with open("/proc/cpuinfo", encoding="ascii") as file:
        text = file.read()
    model = re.search(r"model name\s*: (.*)", text)
    mhz = re.search(r"cpu MHz\s*: (\d+)", text)
    return {
        "cpu": (model[1] if model else platform.machine()) + (f", {mhz[1]} MHz" if mhz else ""),
        "cores": os.cpu_count(),
        "virtual": "hypervisor" in text,
        "kernel": platform.release(),
        "dpdk": _output("pkg-config", "--modversion", "libdpdk"),
        "compiler": (_output("gcc", "--version").splitlines() or ["unknown"])[0],
        "date": datetime.datetime.now().isoformat(timespec="minutes"),
        "commit": _commit(),
    }


def folder(out=None):
    """The results folder, made if it is not there."""
    name = f"{datetime.date.today().isoformat()}-{platform.node()}"
    path = out or ROOT / "bench-results" / name
    path.mkdir(parents=True, exist_ok=True)
    return path


def write(path, name, cells, **more):
    """One file for each benchmark; returns its path."""
    file = path / f"{name}.json"
    text = json.dumps({"machine": machine(), **more, "cells": cells}, indent=1)
    file.write_text(text + "\n", encoding="ascii")
    return file
