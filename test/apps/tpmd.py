# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""afx-testpmd as a child process with pipes; AFX_TESTPMD is its path.

On a terminal, with a prompt, it is veth's Testpmd class that drives it.
"""

import glob
import itertools
import json
import os
import select
import signal
import subprocess
import time

import testpmd

PROGRAM = os.environ.get("AFX_TESTPMD", "")
READY = "Logical Core"
END_TIME = 40           # seconds, on a loaded machine

_serial = itertools.count()


SHARED = "shared"       # for huge: files, which a secondary process can map


def prefix_new():
    return f"afxtp{os.getpid()}_{next(_serial)}"


def eal_args(vdevs, lcores=2, huge=None, prefix=None):
    """EAL's half of the command line."""
    cpus = ",".join(f"{n}@{n % os.cpu_count()}" for n in range(lcores))
    line = ["--no-pci", "--no-telemetry", "--lcores", cpus,
            f"--file-prefix={prefix or prefix_new()}"]
    line += ["-m", "128"] if huge == SHARED else testpmd.memory_args(128, huge)
    line += testpmd.plugin_args()
    for vdev in vdevs:
        line += ["--vdev", vdev]
    return line


class App:
    """One afx-testpmd. Its frames must be sent after ready()."""

    def __init__(self, namespace, vdevs, *options, lcores=2, text=True,
                 stdin=subprocess.DEVNULL, huge=None, wait_link=False):
        self.prefix = prefix_new()
        self.line = [PROGRAM] + eal_args(vdevs, lcores, huge, self.prefix) + ["--"]
        self.line += [] if wait_link else ["--disable-link-check"]
        self.line += ["--no-flush-rx", *options]
        enter = ["ip", "netns", "exec", namespace.name] if namespace else []
        self.process = subprocess.Popen(
            enter + self.line, stdin=stdin, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, start_new_session=True)
        self.out, self.err, self.text = b"", b"", text
        for pipe in self.process.stdout, self.process.stderr:
            os.set_blocking(pipe.fileno(), False)

    @property
    def pid(self):
        return self.process.pid

    def _read(self, timeout):
        pipes = [p for p in (self.process.stdout, self.process.stderr)
                 if not p.closed]
        for pipe in select.select(pipes, [], [], timeout)[0]:
            data = pipe.read()
            if not data:
                pipe.close()
            elif pipe is self.process.stdout:
                self.out += data
            else:
                self.err += data
        return bool(pipes)

    def all(self):
        return (self.out + self.err).decode(errors="replace")

    def until(self, holds, what, timeout=END_TIME):
        """Read on until holds()."""
        deadline = time.monotonic() + timeout
        while not holds():
            if not self._read(0.1) or time.monotonic() > deadline:
                raise AssertionError(f"not {what}: {self.all()}")

    def wait(self, text, times=1, timeout=END_TIME):
        """Wait until it has printed text that often."""
        self.until(lambda: self.all().count(text) >= times, f"'{text}'", timeout)

    def ready(self):
        self.wait(READY)
        return self

    def received(self, count, timeout=END_TIME):
        """Wait for count packets in the periodic objects of --json."""
        def enough():
            rows = self.objects()
            return rows and sum(p["rx_packets"] for p in rows[-1]["ports"]) >= count

        self.until(enough, f"{count} packets", timeout)

    def feed(self, pair, frames, window=200):
        """Send the frames to its port, never more ahead of it than its Rx ring has room for."""
        for start in range(0, len(frames), window):
            part = frames[start:start + window]
            pair.wire.send(part)
            self.received(start + len(part))

    def end(self, sig=None, timeout=END_TIME):
        """Wait for the end, asked for by a signal or not; the exit code."""
        if sig is not None and self.process.poll() is None:
            os.kill(self.pid, sig)
        deadline = time.monotonic() + timeout
        while self._read(0.1):
            if time.monotonic() > deadline:
                raise AssertionError(f"does not end: {self.all()}")
        return self.process.wait(timeout)

    def interrupt(self):
        return self.end(signal.SIGINT)

    def objects(self):
        """The lines of --json."""
        whole = self.out[:self.out.rfind(b"\n") + 1]
        return [json.loads(line) for line in whole.splitlines()]

    def final(self):
        last = self.objects()[-1]
        assert last["final"] is True
        return last

    def sentences(self):
        """What it complained about."""
        return [line for line in self.err.decode(errors="replace").split("\n")
                if line.startswith("afx-testpmd: ")]

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)
        for pipe in self.process.stdout, self.process.stderr:
            pipe.close()
        for path in glob.glob(f"{testpmd.HUGEDIR}/{self.prefix}map_*"):
            os.unlink(path)
