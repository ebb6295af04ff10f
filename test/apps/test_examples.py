# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""DPDK's own examples, as its users build them, forward between two afx ports."""

import re
import signal
from collections import Counter

import pytest

import ipv4
import kernelstate
import programs
import rawpeer
import testpmd
from lab import SCALE, soon
from programs import Eal, assert_counted, cross

pytestmark = pytest.mark.skipif(programs.missing(programs.EXAMPLES) != "",
                                reason=programs.missing(programs.EXAMPLES))

COUNT = 3000            # more than there are buffers in a fill ring
SIZES = 64, 65, 129, 512, 1023, 1500, 1514
RX_CKSUM = 0xe             # RTE_ETH_RX_OFFLOAD_CHECKSUM: IPv4, UDP and TCP
WAKES = "is waked up from rx interrupt on port %d queue 0"


@pytest.fixture
def two(lab):
    return lab.pair(), lab.pair()


@pytest.fixture
def example(lab):
    """Start one on all of lab's pairs."""
    started = []

    def start(name, *options, **keys):
        started.append(Eal(lab.dut, programs.EXAMPLES / name, lab.vdevs(), *options, **keys))
        return started[-1]

    yield start
    for one in started:
        one.kill()
    lab.assert_clean()


def mac_updated(two):
    """What l2fwd makes of a frame that leaves by a port."""
    def change(port, frame):
        return bytes([2, 0, 0, 0, 0, port]) + two[port].mac + frame[12:]
    return change


