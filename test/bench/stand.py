# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""A test stand: one driver's loop on veth pairs of its own, and their far ends.

Environment: BENCH_BUILD is the build folder (default: build).
"""

import contextlib
import ctypes
import functools
import glob
import os
import pathlib
import select
import signal
import struct
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test/veth"))

import netns  # pylint: disable=wrong-import-position

BUILD = pathlib.Path(os.environ.get("BENCH_BUILD", ROOT / "build")).resolve()
PLUGIN = os.environ.get("AFX_PLUGIN") or BUILD / "drivers/net/afx/librte_net_afx.so"

# The loop has a core of its own; generator, far ends and all else share the other.
LOOP_CPU, FAR_CPU = 1, 0
ANSWER_TIME = 30        # EAL and pools on a loaded machine
WARM = 0.05             # caches, rings full
SETTLE = 0.03           # frames under way, 256 at most, and overdue kicks
POLL = 0.005
MEMORY = 128            # MB: two pools of 16383 mbufs

RAW = "raw"
# The same on memory that no mempool has: chunks aligned to their size.
RAW_CHUNKS = "raw,stride=2048"
# Driver as the tables name it -> vdev, devargs.
DRIVERS = {
    "net_afx": ("net_afx", {}),
    "net_af_xdp": ("net_af_xdp", {}),
    "net_af_xdp,busy_budget=0": ("net_af_xdp", {"busy_budget": 0}),
}

PERF_TYPE_TRACEPOINT = 2
SYS_PERF_EVENT_OPEN = {"x86_64": 298, "aarch64": 241}
TRACING = "/sys/kernel/tracing"
SYSCALLS_ID = TRACING + "/events/raw_syscalls/sys_enter/id"

_libc = ctypes.CDLL(None, use_errno=True)


class StandError(Exception):
    """A process of the stand ended or did not answer; the text is what it said."""


class Process:
    """A loop or the far end: commands on stdin, a line of counters for each."""

    def __init__(self, namespace, line, cpu=None):
        self.line = ["ip", "netns", "exec", namespace.name, *map(str, line)]
        self._log_fd = os.memfd_create("log")
        pin = (lambda: os.sched_setaffinity(0, {cpu})) if cpu is not None else None
        self._process = subprocess.Popen(
            self.line, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self._log_fd, preexec_fn=pin)
        self.pid = self._process.pid
        self._text = ""
        self.tid = 0

    def ready(self):
        self.tid = self._answer()["tid"]

    def _answer(self):
        while line := self._line():
            words = line.split()
            if words and all("=" in word for word in words):
                return {k: int(v) for k, v in (word.split("=") for word in words)}
        raise StandError(f"{' '.join(self.line)}\n{self._why()}: {self.log()[-2000:]}")

    def _line(self):
        """What it says next, or nothing if it ends, or takes too long."""
        out = self._process.stdout
        deadline = time.monotonic() + ANSWER_TIME
        while "\n" not in self._text:
            wait = deadline - time.monotonic()
            data = os.read(out.fileno(), 65536) if wait > 0 and select.select([out], [], [], wait)[0] else b""
            if not data:
                return ""
            self._text += data.decode()
        line, self._text = self._text.split("\n", 1)
        return line + "\n"

    def log(self):
        return os.pread(self._log_fd, 1 << 20, 0).decode(errors="replace")

    def _why(self):
        code = self._process.poll()
        return "no answer" if code is None else f"ended with {code}"

    def tell(self, command):
        """Counters after the command."""
        try:
            os.write(self._process.stdin.fileno(), command.encode() + b"\n")
        except BrokenPipeError:
            pass                # the answer, which does not come, tells more
        return self._answer()

    def end(self):
        """Let it take everything down; kill it if it does not."""
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(ANSWER_TIME)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(ANSWER_TIME)
        self._process.stdout.close()
        os.close(self._log_fd)


@functools.cache
def syscalls_id():
    """The tracepoint's number. On a machine without tracefs it is mounted for this look alone."""
    mount = f"[ -e {SYSCALLS_ID} ] || mount -t tracefs tracefs {TRACING}"
    return int(subprocess.run(["unshare", "--mount", "sh", "-c", f"{mount}; cat {SYSCALLS_ID}"],
                              stdout=subprocess.PIPE, text=True, check=True).stdout)


