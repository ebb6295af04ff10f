# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Options that other tests only see refused: each is seen in what it changes."""

import re
import socket
import subprocess

import pytest

import kernelstate
from lab import frames, soon
from rawpeer import differences, swapped
import tpmd

LIVE = ("--json", "--stats-period=1")


def quick(vdevs, *options, **keys):
    """afx-testpmd on ports of the build host's own, to its end."""
    one = tpmd.App(None, vdevs, *options, huge=False, **keys)
    try:
        assert one.end() == 0, one.all()
    finally:
        one.kill()
    return one


def mtu(pair):
    return int(pair.dut.exec("cat", f"/sys/class/net/{pair.iface}/mtu"))


@pytest.mark.parametrize("options,lcores", [
    ([], ["1"]), (["--coremask=0x4"], ["2"]), (["--coremask=0xc"], ["2", "3"]),
    (["--coremask=0xc", "--nb-cores=1"], ["2"])])
def test_coremask(options, lcores):
    """As many as the mask names, and those."""
    one = quick(["net_null0"], "--forward-mode=rxonly", "--rxq=2", "--txq=2",
                "--packets=1000", "--json", *options, lcores=4)
    assert re.findall(r"Logical Core (\d+) ", one.all()) == lcores
    assert all(queue["rx_packets"] for queue in one.final()["ports"][0]["queues"])


@pytest.mark.parametrize("options,ports", [
    ([], [0, 1, 2]), (["--nb-ports=1"], [0]), (["--nb-ports=2"], [0, 1]),
    (["--portlist=1-2"], [1, 2]), (["--portmask=0x5"], [0, 2])])
def test_ports_in_use(options, ports):
    one = quick([f"net_null{n}" for n in range(3)], "--forward-mode=rxonly",
                "--packets=1000", "--json", *options)
    assert [port["port"] for port in one.final()["ports"]] == ports
    # The others are not even started.
    assert re.findall(r"Port (\d+): [0-9A-F:]{17}", one.all()) == [str(p) for p in ports]


def test_auto_start(lab, typed):
    """Packets go through before anything is typed."""
    pair = lab.pair()
    pmd = typed(app=["--auto-start", "--no-flush-rx"])
    sent = frames(pair, 20)
    pair.wire.exchange(sent)
    assert f"TX-total: {len(sent)}\n" in pmd.stop()
    assert pmd.quit() == 0


@pytest.mark.parametrize("options,old", [([], 0), (["--no-flush-rx"], 20)])
def test_flush(lab, typed, options, old):
    """What came while the port was started, but nothing forwarded."""
    pair = lab.pair()
    pmd = typed(app=options)
    pair.wire.send(frames(pair, 20)[:20])
    pmd.start()
    assert len(pair.wire.receive(old)) == old
    sent = frames(pair, 5, first=100)[:5]
    assert differences(sent, [swapped(f) for f in pair.wire.exchange(sent)]) == ""
    assert f"TX-total: {old + 5}\n" in pmd.stop()
    assert pmd.quit() == 0


@pytest.mark.parametrize("burst", [32, 16])
def test_tx_first(lab, app, burst):
    """One burst of our own, then those of others."""
    pair = lab.pair()
    wire = lab.wire(pair, 0x0800)
    one = app("--forward-mode=io", "--tx-first", f"--burst={burst}", *LIVE).ready()
    assert len(wire.receive(burst)) == burst
    sent = frames(pair, 20)
    assert differences(sent, pair.wire.exchange(sent)) == ""
    assert wire.drain() == []
    assert one.interrupt() == 0
    assert one.final()["ports"][0]["tx_packets"] == burst + len(sent)


def test_start_tx_first(lab, typed):
    pair = lab.pair()
    wire = lab.wire(pair, 0x0800)
    pmd = typed(app=["--burst=8"])
    for _ in range(2):
        pmd.start("start tx_first")
        assert len(wire.receive(8)) == 8
        assert "TX-total: 8\n" in pmd.stop()
    assert wire.drain() == []
    assert pmd.quit() == 0


def test_pool(lab, typed):
    """Size, cache and room of the pool, as the mempool library tells them."""
    lab.pair()
    pmd = typed(mbufs=5000, app=["--mbcache=100", "--mbuf-size=2304"])
    text = pmd.cmd("dump_mempool")
    text = text[text.index("mempool <mb_pool_"):]
    assert re.search(r"^  size=5000$", text, re.M)
    assert re.search(r"^ +cache_size=100$", text, re.M)
    assert int(re.search(r"elt_size=(\d+)", text)[1]) == 128 + 2304
    # The ring that the mempool keeps its mbufs in.
    assert re.search(r"ring <MP_mb_pool_\d+>", pmd.cmd("dump_ring"))
    assert pmd.quit() == 0


def test_large_mbufs(lab, app):
    """Whole frames of 3014 bytes, which default mbufs do not hold."""
    pair = lab.pair(mtu=3000)
    small = app("--forward-mode=io", "--duration=1")
    assert small.end() == 2
    assert len(small.sentences()) == 1, small.sentences()
    one = app("--forward-mode=io", "--mbuf-size=4224", *LIVE).ready()
    sent = frames(pair, 20, sizes=(3014, 60))
    assert differences(sent, pair.wire.exchange(sent)) == ""
    assert one.interrupt() == 0