def printed(one):
    """The last of l2fwd's tables: {port: (sent, received, dropped)}."""
    table = one.log.rpartition("Port statistics ===")[2]
    if "Aggregate statistics" not in table:
        return {}
    numbers = [int(n) for n in re.findall(r"^Packets \w+: +(\d+)$", table, re.M)]
    return {port: tuple(numbers[3 * port:3 * port + 3]) for port in range(len(numbers) // 3)}


@pytest.mark.parametrize("name", ["skeleton", "rxtx_callbacks"])
def test_basic(lab, two, example, name):
    """It never stops its ports: the kernel takes all back when a signal ends it."""
    one = example(name)
    one.wait("forwarding packets")
    for port, pair in enumerate(two):
        assert f"Port {port} MAC: {pair.mac.hex(' ')}" in one.log
    assert_counted(one, 2, cross(*two, COUNT))
    assert one.end() == -signal.SIGINT
    lab.assert_clean()


def test_l2fwd(lab, two, example):
    """Its own table says what the driver counted, and what came."""
    one = example("l2fwd", "-p", "3", "-q", "2", "-T", "1")
    one.wait("entering main loop")
    count = cross(*two, COUNT, mac_updated(two))
    assert_counted(one, 2, count)
    assert soon(lambda: printed(one) == {port: (count, count, 0) for port in (0, 1)},
                programs.SAY_TIME), one.log
    assert one.end() == 0
    assert one.log.count("Done") == 2 and "Bye" in one.log
    lab.assert_clean()


def test_link_status_interrupt(lab, two, example):
    """The carrier goes and comes back: told by a callback, seen in the table, traffic resumes."""
    one = example("link_status_interrupt", "-p", "3", "-q", "2", "-T", "1")
    one.wait("entering main loop")
    count = cross(*two, COUNT, mac_updated(two))
    assert "LSC" not in one.log
    lab.gen.ip("link", "set", two[0].peer, "down")
    one.wait("Event type: LSC interrupt\nPort 0 Link down\n")
    one.wait("Link status:                 Link down")
    lab.gen.ip("link", "set", two[0].peer, "up")
    one.wait("Event type: LSC interrupt\nPort 0 Link up at 10 Gbps FDX Fixed\n")
    count += cross(*two, COUNT, mac_updated(two))
    assert_counted(one, 2, count)
    assert soon(lambda: printed(one) == {port: (count, count, 0) for port in (0, 1)},
                programs.SAY_TIME), one.log
    assert one.log.count("In registered callback") == 2 and "Port 1 Link down" not in one.log
    assert one.end() == -signal.SIGINT
    lab.assert_clean()


def routes(lab, two, net):
    """Both wires carry IPv4: net.port is the network behind a port. make and change of cross()."""
    for pair in two:
        pair.wire = lab.wire(pair, ipv4.ETHERTYPE)

    def make(pair, count, first=0):
        address = net(1 if pair is two[0] else 0)
        return [ipv4.udp(first + i, size, pair.mac, pair.peer_mac, address)
                for i, size in enumerate(rawpeer.sizes_for(count * SCALE, SIZES))]

    def change(port, frame):
        return ipv4.routed(frame, bytes([2, 0, 0, 0, 0, port]), two[port].mac)

    return change, make


@pytest.mark.parametrize("ptypes", ["driver", "program"])
def test_l3fwd(lab, two, example, ptypes):
    """It routes by the packet types, the driver's or its own; without Rx checksums it ends."""
    change, make = routes(lab, two, lambda port: bytes([198, 18, port, 1]))
    one = example("l3fwd", "-p", "3", "-P", "--config", "(0,0,0),(1,0,0)",
                  *(["--parse-ptype"] if ptypes == "program" else []))
    one.wait("entering main loop")
    assert one.ask("/ethdev/info,0")["rx_offloads"] == RX_CKSUM
    assert one.log.count("softly parse packet type") == (2 if ptypes == "program" else 0)
    assert_counted(one, 2, cross(*two, COUNT, change, make))
    assert one.end() == 0
    assert one.log.count("Done") == 2 and "Bye" in one.log
    lab.assert_clean()


def test_l3fwd_power(lab, two, example):
    """Its worker sleeps until an interrupt says that there are frames."""
    change, make = routes(lab, two, lambda port: bytes([1 + port, 1, 1, 1]))
    one = example("l3fwd-power", "-p", "3", "-P", "--config", "(0,0,0),(1,0,0)",
                  "--interrupt-only", "--parse-ptype")
    one.wait("entering main interrupt loop")
    # Else it would verify checksums itself, and lose them.
    assert one.ask("/ethdev/info,0")["rx_offloads"] == RX_CKSUM
    count = 0

    def woken():
        nonlocal count
        count += cross(*two, 1, change, make)
        return all(WAKES % port in one.log for port in (0, 1))

    assert soon(woken), one.log
    count += cross(*two, COUNT, change, make)
    assert "won't enable" not in one.log
    assert_counted(one, 2, count)
    assert one.end() == 0
    lab.assert_clean()


def assert_told(lab, one, two, count, times):
    """dpdk-proc-info's statistics of both ports, after count frames so many times."""
    other = Eal(lab.dut, "dpdk-proc-info", [], "--stats", "--show-port", lcores=None,
                prefix=one.prefix)
    assert other.end(sig=None) == 0, other.log
    size = times * sum(rawpeer.sizes_for(count))
    count *= times
    said = re.sub(r"[\s#]+", " ", other.log)
    for port, pair in enumerate(two):
        assert (f"NIC statistics for port {port} RX-packets: {count} RX-errors: 0 RX-bytes: {size}"
                f" RX-nombuf: 0 TX-packets: {count} TX-errors: 0 TX-bytes: {size} ") in said, said
        assert f"-- driver net_afx device net_afx{port} " in said
        assert f"-- mac {pair.mac.hex(':').upper()} " in said


@pytest.mark.skipif(testpmd.hugepages_free_mb() < testpmd.HUGE_NEEDED,
                    reason="needs hugepages: proc-info is another process")
def test_proc_info(lab, two, example):
    """DPDK's own secondary process tells the counts of a running l2fwd, which goes on."""
    one = example("l2fwd", "-p", "3", "-q", "2", shared=True)
    one.wait("entering main loop")
    fds = [kernelstate.fds(one.pid)]
    for times in 1, 2:
        count = cross(*two, COUNT, mac_updated(two))
        assert_counted(one, 2, times * count)
        assert_told(lab, one, two, count, times)
        fds.append(kernelstate.fds(one.pid))
    # The primary's ends of the ways to a process that is gone stay until the next one comes.
    left = Counter(fds[1]) - Counter(fds[0])
    assert set(left) <= {"socket:"} and left.total() <= len(two), left
    assert fds[1] == fds[2]
    assert one.end() == 0
    lab.assert_clean()
