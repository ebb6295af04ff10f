# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Runs afx-doctor in the namespaces of the veth suite, and reads what it found."""

import contextlib
import json
import os
import socket
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "veth"))

# pylint: disable=wrong-import-position
import netns

DOCTOR = os.environ["AFX_DOCTOR"]
OLD_KERNEL = os.environ.get("AFX_OLD_KERNEL")
# The trial run itself gives up after 60 s.
PATIENCE = 120
SO_NETNS_COOKIE = 71
OK, WARN, FAIL, USAGE = range(4)
# Ours, and a tool of the build.
MAY_BE_MISSING = ("afx-doctor", "meson", "sudo")
STATUS = {"ok": OK, "warn": WARN, "fail": FAIL}


def run(*command, env=None):
    """(exit status, stdout, stderr) of a command."""
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=PATIENCE, check=False, env={**os.environ, **(env or {})})
    return done.returncode, done.stdout, done.stderr


def inside(namespace):
    """Words that run what follows in the namespace, /sys with it; nothing for our own."""
    return ["ip", "netns", "exec", namespace.name] if namespace else []


def cookie(namespace):
    """The kernel's number for the namespace, by which /run/afx names it."""
    with namespace.entered(), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        return struct.unpack("=Q", sock.getsockopt(socket.SOL_SOCKET, SO_NETNS_COOKIE, 8))[0]


def fix_is_a_command(finding):
    """Or nothing: bash reads it, its first word can be run, and what is ok has none."""
    if finding["status"] == "ok":
        assert (finding["fix"], finding["note"]) == (None, None), finding
    if finding["fix"] is not None:
        assert run("bash", "-n", "-c", finding["fix"]) == (0, "", ""), finding
        word = finding["fix"].lstrip("(").split()[0]
        assert run("bash", "-c", 'type "$1"', "bash", word)[0] == 0 or word in MAY_BE_MISSING, finding


class Report:
    """What one run with --json said."""

    def __init__(self, status, out, err):
        assert err == "", err
        self.status = status
        self.root = json.loads(out)
        self.findings = {f["id"]: f for f in self.root["findings"]}
        assert len(self.findings) == len(self.root["findings"])
        assert status == STATUS[self.root["verdict"]]
        for finding in self.root["findings"]:
            fix_is_a_command(finding)

    def __getitem__(self, name):
        return self.findings[name]

    def status_of(self, name):
        return self.findings[name]["status"]


def look(namespace, iface, *options, before=(), env=None):
    """A Report on the interface; before are words such as prlimit's."""
    return Report(*run(*inside(namespace), *before, DOCTOR, "--json", *options, iface, env=env))


def lacking(**env):
    """Environment in which the kernel or the NIC is another one."""
    return {"LD_PRELOAD": OLD_KERNEL, **env}


class Pair:
    """x0 in one namespace, its peer p0 in another; both up, with the kernel's defaults."""

    def __init__(self, stack, near="", far="", mtu=1500):
        self.dut, self.gen = (netns.Netns() for _ in range(2))
        for namespace in self.dut, self.gen:
            stack.callback(namespace.delete)
        self.iface, self.peer = "x0", "p0"
        self.dut.ip("link", "add", self.iface, "mtu", mtu, *near.split(), "type", "veth",
                    "peer", "name", self.peer, "mtu", mtu, *far.split(), "netns", self.gen.name)
        self.dut.ip("link", "set", self.iface, "up")
        self.gen.ip("link", "set", self.peer, "up")

    def look(self, *options, iface=None, **how):
        return look(self.dut, iface or self.iface, *options, **how)

    def fix(self, finding):
        """Run the command of a finding, as its reader would."""
        return self.dut.exec("bash", "-c", finding["fix"])


@contextlib.contextmanager
def made(**how):
    with contextlib.ExitStack() as stack:
        yield Pair(stack, **how)
