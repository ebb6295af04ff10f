# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""afx-doctor on a veth's peer, wherever that is; and whether its forecast holds."""

import contextlib
import os
import subprocess

import pytest

import doctor_lab as lab
import foreign
import kernelstate
import netns
from lab import soon


def native_works(pair):
    """What the kernel itself says to a program in native mode."""
    try:
        with foreign.program_on(pair.dut, pair.iface, "xdpdrv"):
            return kernelstate.xdp(pair.dut, pair.iface)[1] == "drv"
    except netns.CommandError:
        return False


@pytest.mark.parametrize("mtu, status", [(1500, "ok"), (3506, "ok"), (3507, "warn"), (9000, "warn")])
def test_mtu(mtu, status):
    with lab.made() as pair:
        pair.gen.ip("link", "set", pair.peer, "mtu", mtu)
        finding = pair.look()["interface.peer_mtu"]
        assert finding["status"] == status
        assert f"{mtu} (p0)" in finding["found"]
        assert native_works(pair) == (status == "ok")
        if status != "ok":
            assert finding["fix"].startswith(f"ip netns exec {pair.gen.name} ")
            pair.fix(finding)
            assert pair.look()["interface.peer_mtu"]["status"] == "ok"
            assert native_works(pair)


@pytest.mark.parametrize("here, there, status", [(1, 1, "ok"), (2, 1, "ok"), (1, 2, "warn"), (2, 4, "warn")])
def test_queues(here, there, status):
    with lab.made(near=f"numtxqueues {here} numrxqueues {here}", far=f"numtxqueues {there} numrxqueues {there}") as pair:
        finding = pair.look()["interface.peer_queues"]
        assert (finding["status"], finding["found"].replace("but", "and")) == (status, f"{there} Tx, and {here} Rx here")
        assert native_works(pair) == (status == "ok")
        if status != "ok":
            pair.fix(finding)
            assert pair.look()["interface.peer_queues"]["status"] == "ok"
            assert native_works(pair)


def test_generic_mode_is_seen_behind_it():
    """Where the peer excludes native mode, GRO matters."""
    with lab.made() as pair:
        pair.dut.exec("ethtool", "-K", pair.iface, "gro", "on")
        assert pair.look()["tuning.gro"]["status"] == "ok"
        pair.gen.ip("link", "set", pair.peer, "mtu", 9000)
        assert pair.look()["tuning.gro"]["status"] == "warn"


def test_offloads():
    with lab.made() as pair:
        finding = pair.look()["interface.peer_offload"]
        assert (finding["status"], finding["found"]) == ("warn", "tx checksums and tx VLAN tags on p0")
        pair.gen.exec("ethtool", "-K", pair.peer, "txvlan", "off")
        finding = pair.look()["interface.peer_offload"]
        assert (finding["found"], finding["fix"]) == (
            "tx checksums on p0", f"ip netns exec {pair.gen.name} ethtool -K p0 tx off")
        pair.fix(finding)
        assert pair.look()["interface.peer_offload"]["status"] == "ok"


def test_comes_back_from_the_peers_namespace():
    """What is looked at later is of this namespace: an interface index that the other has not."""
    with lab.made() as pair:
        for _ in range(3):
            pair.dut.ip("link", "add", "a0", "type", "veth", "peer", "name", "b0")
            pair.dut.ip("link", "del", "a0")
        pair.dut.ip("link", "add", "a0", "type", "veth", "peer", "name", "b0", "netns", pair.gen.name)
        pair.dut.ip("link", "set", "a0", "up")
        pair.gen.ip("link", "set", "b0", "up")
        report = pair.look(iface="a0")
        assert report["interface.peer_offload"]["looked"]
        assert report["tuning.busy_poll"]["found"].startswith("off: the driver names no NAPI")


def test_peer_beside_it():
    """In the same namespace there is nothing to enter."""
    with lab.made() as pair:
        pair.dut.ip("link", "add", "a0", "type", "veth", "peer", "name", "b0")
        finding = pair.look(iface="a0")["interface.peer_offload"]
        assert finding["fix"] == "ethtool -K b0 tx off txvlan off"


def test_peer_in_a_container():
    """A namespace without a name is found by a process in it."""
    with lab.made() as pair, contextlib.ExitStack() as stack:
        holder = subprocess.Popen(["unshare", "-n", "sleep", "1000"])  # pylint: disable=consider-using-with
        stack.callback(holder.wait)
        stack.callback(holder.kill)
        # Until unshare has done its work, the process is where the test is.
        ours, theirs = "/proc/self/ns/net", f"/proc/{holder.pid}/ns/net"
        assert soon(lambda: os.readlink(theirs) != os.readlink(ours))
        pair.gen.ip("link", "set", pair.peer, "netns", holder.pid)
        finding = pair.look()["interface.peer_offload"]
        assert finding["fix"] == f"nsenter -t {holder.pid} -n ethtool -K p0 tx off txvlan off"
        pair.fix(finding)
        assert pair.look()["interface.peer_offload"]["status"] == "ok"


def test_peer_without_the_right_to_enter():
    """cap_sys_admin is for setns; MTU is known to cap_net_admin."""
    with lab.made() as pair:
        report = pair.look(before=["setpriv", "--bounding-set", "-sys_admin"])
        assert report["interface.peer_mtu"]["looked"]
        for name in "interface.peer_queues", "interface.peer_offload":
            assert not report[name]["looked"]
            assert report[name]["status"] == "warn"
