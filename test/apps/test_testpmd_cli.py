# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""What a user can do wrong: one sentence, exit code 2, nothing left behind."""

import re
import signal
import subprocess

import pytest

import kernelstate
import tpmd
from lab import frames

# options, what the sentence says
WRONG = [
    (["--forward-mode=fast"], r"unknown forwarding mode fast; there are: io\|mac"),
    (["--nonsense"], r"--nonsense is no option of afx-testpmd"),
    (["-x"], r"-x is no option"),
    (["--rxq"], r"--rxq wants a value"),
    (["--json=1"], r"--json=1 takes no value"),
    (["--help=me"], r"--help=me takes no value"),
    (["--tx"], r"--tx is no option"),
    (["word"], r"word is not understood"),
    (["--burst=0"], r"--burst=0: give a number from 1 to 512"),
    (["--burst=513"], r"from 1 to 512"),
    (["--burst=3x"], r"--burst=3x: give a number"),
    (["--burst=-1"], r"--burst=-1: give a number"),
    (["--rxd=70000"], r"--rxd=70000: give a number from 1 to 65535"),
    (["--rxq=0", "--txq=0"], r"--rxq and --txq are both 0"),
    (["--txpkts=20"], r"txpkts 20: .* the first 42 bytes or more"),
    (["--txpkts=64,"], r"txpkts 64,: "),
    (["--txpkts=" + ",".join(["64"] * 9)], r"up to 8 segment lengths"),
    (["--txpkts=4096"], r"a segment of 4096 bytes is more than the 2048 that an mbuf of"),
    (["--txpkts=64,2049,64"], r"a segment of 2049 bytes is more than the 2048"),
    (["--mbuf-size=191"], r"64 bytes is more than the 63 .* --mbuf-size=191 holds"),
    (["--txpkts=1024", "--mbuf-size=1151"], r"1024 bytes is more than the 1023"),
    (["--txrate=fast"], r"txrate fast: give packets"),
    (["--txrate=5Mbit"], r"txrate 5Mbit: "),
    (["--txrate=-5"], r"txrate -5: "),
    (["--eth-peer=0"], r"eth-peer 0: give PORT,MAC"),
    (["--eth-peer=0,01:02"], r"eth-peer 0,01:02: give PORT,MAC"),
    (["--tx-ip=1.2.3.4"], r"tx-ip 1.2.3.4: give SOURCE,DESTINATION"),
    (["--tx-udp=1,70000"], r"tx-udp 1,70000: "),
    (["--port-topology=ring"], r"port-topology ring: it is paired, chained or loop"),
    (["--portlist=3-1"], r"portlist 3-1: give ports"),
    (["-i", "--json"], r"--json and -i exclude each other"),
    (["-i", "--stats-period=1"], r"--stats-period and -i exclude each other"),
    (["--write=x"], r"--write goes with --forward-mode=dump"),
    (["--cmdline-file=x"], r"--cmdline-file goes with -i"),
]

# The same, found out only once there are ports: two net_null ones.
WRONG_HERE = [
    (["--nb-ports=3"], r"--nb-ports=3: there are 2 ports"),
    (["--portmask=0x4"], r"names 1 of them, there are 0"),
    (["--nb-cores=2"], r"--nb-cores=2: EAL has 1 lcore to forward on"),
    (["--coremask=0x1"], r"--coremask=0x1 names lcores .* or the main lcore 0"),
    (["--portlist=0", "--port-topology=paired"], r"1 port can not be paired"),
    (["--rxq=2"], r"io needs a Tx queue for each Rx queue: --rxq=2, --txq=1"),
    (["--rxq=0"], r"io needs Rx queues, --rxq is 0"),
    (["--txq=0", "--forward-mode=txonly"], r"txonly needs Tx queues, --txq is 0"),
    (["--rxq=2000"], r"--rxq=2000: give a number from 0 to 1024"),
    (["--total-num-mbufs=100"], r"--total-num-mbufs=100 is too few: the Rx rings .* take 1056"),
    (["--total-num-mbufs=90000000"], r"a pool of 90000000 mbufs .* can not be made"),
    (["--forward-mode=verify", "--txpkts=50"], r"is one segment of 62 bytes or more"),
    (["--forward-mode=verify", "--flowgen-flows=70000"], r"verify tells 65534 flows"),
    (["--forward-mode=txonly", "--txpkts=1515"],
     r"packets of 1515 bytes are more than the 1514 that port 0 .* MTU of 1500"),
    (["--tx-first", "--txpkts=2000"], r"packets of 2000 bytes are more than the 1514"),
    (["--eth-peer=2,02:00:00:00:00:01"], r"--eth-peer=2,...: there is no port 2"),
    (["--display-xstats=rx_good_packets,good"], r'--display-xstats: no port has "good"; show'),
    (["--display-xstats="], r'--display-xstats: no port has ""'),
    (["--forward-mode=dump", "--write=/nowhere/x"],
     r"--write=/nowhere/x: No such file or directory"),
]


