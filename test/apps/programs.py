# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Other people's programs on afx ports, unmodified; devtools/apps-setup.sh gets them."""

import glob
import itertools
import json
import os
import pathlib
import pty
import shutil
import signal
import socket
import subprocess
import threading

import kernelstate
import testpmd
from lab import frames, soon
from rawpeer import differences

CACHE = pathlib.Path(os.environ.get("AFX_CACHE") or pathlib.Path.home() / ".cache/afx") / "apps"
EXAMPLES, OVS = CACHE / "examples", CACHE / "ovs"
START_TIME = testpmd.START_TIME
SAY_TIME = testpmd.COMMAND_TIME
MEMORY = 128            # MB; the largest pool here, of two ports, takes 38
WINDOW = 128            # frames under way each way: a quarter of the smallest ring here

_serial = itertools.count()


def missing(folder):
    """Why the tests of what is in the folder can not run, '' if they can."""
    if (folder / "VERSION").exists():
        return ""
    return f"needs {folder}: devtools/apps-setup.sh, which downloads Debian packages"


class Program:
    """One that runs until it is stopped, on a terminal, so that it buffers no line."""

    def __init__(self, namespace, *line, env=None):
        self.log, self.ids, self.line = "", set(), [str(word) for word in line]
        self._tty, slave = pty.openpty()
        self._process = subprocess.Popen(
            ["ip", "netns", "exec", namespace.name, *self.line], env=env, stdin=subprocess.DEVNULL,
            stdout=slave, stderr=slave, start_new_session=True)
        os.close(slave)
        self.pid = self._process.pid    # ip netns exec execs, same process
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        while True:
            try:
                data = os.read(self._tty, 65536)
            except OSError:             # it has ended
                return
            self.log += data.decode(errors="replace").replace("\r", "")

    def running(self):
        return self._process.poll() is None

    def wait(self, text, times=1, timeout=SAY_TIME):
        """Until it has printed text that often."""
        soon(lambda: self.log.count(text) >= times or not self.running(), timeout)
        assert self.log.count(text) >= times, f"not '{text}': {self.log}"

    def end(self, sig=signal.SIGINT):
        """By the signal, or (None) by itself; the exit code, -sig where the signal itself did it."""
        if sig is not None and self.running():
            self.ids |= kernelstate.bpf_ids(self.pid)
            os.kill(self.pid, sig)
        code = self._process.wait(SAY_TIME)
        self._reader.join(SAY_TIME)
        left = kernelstate.bpf_alive(self.ids)
        assert not left, f"BPF objects outlive the process: {left}"
        return code

    def kill(self):
        if self.running():
            self._process.kill()
            self._process.wait(SAY_TIME)
        self._reader.join(SAY_TIME)
        if self._tty >= 0:
            os.close(self._tty)
            self._tty = -1


class Eal(Program):
    """One of DPDK, on ports of its own, or (proc_type) on another one's."""

    def __init__(self, namespace, path, vdevs, *options, lcores="0@0", memory=MEMORY, shared=False,
                 prefix=None, eal=()):
        self.prefix = prefix or f"afxap{os.getpid()}_{next(_serial)}"
        self._primary, self._shared = prefix is None, shared or prefix is not None
        line = [path, "--no-pci", f"--file-prefix={self.prefix}", *testpmd.plugin_args(), *eal]
        line += ["--lcores", lcores] if lcores else []
        if self._primary:
            line += ["-m", memory] if shared else testpmd.memory_args(memory)
            line += [f"--vdev={vdev}" for vdev in vdevs]
        super().__init__(namespace, *line, *(["--", *options] if options else []))

    def ask(self, request):
        """What DPDK's telemetry answers."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as sock:
            sock.settimeout(SAY_TIME)
            sock.connect(f"/run/dpdk/{self.prefix}/dpdk_telemetry.v2")
            sock.recv(1 << 16)          # a greeting
            sock.send(request.encode())
            return json.loads(sock.recv(1 << 16))[request.split(",")[0]]

    def stats(self, port):
        return self.ask(f"/ethdev/stats,{port}")

    def files(self):
        return glob.glob(f"{testpmd.HUGEDIR}/{self.prefix}map_*")

    def end(self, sig=signal.SIGINT):
        code = super().end(sig)
        assert self._shared or not self.files(), self.files()
        return code

    def kill(self):
        super().kill()
        if self._primary:
            shutil.rmtree(f"/run/dpdk/{self.prefix}", ignore_errors=True)
            for path in self.files():
                os.unlink(path)


def same(_out, frame):
    return frame


def cross(left, right, count, change=same, make=frames):
    """Frames both ways at once, each to come out as change(port, frame); how many each way."""
    there, back = make(left, count), make(right, count, first=1 << 20)
    for start in range(0, len(there), WINDOW):
        part = slice(start, start + WINDOW)
        left.wire.send(there[part])
        right.wire.send(back[part])
        for wire, port, sent in (right.wire, 1, there[part]), (left.wire, 0, back[part]):
            text = differences([change(port, f) for f in sent], wire.receive(len(sent)))
            assert text == "", f"out of port {port}: {text}"
    return len(there)


def assert_counted(program, ports, received, sent=None):
    """The driver's counters: so many on each port, and nothing lost."""
    sent = received if sent is None else sent
    for port in range(ports):
        # They are counted a moment after the frames are on the wire.
        assert soon(lambda: program.stats(port)["opackets"] == sent), program.stats(port)
        stats = program.stats(port)
        assert (stats["ipackets"], stats["opackets"]) == (received, sent), stats
        assert stats["imissed"] == stats["ierrors"] == stats["oerrors"] == 0, stats
        assert stats["rx_nombuf"] == 0, stats
