#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Random operations under traffic; the world around the program soak.c.

usage: soak.py MINUTES [SEED]

The program decides everything by its seed, asks for what is to be done to the
interfaces, and tells its numbers when all is still; here they are compared
with the kernel's.  Environment: AFX_SOAK is the path of the program.
"""

import os
import random
import signal
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "veth")]
os.environ["AFX_APP"] = os.environ.get("AFX_SOAK", "")

# pylint: disable=wrong-import-position
import kernelstate
import lab as labs
import netns
from app import program

PORTS, QUEUES = 2, 4
MEMORY = 512            # MB: pools of 180, rings, ledgers
STEP_TIME = 120         # an epoch without questions, on a loaded machine
FLAP_TIME = 0.1         # at most between two changes of a peer's state
SHOWN = 20              # complaints; the rest comes of the first ones
VERBOSE = "AFX_SOAK_VERBOSE" in os.environ  # each operation


# Which kinds of epochs promise what: these sums are equal.  Counters that are
# reset tell nothing; what waits in the kernel when a carrier or an interface
# goes is lost there, and not counted; a deleted interface takes its own along.
ALL_BUT_RESETS = ("first", "calm", "flaps", "gone")
KEPT = ("first", "calm", "flaps")
CALM = ("first", "calm")
RINGS = 4 * 256         # frames, VETH_RING_SIZE each
EQUATIONS = (
    (ALL_BUT_RESETS, ("received",), ("ipackets",)),
    (ALL_BUT_RESETS, ("taken",), ("opackets", "oerrors")),
    (KEPT, ("redirected", "drops"), ("ipackets", "imissed")),
    (CALM, ("opackets",), ("wire_came",)),
    (CALM, ("wire_sent",), ("redirected", "drops", "passed")),
)


def differences(said, kind):
    """What does not add up at one port."""
    if said["wire_damaged"]:
        yield f"{said['wire_damaged']} frames came damaged to the peer"
    for kinds, left, right in EQUATIONS:
        sums = [sum(said[name] for name in side) for side in (left, right)]
        # What waits in a veth's rings is gone with the program.
        spare = RINGS * said["detached"] if "wire_sent" in left else 0
        if kind in kinds and not 0 <= sums[0] - sums[1] <= spare:
            yield f"{'+'.join(left)}: {sums[0]}, {'+'.join(right)}: {sums[1]}"


class Trace(program.Program):
    """The program, and the operations that it has told of."""

    def __init__(self, *args, **options):
        self.operations = []
        self.complaints = []
        super().__init__(*args, **options)

    def _take(self, line):
        super()._take(line)
        if line.startswith("op="):
            self.operations.append(line[3:])
            if VERBOSE:
                print(line, flush=True)
        elif line.startswith("complaint="):
            self.complain(line[10:])

    def complain(self, text):
        last = "".join(self.operations[-1:])
        said = [line for line in self.log().splitlines()
                if line.startswith("AFX: ") and "UMEM" not in line]
        self.complaints.append(f"{text}; last operation: {last}; "
                               f"the driver's last line: {''.join(said[-1:])}")
        if VERBOSE:
            print(self.complaints[-1], flush=True)


class Soak:
    """One run: namespaces, veth pairs, the program."""

    def __init__(self, scenario, seed=1, **arguments):
        self.marker = kernelstate.kernel_log_marker()
        self.lab = labs.Lab()
        self.aside = netns.Netns()      # where interfaces are moved to
        self.before = {}
        self.sums = {}
        self._random = random.Random(seed)
        self._flapping = None
        try:
            for port in range(PORTS):
                self.create(port)
            self.run = Trace(
                self.lab.dut, self.lab.vdevs(), scenario, workers=2,
                memory=MEMORY, netns=self.lab.gen.name, seed=seed, priv=64,
                **arguments)
        except BaseException:
            self.lab.close()
            self.aside.delete()
            raise

    def close(self):
        self.steady()
        self.run.kill()
        self.lab.close()
        self.aside.delete()

    def finish(self):
        """Answer what the program asks until it ends."""
        while True:
            verb, *args = self.run.until("do", STEP_TIME)["do"].split()
            if verb == "end":
                break
            getattr(self, verb)(*args)
            self.run.go()
        said = self.run.finish()
        if (said["exit"], said["ret"], said["wrong"]) != (0, 0, 0):
            self.complain(f"exit code {said['exit']}, returned {said['ret']},"
                          f" {said['wrong']} mbufs not at home")
        for line in kernelstate.kernel_log_since(self.marker):
            self.complain(f"kernel log: {line}")

    def complain(self, text):
        self.run.complain(text)

    # What the program asks for

    def down(self, port):
        self.lab.dut.ip("link", "set", f"x{port}", "down")

    def up(self, port):
        self.lab.dut.ip("link", "set", f"x{port}", "up")

    def delete(self, port):
        self.lab.dut.ip("link", "del", f"x{port}")
        self.before.pop(int(port), None)

    def create(self, port):
        pair = netns.VethPair(self.lab.dut, self.lab.gen, int(port), QUEUES)
        self.lab.pairs[int(port):int(port) + 1] = [pair]

    def move(self, port):
        self.lab.dut.ip("link", "set", f"x{port}", "netns", self.aside.name)

    def back(self, port):
        self.aside.ip("link", "set", f"x{port}", "netns", self.lab.dut.name)
        self.up(port)

    def flap(self):
        """From now on, peers go down and up."""
        ends = threading.Event()
        thread = threading.Thread(target=self._flap, args=(ends,))
        thread.start()
        self._flapping = ends, thread

    def steady(self):
        if self._flapping:
            ends, thread = self._flapping
            self._flapping = None
            ends.set()
            thread.join()

    def _flap(self, ends):
        while not ends.wait(self._random.random() * FLAP_TIME):
            peer = f"p{self._random.randrange(PORTS)}"
            self.lab.gen.ip("link", "set", peer, "down")
            ends.wait(self._random.random() * FLAP_TIME)
            self.lab.gen.ip("link", "set", peer, "up")

    def removed(self):
        """All ports are; nothing of them is left on the interfaces."""
        for pair in self.lab.pairs:
            text = kernelstate.leftovers(pair.dut, pair.iface)
            if text:
                self.complain(f"left: {text}")

    def judge(self, kind):
        for name in "excess", "damaged", "disorder", "mbufs_wrong", "external":
            if self.run.said[name]:
                self.complain(f"{name}: {self.run.said[name]}")
        for port in range(PORTS):
            self._judge_port(port, kind)

    def _judge_port(self, port, kind):
        prefix = f"p{port}_"
        said = {k[len(prefix):]: v for k, v in self.run.said.items()
                if k.startswith(prefix)}
        said.update(self._kernel_delta(port))
        for name, value in said.items():
            self.sums[name] = self.sums.get(name, 0) + value
        for text in differences(said, kind):
            self.complain(f"port {port}, {kind}: {text}; {said}")

    def _kernel_delta(self, port):
        now = dict(zip(("redirected", "drops"),
                       kernelstate.redirected(self.lab.dut, f"x{port}")))
        before = self.before.get(port, {})
        self.before[port] = now
        return {k: v - before.get(k, 0) for k, v in now.items()}


def soak(scenario, seed=1, **arguments):
    """Run to the end; return the run, for its complaints and what it said."""
    world = Soak(scenario, seed, **arguments)
    try:
        world.finish()
        return world
    finally:
        world.close()


def terminated(*_):
    """Leave as on Ctrl-C, so that everything is taken down."""
    raise KeyboardInterrupt


def tell(world, seed):
    """Operations that led to the first complaint, complaints, verdict."""
    run, sums = world.run, world.sums
    for text in run.complaints[:SHOWN]:
        print(text)
    verdict = "FAIL" if run.complaints else "PASS"
    print(f"{verdict}: seed {seed}, {run.said['epochs']} epochs, "
          f"{len(run.operations)} operations, {sums['taken']} frames taken "
          f"and {sums['received']} received, {len(run.complaints)} complaints")


def main(minutes, seed=None):
    signal.signal(signal.SIGTERM, terminated)
    netns.sweep()
    seed = int(seed) if seed else time.time_ns() % 1000000
    print(f"seed {seed}; again with: devtools/soak.sh {minutes} {seed}",
          flush=True)
    try:
        world = soak("soak", seed, seconds=int(float(minutes) * 60))
    except KeyboardInterrupt:
        print(f"INTERRUPTED: seed {seed}")
        return 130
    except (program.ProgramError, netns.CommandError) as err:
        print(f"{err}\nFAIL: seed {seed}, the program ended or hangs")
        return 1
    tell(world, seed)
    return 1 if world.run.complaints else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
