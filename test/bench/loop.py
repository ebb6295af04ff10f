#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""What a packet costs in the forwarding loop of afx-testpmd, against dpdk-testpmd's.

On net_null ports, which cost nothing but mbufs. A figure is CPU time of the worker
thread, as the kernel counts it, times the TSC's rate, by packets.  Both programs run
at the same time on the same CPUs, so that whatever slows the machine down slows both;
a ratio is the median of the rounds' ratios.  Exit code 1 if a limit is not kept.
Results go to bench-results/<date>-<host>/loop.json.
"""

import contextlib
import os
import re
import statistics
import subprocess
import sys
import time

import cost
import ending
import options
import results
import table

OURS, THEIRS = "afx-testpmd", "dpdk-testpmd"
PORTS = {"rxonly": 1, "io": 2}
# Of CPU time: the first 10 ms of a run, when caches fill, and the last one, are lost in it.
SECONDS = 1.5
# Both of them, and as much again for other work on the machine.
PATIENCE = 60
ROUNDS = 11
MEMORY_MB = 128
# No more than theirs; on equal work two programs differ by less than that here.
LIMIT = table.Limit(THEIRS, 1.03)


def tsc_mhz():
    with open("/proc/cpuinfo", encoding="ascii") as file:
        return float(re.search(r"cpu MHz\s*: ([\d.]+)", file.read())[1])


def worker_ns(pid):
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/comm", encoding="ascii") as file:
            if "worker" not in file.read():
                continue
        with open(f"/proc/{pid}/task/{task}/schedstat", encoding="ascii") as file:
            return int(file.read().split()[0])
    return 0


def memory_kind():
    """Small pages lie anywhere, and one run differs from the next."""
    return "--in-memory" if cost.free_hugepages_mb() >= 2 * MEMORY_MB else "--no-huge"


class Loop:
    """One of the programs, forwarding."""

    def __init__(self, program, mode, prefix):
        line = [program, "--no-pci", "-m", str(MEMORY_MB), "--no-telemetry",
                f"--file-prefix={prefix}", "--lcores", "0@0,1@1", memory_kind()]
        for port in range(PORTS[mode]):
            line += ["--vdev", f"net_null{port}"]
        line += ["--", f"--forward-mode={mode}", "--no-flush-rx", "--disable-link-check",
                 "--total-num-mbufs=8192"]
        self.process = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def spent(self):
        return worker_ns(self.process.pid)

    def end(self):
        """Nanoseconds a packet; what comes between the two looks is at most a few ms."""
        spent = self.spent()
        text = self.process.communicate("\n")[0]
        if "Accumulated" not in text:
            sys.exit(f"loop: {self.process.args[0]} did not run: {text[-500:]}")
        summary = text[text.index("Accumulated"):]
        return spent / int(re.search(r"RX-packets: (\d+)", summary)[1])


def run_round(programs, mode, number):
    """Nanoseconds a packet of each program."""
    order = list(programs) if number % 2 else list(programs)[::-1]
    deadline = time.monotonic() + PATIENCE
    with contextlib.ExitStack() as stack:
        loops = {name: stack.enter_context(
            Loop(programs[name], mode, f"afxloop{os.getpid()}_{number}_{name}"))
            for name in order}
        while min(loop.spent() for loop in loops.values()) < SECONDS * 1e9:
            if time.monotonic() > deadline:
                sys.exit(f"loop: {mode}: no {SECONDS} s of CPU time within {PATIENCE} s")
            time.sleep(0.05)
        return {name: loops[name].end() for name in order}


def cell(mode, rounds, mhz):
    """A cell of the results for each program."""
    ratio = table.ratio([r[OURS] for r in rounds], [r[THEIRS] for r in rounds])
    for name in OURS, THEIRS:
        runs = [round(r[name] * mhz / 1e3, 3) for r in rounds]
        entry = {"name": f"{mode}/{name}", "unit": "cycles per packet", "runs": runs,
                 "median": round(statistics.median(runs), 3), "min": min(runs)}
        if name == OURS:
            entry["ratio_to"] = {THEIRS: round(ratio, 4)}
            entry["pass"] = table.keeps(ratio, LIMIT)
        yield entry


def arguments():
    parser = options.parser("loop", __doc__, "3 rounds")
    parser.add_argument("--rounds", type=int, help="this many")
    parser.add_argument("--program", help="afx-testpmd (default: of BENCH_BUILD)")
    return parser.parse_args()


def main():
    ending.on_sigterm()
    args = arguments()
    rounds = args.rounds or (3 if args.quick else ROUNDS)
    build = os.environ.get("BENCH_BUILD", results.ROOT / "build")
    programs = {OURS: args.program or os.path.join(build, "app/testpmd/afx-testpmd"),
                THEIRS: THEIRS}
    mhz, done, rows = tsc_mhz(), [], []
    for mode in PORTS:
        ours, theirs = cell(mode, [run_round(programs, mode, n) for n in range(rounds)], mhz)
        done += [ours, theirs]
        rows.append([mode, ours["median"], theirs["median"],
                     table.verdict(ours["ratio_to"][THEIRS], LIMIT)])
    print(table.render(["mode", OURS, THEIRS, "ratio"], rows))
    print(f"\ncycles a packet, median of {rounds} rounds")
    print(f"results: {results.write(results.folder(args.out), 'loop', done)}")
    return 0 if all(entry.get("pass", True) for entry in done) else 1


if __name__ == "__main__":
    sys.exit(main())