def refused(one, pattern):
    assert one.end() == 2, one.all()
    found = one.sentences()
    assert len(found) == 1, found
    assert re.search(pattern, found[0]), found


@pytest.fixture
def null():
    """afx-testpmd on net_null ports, without a namespace."""
    apps = []

    def start(*options, ports=2, **keys):
        apps.append(tpmd.App(None, [f"net_null{n}" for n in range(ports)],
                             *options, huge=False, **keys))
        return apps[-1]

    yield start
    for one in apps:
        one.kill()


@pytest.mark.parametrize("options,pattern", WRONG, ids=lambda v: str(v)[:40])
def test_wrong_option(null, options, pattern):
    one = null(*options)
    refused(one, pattern)
    assert b"EAL" not in one.err, "said before EAL starts"


@pytest.mark.parametrize("options,pattern", WRONG_HERE, ids=lambda v: str(v)[:40])
def test_wrong_here(null, options, pattern):
    refused(null(*options), pattern)


def test_no_port(null):
    refused(null(ports=0), "there is no port; give EAL a device")


def test_odd_ports(null):
    refused(null(ports=3), "3 ports can not be paired: give an even number")


def test_odd_ports_that_are_not_paired(null):
    one = null("--forward-mode=rxonly", "--packets=1000", "--json", ports=3)
    assert one.end() == 0
    assert len(one.final()["ports"]) == 3


def test_one_lcore(null):
    refused(null(lcores=1), "two lcores are needed")


def test_eal_refuses():
    done = plain("--no-such-eal-option", "--")
    assert done.returncode == 2
    assert done.stderr.decode().count("afx-testpmd: ") == 1
    assert b"afx-testpmd: EAL did not start" in done.stderr


def plain(*words, **keys):
    """afx-testpmd with exactly these words, to its end."""
    return subprocess.run([tpmd.PROGRAM, *words], capture_output=True, timeout=30, check=False,
                          **keys)


@pytest.mark.parametrize("words,said", [
    (["--forward-mode=io"], r"--forward-mode=io is afx-testpmd's own: put -- in front"),
    (["-i"], r"-i is afx-testpmd's own: put -- in front"),
    (["--no-pci", "--rxq", "2", "--", "--txq=2"], r"--rxq is afx-testpmd's own: put --"),
    (["--", "--vdev=net_null0"], r"--vdev=net_null0 is no option .* --eal-help for those in"),
], ids=["no dashes", "prompt", "too early", "too late"])
def test_dashes(words, said):
    """EAL, which would print pages, is not asked."""
    done = plain(*words)
    assert done.returncode == 2 and done.stdout == b""
    lines = done.stderr.decode().splitlines()
    assert len(lines) == 1 and re.search(said, lines[0]), lines


def test_word_in_front_of_the_dashes():
    done = plain(*tpmd.eal_args(["net_null0"], huge=False), "eth1", "--")
    assert done.returncode == 2
    assert b"afx-testpmd: eth1 is not understood; see --help and --eal-help\n" in done.stderr


@pytest.mark.parametrize("options", [["--stats-period=1"], ["--stats-period=1", "--json"],
                                     ["--forward-mode=dump", "--forever"],
                                     ["--forward-mode=dump", "--write=-", "--forever"],
                                     ["--forever"]],
                         ids=["blocks", "json", "dump", "capture", "says nothing"])
def test_reader_leaves(lab, app, options):
    """As head does: the end of the run, in order, and no failure."""
    pair = lab.pair()
    one = app(*options).ready()
    ids = kernelstate.bpf_ids(one.pid)
    sent = frames(pair, 10)
    if "--forward-mode=dump" in options:
        pair.wire.send(sent)
        one.until(lambda: sent[-1] in one.out or one.out.count(b"port 0/queue 0") >= len(sent),
                  "all packets")
    else:
        pair.wire.exchange(sent)
    one.process.stdout.close()
    assert one.end() == 0, one.err
    assert one.sentences() == []
    lab.assert_clean()
    assert ids and not kernelstate.bpf_alive(ids)


@pytest.mark.parametrize("options", [["--stats-period=1"], ["--stats-period=1", "--json"]],
                         ids=["blocks", "json"])
def test_output_is_full(options):
    """Found out while it runs: it ends then, and says what is missing."""
    with open("/dev/full", "wb") as full:
        done = subprocess.run([tpmd.PROGRAM, *tpmd.eal_args(["net_null0"], huge=False), "--",
                               "--disable-link-check", *options],
                              stdout=full, stderr=subprocess.PIPE, timeout=30, check=False)
    assert done.returncode == 2
    own = [line for line in done.stderr.decode().splitlines() if line.startswith("afx-testpmd:")]
    assert len(own) == 1, own
    assert re.search("stdout: No space left on device; what was to be", own[0])


def test_closed_descriptors():
    """No text of ours goes into a file that got number 1 or 2."""
    line = " ".join([tpmd.PROGRAM, *tpmd.eal_args(["net_null0"], huge=False)])
    done = subprocess.run(["bash", "-c", f"exec {line} -- --disable-link-check --duration=1 "
                           "--forward-mode=rxonly <&- >&- 2>&-"], timeout=30, check=False)
    assert done.returncode == 0