class Syscalls:
    """Counts the system calls of one thread while the body runs."""

    def __init__(self, tid):
        # struct perf_event_attr up to bp_len; counting from the start.
        attr = struct.pack("IIQQQQQIIQQ", PERF_TYPE_TRACEPOINT, 72, syscalls_id(), 0, 0, 0, 0, 0, 0, 0, 0)
        self._fd = _libc.syscall(SYS_PERF_EVENT_OPEN[os.uname().machine], attr, tid, -1, -1, 0)
        if self._fd < 0:
            raise OSError(ctypes.get_errno(), "perf_event_open of raw_syscalls:sys_enter")

    def __enter__(self):
        self._start = self._read()
        return self

    def __exit__(self, *_):
        self.count = self._read() - self._start
        os.close(self._fd)

    def _read(self):
        return struct.unpack("Q", os.read(self._fd, 8))[0]


def run_ns(pid, tid=None):
    """CPU time of a thread so far; softirqs that it served are in it (no IRQ_TIME_ACCOUNTING)."""
    with open(f"/proc/{pid}/task/{tid or pid}/schedstat", encoding="ascii") as file:
        return int(file.read().split()[0])


def kernel_ns(pid, tid):
    """The part of it in the kernel, as the tick samples it."""
    with open(f"/proc/{pid}/task/{tid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return int(fields[12]) * 1e9 / os.sysconf("SC_CLK_TCK")


def kernel_threads(prefix):
    """Pids by name, of kernel threads whose name begins so."""
    found = {}
    for path in glob.glob("/proc/[0-9]*/comm"):
        with contextlib.suppress(OSError), open(path, encoding="ascii") as file:
            name = file.read().strip()
            if name.startswith(prefix):
                found[name] = int(path.split("/")[2])
    return found


class World:
    """Namespaces and far ends of a cell, and one generator for all its stands.

    Starting the generator waits for RCU, seconds on a busy machine, and so it
    runs all the time; what it is aimed at changes.
    """

    def __init__(self, kind, size=64, threaded=False):
        self.kind, self.size, self.threaded = kind, size, threaded
        self.stack = contextlib.ExitStack()
        self.dut, self.gen = self._namespace(), self._namespace()
        self.pairs, self.stands, self.far, self.others = [], [], None, []

    def _namespace(self):
        namespace = netns.Netns()
        self.stack.callback(namespace.delete)
        return namespace

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stack.close()

    def pair(self):
        """A veth pair; returns its number."""
        number = len(self.pairs)
        self.pairs.append(netns.VethPair(self.dut, self.gen, f"{os.getpid() % 10000}n{number}"))
        return number

    def add(self, driver, **options):
        stand = Stand(self, driver, **options)
        self.stands.append(stand)
        return stand

    def ready(self):
        """Everything is up, the generator not yet running."""
        expect = "theirs" if self.kind == "io" else "ours"
        self.far = Process(self.gen, [BUILD / "test/bench/live-gen", f"size={self.size}", f"expect={expect}",
                                      *(f"peer={p.peer}" for p in self.pairs)], FAR_CPU)
        self.stack.callback(self.far.end)
        self.far.ready()
        for stand in self.stands:
            stand.loop.ready()
        if self.threaded:
            self.thread_napi(True)
        self.others = list(kernel_threads("ksoftirqd/").values())
        for pair in self.pairs:
            self.others += kernel_threads(f"napi/{pair.peer}-").values()

    def thread_napi(self, on):
        """NAPI of the far ends gets kernel threads, on the far core, or has none any more."""
        for pair in self.pairs:
            self.gen.exec("sh", "-c", f"echo {int(on)} >/sys/class/net/{pair.peer}/threaded")
            for pid in kernel_threads(f"napi/{pair.peer}-").values():
                os.sched_setaffinity(pid, {FAR_CPU})

    def generate(self, rate=0):
        """Start the generator, aimed nowhere yet."""
        self.far.tell("aim none")
        if self.kind != "tx":
            self.far.tell(f"go {rate}" if rate else "go")

    def cpu_ns(self):
        """CPU time of generator and far ends, ksoftirqd and NAPI threads."""
        return run_ns(self.far.pid, self.far.tid) + sum(run_ns(pid) for pid in self.others)


class Stand:
    """One driver at the work of its world. World.ready() comes before all else."""

    def __init__(self, world, driver, burst=32, pools=1, devargs=()):
        self.world, self.driver, self.kind = world, driver, world.kind
        self.ports = [world.pair() for _ in range(2 if self.kind == "io" else 1)]
        ifaces = [world.pairs[n].iface for n in self.ports]
        work = [f"kind={self.kind}", f"size={world.size}", f"burst={burst}", f"pools={pools}",
                *(f"port={iface}" for iface in ifaces)]
        raw = driver.split(",")[0] == RAW
        line = self._raw_line(work) if raw else self._dpdk_line(work, ifaces, dict(devargs))
        self.loop = Process(world.dut, line, LOOP_CPU if raw else None)
        world.stack.callback(self.loop.end)

    def _raw_line(self, work):
        return [BUILD / "test/bench/raw-loop", *work, *self.driver.split(",")[1:]]

    def _dpdk_line(self, work, ifaces, devargs):
        vdev, own = DRIVERS[self.driver]
        words = [BUILD / "test/bench/dpdk-loop", "--no-pci", "--no-telemetry", "--lcores",
                 f"0@{FAR_CPU},1@{LOOP_CPU}", "--in-memory", "-m", MEMORY]
        words += ["-d", PLUGIN] if vdev == "net_afx" else []
        for i, iface in enumerate(ifaces):
            keys = {"iface": iface, **devargs, **own}
            words += ["--vdev", f"{vdev}{i}," + ",".join(f"{k}={v}" for k, v in keys.items())]
        return [*words, "--", *work]

    def go(self, frames=True):
        """The loop runs, and frames come; returns when they do."""
        self.loop.tell("go")
        if self.kind == "tx" or not frames:
            return
        before = self.world.far.tell(f"aim {self.ports[0]}")[f"sent{self.ports[0]}"]
        deadline = time.monotonic() + ANSWER_TIME
        while self.world.far.tell("count")[f"sent{self.ports[0]}"] == before:
            if time.monotonic() > deadline:
                raise StandError(f"the generator sends nothing: {self.world.far.log()[-2000:]}")
            time.sleep(POLL)

    def hold(self):
        """No more frames, and when all have gone through, no more turns; all counters so far."""
        if self.kind != "tx":
            self.world.far.tell("aim none")
            time.sleep(SETTLE)
        loop = self.loop.tell("hold")
        return loop, self._far("count")

    def _far(self, command):
        """Counters of this stand's far ends alone."""
        said = self.world.far.tell(command)
        summed = {what: sum(said[f"{what}{n}"] for n in self.ports) for what in ("sent", "came", "bytes", "bad")}
        return {"ns": said["ns"], "error": said["error"], **summed}

    def window(self, seconds):
        """Rates of one window of full speed."""
        before = self._snapshot()
        time.sleep(seconds)
        after = self._snapshot()
        return Window(self.kind, before, after)

    def measure(self, seconds):
        """A window, from standstill to standstill."""
        self.go()
        time.sleep(WARM)
        window = self.window(seconds)
        self.hold()
        return window

    def _snapshot(self):
        cpu = run_ns(self.loop.pid, self.loop.tid), self.world.cpu_ns(), kernel_ns(self.loop.pid, self.loop.tid)
        return self.loop.tell("count"), self._far("count"), cpu

    def syscalls(self, seconds):
        """A window, and the loop's system calls in it (a tracepoint slows it: no rates here)."""
        with Syscalls(self.loop.tid) as syscalls:
            window = self.window(seconds)
        return window, syscalls.count


class Window:
    """What two snapshots say."""

    def __init__(self, kind, before, after):
        self.kind = kind
        loop, far = ({k: b[k] - a[k] for k in b} for a, b in zip(before[:2], after[:2]))
        self.seconds = loop["ns"] / 1e9
        came = far["came"] * loop["ns"] / far["ns"]
        given = loop["tx"] if kind == "tx" else far["sent"] * loop["ns"] / far["ns"]
        self.packets = loop["rx"] if kind == "rx" else came
        self.pps = self.packets / self.seconds
        self.loss = 1 - self.packets / given if given else 0.0
        self.offered = given / self.seconds
        self.turns = loop["turns"] / self.seconds
        self.cpu_loop, self.cpu_far, self.kernel = ((b - a) / 1e9 for a, b in zip(before[2], after[2]))
        self.cpu = (self.cpu_loop + self.cpu_far) / max(1, self.packets) * 1e6
