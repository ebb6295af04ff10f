#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""What a packet costs in the driver, with a NIC that costs nothing.

net_afx, Debian's net_af_xdp, net_null, which only allocates and frees, and net_floor,
the least that a driver on these rings can do (cost/floor.h), take turns, window by
window, in one process; several processes (rounds) of each set of cells.  A cell's
figure is cycles of the TSC a packet; a ratio is the median of the rounds' ratios.
Results go to bench-results/<date>-<host>/cost.json.
"""

import collections
import os
import re
import statistics
import sys

import costrun
import ending
import lab
import options
import results
import table
from table import Limit

# Of the hugepages: the pools of four drivers in the large sets, and EAL's own.
LARGE_MB = 4700
# A pool of 1 GiB: mbufs of 2432 bytes with all that belongs to them. The lcore's cache gives out
# again what came back last, so that only what overflows it goes round the whole pool.
LARGE = {"mbufs": 441000}
# What the application keeps of them before it frees or sends the oldest: each mbuf is a cold one.
QUEUE = {"fifo": 262144}

# Of the Tx ring of 512, so that half of it is always under way.
SHUFFLED = {"hold": 256}
# The whole Rx ring of 512 at once, as an application finds it that was away.
GULPS = {"batch": 512}

# A loaded machine gives no time to one program for longer than a few milliseconds,
# so that only short windows, and of those the least disturbed, say what a driver costs.
QUIET = {"packets": 1000000, "windows": 10}
LOADED = {"packets": 20000, "windows": 150}

# On a machine without other load, medians of equal work differ by less.
NOISE = 0.03

Set = collections.namedtuple("Set", "name modes bursts touch fastfree ports pools nic args drivers",
                             defaults=((1, 1, {}, {}, tuple(costrun.DRIVERS))))

# What Tx does for a kernel that copies, which the ideal NIC does not: nothing is asked of it.
COPY_MODE = "copy mode"
# Each mbuf comes out of main memory, which then is what a packet costs, to the application too.
# Their limits, the same ones, are counted in the sum and apart.
QUEUED = "1 GiB queued"

# Rx and Tx at the same time, and each alone, which is compared with.
TWO_LCORES = "two lcores"

SETS = [
    Set("hot", "rx,fwd,tx", "1,4,32,64,256", "0,1", 1),
    Set("hot", "fwd,tx", "1,4,32,64,256", "0,1", 0),
    Set("shuffled", "fwd,tx", "32,64,256", "0,1", 1, nic=SHUFFLED),
    Set("shuffled", "fwd,tx", "32,64,256", "0,1", 0, nic=SHUFFLED),
    Set("gulps", "rx,fwd", "32,64,256", "0,1", 1, nic=GULPS),
    Set("1 GiB pool", "rx,fwd,tx", "32,64,256", "0,1", 1, args=LARGE),
    Set("1 GiB pool", "fwd,tx", "32,64,256", "0,1", 0, args=LARGE),
    Set(QUEUED, "rx,fwd,tx", "32,64,256", "0,1", 1, args=LARGE | QUEUE),
    Set(QUEUED, "fwd,tx", "32,64,256", "0,1", 0, args=LARGE | QUEUE),
    Set("two ports", "fwd", "32,64,256", "0,1", 1, ports=2),
    Set("two ports", "fwd", "32,64,256", "0,1", 0, ports=2),
    Set("two pools", "fwd", "32,64,256", "0,1", 1, ports=2, pools=2),
    Set(TWO_LCORES, "split,rx,tx", "32,64,256", "0", 1),
    Set(COPY_MODE, "fwd,tx", "32", "0,1", 1, nic={"copy": 1}),
]
# A first look: what the limits are about, and nothing else.
BRIEF = [
    Set("hot", "rx,fwd,tx", "32", "0", 1),
    Set("hot", "fwd,tx", "32", "0", 0),
    Set("two pools", "fwd", "32", "0", 1, ports=2, pools=2),
]

Cell = collections.namedtuple("Cell", "set mode burst touch fastfree lcores")

# Against net_af_xdp: by mode and fast free.
AGAINST_AF_XDP = {("rx", 1): 0.78, ("fwd", 1): 0.42, ("fwd", 0): 0.52, ("tx", 1): 0.50, ("tx", 0): 0.60}
# What net_afx is compared with.
REFERENCES = ("net_af_xdp", "net_null", "net_floor", "one lcore")
# Forwarding between mempools is to be 1.3 times as fast.
TWO_POOLS = 1 / 1.3


def limits(cell):
    """What issue 4 asks of net_afx in this cell."""
    if cell.set == "two pools":
        return [Limit("net_af_xdp", TWO_POOLS)]
    if cell.lcores == 2:
        return [Limit("one lcore", 1 + NOISE)]
    if cell.set in (TWO_LCORES, COPY_MODE):
        return []
    if cell.burst < 32:
        return [Limit("net_af_xdp", 1.0)]
    null = Limit("net_null", 1.05) if cell.mode == "rx" else Limit("net_null", 1.0, True)
    return [Limit("net_af_xdp", AGAINST_AF_XDP[cell.mode, cell.fastfree]), null]


def describe(cell):
    words = [cell.mode, f"burst {cell.burst}"]
    words += ["headers touched"] if cell.touch else []
    words += ["fast free"] if cell.fastfree and cell.mode != "rx" else []
    if cell.set == TWO_LCORES:
        words += ["alone" if cell.lcores == 1 else cell.set]
    elif cell.set != "hot":
        words += [cell.set]
    return ", ".join(words)


def run_set(world, a_set, windows):
    """{cell: {driver: cycles of each window}} of one round."""
    lines = costrun.run(world, a_set.drivers, a_set.ports, a_set.nic, mode=a_set.modes,
                        burst=a_set.bursts, touch=a_set.touch, fastfree=a_set.fastfree,
                        pools=a_set.pools, **a_set.args, **windows)
    wrong = list(costrun.complaints(lines))
    if wrong:
        raise costrun.CostError(f"{a_set.name}: " + "; ".join(wrong))
    found = collections.defaultdict(dict)
    for line in lines:
        if "windows" in line:
            cell = Cell(a_set.name, line["mode"], line["burst"], line["touch"], a_set.fastfree,
                        line["lcores"])
            found[cell][line["pmd"]] = line["windows"]
    return found


class Figures:
    """Of each cell and driver: each round's figure, and the least window of all."""

    def __init__(self, judge):
        self._judge = judge
        self.rounds = collections.defaultdict(lambda: collections.defaultdict(list))
        self.least = collections.defaultdict(lambda: collections.defaultdict(list))

    def add(self, found):
        for cell, drivers in found.items():
            for driver, windows in drivers.items():
                self.rounds[cell][driver].append(self._judge(windows))
                self.least[cell][driver].append(min(windows))

    def references(self, cell, driver):
        """{name: figures} that the driver's are compared with."""
        others = {k: v for k, v in self.rounds[cell].items() if k != driver}
        alone = self.rounds.get(cell._replace(lcores=1))
        if cell.lcores == 2 and alone:
            others["one lcore"] = alone[driver]
        return others

    def ratio_to(self, cell, driver="net_afx"):
        ours = self.rounds[cell][driver]
        return {name: table.ratio(ours, theirs)
                for name, theirs in self.references(cell, driver).items()}

    def beyond(self, cell, limit):
        """Whether net_floor does not keep the limit either, by more than noise."""
        noise = 0 if limit.to == "one lcore" else NOISE     # which that limit has in it
        return self.ratio_to(cell, "net_floor")[limit.to] > limit.bound * (1 + noise)

    def json(self):
        for cell, drivers in self.rounds.items():
            ratio_to = self.ratio_to(cell)
            for driver, runs in drivers.items():
                entry = {"name": f"{driver}: {describe(cell)}",
                         "params": {"pmd": driver, **cell._asdict()},
                         "runs": [round(run, 3) for run in runs],
                         "median": round(statistics.median(runs), 3),
                         "min": min(self.least[cell][driver])}
                if driver == "net_afx":
                    entry["ratio_to"] = {k: round(v, 4) for k, v in ratio_to.items()}
                    entry["limits"] = {
                        limit.to: {"bound": round(limit.bound, 4), "below": limit.below,
                                   "pass": table.keeps(ratio_to[limit.to], limit),
                                   "beyond_floor": self.beyond(cell, limit)}
                        for limit in limits(cell)}
                yield entry

    def summary(self):
        """How many limits are kept; and of these without and with queued mbufs."""
        queued = [cell for cell in self.rounds if cell.set == QUEUED]
        others = [cell for cell in self.rounds if cell.set != QUEUED]
        text = self._kept(self.rounds)
        if queued:
            text += f" ({QUEUED}: {self._kept(queued)}; all else: {self._kept(others)})"
        return text

    def _kept(self, cells):
        """How many limits of these, and how many others net_floor does not keep either."""
        kept, failed, beyond = 0, 0, 0
        for cell in cells:
            for limit in limits(cell):
                keeps = table.keeps(self.ratio_to(cell)[limit.to], limit)
                kept += keeps
                failed += not keeps
                beyond += not keeps and self.beyond(cell, limit)
        others = f", of the {failed} others net_floor keeps {failed - beyond}" if failed else ""
        return f"{kept} of {kept + failed} limits kept{others}"

    def table(self):
        """The text."""
        rows = []
        for cell, drivers in self.rounds.items():
            ratio_to = self.ratio_to(cell)
            bounds = {limit.to: limit for limit in limits(cell)}
            row = [describe(cell)]
            row += [statistics.median(drivers[name]) if name in drivers else None
                    for name in costrun.DRIVERS]
            for name in REFERENCES:
                value = ratio_to.get(name)
                row.append("" if value is None else table.verdict(value, bounds[name])
                           if name in bounds else f"{value:.3f}")
            rows.append(row)
        header = ["cell", *costrun.DRIVERS, *(f"to {name}" for name in REFERENCES)]
        return table.render(header, rows)


