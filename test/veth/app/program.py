# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""The test application (app.h): one scenario in a process of its own.

Environment: AFX_APP is the path of the program.
"""

import os
import re
import select
import signal
import struct
import subprocess
import tempfile
import time

import netns
import rawpeer
import testpmd

PATH = os.environ.get("AFX_APP", "")
STEP_TIME = 30 * netns.PATIENCE          # EAL and pools on a loaded machine, or one step
PREFIX = f"afxapp{os.getpid()}"
MEMORY = 128            # MB: what the default pools and EAL take

_NOISE_LEN, _NOISE_SEED = 131072, 2026
SRC, DST = bytes.fromhex("020000000001"), bytes.fromhex("020000000002")
LENS = (60, 64, 14, 65, 127, 15, 128, 129, 17, 256, 511, 18, 512, 1023, 1024,
        1280, 1499, 1500, 1513, 1514, 1517, 1518)


class ProgramError(Exception):
    """The program ended or did not answer; the text is all it said."""


def _noise():
    out, x = bytearray(), _NOISE_SEED
    for _ in range(_NOISE_LEN):
        x = (x * 1664525 + 1013904223) & 0xFFFFFFFF
        out.append(x >> 24)
    return bytes(out)


NOISE = _noise()


def frame(number, size, dst=DST, src=SRC):
    """What app_frame_write() makes: see frame.c."""
    start = (number * 7919 + size) & 0xFFFF
    return (dst + src + struct.pack("!HI", rawpeer.ETHERTYPE, number)
            + NOISE[start:start + max(0, size - rawpeer.HEADER)])[:size]


def made(pair, count, first=0, sizes=LENS):
    """Numbered frames that the program can check and AF_PACKET can send."""
    sizes = [min(max(size, rawpeer.HEADER), 1514) for size in sizes]
    return [frame(n, sizes[n % len(sizes)], pair.mac, pair.peer_mac)
            for n in range(first, first + count)]


class Program:
    """A run of the program, from its start to the end of its scenario."""

    def __init__(self, namespace, vdevs, scenario, eal=(), workers=0,
                 memory=MEMORY, wrap=(), plugin=None, path=None,
                 first_lcore=0, **arguments):
        self.said = {}
        self._text = ""
        self._log = tempfile.TemporaryFile()
        cpus = os.cpu_count()
        lcores = ",".join(f"{n}@{n % cpus}" for n in range(
            first_lcore, first_lcore + workers + 1))
        line = [path or PATH, "--no-pci", "--lcores", lcores,
                f"--file-prefix={PREFIX}",
                *testpmd.plugin_args(plugin), *self._memory(eal, memory)]
        line += ["--", scenario] + [f"vdev={spec}" for spec in vdevs]
        line += [f"{k}={v}" for k, v in arguments.items()]
        self._process = subprocess.Popen(
            ["ip", "netns", "exec", namespace.name, *wrap, *line],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log)

    @staticmethod
    def _memory(eal, memory):
        if memory is None:      # a secondary process has the primary's
            return list(eal)
        if {"--no-huge", "--in-memory", "--huge-unlink"} & set(eal):
            return [*eal, "-m", str(memory)]
        return testpmd.memory_args(memory) + list(eal)

    @property
    def pid(self):
        return self._process.pid

    def log(self):
        """What DPDK and the driver have written so far."""
        return os.pread(self._log.fileno(), 1 << 20, 0).decode(errors="replace")

    def _fail(self, text):
        raise ProgramError(f"{text}; it said {self.said}; {self.log()[-2000:]}")

    def _line(self, deadline):
        out = self._process.stdout
        while "\n" not in self._text:
            wait = deadline - time.monotonic()
            if wait <= 0 or not select.select([out], [], [], wait)[0]:
                self._fail("no answer")
            data = os.read(out.fileno(), 65536)
            if not data:
                return ""
            self._text += data.decode()
        line, self._text = self._text.split("\n", 1)
        return line

    def _take(self, line):
        key, value = line.split("=", 1)
        self.said[key] = int(value) if re.fullmatch(r"-?\d+", value) else value
        return key, self.said[key]

    def until(self, name, timeout=STEP_TIME):
        """Read to the checkpoint; return all that was said so far."""
        deadline = time.monotonic() + timeout
        self.said.pop("at", None)
        while self.said.get("at") != name:
            line = self._line(deadline)
            if not line:
                self._fail(f"ended before {name}")
            self._take(line)
        return self.said

    def tell(self, word):
        """A line of its input."""
        try:
            os.write(self._process.stdin.fileno(), word.encode() + b"\n")
        except BrokenPipeError:
            pass                # what it said last, or did not, tells more

    def go(self):
        """Let it leave the checkpoint."""
        self.tell("go")

    def step(self, name, timeout=STEP_TIME):
        self.go()
        return self.until(name, timeout)

    def stats(self, port=0):
        """Basic statistics and link of a port, at a checkpoint."""
        self.tell("stats")
        said, prefix = self.until("stats"), f"p{port}_"
        return {k[len(prefix):]: v for k, v in said.items()
                if k.startswith(prefix)}

    def rest(self, timeout=STEP_TIME):
        """All (key, value) that it still says; then its exit code is known."""
        deadline = time.monotonic() + timeout
        told = []
        while line := self._line(deadline):
            told.append(self._take(line))
        self.said["exit"] = self._process.wait(STEP_TIME)
        return told

    def finish(self, timeout=STEP_TIME):
        """Let it run to its end; return all that it said."""
        self.go()
        self.rest(timeout)
        return self.said

    def kill(self, sig=signal.SIGKILL):
        if self._process.poll() is None:
            self._process.send_signal(sig)
            self._process.wait(STEP_TIME)
        for file in (self._process.stdin, self._process.stdout, self._log):
            file.close()


def ended(run):
    """The end of a scenario that went well: everything was given back."""
    said = run.finish()
    assert (said["exit"], said["ret"]) == (0, 0), run.log()
    assert said["wrong"] == 0, "mbufs did not come back to their pools"
    assert said["fds_after"] == said["fds_before"], run.log()
    return said
