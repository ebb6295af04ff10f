# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Stock dpdk-testpmd on a pseudo terminal, driven by its own commands.

Environment: AFX_PLUGIN is the path of librte_net_afx.so; AFX_DRIVER another
driver's name (net_af_xdp) to see what a test says about that one.
"""

import collections
import glob
import itertools
import os
import pathlib
import pty
import re
import select
import shlex
import shutil
import signal
import subprocess
import termios
import time

import kernelstate
import netns

DRIVER = os.environ.get("AFX_DRIVER", "net_afx")
PLUGIN = os.environ.get("AFX_PLUGIN", "")
AFX_KEYS = {"mode", "keep", "kstats", "csum_complete"}     # keys Debian's net_af_xdp does not know
PROMPT = "testpmd> "
START_TIME = 30 * netns.PATIENCE         # EAL plus pools, on a loaded machine
COMMAND_TIME = 10 * netns.PATIENCE
HUGEDIR = "/dev/hugepages"
HUGE_NEEDED = 128       # MB; what two small ports and EAL take

Pool = collections.namedtuple("Pool", "size free chunks")

_serial = itertools.count()


class TestpmdError(Exception):
    """testpmd ended or did not answer; the text is its last output."""


def hugepages_free_mb():
    with open("/proc/meminfo", encoding="ascii") as file:
        info = dict(re.findall(r"(\w+):\s+(\d+)", file.read()))
    if os.environ.get("AFX_NO_HUGE") or not os.path.ismount(HUGEDIR):
        return 0
    return int(info["HugePages_Free"]) * int(info["Hugepagesize"]) // 1024


def memory_args(memory, huge=None):
    """EAL memory options: hugepages kept off the disk, or none at all."""
    if huge is None:
        huge = hugepages_free_mb() >= max(memory, HUGE_NEEDED)
    if huge:
        return ["--in-memory", "-m", str(memory)]
    return ["--no-huge", "-m", str(memory)]


def remove_files(prefix):
    """What killed processes left; another one that starts removes some of it too."""
    shutil.rmtree(f"/run/dpdk/{prefix}", ignore_errors=True)
    for path in glob.glob(f"{HUGEDIR}/{prefix}map_*"):
        pathlib.Path(path).unlink(missing_ok=True)


def vdev(index, iface, driver=None, **devargs):
    """A --vdev argument: vdev(0, 'x0', queue_count=2)."""
    driver = driver or DRIVER
    keys = {"iface": iface, **devargs}
    return f"{driver}{index}," + ",".join(
        f"{k}={v}" for k, v in keys.items()
        if driver == "net_afx" or k not in AFX_KEYS)


def plugin_args(plugin=None):
    plugin = plugin or PLUGIN
    return ["-d", plugin] if plugin and DRIVER == "net_afx" else []


def command(vdevs, eal=(), app=(), prefix="afx", memory=256, lcores=None,
            plugin=None):
    """The dpdk-testpmd command line, as a list."""
    eal = list(eal)
    if not {"--no-huge", "--in-memory", "--huge"} & set(eal):
        eal = memory_args(memory) + eal
    eal = [a for a in eal if a != "--huge"]
    line = ["dpdk-testpmd", "--no-pci", f"--file-prefix={prefix}",
            "--lcores", lcores or "0@0,1@1"] + plugin_args(plugin) + eal
    for spec in vdevs:
        line += ["--vdev", spec]
    return line + ["--", "-i"] + list(app)


class Testpmd:
    """One running testpmd.  With 'huge' in eal, files other processes see.

    wrap is a command that execs it; plugin another one than AFX_PLUGIN.
    """

    def __init__(self, namespace, vdevs, eal=(), app=(), rxq=1, txq=None,
                 mode="macswap", rxd=512, txd=512, mbufs=8192, cores=1,
                 memory=256, lcores=None, expect_start=True, wrap=(),
                 plugin=None):
        self.namespace, self.ids = namespace, set()
        self.prefix = f"afxvt{os.getpid()}_{next(_serial)}"
        if lcores is None:
            lcores = ",".join(f"{n}@{(n) % os.cpu_count()}"
                              for n in range(cores + 1))
        app = ["--disable-link-check", f"--forward-mode={mode}",
               f"--rxd={rxd}", f"--txd={txd}", f"--nb-cores={cores}",
               f"--total-num-mbufs={mbufs}"] + list(app)
        if vdevs:       # without a port testpmd refuses these
            app += [f"--rxq={rxq}", f"--txq={rxq if txq is None else txq}"]
        self.line = list(wrap) + command(vdevs, eal, app, self.prefix, memory,
                                         lcores, plugin)
        self.log, self._unread = "", ""
        self._spawn()
        try:
            self._until(PROMPT, START_TIME)
        except TestpmdError:
            self.kill()
            if expect_start:
                raise

    def _spawn(self):
        master, slave = pty.openpty()
        mode = termios.tcgetattr(slave)
        mode[3] &= ~(termios.ECHO | termios.ICANON)
        termios.tcsetattr(slave, termios.TCSANOW, mode)
        self._process = subprocess.Popen(
            ["ip", "netns", "exec", self.namespace.name] + self.line,
            stdin=slave, stdout=slave, stderr=slave, close_fds=True,
            start_new_session=True)
        os.close(slave)
        self._tty = master
        self.pid = self._process.pid    # ip netns exec execs, same process

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is None and self.running():
            self.quit()
        self.kill()

    # talking to it

    def _read(self, deadline):
        wait = deadline - time.monotonic()
        if wait <= 0 or not select.select([self._tty], [], [], wait)[0]:
            raise TestpmdError(f"no answer: ...{self.log[-2000:]}")
        try:
            text = os.read(self._tty, 65536).decode(errors="replace")
        except OSError:
            text = ""
        if not text:
            raise TestpmdError(f"testpmd ended: ...{self.log[-2000:]}")
        text = text.replace("\r", "")
        self.log += text
        self._unread += text

    def _until(self, text, timeout):
        deadline = time.monotonic() + timeout
        while text not in self._unread:
            self._read(deadline)
        head, self._unread = self._unread.split(text, 1)
        return head

    def _answer(self, timeout):
        """Up to the next prompt; one that an event's line tore is asked for anew."""
        deadline = time.monotonic() + timeout
        while PROMPT not in self._unread:
            try:
                self._read(min(deadline, time.monotonic() + 1))
            except TestpmdError:
                if not self.running() or time.monotonic() > deadline:
                    raise
                if " event\n" in self._unread:
                    os.write(self._tty, b"\n")
        return self._until(PROMPT, timeout)

    def pending(self):
        """Take what it printed unasked."""
        while select.select([self._tty], [], [], 0)[0]:
            self._read(time.monotonic() + 1)
        text, self._unread = self._unread, ""
        return text

    def cmd(self, text, timeout=COMMAND_TIME):
        """Run one command; return what it printed."""
        self.pending()
        os.write(self._tty, text.encode() + b"\n")
        self._until(text, timeout)
        return self._answer(timeout)

    def wait_log(self, text, timeout=COMMAND_TIME):
        deadline = time.monotonic() + timeout
        while text not in self.log:
            self._read(deadline)

    def wait_exit(self, timeout=COMMAND_TIME):
        """Wait for the end of the process; return its exit code."""
        deadline = time.monotonic() + timeout
        while True:
            try:
                self._read(min(deadline, time.monotonic() + 0.2))
            except TestpmdError:
                code = self._process.poll()
                if code is not None:
                    return code
                if time.monotonic() > deadline:
                    raise

    # what it knows

    def start(self, what="start"):
        self.cmd(what)

    def stop(self):
        return self.cmd("stop")

    def stats(self, port=0):
        """Basic statistics: ipackets, imissed, oerrors and so on."""
        text = self.cmd(f"show port stats {port}")
        names = {"RX-packets": "ipackets", "RX-missed": "imissed",
                 "RX-bytes": "ibytes", "RX-errors": "ierrors",
                 "RX-nombuf": "rx_nombuf", "TX-packets": "opackets",
                 "TX-errors": "oerrors", "TX-bytes": "obytes"}
        return {names[k]: int(v) for k, v in
                re.findall(r"([RT]X-\w+):\s+(\d+)", text)}

    def xstats(self, port=0):
        text = self.cmd(f"show port xstats {port}")
        return {k: int(v) for k, v in
                re.findall(r"^(\w+): (\d+)$", text, re.M)}

    def info(self, port=0):
        return self.cmd(f"show port info {port}")

    def set_mtu(self, mtu, port=0):
        """True if the (stopped) port takes this MTU."""
        self.cmd(f"port config mtu {port} {mtu}")
        return bool(re.search(rf"MTU: {mtu}\b", self.info(port)))

    def pools(self):
        """{name: Pool} of the mbuf pools.

        dump_mempool never shows more free mbufs than there are, so that a
        double free would not show: the ring below the pool counts.
        """
        rings = dict(re.findall(r"ring <MP_(\w+)>.*?\n  used=(\d+)",
                                self.cmd("dump_ring"), re.S))
        found = {}
        for part in self.cmd("dump_mempool").split("mempool <")[1:]:
            name = part.split(">")[0]
            if not name.startswith("mb_pool"):
                continue
            number = {k: int(v) for k, v in
                      re.findall(r"^ *(\w+)=(\d+)$", part, re.M)}
            free = int(rings.get(name, number["common_pool_count"]))
            found[name] = Pool(
                number["populated_size"],
                free + number.get("total_cache_count", 0),
                number["nb_mem_chunks"])
        return found

    def missing_mbufs(self):
        """{pool: mbufs not in it}; negative if some are in it twice."""
        return {name: pool.size - pool.free
                for name, pool in self.pools().items()
                if pool.size != pool.free}

    def fds(self):
        return kernelstate.fds(self.pid)

    def note_bpf(self):
        """Remember the BPF objects it has open, to be gone at the end."""
        self.ids |= kernelstate.bpf_ids(self.pid)
        return self.ids

    # ending it

    def running(self):
        return self._process.poll() is None

    def quit(self, timeout=2 * COMMAND_TIME):
        """Leave by the quit command; return the exit code."""
        os.write(self._tty, b"quit\n")
        return self.wait_exit(timeout)

    def _reads(self):
        """Whether the main lcore sleeps, after a prompt: in its read()."""
        with open(f"/proc/{self.pid}/stat", encoding="utf-8") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] == "S"

    def terminate(self, sig=signal.SIGTERM, timeout=COMMAND_TIME):
        """Its own orderly end; return its exit code.

        testpmd's handler sets a flag that is looked at when read() returns:
        a signal just before read() waits for the next key, so not then.
        """
        deadline = time.monotonic() + timeout
        while not self._reads() and time.monotonic() < deadline:
            time.sleep(0.001)
        os.kill(self.pid, sig)
        return self.wait_exit(timeout)

    def kill(self, sig=signal.SIGKILL):
        """End it at once and remove what it left on the file systems."""
        if self.running():
            os.kill(self.pid, sig)
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                os.kill(self.pid, signal.SIGKILL)
                self._process.wait(5)
        if self._tty >= 0:
            os.close(self._tty)
            self._tty = -1
        remove_files(self.prefix)

    def __str__(self):
        return f"ip netns exec {self.namespace.name} {shlex.join(self.line)}"
