# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""One run of driver-cost: drivers on veth pairs of their own, the ideal NIC preloaded.

Environment: BENCH_BUILD is the build folder (default: build), AFX_PLUGIN another
librte_net_afx.so than that one's.
"""

import contextlib
import itertools
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test/veth"))

import netns  # pylint: disable=wrong-import-position

BUILD = pathlib.Path(os.environ.get("BENCH_BUILD", ROOT / "build")).resolve()
PLUGIN = pathlib.Path(os.environ.get("AFX_PLUGIN", BUILD / "drivers/net/afx/librte_net_afx.so"))
PROGRAM = BUILD / "test/bench/cost/driver-cost"
IDEAL_NIC = BUILD / "test/bench/cost/libideal-nic.so"

# devargs besides iface=; None: no interface. The incumbent's busy polling is a system call for each
# empty poll, which the ideal NIC does not need: without, it is cheaper.
DRIVERS = {"net_floor": None, "net_null": None, "net_afx": {}, "net_af_xdp": {"busy_budget": 0}}

LCORES = "0@1,1@0"      # of the split mode, the first is that of all others
RUN_TIME = 1200         # far over any run's own time, on a loaded machine

_serial = itertools.count()


class CostError(Exception):
    """driver-cost failed; the text is what it said."""


class World:
    """The namespace in which the drivers' interfaces are, and that of their peers."""

    def __init__(self):
        self._stack = contextlib.ExitStack()
        self.dut, self.gen = self._namespace(), self._namespace()
        self._pairs = {}

    def _namespace(self):
        namespace = netns.Netns()
        self._stack.callback(namespace.delete)
        return namespace

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._stack.close()

    def pair(self, driver, port):
        """Made when it is needed first: each run reuses them."""
        if (driver, port) not in self._pairs:
            self._pairs[driver, port] = netns.VethPair(self.dut, self.gen, len(self._pairs))
        return self._pairs[driver, port]


def _vdevs(world, drivers, ports):
    for driver in drivers:
        for port in range(ports):
            keys = DRIVERS[driver]
            if keys is not None:
                keys = {"iface": world.pair(driver, port).iface, **keys}
            words = [f"{driver}{port}", *(f"{k}={v}" for k, v in (keys or {}).items())]
            yield from ("--vdev", ",".join(words))


def command(world, drivers, ports, args, ideal=True):
    """The command line of a run."""
    plugin = ["-d", PLUGIN] if "net_afx" in drivers else []
    preload = ["env", f"LD_PRELOAD={IDEAL_NIC}"] if ideal else []
    line = ["ip", "netns", "exec", world.dut.name, *preload, PROGRAM,
            "--no-pci", "--no-telemetry", "--in-memory", "--iova-mode=va", "--lcores", LCORES,
            f"--file-prefix=cost{os.getpid()}_{next(_serial)}", *plugin,
            *_vdevs(world, drivers, ports), "--", *(f"{k}={v}" for k, v in args.items())]
    return [str(word) for word in line]


def parse(text):
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def run(world, drivers, ports=1, nic=None, ideal=True, **args):
    """What driver-cost printed: a list of its lines. nic: settings of the ideal NIC."""
    settings = {f"IDEAL_NIC_{k.upper()}": str(v) for k, v in (nic or {}).items()}
    done = subprocess.run(command(world, drivers, ports, args, ideal), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          timeout=RUN_TIME, env={**os.environ, **settings}, check=False)
    if done.returncode:
        raise CostError(f"{' '.join(done.args)}\n{done.stdout[-500:]}\n{done.stderr[-2000:]}")
    return parse(done.stdout)


def complaints(lines):
    """What was not as exact as it has to be, with any driver that the NIC serves."""
    for line in lines:
        name = line.get("counts")
        if name in (None, "net_null"):
            continue
        # net_af_xdp takes a mempool for an array without gaps, and leaves its end out
        # of the UMEM; it is not held against it here.
        invalid = line["nic_invalid_fill"] + line["nic_invalid_tx"]
        if invalid and name != "net_af_xdp":
            yield f"{name}: {invalid} descriptors that the kernel refuses"
        if line["received"] != line["nic_frames"]:
            yield f"{name}: {line['received']} received of {line['nic_frames']}"
        if line["sent"] != line["nic_sent"] + line["nic_invalid_tx"]:
            yield f"{name}: {line['sent']} sent, {line['nic_sent']} taken"
        if line["nic_completed"] + line["nic_held"] != line["nic_sent"]:
            yield f"{name}: {line['nic_sent']} taken, {line['nic_completed']} completed, {line['nic_held']} held"