def test_max_pkt_len(lab, app):
    """The MTU while it runs, and the interface's own afterwards."""
    pair = lab.pair()
    one = app("--forward-mode=io", "--max-pkt-len=1418", *LIVE).ready()
    assert mtu(pair) == 1400
    sent = frames(pair, 10, sizes=(60, 1414))
    assert differences(sent, pair.wire.exchange(sent)) == ""
    assert one.interrupt() == 0
    assert mtu(pair) == 1500


def test_config_mtu(lab, typed):
    pair = lab.pair()
    pmd = typed()
    pmd.cmd("port stop 0")
    pmd.cmd("port config mtu 0 1300")
    assert mtu(pair) == 1300
    assert "port 0 (net_afx0) can not be given that MTU" in pmd.cmd("port config mtu 0 9")
    assert mtu(pair) == 1300
    assert pmd.quit() == 0
    assert mtu(pair) == 1500


@pytest.mark.parametrize("options,length", [(["--enable-scatter"], 1014), ([], None)])
def test_enable_scatter(lab, options, length):
    """A packet that two mbufs hold: net_tap gives it whole, or not at all."""
    one = tpmd.App(lab.dut, ["net_tap0,iface=dtap0"], "--forward-mode=dump", "--mbuf-size=728",
                   "--packets=1" if length else "--packets=2", *options, huge=False)
    try:
        one.ready()
        with lab.dut.entered():
            sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            sock.bind(("dtap0", 0))
        for size in 1000, 46, 46:
            sock.send(bytes(6) + b"\2" + bytes(5) + b"\x88\xb5" + bytes(size))
        sock.close()
        assert one.end() == 0
        assert (b"length 1014" in one.out) is (length is not None)
    finally:
        one.kill()


@pytest.mark.parametrize("options,rss", [
    ([], "IP addresses"), (["--rss-udp"], "IP addresses, UDP ports"), (["--disable-rss"], "none")])
def test_rss(options, rss):
    """As the port was configured, by ethdev's own words."""
    one = quick(["net_null0"], "--forward-mode=rxonly", "--rxq=2", "--packets=1000", *options)
    assert re.findall(r"^    RSS: (.*)$", one.all(), re.M) == [rss]


def test_disable_device_start(lab, typed):
    """Nothing of it is on the interface before port start."""
    pair = lab.pair()
    pmd = typed(app=["--disable-device-start", "--no-flush-rx"])
    assert "xdp" not in pair.dut.ip("link", "show", pair.iface)
    assert "port 0 (net_afx0) is not started: port start 0" in pmd.cmd("start")
    pmd.cmd("port start 0")
    assert "xdp" in pair.dut.ip("link", "show", pair.iface)
    pmd.start()
    sent = frames(pair, 10)
    pair.wire.exchange(sent)
    assert f"TX-total: {len(sent)}\n" in pmd.stop()
    assert pmd.quit() == 0


def test_set_nbcore(lab, typed):
    """Two queues on one lcore, then on two."""
    lab.pair(queues=2)
    pmd = typed(rxq=2, lcores="0@0,1@1,2@0")
    for cores in 1, 2, 1:
        assert f"cores set to {cores}" in pmd.cmd(f"set nbcore {cores}")
        text = pmd.cmd("start")
        assert len(re.findall("Logical Core", text)) == cores
        assert len(re.findall(r"RX P=0/Q=\d", text)) == 2
        pmd.stop()
    # Three runs, no packet.
    assert pmd.quit() == 1


def worker_seconds(pid):
    """CPU time of the forwarding lcore."""
    return sum(kernelstate.lcore_times(pid, 1))


@pytest.mark.parametrize("options,pps", [
    (["--txrate=2000"], 2000), (["--txrate=20kpps"], 20000),
    (["--txrate=4Mbps", "--txpkts=250"], 2000), (["--txrate=2000", "--txq=2"], 2000)])
def test_txrate_is_reached(options, pps):
    """In the time that the lcore's thread was given: a loaded machine gives it not all of it."""
    for _ in range(5):
        one = tpmd.App(None, ["net_null0"], "--forward-mode=flowgen", "--forever", "--json",
                       *options, huge=False)
        try:
            one.ready()
            assert soon(lambda: worker_seconds(one.pid) > 0.5, tpmd.END_TIME)
            given = worker_seconds(one.pid)
            assert one.interrupt() == 0
        finally:
            one.kill()
        last = one.final()
        # What a millisecond held up, such as the one of the start, follows.
        assert 0.9 * pps * given <= last["tx_packets"] <= pps * (last["seconds"] + 0.001) + 2
        # With less, half of the rate would pass.
        if given > 0.6 * last["seconds"]:
            break


def test_eal_help():
    """EAL's page, and not ours."""
    done = subprocess.run([tpmd.PROGRAM, "--eal-help"], capture_output=True, timeout=30,
                          check=False)
    assert done.returncode == 0
    text = done.stdout + done.stderr
    assert b"--file-prefix" in text and b"--forward-mode" not in text
