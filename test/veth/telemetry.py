# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""A client of DPDK's telemetry."""

import contextlib
import json
import socket

PATIENCE = 10.0     # seconds; an answer takes milliseconds


class Telemetry:
    """Asks one process, by its file prefix; of a secondary process, with the suffix of its socket."""

    def __init__(self, prefix, suffix=""):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(PATIENCE)
        self._socket.connect(f"/run/dpdk/{prefix}/dpdk_telemetry.v2{suffix}")
        self._longest = json.loads(self._socket.recv(1024))["max_output_len"]

    def ask(self, command):
        """What is behind the command's name in the answer: None for a refusal."""
        self._socket.send(command.encode())
        said = json.loads(self._socket.recv(self._longest))
        return said[command.partition(",")[0]]

    def close(self):
        self._socket.close()


def client(prefix, suffix=""):
    """A Telemetry for a with statement."""
    return contextlib.closing(Telemetry(prefix, suffix))
