# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""The prompt, as a person meets it: typed on a terminal."""

import re
import signal
import subprocess

import pexpect
import pytest

from lab import frames, soon
import tpmd

PROMPT = "testpmd> "


def test_a_whole_session(lab, typed):
    """start, traffic, show, stop: and every mbuf, program and socket is back."""
    pair = lab.pair()
    pmd = typed(app=["--no-flush-rx"])
    pmd.note_bpf()
    assert "macswap packet forwarding - ports=1 - cores=1 - streams=1" in pmd.cmd("start")
    sent = frames(pair, 500)
    pair.wire.exchange(sent)
    stats = pmd.stats()
    assert stats["ipackets"] == stats["opackets"] == len(sent)
    assert pmd.xstats()["rx_good_packets"] == len(sent)
    assert f"RX-packets: {len(sent)} " in pmd.cmd("show fwd stats all")
    text = pmd.stop()
    assert f"RX-total: {len(sent)}" in text and f"TX-total: {len(sent)}" in text
    lab.finish(pmd)


def test_show(lab, typed):
    pair = lab.pair()
    pmd = typed()
    info = pmd.info()
    assert "Infos for port 0" in info and "Driver name: net_afx" in info
    assert f"MAC address: {pair.mac.hex(':').upper()}" in info
    assert "Devargs: iface=x0" in info and "Max possible RX queues: 1\n" in info
    assert "Port 0 Link up at" in pmd.cmd("show port link 0")
    pair.gen.ip("link", "set", pair.peer, "down")
    assert soon(lambda: "Port 0 Link down" in pmd.cmd("show port link all"))
    assert "RX desc=512" in pmd.cmd("show config rxtx")
    assert "macswap packet forwarding packets/burst=32" in pmd.cmd("show config fwd")
    assert pmd.quit() == 0


def test_set(lab, typed):
    """Each setting is seen in what the next run does."""
    pair = lab.pair()
    wire = lab.wire(pair, 0x0800)
    pmd = typed(mode="io")
    assert "Set txonly packet forwarding mode" in pmd.cmd("set fwd txonly")
    assert "set to 8" in pmd.cmd("set burst 8")
    pmd.cmd("set txpkts 100,28")
    pmd.cmd("set txrate 1kpps")
    pmd.cmd("set eth-peer 0 02:00:00:00:00:05")
    text = pmd.cmd("start")
    assert "packets/burst=8" in text and "packet len=128 - nb packet segments=2" in text
    assert "peer=02:00:00:00:00:05" in text
    got = wire.receive(20, 20)
    assert {len(f) for f in got} == {128}
    assert {f[:6] for f in got} == {bytes.fromhex("020000000005")}
    for word in "fwd io", "burst 4", "txpkts 64", "nbcore 1", "txrate 0":
        assert "packets are forwarded: stop first" in pmd.cmd(f"set {word}")
    pmd.stop()
    assert pmd.quit() == 0


def test_wrong_words(lab, typed):
    lab.pair()
    pmd = typed()
    for line, answer in [
            ("set burst 0", "burst 0: give a number from 1 to 512"),
            ("set nbcore 9", "--nb-cores=9: EAL has 1 lcore"),
            ("set txpkts 3", "txpkts 3: give up to 8"),
            ("set txpkts 64,2049", "a segment of 2049 bytes is more than the 2048"),
            ("set txrate quick", "txrate quick: give packets"),
            ("set eth-peer 0 x", "eth-peer 0,x: give PORT,MAC"),
            ("set fwd quick", "Bad arguments"),
            ("show port stats 7", "there is no port 7"),
            ("show port info x", "x is no port: give a number, or all"),
            ("port detach 3", "there is no port 3"),
            ("port detach 0", "is started: port stop 0 first"),
            ("port attach nothing", "nothing can not be attached"),
            ("stop", "packet forwarding not started"),
            ("wrong", "Command not found"),
            ("show port", "Bad arguments")]:
        assert answer in pmd.cmd(line), line
    # What was refused was not taken.
    pmd.cmd("set fwd txonly")
    assert "packet len=64 - nb packet segments=1" in pmd.cmd("show config fwd")
    pmd.cmd("set fwd macswap")
    pmd.cmd("start")
    for line in "port stop 0", "port reset all", "port attach net_null5", "port detach 0":
        assert "packets are forwarded: stop first" in pmd.cmd(line), line
    assert "already started" in pmd.cmd("start")
    pmd.stop()
    # One run, no packet.
    assert pmd.quit() == 1


