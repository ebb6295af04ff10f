# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Two Linux hosts, each behind a port of the program under test."""

import contextlib
import json
import re
import subprocess

from lab import soon
from netns import Netns, VethPair

LEFT, RIGHT = "198.51.100.1", "198.51.100.2"


@contextlib.contextmanager
def two_hosts(lab):
    """(left, right): pairs whose far ends are in namespaces of their own, with an address each."""
    left, far = lab.pair(), Netns()
    try:
        right = VethPair(lab.dut, far, 1)
        lab.pairs.append(right)
        left.gen.ip("addr", "add", f"{LEFT}/24", "dev", left.peer)
        right.gen.ip("addr", "add", f"{RIGHT}/24", "dev", right.peer)
        yield left, right
    finally:
        lab.pairs.remove(right)
        far.delete()


def ping(namespace, address, count):
    """Until count requests are answered, each once; how many were sent, the last a bit too early."""
    text = namespace.exec("ping", "-c", count, "-i", "0.02", "-w", "20", address)
    sent, answered = re.search(r"^(\d+) packets transmitted, (\d+) received, ", text, re.M).groups()
    assert int(answered) >= count and "DUP!" not in text, text
    return int(sent)


def settle(left, right):
    """No neighbour is asked for anew from now on."""
    for pair, address, other in (left, RIGHT, right), (right, LEFT, left):
        pair.gen.ip("neigh", "replace", address, "lladdr", other.peer_mac.hex(":"), "nud",
                    "permanent", "dev", pair.peer)


def iperf3(client, server, address, *options):
    """A transfer from one namespace to the other; the end of iperf3's own report."""
    process = subprocess.Popen(["ip", "netns", "exec", server.name, "iperf3", "-s", "-1"],
                               stdout=subprocess.DEVNULL)
    try:
        assert soon(lambda: ":5201" in server.exec("ss", "-ltn"))
        text = client.exec("iperf3", "-c", address, "-J", "--connect-timeout", "5000", *options)
        # Its last words go through the ports too.
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
    return json.loads(text)["end"]
