# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Mode dump: the text, the capture that tcpdump reads, and the waiting."""

import os
import re
import signal
import socket
import struct
import subprocess

import pytest
from scapy.utils import RawPcapNgReader

from lab import frames, soon
from netns import run
from rawpeer import swapped
import testpmd
import tpmd

MACS = bytes.fromhex("0200000000ff0200000000aa")
HEAD = "02:00:00:00:00:AA > 02:00:00:00:00:FF"


def ip4(protocol, payload, flags=0):
    return (struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), 0, flags, 64,
                        protocol, 0)
            + socket.inet_aton("10.0.0.1") + socket.inet_aton("10.0.0.2") + payload)


def ip6(protocol, payload):
    return (struct.pack("!IHBB", 6 << 28, len(payload), protocol, 64)
            + socket.inet_pton(socket.AF_INET6, "fe80::1")
            + socket.inet_pton(socket.AF_INET6, "fe80::2") + payload)


TCP = struct.pack("!HHIIBBHHH", 80, 4000, 7, 9, 0x50, 0x12, 100, 0, 0)
UDP = struct.pack("!HHHH", 53, 5353, 8, 0)
ECHO = struct.pack("!BBHHH", 8, 0, 0, 3, 4)
ARP = (struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1) + MACS[6:]
       + socket.inet_aton("10.0.0.1") + bytes(6) + socket.inet_aton("10.0.0.9"))
REPLY = ARP[:6] + b"\0\2" + ARP[8:]
V4 = ", IPv4 10.0.0.1 > 10.0.0.2"

# EtherType, payload, what is printed behind the MAC addresses
LINES = [
    (0x0806, ARP, ", ARP who-has 10.0.0.9 tell 10.0.0.1"),
    (0x0806, REPLY, ", ARP 10.0.0.1 is-at 02:00:00:00:00:AA"),
    (0x0800, ip4(6, TCP), V4 + ", TCP 80 > 4000 [SA] seq 7 ack 9"),
    (0x0800, ip4(17, UDP), V4 + ", UDP 53 > 5353"),
    (0x0800, ip4(1, ECHO), V4 + ", ICMP echo request id 3 seq 4"),
    (0x0800, ip4(1, b"\3\1" + bytes(6)), V4 + ", ICMP type 3 code 1"),
    (0x0800, ip4(17, UDP, 185), V4 + ", fragment at 1480"),
    (0x0800, ip4(47, bytes(8)), V4 + ", IP protocol 47"),
    (0x86DD, ip6(58, b"\x80\0" + bytes(6)),
     ", IPv6 fe80::1 > fe80::2, ICMPv6 type 128 code 0"),
    (0x86DD, ip6(6, TCP), ", IPv6 fe80::1 > fe80::2, TCP 80 > 4000 [SA] seq 7 ack 9"),
    (0x88B5, bytes(46), ", EtherType 0x88b5"),
    (0x8100, struct.pack("!HH", 0x6007, 0x0800) + ip4(17, UDP),
     ", VLAN 7" + V4 + ", UDP 53 > 5353"),
    (0x0800, b"\x45" + bytes(9), " (cut short)"),
    (0x0800, ip4(6, TCP[:10]), V4 + " (cut short)"),
    (0x0800, b"\x4f" + ip4(6, b"")[1:], V4 + " (cut short)"),
]


def test_text(lab, app):
    """Each kind of packet, whole and cut short."""
    pair = lab.pair()
    one = app("--forward-mode=dump", f"--packets={len(LINES)}").ready()
    sent = [MACS + struct.pack("!H", kind) + data for kind, data, _ in LINES]
    pair.wire.send(sent)
    assert one.end() == 0
    got = re.findall(r"^port 0/queue 0: (.*)$", one.out.decode(), re.M)
    assert got == [f"{HEAD}{text}, length {len(frame)}"
                   for frame, (_, _, text) in zip(sent, LINES)]


def test_exactly_so_many(lab, app):
    pair = lab.pair()
    one = app("--forward-mode=dump", "--packets=7").ready()
    pair.wire.send(frames(pair, 64))
    assert one.end() == 0
    assert one.out.decode().count("port 0/queue 0: ") == 7


# Of another EtherType than those of frames().
MARK = MACS + b"\x88\xb6" + bytes(46)


def captured(path):
    return [data for data, _ in RawPcapNgReader(str(path))]


def test_pcapng(lab, app, tmp_path):
    """tcpdump reads it; each byte is there."""
    pair = lab.pair()
    path = tmp_path / "x.pcapng"
    one = app("--forward-mode=dump", f"--write={path}", "--json",
              "--stats-period=1").ready()
    sent = frames(pair, 1000)
    one.feed(pair, sent)
    assert one.interrupt() == 0
    assert captured(path) == sent
    text = run("tcpdump", "-n", "-e", "-r", path)
    assert text.count("ethertype Unknown (0x88b5)") == len(sent)


