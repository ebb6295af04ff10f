# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""The guest's NICs in the place of the veth suite's pairs.

The first two of a kind are the ends of a wire, the next two those of another
one (see boot.py).  They stay in two namespaces for the whole run, since what
moves or changes a NIC may take its link down for seconds.
"""

import contextlib
import ctypes
import json
import os
import pathlib
import re
import socket

import lab as labs
import netns

KIND = os.environ.get("AFX_GUEST", "")
FULL = bool(os.environ.get("AFX_FULL"))
DRIVER = {"virtio": "virtio_net", "igb": "igb"}.get(KIND)
LINK_TIME = 15.0        # igb takes up to 4 s for its link, on a loaded machine more
WINDOW = 64             # frames under way: a quarter of the NIC's own ring

SOL_XDP, XDP_OPTIONS, XDP_OPTIONS_ZEROCOPY = 283, 8, 1
SYS_PIDFD_OPEN, SYS_PIDFD_GETFD = 434, 438
SO_DOMAIN, AF_XDP = 39, 44

_libc = ctypes.CDLL(None, use_errno=True)


def names():
    """The NICs of this run's kind, in the order of boot.py."""
    found = [path.parents[1].name for path in
             pathlib.Path("/sys/class/net").glob("eth*/device/driver")
             if path.resolve().name == DRIVER]
    return sorted(found, key=lambda name: int(name.removeprefix("eth")))


def link(namespace, name):
    return json.loads(namespace.ip("-j", "link", "show", name))[0]


class NicPair:
    """iface (the driver's side, namespace dut) <-> peer (namespace gen)."""

    def __init__(self, dut, gen, iface, peer):
        self.dut, self.gen, self.queues, self._out = dut, gen, None, False
        self.iface, self.peer = iface, peer
        for namespace, name in self._ends():
            netns.run("ip", "link", "set", name, "netns", namespace.name)
            namespace.ip("link", "set", name, "promisc",
                         "on" if namespace is gen else "off", "up")
        self._room_for_bursts()
        self.mac = self._mac(dut, self.iface)
        self.peer_mac = self._mac(gen, self.peer)

    def _room_for_bursts(self):
        """QEMU's igb drops what finds no buffer at the peer, and counts it nowhere."""
        sizes = [int(size) for size in re.findall(
            r"RX:\s+(\d+)", self.gen.exec("ethtool", "-g", self.peer))]
        if len(sizes) == 2 and sizes[0] > sizes[1]:
            self.gen.exec("ethtool", "-G", self.peer, "rx", sizes[0])

    def _ends(self):
        return (self.dut, self.iface), (self.gen, self.peer)

    @staticmethod
    def _mac(namespace, name):
        return bytes.fromhex(link(namespace, name)["address"].replace(":", ""))

    def set_queues(self, queues):
        """Of the driver's side; the peer sends and receives in order, by one."""
        if self.queues is None:
            self._combine(self.gen, self.peer, 1)
        if self.queues != queues:
            self._combine(self.dut, self.iface, queues)
        self.queues = queues

    @staticmethod
    def _combine(namespace, name, queues):
        """A change takes igb's link for seconds: only where it is one."""
        have = re.findall(r"Combined:\s+(\d+)",
                          namespace.exec("ethtool", "-l", name))
        if int(have[1]) != queues:
            namespace.exec("ethtool", "-L", name, "combined", queues)

    def reset(self):
        """As a test expects to find it."""
        if self._out:
            self.plug()
        for namespace, name in self._ends():
            now = link(namespace, name)
            if "UP" not in now["flags"]:
                namespace.ip("link", "set", name, "up")
            if now["mtu"] != 1500:
                namespace.ip("link", "set", name, "mtu", 1500)

    def unplug(self):
        """The driver's end goes: its PCI device is removed."""
        self._out = True
        path = self.dut.exec("readlink", "-f",
                             f"/sys/class/net/{self.iface}/device")
        device = re.findall(r"[\da-f]{4}:[\da-f]{2}:[\da-f]{2}\.\d", path)[-1]
        pathlib.Path(f"/sys/bus/pci/devices/{device}/remove").write_text(
            "1", encoding="ascii")

    def plug(self):
        """It comes back, under the name that it had."""
        pathlib.Path("/sys/bus/pci/rescan").write_text("1", encoding="ascii")
        assert labs.soon(self._strays, LINK_TIME), "no NIC came back"
        self._out, self.queues = False, None
        netns.run("ip", "link", "set", self._strays()[0], "name", self.iface,
                  "netns", self.dut.name)
        self.dut.ip("link", "set", self.iface, "up")

    def _strays(self):
        """Where it is when it was just found: in the first namespace."""
        mac = self.mac.hex(":")
        return [one["ifname"] for one in json.loads(
            netns.run("ip", "-j", "link", "show")) if one["address"] == mac]

    def steer(self, queue):
        """One queue: nothing to choose."""

    @staticmethod
    def lands_on(queue, mode="drv"):
        return queue

    def has_link(self):
        return all("LOWER_UP" in link(namespace, name)["flags"]
                   for namespace, name in self._ends())

    def counters(self, side="peer"):
        """rx_packets, tx_packets, ... of one end, as the kernel counts."""
        namespace, name = self._ends()[side == "peer"]
        rows = namespace.exec(
            "sh", "-c", f"cd /sys/class/net/{name}/statistics; grep . *")
        return {k: int(v) for k, v in re.findall(r"(\w+):(\d+)", rows)}


