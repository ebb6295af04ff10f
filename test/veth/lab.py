# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""One test's world: two namespaces, veth pairs, peers and testpmd processes."""

import contextlib
import os
import time
import unittest

import kernelstate
import netns
import rawpeer
import testpmd

SCALE = 10 if os.environ.get("AFX_SCALE", "ci") == "full" else 1
LEAKS = testpmd.DRIVER != "net_afx"     # the incumbent's close keeps things

SOON = 4.0 * netns.PATIENCE      # the kernel reports a lost carrier within about a second


class Lab:
    """Makes the pieces and takes all of them away again in close()."""

    def __init__(self):
        self._stack = contextlib.ExitStack()
        self.dut = self._namespace()
        self.gen = self._namespace()
        self.pairs = []
        self.pmds = []

    def _namespace(self):
        namespace = netns.Netns()
        self._stack.callback(namespace.delete)
        return namespace

    def close(self):
        self._stack.close()

    def pair(self, queues=1, mtu=1500, name=None):
        """A new veth pair with a Peer (pair.wire) on its far end."""
        if queues > 1 and LEAKS:
            raise unittest.SkipTest("the incumbent sees one queue on a veth")
        pair = netns.VethPair(self.dut, self.gen, len(self.pairs), queues,
                              mtu, name)
        self.pairs.append(pair)
        pair.wire = self.wire(pair)
        return pair

    def wire(self, pair, ethertype=rawpeer.ETHERTYPE):
        return self._closed(rawpeer.Peer(self.gen, pair.peer, ethertype))

    def tap(self, pair):
        """Beside pair.wire, for frames of every kind, with their tags."""
        return self._closed(rawpeer.TaggedPeer(self.gen, pair.peer))

    def _closed(self, peer):
        self._stack.callback(peer.close)
        return peer

    def vdevs(self, **devargs):
        """One --vdev for each pair, serving all its queues."""
        return [testpmd.vdev(i, p.iface, **{
            **({"queue_count": p.queues} if p.queues > 1 else {}), **devargs})
                for i, p in enumerate(self.pairs)]

    def start(self, vdevs=None, **options):
        """A testpmd in the driver's namespace; the caller ends it."""
        if vdevs is None:
            vdevs = self.vdevs()
        pmd = testpmd.Testpmd(self.dut, vdevs, **options)
        self._stack.callback(pmd.kill)
        self.pmds.append(pmd)
        return pmd

    @contextlib.contextmanager
    def testpmd(self, vdevs=None, begin=True, **options):
        """A testpmd that forwards, and has given all back at the end."""
        pmd = self.start(vdevs, **options)
        if begin:
            pmd.start()
        yield pmd
        self.finish(pmd)

    def finish(self, pmd):
        """Stop, close and quit; mbufs, queues, program, BPF objects: back."""
        pmd.note_bpf()
        pmd.stop()
        for end in "stop", "close":
            pmd.cmd(f"port {end} all")
            missing = pmd.missing_mbufs()
            assert LEAKS or not missing, f"mbufs missing after {end}: {missing}"
        if not LEAKS:
            self.assert_clean()
        assert pmd.quit() == 0
        self.assert_clean()
        left = kernelstate.bpf_alive(pmd.ids)
        assert not left, f"BPF objects outlive the process: {left}"

    def assert_clean(self):
        for pair in self.pairs:
            text = kernelstate.leftovers(pair.dut, pair.iface)
            assert text == "", text


@contextlib.contextmanager
def quiet(make):
    """A Lab that make() makes, for a while; the kernel must not complain meanwhile."""
    marker = kernelstate.kernel_log_marker()
    world = make()
    try:
        yield world
    finally:
        world.close()
    assert kernelstate.kernel_log_since(marker) == []


def soon(condition, timeout=SOON):
    """True as soon as the condition holds, False if it does not in time."""
    deadline = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def afx_lines(text):
    """The driver's own log lines."""
    return [line for line in text.splitlines() if line.startswith("AFX: ")]


def frames(pair, count, sizes=rawpeer.SIZES, first=0):
    """count numbered frames from the peer's MAC to the driver's."""
    count *= SCALE
    return [rawpeer.frame(first + i, size, pair.mac, pair.peer_mac)
            for i, size in enumerate(rawpeer.sizes_for(count, sizes))]


def assert_reflected(pair, sent, got):
    """Every frame came back swapped, byte for byte and in order."""
    text = rawpeer.differences([rawpeer.swapped(f) for f in sent], got)
    assert text == "", f"{pair.iface}: {text}"


def reflect(pair, sent, window=rawpeer.WINDOW):
    assert_reflected(pair, sent, pair.wire.exchange(sent, window))


def cross(left, right, there, back):
    """Frames between two wires, both ways at once: unchanged and in order."""
    left.wire.send(there)
    right.wire.send(back)
    for sent, wire in (there, right.wire), (back, left.wire):
        assert rawpeer.differences(sent, wire.receive(len(sent))) == ""


def total_bytes(sent):
    return sum(map(len, sent))
