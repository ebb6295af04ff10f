# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""What the tests of ports under attack share: the program (run.h), and traffic.

Environment: AFX_RUN is the path of the program, AFX_SEED the seed of whatever
is random here: printed, to be given again.
"""

import contextlib
import os
import random
import subprocess
import threading

import pytest

import kernelstate
from app import program
from app.program import made
from lab import soon
from rawpeer import differences, swapped

PATH = os.environ.get("AFX_RUN", "")
needs_program = pytest.mark.skipif(
    not os.path.exists(PATH),
    reason="needs AFX_RUN=<path of lifecycle-run>: ninja -C build")

FLOOD = 1 << 20         # numbers of frames that may be lost
MARK, MARKS = 2 * FLOOD, 10     # numbers that nothing else has
FLOOD_BURST = 64        # frames to a queue before the next one has its turn
# Mbufs that a thread keeps to itself: none, less than the driver's batch of 32,
# testpmd's number.  Whether all are back, the program asks of all of these.
CACHES = (0, 16, 250)

SEED = int(os.environ.get("AFX_SEED") or random.SystemRandom().getrandbits(32))


def seeded(what):
    """Random numbers of this session's, others for each name."""
    print(f"AFX_SEED={SEED}")
    return random.Random(f"{SEED} {what}")


def reflected(pair, count, first=0, window=100, sizes=program.LENS):
    """These come back unaltered and in order, and nothing but these."""
    for start in range(first, first + count, window):
        sent = made(pair, min(window, first + count - start), start, sizes)
        text = differences([swapped(f) for f in sent],
                           pair.wire.exchange(sent))
        assert text == "", f"{pair.iface}: {text}"


def flushed(pair, queues=(None,)):
    """What was under way is back or lost: what is sent now comes behind it all.

    One queue keeps its order, so a mark that is back was the last; while the
    queue is full of what came before, a mark may be lost, and another follows.
    """
    for queue in queues:
        if queue is not None:
            pair.steer(queue)
        if not any(_back(pair, turn) for turn in range(MARKS)):
            return False
    return True


def _back(pair, turn):
    mark = made(pair, 1, MARK + turn)
    pair.wire.send(mark)
    return soon(lambda: swapped(mark[0]) in pair.wire.drain(0.02), 1)


class Flood:
    """Frames to the driver's side, to all queues in turn, wire or no wire."""

    def __init__(self, pair):
        self._pair, self._ends = pair, threading.Event()
        self._frames = made(pair, FLOOD_BURST, FLOOD)
        self._thread = threading.Thread(target=self._run)
        self.sent = 0

    def _run(self):
        turn = 0
        with self._steering() as steer:
            while not self._ends.is_set():
                steer(turn % self._pair.queues)
                self.sent += self._pair.wire.send_lossy(self._frames)
                turn += 1

    @contextlib.contextmanager
    def _steering(self):
        """pair.steer() by one shell, many times a second."""
        pair = self._pair
        if pair.queues == 1:
            yield lambda queue: None
            return
        cpus = f"{(1 << os.cpu_count()) - 1:x}"
        path = f"/sys/class/net/{pair.peer}/queues/tx-%d/xps_cpus"
        with subprocess.Popen(
                ["ip", "netns", "exec", pair.gen.name, "sh"],
                stdin=subprocess.PIPE, text=True,
                stderr=subprocess.DEVNULL) as shell:    # the interface may go

            def steer(queue):
                shell.stdin.write("".join(
                    f"echo {cpus if q == queue else 0} >{path % q}\n"
                    for q in range(pair.queues)))
                shell.stdin.flush()

            yield steer
            shell.stdin.close()

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ends.set()
        self._thread.join()


class Run(program.Program):
    """The program's scenario "commands", and what else it has."""

    def __init__(self, namespace, vdevs, scenario, **options):
        super().__init__(namespace, vdevs, scenario, path=PATH, **options)

    def ask(self, words):
        """Have it done; return all that was said so far."""
        self.tell(words)
        return self.until(words.split()[0])

    def done(self, words):
        """Have it done, successfully."""
        word = words.split()[0]
        said = self.ask(words)
        assert said[word] == 0, f"{words}: {said[word]}; {self.log()}"
        return said

    def counts(self):
        """Its own counts and the driver's right now."""
        return of_port(self.ask("stats"))


def of_port(said):
    """All that was said, without the port's prefix."""
    return {key.removeprefix("p0_"): value for key, value in said.items()}


def assert_gone(run):
    """Of a port without its interface bursts are cheap, and move nothing."""
    run.done("full")
    said = run.done("count")
    assert said["received_now"] == said["taken_now"] == 0
    assert said["bursts_now"] > 0 and said["unsent_now"] > 0
    assert said["tx_calls_max"] <= 1 and said["rx_calls_max"] <= 1


def ended(run):
    """The end of a run that went well: everything was given back."""
    said = of_port(program.ended(run))
    assert said["damaged"] == said["unsent_wrong"] == 0
    return said


@pytest.fixture
def start(lab, request):
    """Starts runs in the driver's namespace; none outlives the test."""
    started, ids = [], set()
    rng = seeded(request.node.name)

    def begin(scenario="commands", vdevs=None, running="running", **options):
        vdevs = lab.vdevs() if vdevs is None else vdevs
        options = {"workers": 1, "mbufs": 8192, "cache": rng.choice(CACHES), **options}
        print(f"mempool cache {options['cache']}")
        run = Run(lab.dut, vdevs, scenario, **options)
        started.append(run)
        run.until(running)
        ids.update(kernelstate.bpf_ids(run.pid))
        return run

    yield begin
    for run in started:
        run.kill()
    lab.assert_clean()
    left = kernelstate.bpf_alive(ids)
    assert not left, f"BPF objects outlive the process: {left}"
