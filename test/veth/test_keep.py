# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""keep=: traffic that the XDP program leaves to the kernel."""

import pytest

from lab import reflect, frames
from rawpeer import ETH_P_ALL, Peer, swapped

TCP, UDP, ICMP, ICMPV6 = 6, 17, 1, 58
ARP, IPV4, IPV6, VLAN = 0x0806, 0x0800, 0x86DD, 0x8100


def ethernet(pair, kind, body):
    frame = pair.mac + pair.peer_mac + kind.to_bytes(2, "big") + body
    return frame.ljust(60, b"\0")


def ipv4(proto, body, options=b""):
    size = 20 + len(options) + len(body)
    head = bytes([0x45 + len(options) // 4, 0]) + size.to_bytes(2, "big")
    head += b"\0\0\0\0" + bytes([64, proto]) + b"\0\0"
    return head + bytes([10, 0, 0, 1, 10, 0, 0, 2]) + options + body


def ipv6(proto, body):
    return (b"\x60\0\0\0" + len(body).to_bytes(2, "big")
            + bytes([proto, 255]) + b"\xfe\x80" + bytes(13) + b"\1"
            + b"\xfe\x80" + bytes(13) + b"\2" + body)


def ports(destination, source=40000):
    return (source.to_bytes(2, "big") + destination.to_bytes(2, "big")
            + bytes(16))


def mgmt(pair):
    """Frames that keep=mgmt leaves to the kernel."""
    return {
        "arp": ethernet(pair, ARP, bytes(28)),
        "ssh4": ethernet(pair, IPV4, ipv4(TCP, ports(22))),
        "ssh6": ethernet(pair, IPV6, ipv6(TCP, ports(22))),
        "ssh4-options": ethernet(pair, IPV4,
                                 ipv4(TCP, ports(22), b"\1\1\1\0")),
        "dhcp-client": ethernet(pair, IPV4, ipv4(UDP, ports(68, 67))),
        "nd": ethernet(pair, IPV6, ipv6(ICMPV6, b"\x87" + bytes(23))),
        "icmpv6": ethernet(pair, IPV6, ipv6(ICMPV6, b"\x80" + bytes(15))),
    }


def data(pair):
    """Frames that are the application's in any case."""
    return {
        "udp4": ethernet(pair, IPV4, ipv4(UDP, ports(9000))),
        "tcp4": ethernet(pair, IPV4, ipv4(TCP, ports(2222))),
        "udp6": ethernet(pair, IPV6, ipv6(UDP, ports(9000))),
        "udp-22": ethernet(pair, IPV4, ipv4(UDP, ports(9001, 22))),
        "short": ethernet(pair, IPV4, b"\x45"),
    }


def assert_split(lab, pair, to_kernel, to_driver):
    """The stack sees exactly the first, the driver exactly the second."""
    stack, wire = Peer(pair.dut, "x0", ETH_P_ALL), lab.wire(pair, ETH_P_ALL)
    try:
        for name, frame in {**to_kernel, **to_driver}.items():
            pair.wire.send([frame])
            here, back = stack.drain(0.02), wire.drain(0.05)
            if name in to_kernel:
                assert (here, back) == ([frame], []), name
            else:
                assert (here, back) == ([], [swapped(frame)]), name
    finally:
        stack.close()


@pytest.mark.parametrize("mode", ["drv", "skb"])
def test_keep_none(lab, pair, mode):
    with lab.testpmd(lab.vdevs(mode=mode)):
        assert_split(lab, pair, {}, {**mgmt(pair), **data(pair)})


@pytest.mark.parametrize("mode", ["drv", "skb"])
def test_keep_mgmt(lab, pair, mode):
    with lab.testpmd(lab.vdevs(mode=mode, keep="mgmt")):
        assert_split(lab, pair, mgmt(pair), data(pair))
        reflect(pair, frames(pair, 200))


@pytest.mark.parametrize("spec,kept", [
    ("2222", {"tcp4"}),
    ("[9000]", {"udp4", "udp6"}),
    ("[22,8999-9001]", {"ssh4", "ssh6", "ssh4-options", "udp4", "udp6",
                        "udp-22"}),
])
def test_keep_ports(lab, pair, spec, kept):
    """The list, and what makes its ports reachable: ARP and ICMPv6."""
    kept = kept | {"arp", "nd", "icmpv6"}
    every = {**mgmt(pair), **data(pair)}
    with lab.testpmd(lab.vdevs(keep=spec)):
        assert_split(lab, pair,
                     {k: v for k, v in every.items() if k in kept},
                     {k: v for k, v in every.items() if k not in kept})
