# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""More addresses than the first: unicast ones and the multicast list."""

import re

import rawpeer
from app.program import ended
from lab import frames, reflect, soon
from watching import create, delete, events  # noqa: F401 pylint: disable=unused-import
from testpmd import vdev

COUNT = 100
UNICAST = [f"02:af:00:00:01:{n:02x}" for n in range(1, 4)]
GROUPS = [f"01:00:5e:7f:af:{n:02x}" for n in range(1, 5)]
OTHERS = [f"01:00:5e:7e:{n:02x}:af" for n in range(1, 9)]
# A macvlan filters by a hash of 8 bits; a group of OTHERS may share one with another.
OTHERS_BY_CHANCE = 3
SENT = 5


def unicast(namespace, ifname):
    """Addresses of ours that the kernel asks the driver to receive."""
    text = namespace.exec("bridge", "fdb", "show", "dev", ifname)
    found = re.findall(r"^(\S+)\b.* self permanent", text, re.M)
    return sorted(mac for mac in found if mac in UNICAST)


def multicast(namespace, ifname, groups):
    text = namespace.exec("cat", "/proc/net/dev_mcast")
    rows = [line.split() for line in text.splitlines()]
    found = [":".join(re.findall("..", row[4])) for row in rows if row[1] == ifname]
    return sorted(mac for mac in found if mac in groups)


def joined(pair):
    """By the macvlan, and so by the NIC below it."""
    found = multicast(pair.dut, "mv0", OTHERS)
    assert multicast(pair.dut, pair.iface, OTHERS) == found
    return found


def lists(pair):
    return unicast(pair.dut, pair.iface), multicast(pair.dut, pair.iface, GROUPS)


def add_all(pmd):
    for mac in UNICAST:
        assert "error" not in pmd.cmd(f"mac_addr add 0 {mac}").lower()
    for mac in GROUPS:
        assert "failed" not in pmd.cmd(f"mcast_addr add 0 {mac}")


def test_addresses_reach_the_kernel(lab, pair):
    with lab.testpmd() as pmd:
        assert lists(pair) == ([], [])
        add_all(pmd)
        assert lists(pair) == (UNICAST, GROUPS)
        pmd.cmd(f"mac_addr remove 0 {UNICAST[1]}")
        pmd.cmd(f"mcast_addr remove 0 {GROUPS[2]}")
        assert lists(pair) == (UNICAST[:1] + UNICAST[2:], GROUPS[:2] + GROUPS[3:])
        for mac in GROUPS:
            pmd.cmd(f"mcast_addr remove 0 {mac}")
        assert lists(pair) == (UNICAST[:1] + UNICAST[2:], [])
        reflect(pair, frames(pair, COUNT))
    assert lists(pair) == ([], [])


def test_stop_and_start_keep_them_and_one_remove_is_enough(lab, pair):
    """ethdev adds the addresses again at each start."""
    with lab.testpmd() as pmd:
        add_all(pmd)
        pmd.stop()
        for _ in range(3):
            pmd.cmd("port stop 0")
            assert lists(pair) == (UNICAST, GROUPS)
            pmd.cmd("port start 0")
            assert lists(pair) == (UNICAST, GROUPS)
        fds = pmd.fds()
        pmd.cmd(f"mac_addr remove 0 {UNICAST[0]}")
        pmd.cmd(f"mcast_addr remove 0 {GROUPS[0]}")
        assert lists(pair) == (UNICAST[1:], GROUPS[1:])
        assert pmd.fds() == fds
        pmd.start()
        reflect(pair, frames(pair, COUNT))


def test_they_go_with_a_killed_process(lab, pair):
    pmd = lab.start()
    add_all(pmd)
    pmd.kill()
    assert soon(lambda: lists(pair) == ([], []))
    with lab.testpmd():
        assert lists(pair) == ([], [])


def test_an_interface_made_anew_gets_them(lab, events, pair):
    run = events("addresses", "removed", "stop", "start", "stop", "close")
    assert run.step("addresses")["addresses"] == 0
    assert lists(pair) == (UNICAST[:1], GROUPS[:1])
    delete(lab, pair)
    assert run.step("removed")["removed"] == 1
    run.step("stop")
    pair = create(lab)
    assert lists(pair) == ([], [])
    assert run.step("start")["start"] == 0
    assert lists(pair) == (UNICAST[:1], GROUPS[:1])
    run.step("stop")
    run.step("close")
    assert lists(pair) == ([], [])
    ended(run)


def test_table_is_as_long_as_claimed(lab, pair):
    with lab.testpmd() as pmd:
        most = int(re.search(r"Maximum number of MAC addresses: (\d+)", pmd.info())[1])
        for n in range(1, most):
            assert "error" not in pmd.cmd(f"mac_addr add 0 02:af:00:01:00:{n:02x}")
        assert "error" in pmd.cmd("mac_addr add 0 02:af:00:01:01:00")
        text = pair.dut.exec("bridge", "fdb", "show", "dev", pair.iface)
        assert text.count("02:af:00:01:") == most - 1
        assert "error" in pmd.cmd("mac_addr remove 0 " + ":".join(re.findall("..", pair.mac.hex())))


def received(pmd, wire, mac, pair, count=SENT):
    """How many frames to mac the port has got."""
    before = pmd.stats()["ipackets"]
    dst = bytes.fromhex(mac.replace(":", ""))
    wire.send([rawpeer.frame(n, 64, dst, pair.peer_mac) for n in range(count)])
    soon(lambda: pmd.stats()["ipackets"] - before == count, 0.5)
    return pmd.stats()["ipackets"] - before


def replaced(pmd, pair, old, new):
    """True if new is received, and old is no more.

    A macvlan notices a removal with the change after it (Linux 6.18), and does
    not tell addresses of the same hash apart.
    """
    pmd.cmd(f"mcast_addr add 0 {new}")
    assert received(pmd, pair.wire, new, pair) == SENT
    stays = received(pmd, pair.wire, old, pair)
    pmd.cmd(f"mcast_addr remove 0 {new}")
    return stays == 0


def test_a_filtering_interface_lets_them_through(lab, pair):
    """A macvlan drops multicast that nobody joined, and asks its NIC for more unicast."""
    pair.dut.ip("link", "add", "link", pair.iface, "name", "mv0", "type", "macvlan", "mode", "private")
    pair.dut.ip("link", "set", "mv0", "up")
    with lab.testpmd([vdev(0, "mv0")], begin=False) as pmd:
        pmd.cmd("set promisc 0 off")
        pmd.cmd("set fwd rxonly")
        pmd.start()
        strays = [mac for mac in OTHERS if received(pmd, pair.wire, mac, pair)]
        assert len(strays) <= OTHERS_BY_CHANCE
        silent, *others = [mac for mac in OTHERS if mac not in strays]
        pmd.cmd(f"mcast_addr add 0 {silent}")
        assert received(pmd, pair.wire, silent, pair) == SENT
        pmd.cmd(f"mcast_addr remove 0 {silent}")
        assert joined(pair) == []
        pmd.cmd(f"mac_addr add 0 {silent}")      # a group among the addresses
        assert joined(pair) == [silent]
        assert received(pmd, pair.wire, silent, pair) == SENT
        pmd.cmd(f"mac_addr remove 0 {silent}")
        assert any(replaced(pmd, pair, silent, other) for other in others)
        pmd.cmd(f"mac_addr add 0 {UNICAST[0]}")
        assert unicast(pair.dut, pair.iface) == UNICAST[:1]
        pmd.cmd(f"mac_addr remove 0 {UNICAST[0]}")
        assert unicast(pair.dut, pair.iface) == []