def test_clear(lab, typed):
    pair = lab.pair()
    pmd = typed()
    pmd.start()
    sent = frames(pair, 30)
    pair.wire.exchange(sent)
    assert pmd.stats()["ipackets"] >= len(sent)
    assert "NIC statistics for port 0 cleared" in pmd.cmd("clear port stats 0")
    assert pmd.stats()["ipackets"] == 0
    pair.wire.exchange(sent)
    assert f"RX-packets: {len(sent)} " in pmd.cmd("show fwd stats all")
    pmd.cmd("clear fwd stats all")
    assert "RX-packets: 0 " in pmd.cmd("show fwd stats all")
    pmd.cmd("clear port xstats all")
    assert pmd.xstats()["rx_good_packets"] == 0
    pmd.stop()
    assert pmd.quit() == 0


def test_ports_come_and_go(lab, typed):
    """stop, start, reset, detach, attach; traffic after each."""
    pair = lab.pair()
    pmd = typed()
    sent = frames(pair, 50)

    def works():
        pmd.start()
        pair.wire.exchange(sent)
        assert f"TX-total: {len(sent)}\n" in pmd.stop()

    works()
    assert "Done" in pmd.cmd("port stop 0")
    assert "is not started: port start 0" in pmd.cmd("start")
    pmd.cmd("port start 0")
    works()
    pmd.cmd("port reset 0")
    pmd.cmd("port start all")
    works()
    pmd.cmd("port stop 0")
    assert "Now total ports is 0" in pmd.cmd("port detach 0")
    lab.assert_clean()
    assert "there is no port to forward on" in pmd.cmd("start")
    text = pmd.cmd(f"port attach net_afx4,iface={pair.iface}")
    assert "Port 0 is attached. Now total ports is 1" in text
    pmd.cmd("port start 0")
    works()
    pmd.cmd("port stop 0")
    assert pmd.missing_mbufs() == {}
    assert pmd.quit() == 0


def test_closed_port(lab, typed):
    """Its device is given up by detach, or by whoever gets its number; traffic after each."""
    left, right = lab.pair(), lab.pair()
    pmd = typed(vdevs=[f"net_afx0,iface={left.iface}"], app=["--no-flush-rx"])
    sent = frames(left, 30)

    def works(pair):
        pmd.cmd("port start 0")
        pmd.start()
        pair.wire.exchange(sent)
        assert f"TX-total: {len(sent)}\n" in pmd.stop()
        assert "Done" in pmd.cmd("port close 0")

    works(left)
    for line in "port start 0", "port reset 0", "port config mtu 0 1400":
        assert "port 0 (net_afx0) is closed: port detach 0" in pmd.cmd(line), line
    assert "is a device of that name there? port detach it first" in pmd.cmd(
        f"port attach net_afx0,iface={right.iface}")
    assert "Device of port 0 is detached" in pmd.cmd("port detach 0")
    assert "there is no port 0" in pmd.cmd("port detach 0")
    assert "Port 0 is attached" in pmd.cmd(f"port attach net_afx0,iface={left.iface}")
    works(left)
    # Without detach: net_afx0 goes when net_afx1 gets its number.
    assert "Port 0 is attached" in pmd.cmd(f"port attach net_afx1,iface={right.iface}")
    assert "Driver name: net_afx" in pmd.info()
    works(right)
    assert "Port 0 is attached" in pmd.cmd(f"port attach net_afx0,iface={left.iface}")
    works(left)
    assert pmd.missing_mbufs() == {}
    assert pmd.quit() == 0


def test_two_ports_attached_to_nothing(lab, typed):
    """Begin without a port, make two, forward between them."""
    left, right = lab.pair(), lab.pair()
    pmd = typed(vdevs=[], mode="io")
    for number, pair in enumerate((left, right)):
        pmd.cmd(f"port attach net_afx{number},iface={pair.iface}")
    pmd.cmd("port start all")
    pmd.start()
    sent = frames(left, 40)
    left.wire.send(sent)
    assert right.wire.receive(len(sent)) == sent
    pmd.stop()
    assert pmd.quit() == 0


def test_interface_is_deleted(lab, typed):
    """The port goes, the prompt stays."""
    pair = lab.pair()
    pmd = typed()
    pmd.start()
    pair.wire.exchange(frames(pair, 10))
    pair.dut.ip("link", "del", pair.iface)
    lab.pairs.clear()
    pmd.wait_log("Port 0: device removal event")
    pmd.wait_log("Now total ports is 0")
    assert "there is no port to forward on" in pmd.cmd("start")
    assert pmd.quit() == 0


