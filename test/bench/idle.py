#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""What a port costs that has little to do: CPU and system calls a second.

A loop that polls takes its core whole, whatever the driver; what differs is
what an empty poll costs, and how much of the core goes to the kernel.
"""

import statistics

import ending
import options
import results
import stand

DRIVERS = (stand.RAW, *stand.DRIVERS)
# Name -> work of the loop, frames a second.
CELLS = {"idle": ("rx", 0), "rx-10kpps": ("rx", 10000), "macswap-10kpps": ("macswap", 10000)}


def one_window(one, seconds):
    """Figures of a window, and then of one with system calls counted."""
    window = one.window(seconds)
    counted, calls = one.syscalls(seconds)
    return {
        "cpu_percent": 100 * window.cpu_loop / window.seconds,
        "kernel_percent": 100 * window.kernel / window.seconds,
        "polls_per_second": window.turns,
        "ns_per_poll": 1e9 * window.cpu_loop / window.seconds / window.turns,
        "syscalls_per_second": calls / counted.seconds,
        "pps": window.pps,
        "loss": max(0.0, window.loss),
    }


def run_cell(kind, rate, rounds, seconds):
    """Figures of each round by driver; one driver at a time."""
    found = {driver: [] for driver in DRIVERS}
    with stand.World(kind) as world:
        stands = [world.add(driver) for driver in DRIVERS]
        world.ready()
        if rate:
            world.generate(rate)
        for _ in range(rounds):
            for one in stands:
                one.go(frames=bool(rate))
                found[one.driver].append(one_window(one, seconds))
                one.hold()
    return found


def report(name, kind, rate, found):
    """A cell of the results for each driver."""
    for driver, runs in found.items():
        ns = [run["ns_per_poll"] for run in runs]
        yield {
            "name": f"{name}/{driver}",
            "params": {"driver": driver, "kind": kind, "pps": rate},
            "unit": "nanoseconds of the loop's core a poll",
            "runs": [round(n, 1) for n in ns],
            "median": round(statistics.median(ns), 1),
            "min": round(min(ns), 1),
            "ratio_to": {other: round(statistics.median(a / b["ns_per_poll"] for a, b in zip(ns, found[other])), 4)
                         for other in DRIVERS if other != driver},
            **{what: round(statistics.median(run[what] for run in runs), 4) for what in runs[0]},
        }


LINE = "| {:<16} | {:<25} | {:>6} | {:>8} | {:>12} | {:>8} | {:>10} | {:>7} |"


def row(cell):
    name, driver = cell["name"].split("/")
    return LINE.format(name, driver, f"{cell['cpu_percent']:.0f}", f"{cell['kernel_percent']:.0f}",
                       f"{cell['syscalls_per_second']:.0f}", f"{cell['ns_per_poll']:.1f}",
                       f"{cell['pps']:.0f}", f"{100 * cell['loss']:.2f}")


def main():
    ending.on_sigterm()
    args = options.parser("idle", __doc__, "3 rounds of a third of a second").parse_args()
    rounds, seconds = (3, 0.3) if args.quick else (5, 1.0)
    out, done = results.folder(args.out), []
    print(LINE.format("cell", "driver", "CPU %", "kernel %", "syscalls/s", "ns/poll", "pps", "loss %"))
    print(LINE.format(*["---"] * 8))
    for name, (kind, rate) in CELLS.items():
        for cell in report(name, kind, rate, run_cell(kind, rate, rounds, seconds)):
            done.append(cell)
            print(row(cell), flush=True)
    print(results.write(out, "idle", done))


if __name__ == "__main__":
    main()
