#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""What settings of the system are worth to a port that sends: each off and on in turns.

64 bytes, bursts of 32, on a veth pair.  A ratio is the median of single rounds.
"""

import collections
import contextlib
import statistics
import time

import ending
import options
import results
import stand
import table

BURST = 256             # of the one setting that is about long bursts

# Packets a second at the far end or, where nobody counts there, taken by the port and not lost.
Rate = collections.namedtuple("Rate", "pps loss")


def far_rate(one, seconds):
    """One window, by what the far end counts."""
    window = one.measure(seconds)
    return Rate(window.pps, max(0.0, window.loss))


def near_rate(one, seconds):
    """One window, by what the loop counts."""
    one.loop.tell("go")
    time.sleep(stand.WARM)
    before = one.loop.tell("count")
    time.sleep(seconds)
    after = one.loop.tell("count")
    one.loop.tell("hold")
    sent, lost = (after[what] - before[what] for what in ("tx", "dropped"))
    return Rate(1e9 * (sent - lost) / (after["ns"] - before["ns"]), lost / max(1, sent))


@contextlib.contextmanager
def threaded_napi():
    """The far end's NAPI in a kernel thread, on the other core."""
    with stand.World("tx") as world:
        one = world.add("net_afx")
        world.ready()

        def measure(on, seconds):
            world.thread_napi(on)
            return far_rate(one, seconds)
        yield measure


@contextlib.contextmanager
def queueing_discipline():
    """pfifo on the sending interface, for a far end whose NAPI is a thread."""
    with stand.World("tx", threaded=True) as world:
        one = world.add("net_afx")
        world.ready()

        def measure(on, seconds):
            world.dut.exec("tc", "qdisc", "replace", "dev", world.pairs[0].iface, "root",
                           "pfifo" if on else "noqueue")
            return far_rate(one, seconds)
        yield measure


@contextlib.contextmanager
def gro():
    """GRO of a far end that has no XDP program: it gets a NAPI by that."""
    with stand.World("tx") as world:
        one = world.add("net_afx")
        one.loop.ready()

        def measure(on, seconds):
            world.gen.exec("ethtool", "-K", world.pairs[0].peer, "gro", "on" if on else "off")
            return near_rate(one, seconds)
        yield measure


@contextlib.contextmanager
def frames_a_call():
    """XDP_MAX_TX_SKB_BUDGET 256 instead of the kernel's 32, bursts of 256: the driver sets it."""
    with stand.World("tx") as world:
        off, on = (world.add(driver, burst=BURST) for driver in (f"{stand.RAW},budget=32", stand.RAW))
        world.ready()

        def measure(is_on, seconds):
            return far_rate(on if is_on else off, seconds)
        yield measure


SETTINGS = {
    "NAPI of the far end in a thread": threaded_napi,
    "pfifo on the sender, far end threaded": queueing_discipline,
    "GRO of a far end without XDP": gro,
    "256 frames a call, bursts of 256": frames_a_call,
}


def rounds_of(setting, rounds, seconds):
    """[(off, on)]; which is first changes every time."""
    found = []
    with setting() as measure:
        for number in range(rounds):
            order = (False, True) if number % 2 else (True, False)
            both = {on: measure(on, seconds) for on in order}
            found.append((both[False], both[True]))
    return found


def report(name, found):
    off, on = ([getattr(both[i], "pps") for both in found] for i in (0, 1))
    return {"name": name, "params": {"setting": name}, "unit": "packets per second",
            "runs": [round(pps) for pps in on], "median": round(statistics.median(on)),
            "min": round(min(on)), "off": round(statistics.median(off)),
            "ratio_to": {"off": round(table.ratio(on, off), 4)},
            "loss": [round(statistics.median(both[i].loss for both in found), 4) for i in (0, 1)]}


def main():
    ending.on_sigterm()
    args = options.parser("settings", __doc__, "3 rounds of a third of a second").parse_args()
    rounds, seconds = (3, 0.3) if args.quick else (11, 0.5)
    done = [report(name, rounds_of(setting, rounds, seconds)) for name, setting in SETTINGS.items()]
    rows = [(cell["name"], cell["off"] / 1e6, cell["median"] / 1e6, cell["ratio_to"]["off"],
             *(100 * loss for loss in cell["loss"])) for cell in done]
    print(table.render(["setting", "off, Mpps", "on, Mpps", "ratio", "off, loss %", "on, loss %"], rows))
    print(results.write(results.folder(args.out), "settings", done))


if __name__ == "__main__":
    main()
