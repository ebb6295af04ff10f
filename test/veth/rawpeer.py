# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""The other end of the wire: numbered frames over AF_PACKET sockets.

A frame is dst, src, ethertype, number, payload.  The payload is a window
into fixed noise whose place follows from number and size, so a frame that was
cut, mixed with another or overwritten cannot compare equal.
"""

import errno
import random
import socket
import struct
import time

import netns

ETHERTYPE = 0x88B5              # IEEE local experimental: nobody else's
ETH_P_ALL = 3
SIZES = (60, 64, 65, 127, 128, 129, 256, 511, 512, 1023, 1024, 1280, 1500,
         1513, 1514)
HEADER = 18
ADDRS = 12              # bytes of a frame's two addresses
WAIT = 5.0 * netns.PATIENCE
SEND_WAIT = struct.pack("@ll", int(WAIT), 0)    # for a device that takes nothing; struct timeval
WINDOW = 256                    # frames under way: half of a small Rx ring

SOL_PACKET, PACKET_AUXDATA, PACKET_IGNORE_OUTGOING = 263, 8, 23
VLAN_VALID, VLAN_TPID_VALID = 1 << 4, 1 << 6    # of the status of struct tpacket_auxdata
SO_RCVBUFFORCE = 33
RCVBUF = 256 << 20              # holds 50,000 frames, whatever their size
MAX_FRAME = 65536

_NOISE = random.Random(2026).randbytes(1 << 17)
_SPREAD = 7919                  # prime, so that neighbours differ everywhere


def payload(number, size):
    start = (number * _SPREAD + size) & 0xFFFF
    return _NOISE[start:start + size - HEADER]


def frame(number, size, dst, src, ethertype=ETHERTYPE):
    return (dst + src + struct.pack("!HI", ethertype, number)
            + payload(number, size))


def swapped(data):
    """The frame with source and destination address exchanged."""
    return data[6:12] + data[0:6] + data[12:]


def sizes_for(count, sizes=SIZES):
    return [sizes[i % len(sizes)] for i in range(count)]


class Peer:
    """Sends and receives on one interface, from outside its namespace."""

    def __init__(self, namespace, ifname, ethertype=ETHERTYPE):
        with namespace.entered():
            self._tx = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            # settimeout() would poll() before each frame.
            self._tx.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, SEND_WAIT)
            self._tx.bind((ifname, 0))
            self._rx = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            self._rx.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
            self._rx.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, RCVBUF)
            self._rx.bind((ifname, ethertype))

    def close(self):
        self._tx.close()
        self._rx.close()

    def send(self, frames):
        """Send all of them; the device's refusals are errors here, BlockingIOError if it is stuck."""
        send = self._tx.send
        for data in frames:
            send(data)

    def send_lossy(self, frames):
        """Send what the device takes; return how many it took.  One that is stuck gets no more."""
        taken = 0
        for data in frames:
            try:
                self._tx.send(data)
                taken += 1
            except BlockingIOError:
                break
            except OSError:
                pass
        return taken

    def _take(self):
        return self._rx.recv(MAX_FRAME)

    def receive(self, count, timeout=WAIT):
        """Frames until count have come or nothing came for timeout."""
        got = []
        take = self._take
        self._rx.settimeout(timeout)
        while len(got) < count:
            try:
                got.append(take())
            except TimeoutError:
                break
            except OSError as err:      # told once, after the link was down
                if err.errno != errno.ENETDOWN:
                    raise
        return got

    def drain(self, quiet=0.05):
        """Everything that still comes until the wire is quiet."""
        return self.receive(1 << 30, quiet)

    def exchange(self, frames, window=WINDOW, timeout=WAIT):
        """Send in windows and take as many replies back each time."""
        got = []
        for start in range(0, len(frames), window):
            part = frames[start:start + window]
            self.send(part)
            got += self.receive(len(part), timeout)
            if len(got) < start + len(part):
                break
        return got

    def send_paced(self, frames, arrived, window=WINDOW, timeout=WAIT):
        """Send in windows; arrived() tells how many the other end has."""
        base = arrived()
        for start in range(0, len(frames), window):
            part = frames[start:start + window]
            self.send(part)
            target = base + start + len(part)
            deadline = time.monotonic() + timeout
            while arrived() < target:
                if time.monotonic() > deadline:
                    return arrived() - base
        return arrived() - base


class TaggedPeer(Peer):
    """Receives frames of every kind with the tag that the kernel hands over beside them."""

    def __init__(self, namespace, ifname):
        super().__init__(namespace, ifname, ETH_P_ALL)
        self._rx.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)

    def _take(self):
        data, control, _, _ = self._rx.recvmsg(MAX_FRAME, 256)
        status, _, _, _, _, tci, tpid = struct.unpack("=IIIHHHH", control[0][2])
        if status & VLAN_VALID:
            tpid = tpid if status & VLAN_TPID_VALID else 0x8100
            data = data[:ADDRS] + struct.pack("!HH", tpid, tci) + data[ADDRS:]
        return data


def differences(sent, got):
    """A sentence on how got differs from sent, '' when equal in order."""
    if sent == got:
        return ""
    text = f"{len(sent)} expected, {len(got)} came"
    for i, (want, have) in enumerate(zip(sent, got)):
        if want != have:
            at = next((k for k, (a, b) in enumerate(zip(want, have))
                       if a != b), min(len(want), len(have)))
            return (f"{text}; frame {i}: {len(want)} bytes expected, "
                    f"{len(have)} came, first different byte at {at}: "
                    f"{want[at:at + 16].hex()} / {have[at:at + 16].hex()}")
    return text
