#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Cycles per packet of the forwarding loops: afx-testpmd's against dpdk-testpmd's.

usage: testpmd_loop.py AFX_TESTPMD [REPEATS]

On net_null ports, which cost nothing but mbufs. CPU time of the worker thread, as the kernel counts
it, times the TSC's rate, by packets: what else runs on the machine does not count. Runs alternate;
the median of all and the least are printed.
"""

import os
import re
import statistics
import subprocess
import sys
import time

SECONDS = 1.5           # of CPU time: the first 10 ms of a run, when caches fill, are lost in it
PROGRAMS = ("dpdk-testpmd", None)
PORTS = {"rxonly": 1, "io": 2}


def tsc_hz():
    with open("/proc/cpuinfo", encoding="ascii") as file:
        return float(re.search(r"cpu MHz\s*: ([\d.]+)", file.read())[1]) * 1e6


def worker_ns(pid):
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/comm", encoding="ascii") as file:
            if "worker" not in file.read():
                continue
        with open(f"/proc/{pid}/task/{task}/schedstat", encoding="ascii") as file:
            return int(file.read().split()[0])
    return 0


def run(program, mode, number):
    """Nanoseconds of CPU time per packet received, give or take the last 50 ms."""
    line = [program, "--no-pci", "--no-huge", "-m", "128", "--no-telemetry",
            f"--file-prefix=afxloop{os.getpid()}_{number}", "--lcores", "0@0,1@1"]
    for port in range(PORTS[mode]):
        line += ["--vdev", f"net_null{port}"]
    line += ["--", f"--forward-mode={mode}", "--no-flush-rx", "--disable-link-check",
             "--total-num-mbufs=8192"]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True) as process:
        deadline = time.monotonic() + 60
        spent = 0
        # It says nothing before its pipe is full.
        while spent < SECONDS * 1e9 and time.monotonic() < deadline:
            time.sleep(0.05)
            spent = worker_ns(process.pid)
        text = process.communicate("\n")[0]
    accumulated = text[text.index("Accumulated"):]
    return spent / int(re.search(r"RX-packets: (\d+)", accumulated)[1])


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    repeats = int(sys.argv[2]) if len(sys.argv) == 3 else 7
    cycles = tsc_hz() / 1e9
    print(f"{'mode':8} {'program':14} {'median':>8} {'least':>8}   cycles per packet, "
          f"{repeats} runs of {SECONDS} s each, alternating")
    number = 0
    for mode in PORTS:
        found = {program: [] for program in PROGRAMS}
        for _ in range(repeats):
            for program in PROGRAMS:
                number += 1
                found[program].append(cycles * run(program or sys.argv[1], mode, number))
        for program, values in found.items():
            print(f"{mode:8} {program or 'afx-testpmd':14} {statistics.median(values):8.2f} "
                  f"{min(values):8.2f}", flush=True)


if __name__ == "__main__":
    main()