def test_pcapng_to_stdout(lab, app, tmp_path):
    pair = lab.pair()
    one = app("--forward-mode=dump", "--write=-", "--packets=20").ready()
    sent = frames(pair, 20)[:20]
    pair.wire.send(sent)
    assert one.end() == 0
    path = tmp_path / "x.pcapng"
    path.write_bytes(one.out)
    assert captured(path) == sent
    assert b"Forward statistics" in one.err


def test_full_disk(lab, app):
    """What can not be written is not passed over."""
    pair = lab.pair()
    one = app("--forward-mode=dump", "--write=/dev/full")
    assert one.end() == 2
    assert "--write=/dev/full: No space left on device" in one.all()
    assert pair.wire


def size(path):
    return path.stat().st_size if path.exists() else 0


def caught(path):
    """Without those of its start."""
    return sorted(f for f in captured(path) if f[12:14] != MARK[12:14])


@pytest.mark.skipif(testpmd.hugepages_free_mb() < testpmd.HUGE_NEEDED,
                    reason="needs hugepages: a capture is another process")
def test_dumpcap(lab, app, tmp_path):
    """DPDK's own capture tool sees what is received and what is sent."""
    pair = lab.pair()
    one = app("--forward-mode=macswap", "--forever", huge=tpmd.SHARED).ready()
    path = tmp_path / "x.pcapng"
    # It takes no -d: the driver comes in another way.
    cap = subprocess.Popen(
        ["dpdk-dumpcap", f"--file-prefix={one.prefix}", "-p", "-i", "net_afx0",
         "-w", str(path)],
        env={**os.environ, "LD_PRELOAD": testpmd.PLUGIN}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    sent = frames(pair, 20)
    wanted = sorted(sent + [swapped(f) for f in sent])
    try:
        # It says nothing before its pipe is full: what it catches says that it listens.
        assert soon(lambda: size(path) > 0 or cap.poll() is not None, tpmd.END_TIME)
        assert soon(lambda: pair.wire.send([MARK]) or captured(path), tpmd.END_TIME)
        pair.wire.exchange(sent)
        assert soon(lambda: len(caught(path)) >= len(wanted), tpmd.END_TIME)
        cap.send_signal(signal.SIGINT)
        said = cap.communicate(timeout=tpmd.END_TIME)[0]
    finally:
        cap.kill()
    assert cap.returncode == 0, said
    assert caught(path) == wanted
    text = run("tcpdump", "-n", "-e", "-r", path)
    assert text.count("ethertype Unknown (0x88b5)") == len(wanted)
    assert one.interrupt() == 0


def waiting_in(pid, name):
    """The system call that the worker is in, a number; or 'running'."""
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/comm", encoding="ascii") as file:
            if name not in file.read():
                continue
        with open(f"/proc/{pid}/task/{task}/syscall", encoding="ascii") as file:
            return file.read().split()[0]
    raise LookupError(name)


EPOLL = {"232", "281"}          # epoll_wait and epoll_pwait, x86-64
SLEEP = {"35", "230"}           # nanosleep and clock_nanosleep


@pytest.mark.parametrize("vdev,calls", [("net_tap0,iface=dtap0", EPOLL),
                                        ("net_afx0,iface=x0", EPOLL),
                                        ("net_null0,no-rx=1", SLEEP)])
def test_idle_port_burns_no_core(lab, vdev, calls):
    """By Rx interrupts where the port has them, else by short sleeps."""
    assert lab.pair().iface == "x0"
    one = tpmd.App(lab.dut, [vdev], "--forward-mode=dump", "--forever",
                   huge=False)
    try:
        one.ready()
        seen = set()
        for _ in range(200):
            seen.add(waiting_in(one.pid, "worker"))
            if seen & calls:
                break
            subprocess.run(["sleep", "0.02"], check=True)
        assert seen & calls, seen
        assert one.interrupt() == 1     # nothing moved
    finally:
        one.kill()


def test_packets_wake_it(lab):
    """None waits for the next one."""
    one = tpmd.App(lab.dut, ["net_tap0,iface=dtap0"], "--forward-mode=dump",
                   "--packets=5", huge=False)
    try:
        one.ready()
        with lab.dut.entered():
            sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            sock.bind(("dtap0", 0))
        for number in range(5):
            sock.send(MACS + b"\x88\xb5" + bytes(46))
            one.wait("EtherType 0x88b5, length 60", number + 1)
        assert one.end() == 0
        sock.close()
    finally:
        one.kill()