def free_hugepages_mb():
    with open("/proc/meminfo", encoding="ascii") as file:
        info = dict(re.findall(r"(\w+):\s+(\d+)", file.read()))
    return int(info["HugePages_Free"]) * int(info["Hugepagesize"]) // 1024


def runnable(a_set):
    """Else says why not. The kernel unpins a UMEM in a work item, after its process has ended."""
    if not a_set.args or lab.soon(lambda: free_hugepages_mb() >= LARGE_MB):
        return True
    print(f"left out, {LARGE_MB} MB of hugepages needed, {free_hugepages_mb()} free: {a_set.name}",
          file=sys.stderr)
    return False


def arguments():
    parser = options.parser("cost", __doc__, "3 rounds instead of 5")
    parser.add_argument("--brief", action="store_true", help="burst 32 only")
    parser.add_argument("--rounds", type=int, help="this many")
    parser.add_argument("--only", metavar="SET", help="only this set of cells, such as 'hot'")
    parser.add_argument("--loaded", action="store_true",
                        help="the machine has other work: short windows, and the least counts")
    return parser.parse_args()


def main():
    args = arguments()
    rounds = args.rounds or (3 if args.quick else 5)
    windows, judge = (LOADED, min) if args.loaded else (QUIET, statistics.median)
    figures = Figures(judge)
    ending.on_sigterm()
    # Over whatever else runs here, and less than what must run.
    os.setpriority(os.PRIO_PROCESS, 0, -10)
    sets = [s for s in (BRIEF if args.brief else SETS) if args.only in (None, s.name)]
    with costrun.World() as world:
        for number in range(rounds):
            for a_set in filter(runnable, sets):
                print(f"round {number + 1} of {rounds}: {a_set.name}, fast free "
                      f"{'on' if a_set.fastfree else 'off'}", file=sys.stderr)
                figures.add(run_set(world, a_set, windows))
    print(figures.table())
    print(f"\n{figures.summary()}; cycles a packet, "
          f"{'least window' if args.loaded else 'median window'}, median of {rounds} rounds")
    path = results.write(results.folder(args.out), "cost", list(figures.json()),
                         windows=windows, judged_by="least" if args.loaded else "median")
    print(f"results: {path}")


if __name__ == "__main__":
    main()