def test_interface_is_down(lab, app):
    pair = lab.pair()
    lab.dut.ip("link", "set", pair.iface, "down")
    one = app()
    refused(one, r"port 0 \(net_afx0\) can not be started: Network is down")
    assert f"ip link set dev {pair.iface} up" in one.all()


def test_more_queues_than_the_port_has(lab, app):
    lab.pair()
    refused(app("--rxq=2", "--txq=2"),
            r"port 0 \(net_afx0\) has 1 Rx queue, --rxq=2 asks for more: add queue_count=")


def test_ring_that_the_port_does_not_take(lab, app):
    lab.pair()
    refused(app("--rxd=1000"), r"--rxd=1000: port 0 \(net_afx0\) takes 64 to 8192")


@pytest.mark.parametrize("options,said", [
    (["--mbuf-size=512"], r"--mbuf-size=512: port 0 \(net_afx0\) wants 1920 bytes or more"),
    (["--max-pkt-len=81"], r"--max-pkt-len=81: port 0 \(net_afx0\) takes (\d+) to \d+ bytes"),
    (["--max-pkt-len=9000"], r"--max-pkt-len=9000: port 0 \(net_afx0\) takes \d+ to (\d+)"),
    (["--total-num-mbufs=600"], r"--total-num-mbufs=600 is too few: .* take 1056"),
    (["--total-num-mbufs=1100"], r"port 0 \(net_afx0\) can not be configured: .* driver say"),
    (["--rxd=4096", "--total-num-mbufs=5000"], r"port 0 \(net_afx0\) can not be configured"),
    (["--txd=63"], r"--txd=63: port 0 \(net_afx0\) takes 64 to 8192"),
], ids=lambda v: str(v)[:40])
def test_sizes_that_the_port_does_not_take(lab, app, options, said):
    lab.pair()
    one = app(*options)
    refused(one, said)
    lines = [line for line in one.all().splitlines() if line.startswith("AFX: ")]
    if "driver say" in said or "rxd" in options[0]:
        assert len(lines) == 1 and "testpmd's --total-num-mbufs" in lines[0], lines
    else:
        assert lines == []


def test_queue_is_taken(lab, app):
    """By ourselves: the second one says so."""
    pair = lab.pair()
    first = app("--forward-mode=rxonly", "--json", "--stats-period=1").ready()
    refused(app(), r"port 0 \(net_afx0\) can not be started")
    pair.wire.send(frames(pair, 1))
    first.received(1)
    assert first.interrupt() == 0


def test_no_packet_moved(lab, app):
    lab.pair()
    one = app("--forward-mode=rxonly", "--duration=1", "--json")
    assert one.end() == 1
    assert one.sentences() == ["afx-testpmd: no packet moved"]
    assert one.final()["passed"] is False


def test_interface_goes_mid_run(lab, app):
    """What moved before does not make that a success."""
    pair = lab.pair()
    one = app("--forward-mode=rxonly", "--forever", "--json", "--stats-period=1").ready()
    sent = frames(pair, 10)
    pair.wire.send(sent)
    one.received(len(sent))
    pair.dut.ip("link", "del", pair.iface)
    lab.pairs.clear()
    assert one.end() == 1
    assert one.final()["passed"] is False


@pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_ends_it_cleanly(lab, app, sig):
    pair = lab.pair()
    one = app("--forward-mode=rxonly", "--forever", "--stats-period=1").ready()
    ids = kernelstate.bpf_ids(one.pid)
    assert ids
    sent = frames(pair, 10)
    pair.wire.send(sent)
    one.wait(f"RX-packets: {len(sent)}")
    assert one.end(sig) == 0
    lab.assert_clean()
    assert not kernelstate.bpf_alive(ids)
    assert "Bye..." in one.out.decode()
    summary = one.out.decode().partition("Telling cores to stop")[2]
    assert f"RX-packets: {len(sent)} " in summary


def test_enter_ends_it(lab, app):
    pair = lab.pair()
    one = app("--forward-mode=macswap", stdin=subprocess.PIPE)
    one.wait("Press enter to exit")
    pair.wire.exchange(frames(pair, 1))
    one.process.stdin.write(b"\n")
    one.process.stdin.close()
    assert one.end() == 0


@pytest.mark.parametrize("options", [["--help"], ["-h"], ["--", "--help"]])
def test_help_fits_a_screen(options):
    done = subprocess.run([tpmd.PROGRAM] + options, capture_output=True,
                          timeout=30, check=False)
    assert done.returncode == 0 and done.stderr == b""
    lines = done.stdout.decode().splitlines()
    assert len(lines) <= 24 and max(map(len, lines)) <= 80


def test_version():
    done = subprocess.run([tpmd.PROGRAM, "--version"], capture_output=True,
                          timeout=30, check=True)
    assert re.fullmatch(r"afx-testpmd \d+\.\d+\.\d+\n", done.stdout.decode())