@pytest.mark.parametrize("terminal", [["--duration=3"]], indirect=True)
def test_what_is_half_typed_is_not_run(terminal):
    """When a run ends by itself, what was typed so far is shown again."""
    terminal.send("set fwd txonly\rset txrate 10pps\rstart\r")
    terminal.expect_exact("txonly packet forwarding - ")
    terminal.expect_exact(PROMPT)
    terminal.send("set burst 7")
    terminal.expect_exact("Accumulated forward statistics")
    terminal.expect_exact("Done.")
    terminal.expect_exact(PROMPT + "set burst 7")
    terminal.send("7\r")
    terminal.expect_exact("Number of packets per burst set to 77")
    terminal.send("quit\r")
    assert leave(terminal) == 0


def test_limit_is_reached_in_the_prompt(lab, typed):
    pair = lab.pair()
    pmd = typed(app=["--packets=64", "--no-flush-rx"])
    pmd.start()
    pair.wire.exchange(frames(pair, 64))
    pmd.wait_log("Accumulated forward statistics")
    assert "packet forwarding not started" in pmd.cmd("stop")
    assert pmd.quit() == 0


@pytest.fixture
def terminal(request):
    """pexpect on the prompt of a net_null port."""
    line = tpmd.eal_args(["net_null0"], huge=False) + ["--", "-i", "--disable-link-check"]
    line += getattr(request, "param", [])
    child = pexpect.spawn(tpmd.PROGRAM, line, encoding="utf-8", timeout=tpmd.END_TIME)
    child.expect_exact(PROMPT)
    yield child
    child.close(force=True)


def leave(child):
    child.expect(pexpect.EOF)
    child.wait()
    return child.exitstatus


def test_completion(terminal):
    """Tab completes words, and shows what there is."""
    terminal.send("show po\tinf\t0\r")
    terminal.expect_exact("Infos for port 0")
    terminal.expect_exact(PROMPT)
    terminal.send("set fwd \t\t")
    for mode in "flowgen", "icmpecho", "latency", "verify":
        terminal.expect_exact(mode)
    terminal.send("\x03\r")
    terminal.expect_exact(PROMPT)
    terminal.send("quit\r")
    assert leave(terminal) == 0


def test_help_and_history(terminal):
    terminal.send("help\r")
    terminal.expect_exact("set txpkts LEN")
    terminal.expect_exact("Tab completes")
    terminal.expect_exact(PROMPT)
    terminal.send("\x1b[A\r")
    terminal.expect_exact("Tab completes")
    terminal.expect_exact(PROMPT)
    terminal.send("\x04")       # end of input
    assert leave(terminal) == 0


def test_terminal_is_given_back(terminal):
    """SIGTERM at the prompt, while packets are forwarded."""
    terminal.send("start\r")
    terminal.expect_exact(PROMPT)
    terminal.kill(signal.SIGTERM)
    terminal.expect_exact("Accumulated forward statistics")
    terminal.expect_exact("Bye...")
    assert leave(terminal) == 0


def test_command_file(tmp_path):
    path = tmp_path / "commands"
    path.write_text("set fwd rxonly\nset burst 7\nshow config fwd\n", encoding="ascii")
    line = tpmd.eal_args(["net_null0"], huge=False)
    line += ["--", "-i", "--disable-link-check", f"--cmdline-file={path}"]
    child = pexpect.spawn(tpmd.PROGRAM, line, encoding="utf-8", timeout=tpmd.END_TIME)
    child.expect_exact("rxonly packet forwarding packets/burst=7")
    child.expect_exact(PROMPT)
    child.send("quit\r")
    assert leave(child) == 0
    assert re.search(r"Bye", child.before)


@pytest.mark.parametrize("text,burst", [
    ("set burst 7\nquit\nset burst 9\n", 7),
    ("set burst 8\nquit", 8),
], ids=["middle", "last"])
def test_quit_in_the_command_file(tmp_path, text, burst):
    """Ends it there; the last line needs no newline."""
    path = tmp_path / "commands"
    path.write_text(text, encoding="ascii")
    one = tpmd.App(None, ["net_null0"], "-i", f"--cmdline-file={path}", "--auto-start",
                   huge=False, stdin=subprocess.PIPE)
    try:
        assert one.end() == 0
        assert f"set to {burst}" in one.all() and "set to 9" not in one.all()
        assert "packet forwarding - ports" not in one.all()
    finally:
        one.kill()
