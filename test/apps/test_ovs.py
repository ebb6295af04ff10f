# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Open vSwitch with DPDK, of Debian, bridges two Linux hosts over two afx ports."""

import pytest

import hosts
import kernelstate
import ovs
import programs
import testpmd
from lab import SCALE, soon
from testpmd import vdev

SIZE = (4 << 20) * SCALE
WINDOW = "-w", "256K"   # under way at most; no ring is too small for it, however slow its thread
UDP_SIZE = 512 << 10    # fewer datagrams than any ring has room for
PINGS = 20
PING_SIZE = 14 + 20 + 8 + 56

pytestmark = [
    pytest.mark.skipif(programs.missing(programs.OVS) != "", reason=programs.missing(programs.OVS)),
    pytest.mark.skipif(testpmd.hugepages_free_mb() < ovs.NEEDED,
                       reason=f"Open vSwitch needs {ovs.NEEDED} MB of hugepages: devtools/setup.sh"),
]


@pytest.fixture
def sides(lab):
    with hosts.two_hosts(lab) as both:
        yield both


@pytest.fixture
def devargs():
    """Both ports'."""
    return {}


@pytest.fixture
def switch(lab, sides, tmp_path, devargs):
    one = ovs.Switch(lab.dut, tmp_path)
    for number, pair in enumerate(sides):
        one.add_port(number, vdev(number, pair.iface, **devargs))
    yield one
    one.kill()
    lab.assert_clean()


def host_counts(pair):
    """As of Switch.ports(), seen from the host's side."""
    seen = pair.counters()
    sent = seen["tx_packets"]
    # veth counts what it sends without the Ethernet header.
    return sent, seen["tx_bytes"] + 14 * sent, 0, seen["rx_packets"], seen["rx_bytes"], 0


def assert_counted(switch, pairs):
    """What each host sent came in, and what went out came to it; nothing was lost."""
    def exact():
        counts = switch.ports()
        return all(counts[number] == host_counts(pair) for number, pair in enumerate(pairs))

    assert soon(exact), (switch.ports(), [host_counts(pair) for pair in pairs])


def both_ways(left, right):
    """iperf3 there and back."""
    for direction in [], ["-R"]:
        ends = hosts.iperf3(left.gen, right.gen, hosts.RIGHT, "-n", SIZE, *WINDOW, *direction)
        assert ends["sum_sent"]["bytes"] >= SIZE
        assert ends["sum_received"]["bytes"] > SIZE // 4


def test_bridge(lab, sides, switch):
    """Ping and iperf3; then a port leaves the bridge, gives its queue back, and returns."""
    left, right = sides
    hosts.ping(left.gen, hosts.RIGHT, PINGS)
    hosts.settle(left, right)
    both_ways(left, right)
    assert_counted(switch, sides)
    # 1448 bytes of payload a frame, offloads being off; iperf3 does not wait for its last bytes.
    assert min(switch.ports()[0][0], switch.ports()[0][3]) > SIZE // 4 // 1448
    switch.del_port(1)
    assert kernelstate.leftovers(lab.dut, right.iface) == ""
    switch.add_port(1, vdev(1, right.iface))
    count = hosts.ping(left.gen, hosts.RIGHT, PINGS)
    assert_counted(switch, [left])
    assert soon(lambda: switch.ports()[1] == 2 * (count, count * PING_SIZE, 0)), switch.ports()
    switch.end()
    lab.assert_clean()


@pytest.mark.parametrize("devargs", [{"csum_complete": 1}])
def test_open_checksums(lab, sides, switch):
    """Hosts whose stacks leave checksums to the NIC, as Linux does by default on a veth."""
    left, right = sides
    assert "Rx checksum offload is not supported" not in switch.daemon.log
    for pair in sides:
        pair.gen.exec("ethtool", "-K", pair.peer, "tx", "on", "tso", "off")
    hosts.ping(left.gen, hosts.RIGHT, PINGS)
    both_ways(left, right)
    ends = hosts.iperf3(left.gen, right.gen, hosts.RIGHT, "-u", "-b", "50M", "-n", UDP_SIZE)
    assert ends["sum"]["lost_packets"] == 0 and ends["sum"]["bytes"] >= UDP_SIZE, ends["sum"]
    assert_counted(switch, sides)
    switch.end()
    lab.assert_clean()
