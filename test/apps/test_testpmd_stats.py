# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Statistics while it runs: objects, blocks, a table in place."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

import pytest

from lab import frames
import tpmd


def test_json_objects(lab, app):
    """One a period and a final one; nothing else on stdout."""
    pair = lab.pair()
    one = app("--forward-mode=rxonly", "--json", "--stats-period=1").ready()
    sent = frames(pair, 300)
    one.feed(pair, sent)
    assert one.interrupt() == 0
    rows = one.objects()
    assert [row["final"] for row in rows] == [False] * (len(rows) - 1) + [True]
    assert len(rows) >= 2
    for key in "seconds",:
        assert [r[key] for r in rows] == sorted(r[key] for r in rows)
    last = rows[-1]
    assert last["passed"] is True and last["mode"] == "rxonly"
    assert last["rx_packets"] == last["ports"][0]["rx_packets"] == len(sent)
    assert any(row["ports"][0]["rx_pps"] > 0 for row in rows)
    # The last ones are those of the whole run.
    port = last["ports"][0]
    assert port["rx_pps"] * last["seconds"] == pytest.approx(len(sent))
    assert port["rx_bps"] * last["seconds"] == pytest.approx(8 * port["rx_bytes"])
    assert port["xsk"]["mode"] == "copy"
    assert port["xsk"]["rx_ring_full"] == 0
    assert port["xsk"]["syscalls_per_packet"] < 1


def test_jq_reads_it(lab, app):
    pair = lab.pair()
    one = app("--forward-mode=rxonly", "--packets=50", "--json").ready()
    pair.wire.send(frames(pair, 50))
    assert one.end() == 0
    done = subprocess.run(["jq", "-e", "select(.final) | .ports[0].rx_packets >= 50"],
                          input=one.out, capture_output=True, check=False)
    assert done.returncode == 0 and done.stdout == b"true\n"


def test_blocks_when_piped(lab, app):
    """As dpdk-testpmd prints them, for scripts that read those."""
    pair = lab.pair()
    one = app("--forward-mode=macswap", "--stats-period=1").ready()
    sent = frames(pair, 100)
    pair.wire.exchange(sent)
    one.wait(f"RX-packets: {len(sent)}")
    assert one.interrupt() == 0
    text = one.out.decode()
    assert "\033" not in text
    assert "Port statistics ====================================" in text
    block = re.search(r"#{24} NIC statistics for port 0  #{24}\n(.*?)\n  #{76}\n",
                      text[text.index(f"RX-packets: {len(sent)}") - 200:], re.S)[1]
    numbers = dict(re.findall(r"([RT]X-\w+):\s+(\d+)", block))
    size = sum(map(len, sent))
    assert numbers == {"RX-packets": str(len(sent)), "RX-missed": "0",
                       "RX-bytes": str(size), "RX-errors": "0", "RX-nombuf": "0",
                       "TX-packets": str(len(sent)), "TX-errors": "0",
                       "TX-bytes": str(size)}
    assert re.search(r"Rx-pps: +\d+ +Rx-bps: +\d+\n  Tx-pps: +\d+ +Tx-bps: +\d+\n\n"
                     r"  XSK: rx_dropped 0 rx_ring_full 0 .*tx_invalid_descs 0 .*"
                     r"syscalls/packet [\d.]+ mode copy$", block)
    summary = text[text.index("Forward statistics for port 0"):]
    assert re.search(rf"RX-packets: {len(sent)} +RX-dropped: 0 +RX-total: {len(sent)}\n"
                     rf"  TX-packets: {len(sent)} +TX-dropped: 0 +TX-total: {len(sent)}\n",
                     summary)
    assert "Accumulated forward statistics for all ports" in summary


def test_display_xstats(lab, app):
    pair = lab.pair()
    one = app("--forward-mode=rxonly", "--json", "--packets=5",
              "--display-xstats=rx_good_packets,tx_good_packets").ready()
    pair.wire.send(frames(pair, 5))
    assert one.end() == 0
    found = one.final()["ports"][0]["xstats"]
    assert set(found) == {"rx_good_packets", "tx_good_packets"}
    assert found["rx_good_packets"] >= 5


def test_burst_stats(lab, app):
    lab.pair()
    one = app("--forward-mode=txonly", "--packets=64", "--record-burst-stats")
    assert one.end() == 0
    assert re.search(r"TX-bursts : 2 \[0% of 0 pkts \+ 100% of 32 pkts", one.out.decode())


def test_cycles():
    one = tpmd.App(None, ["net_null0"], "--forward-mode=rxonly", "--packets=5000",
                   "--record-core-cycles", huge=False)
    try:
        assert one.end() == 0
        found = re.search(r"CPU cycles/packet=([\d.]+) \(total cycles=(\d+) / total "
                          r"rxonly packets=(\d+)\) at \d+ MHz Clock", one.out.decode())
        assert float(found[1]) == pytest.approx(int(found[2]) / int(found[3]), abs=0.01)
    finally:
        one.kill()


class Screen:
    """A terminal of so many rows, which keeps what was drawn in place."""

    def __init__(self, rows, columns, *options, ports=2):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        vdevs = [f"net_null{n}" for n in range(ports)]
        line = [tpmd.PROGRAM] + tpmd.eal_args(vdevs, huge=False) + ["--"]
        self.process = subprocess.Popen(
            line + ["--disable-link-check", "--stats-period=1", *options],
            stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
        os.close(slave)
        self.text = ""

    def read(self, seconds):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if select.select([self.master], [], [], 0.1)[0]:
                try:
                    self.text += os.read(self.master, 65536).decode()
                except OSError:
                    return

    def tables(self, count, seconds=40):
        deadline = time.monotonic() + seconds
        while self.text.count("afx-testpmd io, ") < count:
            assert time.monotonic() < deadline, self.text
            self.read(0.2)
        return self.text.split("afx-testpmd ")[-count:]

    def end(self):
        os.kill(self.process.pid, signal.SIGINT)
        self.read(2)
        code = self.process.wait(tpmd.END_TIME)
        os.close(self.master)
        return code


def test_table_in_place():
    screen = Screen(24, 80)
    try:
        first, second, _ = screen.tables(3)
        for table in first, second:
            # As many rows up again as the table has: nothing scrolls.
            up = int(re.search(r"\033\[(\d+)A", table)[1])
            assert up == table.count("\n") == 6
            assert len(re.findall(r"^ *queue 0", table, re.M)) == 2
            assert re.search(r"^0  net_null0 +\d+ +\d+ +\d+/\d+ +\d+ +\d+", table, re.M)
            assert re.search(r"received [1-9]\d*, sent [1-9]", table)
            assert max(len(re.sub(r"\033\[\w|\r", "", line))
                       for line in table.split("\n")) <= 80
    finally:
        assert screen.end() == 0
    assert "Accumulated forward statistics" in screen.text


def test_small_window():
    screen = Screen(6, 40)
    try:
        table = screen.tables(2)[0]
        assert "and 2 more rows: make the window larger" in table
        assert table.count("\n") == 5
        assert max(len(re.sub(r"\033\[\w*|\r", "", line))
                   for line in table.split("\n")[1:-1]) <= 40
    finally:
        assert screen.end() == 0