class Wires:
    """The namespaces and NICs of a run."""

    def __init__(self):
        self.dut, self.gen = netns.Netns(), netns.Netns()
        self.names, self.pairs = names(), {}

    def pair(self, index):
        if index not in self.pairs:
            self.pairs[index] = NicPair(
                self.dut, self.gen, *self.names[2 * index:2 * index + 2])
        self.pairs[index].reset()
        return self.pairs[index]


class NicLab(labs.Lab):
    """Lab on the guest's NICs."""

    def __init__(self, wires):
        self._wires = wires
        self._namespaces = iter((wires.dut, wires.gen))
        super().__init__()

    def _namespace(self):
        return next(self._namespaces)

    def pair(self, queues=1, mtu=1500, name=None):
        assert (mtu, name) == (1500, None)
        return self.pair_at(len(self.pairs), queues)

    def pair_at(self, index, queues=1):
        """The wire of NICs 2 * index and the next one."""
        pair = self._wires.pair(index)
        pair.set_queues(queues)
        self.pairs.append(pair)
        pair.wire = self.wire(pair)
        return pair

    def wait_link(self):
        assert labs.soon(lambda: all(p.has_link() for p in self.pairs),
                         LINK_TIME), "no link"

    def start(self, vdevs=None, **options):
        pmd = super().start(vdevs, **options)
        if pmd.running():
            self.wait_link()
        return pmd


def _syscall(*args):
    ret = _libc.syscall(*args)
    if ret < 0:
        err = ctypes.get_errno()
        raise OSError(err, os.strerror(err))
    return ret


@contextlib.contextmanager
def sockets(pid):
    """The AF_XDP sockets of another process."""
    pidfd, found = _syscall(SYS_PIDFD_OPEN, pid, 0), []
    try:
        for fd in os.listdir(f"/proc/{pid}/fd"):
            if not os.readlink(f"/proc/{pid}/fd/{fd}").startswith("socket:"):
                continue
            sock = socket.socket(    # of any kind: only its options count
                AF_XDP, socket.SOCK_RAW, 0,
                _syscall(SYS_PIDFD_GETFD, pidfd, int(fd), 0))
            found.append(sock)
        yield [s for s in found
               if s.getsockopt(socket.SOL_SOCKET, SO_DOMAIN) == AF_XDP]
    finally:
        os.close(pidfd)
        for sock in found:
            sock.close()


def zerocopy(pid):
    """For each AF_XDP socket of a process whether it is zero-copy."""
    with sockets(pid) as found:
        return [bool(s.getsockopt(SOL_XDP, XDP_OPTIONS)
                     & XDP_OPTIONS_ZEROCOPY) for s in found]


def diag_zerocopy(namespace):
    """What ss says: the zc flag of each bound socket in the namespace."""
    text = namespace.exec("ss", "--xdp", "-a", "-e")
    return [int(flag) for flag in re.findall(r"\bzc:(\d)", text)]


def refused(lab, vdevs, **options):
    """The lines of the driver when the port does not start."""
    pmd = lab.start(vdevs, expect_start=False, **options)
    log = pmd.log
    pmd.kill()
    lab.assert_clean()
    return labs.afx_lines(log)
