#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""End to end on veth pairs: net_afx, net_af_xdp and a raw AF_XDP loop, side by side.

All drivers of a cell are up at once, each on veth pairs of its own, and run in
turns; a round is one window of each, and ratios are of one round. A round
counts only if each loop had its core, a cell only if the raw loop is at least
RAW_MIN of net_af_xdp in it; to choose single rounds by that would be to choose
those in which the raw loop had luck.
"""

import itertools
import statistics
import sys
import time

import ending
import options
import results
import stand

SIZES = (64, 512, 1500)
RAW_MIN = 0.98          # below it the raw loop is no floor
CORE_MIN = 0.8          # of a core for loop and generator; the hypervisor takes its share
SYSCALL_TIME = 0.1
ATTEMPTS = 4            # rounds tried for each that must count

DRIVERS = (stand.RAW, stand.RAW_CHUNKS, *stand.DRIVERS)
AFX, AF_XDP = "net_afx", [d for d in DRIVERS if d.startswith("net_af_xdp")]


class Plan:
    """How long and how often: rates move within seconds, and with what memory processes get."""

    def __init__(self, quick, loaded, sessions=None):
        self.loaded = loaded
        self.window = 0.1
        self.sessions = sessions or (3 if quick else 12)    # processes made anew
        self.rounds = 5                         # of each session
        self.sizes = SIZES[:1] if quick else SIZES


def cells(sizes):
    """Parameters of each cell; the peer's NAPI has no part in rx."""
    for size in sizes:
        yield {"kind": "rx", "size": size}
        for threaded in (False, True):
            yield {"kind": "tx", "size": size, "threaded": threaded}
            yield {"kind": "macswap", "size": size, "threaded": threaded}
            for pools in (1, 2):
                yield {"kind": "io", "size": size, "threaded": threaded, "pools": pools}


def cell_name(params):
    words = [params["kind"], str(params["size"])]
    if "pools" in params:
        words.insert(1, f"{params['pools']}pools")
    if "threaded" in params:
        words.append("threaded" if params["threaded"] else "inline")
    return "-".join(words)


def had_core(window):
    """Nothing else kept the loop, and the generator where there is one, from running."""
    far = window.cpu_far >= CORE_MIN * window.seconds or window.kind == "tx"
    return far and window.cpu_loop >= CORE_MIN * window.seconds


def session(params, plan):
    """Rounds that count, how many did not, and syscalls of each driver for 1000 packets."""
    kept, dropped = [], 0
    with stand.World(params["kind"], params["size"], params.get("threaded", False)) as world:
        stands = [world.add(driver, pools=params.get("pools", 1)) for driver in DRIVERS]
        world.ready()
        world.generate()
        order = itertools.cycle(range(len(stands)))
        while len(kept) < plan.rounds and dropped < (ATTEMPTS - 1) * plan.rounds:
            first = next(order)     # who comes first in a round has no advantage
            turns = stands[first:] + stands[:first]
            windows = {one.driver: one.measure(plan.window) for one in turns}
            if plan.loaded or all(map(had_core, windows.values())):
                kept.append(windows)
            else:
                dropped += 1
        syscalls = {one.driver: syscalls_of(one) for one in stands}
    return kept, dropped, syscalls


def syscalls_of(one):
    one.go()
    time.sleep(stand.WARM)
    window, calls = one.syscalls(SYSCALL_TIME)
    one.hold()
    return 1000 * calls / max(1, window.packets)


def median_of(rounds, driver, what):
    return statistics.median(getattr(r[driver], what) for r in rounds)


def better(rounds):
    """The net_af_xdp whose figure counts."""
    return max(AF_XDP, key=lambda driver: median_of(rounds, driver, "pps"))


def ratio(rounds, driver, rival):
    return statistics.median(r[driver].pps / r[rival].pps for r in rounds)


def report(params, rounds, dropped, syscalls):
    """A cell of the results for each driver."""
    rivals = {stand.RAW: stand.RAW, "net_af_xdp": better(rounds)}
    for driver in DRIVERS:
        pps = [r[driver].pps for r in rounds]
        yield {
            "name": f"{cell_name(params)}/{driver}",
            "params": {**params, "driver": driver, "burst": 32},
            "unit": "packets per second",
            "runs": [round(p) for p in pps],
            "median": round(statistics.median(pps)),
            "min": round(min(pps)),
            "ratio_to": {name: round(ratio(rounds, driver, rival), 4) for name, rival in rivals.items()},
            "offered": round(median_of(rounds, driver, "offered")),
            "loss": round(max(0.0, median_of(rounds, driver, "loss")), 4),
            "syscalls_per_1000": round(statistics.median(s[driver] for s in syscalls), 2),
            "cpu_s_per_mpkt": round(median_of(rounds, driver, "cpu"), 4),
            "rounds_not_counted": dropped,
        }


def run_cell(params, plan):
    rounds, dropped, syscalls = [], 0, []
    for _ in range(plan.sessions):
        kept, lost, calls = session(params, plan)
        rounds += kept
        dropped += lost
        syscalls.append(calls)
    if not rounds:
        print(f"{cell_name(params)}: no round counts, {dropped} tried", file=sys.stderr)
        return []
    floor = ratio(rounds, stand.RAW, better(rounds))
    if floor < RAW_MIN and not plan.loaded:
        print(f"{cell_name(params)} does not count: the raw loop is at {floor:.3f} of net_af_xdp", file=sys.stderr)
        return []
    return list(report(params, rounds, dropped, syscalls))


HEADER = ["cell", "driver", "Mpps", "to raw", "to net_af_xdp", "loss %", "calls/1000", "CPU s/M", "rounds"]


def row(cell):
    name, driver = cell["name"].split("/")
    ratios, counted = cell["ratio_to"], len(cell["runs"])
    return (name, driver, f"{cell['median'] / 1e6:.3f}", f"{ratios['raw']:.3f}", f"{ratios['net_af_xdp']:.3f}",
            f"{100 * cell['loss']:.2f}", f"{cell['syscalls_per_1000']:.1f}", f"{cell['cpu_s_per_mpkt']:.3f}",
            f"{counted} of {counted + cell['rounds_not_counted']}")


WIDTHS = (24, 25, 7, 7, 14, 7, 11, 8, 9)


def laid_out(words):
    """A line of a Markdown table; lines come while it runs, so that widths are fixed."""
    return "| " + " | ".join(w.ljust(n) if i < 2 else w.rjust(n)
                             for i, (w, n) in enumerate(zip(words, WIDTHS))) + " |"


def main():
    ending.on_sigterm()
    parser = options.parser("veth", __doc__, "3 times 5 rounds, 64 bytes only")
    parser.add_argument("--sessions", type=int, help="this many times 5 rounds: 12, or 3 with --quick")
    parser.add_argument("--loaded", action="store_true", help="the machine has other work: every round counts")
    parser.add_argument("--only", default="", metavar="TEXT", help="cells whose name has this in it")
    args = parser.parse_args()
    plan, done = Plan(args.quick, args.loaded, args.sessions), []
    out = results.folder(args.out)
    print(laid_out(HEADER))
    print("|" + "|".join("-" * (n + 2) for n in WIDTHS) + "|")
    for params in cells(plan.sizes):
        if args.only not in cell_name(params):
            continue
        for cell in run_cell(params, plan):
            done.append(cell)
            print(laid_out(row(cell)), flush=True)
    print(results.write(out, "veth", done, loaded=args.loaded))


if __name__ == "__main__":
    main()
