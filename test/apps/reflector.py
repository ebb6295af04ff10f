# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""A peer that sends back what it gets, with faults where a test wants them."""

import select
import socket
import threading

import rawpeer

BUFFER = 64 << 20


class Reflector(threading.Thread):
    """Echoes IPv4 frames; fault(number, frame) gives the frames to send."""

    def __init__(self, namespace, ifname, fault=lambda number, frame: [frame]):
        super().__init__(daemon=True)
        self.fault, self.count, self.ending = fault, 0, False
        with namespace.entered():
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.socket.setsockopt(rawpeer.SOL_PACKET,
                               rawpeer.PACKET_IGNORE_OUTGOING, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, rawpeer.SO_RCVBUFFORCE, BUFFER)
        self.socket.bind((ifname, 0x0800))

    def run(self):
        while not self.ending:
            if not select.select([self.socket], [], [], 0.05)[0]:
                continue
            frame = self.socket.recv(65536)
            for answer in self.fault(self.count, frame):
                self.socket.send(answer)
            self.count += 1

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.ending = True
        self.join()
        self.socket.close()
