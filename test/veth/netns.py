# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Network namespaces and veth pairs that never outlive the run.

Every namespace is called afx-vt-<pid>-<n>.  They go away with Lab.close(),
at interpreter exit, and at the start of the next run if this one was killed.
"""

import atexit
import contextlib
import ctypes
import itertools
import os
import re
import subprocess
import threading

PREFIX = "afx-vt"
CLONE_NEWNET = 0x40000000
# Every limit of time is that many times longer: an emulated machine.
PATIENCE = int(os.environ.get("AFX_PATIENCE", "1"))
RUN_TIME = 30 * PATIENCE

_libc = ctypes.CDLL(None, use_errno=True)
_number = itertools.count()
_alive = {}


class CommandError(Exception):
    """A helper command failed; the text carries its output."""


def run(*args, check=True, timeout=RUN_TIME):
    """Run a command and return what it printed (stdout and stderr)."""
    done = subprocess.run([str(a) for a in args], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=timeout,
                          stdin=subprocess.DEVNULL, check=False)
    text = done.stdout.decode(errors="replace")
    if check and done.returncode:
        raise CommandError(f"{' '.join(map(str, args))}: {text.strip()}")
    return text


def _setns(path):
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if _libc.setns(fd, CLONE_NEWNET):
            err = ctypes.get_errno()
            raise OSError(err, f"setns {path}: {os.strerror(err)}")
    finally:
        os.close(fd)


class Netns:
    """One namespace, without IPv6 so that no stray packet disturbs a count."""

    def __init__(self):
        self.name = f"{PREFIX}-{os.getpid()}-{next(_number)}"
        run("ip", "netns", "add", self.name)
        _alive[self.name] = self
        self.exec("sh", "-c",
                  "for c in all default; do "
                  "f=/proc/sys/net/ipv6/conf/$c/disable_ipv6;"
                  "[ ! -e $f ] || echo 1 >$f; done; ip link set lo up")

    def ip(self, *args, check=True):
        return run("ip", "-n", self.name, *args, check=check)

    def exec(self, *args, check=True, timeout=RUN_TIME):
        return run("ip", "netns", "exec", self.name, *args, check=check,
                   timeout=timeout)

    @contextlib.contextmanager
    def entered(self):
        """Run the body in the namespace; sockets it opens stay there."""
        home = f"/proc/self/task/{threading.get_native_id()}/ns/net"
        home_fd = os.open(home, os.O_RDONLY | os.O_CLOEXEC)
        try:
            _setns(f"/run/netns/{self.name}")
            yield
        finally:
            _libc.setns(home_fd, CLONE_NEWNET)
            os.close(home_fd)

    def delete(self):
        if _alive.pop(self.name, None):
            run("ip", "netns", "del", self.name, check=False)


def sweep():
    """Remove namespaces of runs that were killed."""
    for name in re.findall(rf"^({PREFIX}-(\d+)-\d+)", run("ip", "netns"), re.M):
        if not os.path.exists(f"/proc/{name[1]}"):
            run("ip", "netns", "del", name[0], check=False)


@atexit.register
def delete_all():
    for namespace in list(_alive.values()):
        namespace.delete()


class VethPair:
    """iface (the driver's side, namespace dut) <-> peer (namespace gen)."""

    def __init__(self, dut, gen, index=0, queues=1, mtu=1500, name=None,
                 ifindex=None):
        self.dut, self.gen, self.queues = dut, gen, queues
        self.iface, self.peer = name or f"x{index}", f"p{index}"
        count = ["numtxqueues", queues, "numrxqueues", queues]
        at = ["index", ifindex] if ifindex else []
        dut.ip("link", "add", self.iface, *at, *count, "mtu", mtu,
               "type", "veth", "peer", "name", self.peer, *count, "mtu", mtu,
               "netns", gen.name)
        self._no_offloads(dut, self.iface)
        self._no_offloads(gen, self.peer)
        dut.ip("link", "set", self.iface, "up")
        gen.ip("link", "set", self.peer, "up")
        self.mac = self._mac(dut, self.iface)
        self.peer_mac = self._mac(gen, self.peer)

    @staticmethod
    def _no_offloads(namespace, name):
        """Segmentation, GRO and open checksums would alter the frames."""
        namespace.exec("ethtool", "-K", name, "tx", "off", "gso", "off",
                       "tso", "off", "gro", "off", check=False)

    @staticmethod
    def _mac(namespace, name):
        text = namespace.ip("link", "show", name)
        return bytes.fromhex(
            re.search(r"link/ether (\S+)", text)[1].replace(":", ""))

    def steer(self, queue):
        """Frames the stack sends from the peer use this queue from now on.

        veth puts a frame of transmit queue i on receive queue i; XPS picks
        the transmit queue, and the stack obeys it exactly.
        """
        if self.queues == 1:
            return
        path = f"/sys/class/net/{self.peer}/queues/tx-%d/xps_cpus"
        cpus = f"{(1 << os.cpu_count()) - 1:x}"
        script = ";".join(f"echo {cpus if q == queue else 0} >{path % q}"
                          for q in range(self.queues))
        self.gen.exec("sh", "-c", script)

    @staticmethod
    def lands_on(queue, mode="drv"):
        """The rx queue of the driver's side for a frame steered to queue.

        In generic mode veth leaves the sender's mark, queue + 1 there, to be
        read as "recorded rx queue + 1": one less, and 0 stays 0.
        """
        return max(0, queue - 1) if mode == "skb" else queue

    def counters(self, side="peer"):
        """rx_packets, tx_packets, ... of one end, as the kernel counts."""
        namespace, name = ((self.gen, self.peer) if side == "peer"
                           else (self.dut, self.iface))
        rows = namespace.exec(
            "sh", "-c", f"cd /sys/class/net/{name}/statistics; grep . *")
        return {k: int(v) for k, v in re.findall(r"(\w+):(\d+)", rows)}
