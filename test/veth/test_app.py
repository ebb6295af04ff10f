# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""What stock testpmd can not do, by an application of our own (app/app.h)."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time

import pytest

import kernelstate
import netns
import testpmd
from app import program
from lab import SCALE, afx_lines, cross, soon
from rawpeer import ETHERTYPE, HEADER, differences, swapped
from telemetry import client

pytestmark = pytest.mark.skipif(
    not os.path.exists(program.PATH),
    reason="needs AFX_APP=<path of veth-app>: ninja -C build")

WINDOW = 256            # frames under way: half of the default Rx ring
IFF_PROMISC, IFF_ALLMULTI = 0x100, 0x200
EINVAL, EBUSY = -22, -16
NOTICED = 2.0   # the kernel tells of a lost carrier within about a second


@pytest.fixture
def app(lab):
    """Starts programs in the driver's namespace; none outlives the test."""
    started = []

    def start(scenario, vdevs=None, **options):
        vdevs = lab.vdevs() if vdevs is None else vdevs
        run = program.Program(lab.dut, vdevs, scenario, **options)
        started.append(run)
        return run

    yield start
    for run in started:
        run.kill()
    lab.assert_clean()


def ended(run):
    """The end of a scenario that went well: everything was given back."""
    said = run.finish()
    assert (said["exit"], said["ret"]) == (0, 0), run.log()
    assert said["wrong"] == 0, "mbufs did not come back to their pools"
    assert said["fds_after"] == said["fds_before"], run.log()
    return said


def made(pair, count, first=0, sizes=program.LENS):
    """Numbered frames that the program can check and AF_PACKET can send."""
    sizes = [min(max(size, HEADER), 1514) for size in sizes]
    return [program.frame(n, sizes[n % len(sizes)], pair.mac, pair.peer_mac)
            for n in range(first, first + count)]


def reflect(pair, sent, window=WINDOW):
    text = differences([swapped(f) for f in sent],
                       pair.wire.exchange(sent, window))
    assert text == "", f"{pair.iface}: {text}"


def totals(said, what):
    return sum(v for k, v in said.items() if re.fullmatch(rf"{what}\d+", k))


def assert_forwarded(said, count, ports=1):
    """count frames received, sent, and counted so, by all flows together."""
    assert totals(said, "damaged") == 0
    assert totals(said, "received") == totals(said, "sent") == count
    for key in "ipackets", "opackets":
        assert sum(said[f"p{p}_{key}"] for p in range(ports)) == count
    for key in "imissed", "ierrors", "oerrors":
        assert all(said[f"p{p}_{key}"] == 0 for p in range(ports)), key


# Rx and Tx of queues on lcores of every assignment

def test_ledger_489e0b5b_5b2baff9_one_queue_rx_and_tx_on_two_lcores(app, pair):
    """Upstream's SP/SC ring between them corrupted the buffers."""
    run = app("forward", workers=2, rx_workers=1, tx_workers=1,
              rxd=2048, txd=2048, mbufs=16384)
    run.until("running")
    count = 100_000 * SCALE
    for first in range(0, count, 10_000):
        reflect(pair, made(pair, 10_000, first), window=1000)
    assert_forwarded(ended(run), count)


@pytest.mark.parametrize("rx_workers,tx_workers", [
    (1, 0), (2, 0), (1, 1), (2, 2), (2, 1), (4, 0)])
def test_four_queues(lab, app, rx_workers, tx_workers):
    """1:n queue to lcore mappings, with and without a hand-over."""
    pair = lab.pair(queues=4)
    run = app("forward", workers=rx_workers + tx_workers, nb_rx=4, nb_tx=4,
              rx_workers=rx_workers, tx_workers=tx_workers, mbufs=12288)
    run.until("running")
    count = 1000 * SCALE
    for queue in range(4):
        pair.steer(queue)
        reflect(pair, made(pair, count, queue * count))
    said = ended(run)
    assert_forwarded(said, 4 * count)
    assert [said[f"received{q}"] for q in range(4)] == 4 * [count]


def test_one_rx_queue_four_tx_queues(lab, app):
    pair = lab.pair(queues=4)
    run = app("forward", workers=1, nb_rx=1, nb_tx=4)
    run.until("running")
    pair.steer(0)
    sent = made(pair, 2000 * SCALE)
    got = pair.wire.exchange(sent)
    assert sorted(got) == sorted(map(swapped, sent))
    assert_forwarded(ended(run), len(sent))


def test_four_rx_queues_one_tx_queue(lab, app):
    pair = lab.pair(queues=4)
    run = app("forward", workers=1, nb_rx=4, nb_tx=1)
    run.until("running")
    count = 500 * SCALE
    for queue in range(4):
        pair.steer(queue)
        reflect(pair, made(pair, count, queue * count))
    assert_forwarded(ended(run), 4 * count)


@pytest.mark.parametrize("tx_workers", [0, 1])
def test_threads_unknown_to_eal(app, pair, tx_workers):
    """Plain pthreads have no mempool cache and no lcore id."""
    run = app("forward", plain_threads=1, tx_workers=tx_workers)
    run.until("running")
    sent = made(pair, 3000 * SCALE)
    reflect(pair, sent)
    assert_forwarded(ended(run), len(sent))


# Mempools

@pytest.mark.parametrize("room", [1920, 2176, 4096, 9728])
@pytest.mark.parametrize("priv", [0, 64, 256])
def test_private_areas_and_rooms(app, pair, room, priv):
    """Frames are whole, and nobody writes to the private area before them."""
    run = app("forward", workers=1, room=room, priv=priv, mbufs=4096)
    run.until("running")
    sent = made(pair, 1500 * SCALE)
    reflect(pair, sent)
    assert_forwarded(ended(run), len(sent))


def test_pool_without_cache(app, pair):
    run = app("forward", workers=2, tx_workers=1, cache=0)
    run.until("running")
    sent = made(pair, 3000 * SCALE)
    reflect(pair, sent)
    assert_forwarded(ended(run), len(sent))


def test_pool_of_many_memory_chunks(app, pair):
    """IOVA as physical addresses. Without cache every mbuf has its turn."""
    if testpmd.hugepages_free_mb() < 256:
        pytest.skip("needs 256 MB of hugepages: devtools/setup.sh")
    run = app("forward", workers=1, mbufs=32768, cache=0, memory=160,
              eal=["--in-memory", "--iova-mode=pa"])
    if run.until("running")["chunks"] < 2:
        pytest.skip("this machine's hugepages are contiguous")
    sent = made(pair, 40_000)
    reflect(pair, sent)
    assert_forwarded(ended(run), len(sent))


@pytest.mark.parametrize("pools", [1, 2])
@pytest.mark.parametrize("tx_workers", [0, 1])
def test_two_ports(lab, app, pools, tx_workers):
    """One pool for both: in place. A pool each: copied. Whole either way."""
    left, right = lab.pair(), lab.pair()
    run = app("forward", workers=1 + tx_workers, tx_workers=tx_workers,
              ports=2, pools=pools)
    run.until("running")
    count = 2000 * SCALE
    there, back = made(left, count), made(right, count, 1 << 20)
    for start in range(0, count, 200):
        part = slice(start, start + 200)
        cross(left, right, there[part], back[part])
    assert_forwarded(ended(run), 2 * count, ports=2)


@pytest.mark.parametrize("grab", [0, 1])
def test_ledger_ab7ed23a_empty_pool_then_traffic_resumes(app, pair, grab):
    """The application sits on every mbuf: nothing lost uncounted, no deadlock."""
    run = app("hold", workers=1, rxd=256, txd=256, mbufs=1024, cache=32,
              grab=grab)
    run.until("holding")
    sent, part, before = 0, made(pair, 250), -1
    while (stats := run.stats())["ipackets"] != before:
        before = stats["ipackets"]
        pair.wire.send(part)
        sent += len(part)
        assert soon(lambda: (s := run.stats())["ipackets"] + s["imissed"]
                    == sent), run.stats()
    assert stats["nombuf"] > 0 and stats["imissed"] >= len(part)
    run.step("released")
    more = made(pair, 5000 * SCALE, first=1 << 20)
    reflect(pair, more, window=64)
    said = ended(run)
    assert said["damaged"] == 0 and said["held"] == 1024
    assert said["p0_ipackets"] == stats["ipackets"] + len(more)
    assert said["p0_imissed"] == stats["imissed"]
    assert said["p0_opackets"] == len(more)


# Tx

KINDS = ["direct", "shifted", "foreign", "indirect", "indirect_own_head",
         "indirect_foreign", "indirect_foreign_head", "slice", "external",
         "external_foreign", "external_clone", "chain", "chain_mixed",
         "chain_clone", "any"]


def expected(first, count):
    return [program.frame(n, program.LENS[n % len(program.LENS)])
            for n in range(first, first + count)]


def check_kinds(run, pair, count, in_order=True):
    total = 0
    for kind in KINDS:
        said = run.until(kind)
        assert said["count"] == count
        want = expected(said["first"], count)
        got = pair.wire.receive(count)
        if not in_order:
            want, got = sorted(want), sorted(got)
        text = differences(want, got)
        assert text == "", f"{kind}: {text}"
        total += count
        run.go()
    said = ended(run)
    for kind in KINDS:
        assert said[f"wrong_{kind}"] == said[f"external_{kind}"] == 0, kind
    assert said["p0_opackets"] == total
    assert said["p0_oerrors"] == 0
    assert pair.wire.drain() == []


@pytest.mark.parametrize("priv", [0, 128])
def test_every_kind_of_mbuf(app, pair, priv):
    """Indirect, external, foreign, in chains: on the wire byte for byte."""
    count = 330 * SCALE
    check_kinds(app("kinds", count=count, priv=priv), pair, count)


@pytest.mark.parametrize("queues", [1, 4])
def test_every_kind_of_mbuf_without_rx_queues(lab, app, queues):
    """The driver's own pool is the UMEM."""
    pair, count = lab.pair(queues=queues), 330 * SCALE
    check_kinds(app("kinds", count=count, nb_rx=0, nb_tx=queues), pair, count,
                in_order=queues == 1)


def test_every_kind_of_mbuf_on_four_queues_one_of_them_rx(lab, app):
    pair, count = lab.pair(queues=4), 330 * SCALE
    check_kinds(app("kinds", count=count, nb_rx=1, nb_tx=4), pair, count,
                in_order=False)


@pytest.mark.parametrize("txd", [64, 1024])
def test_every_burst_size(app, pair, txd):
    """1 to 512 mbufs in a burst, also where the ring is shorter than that."""
    run = app("bursts", txd=txd)
    run.until("ready")
    run.go()
    count = 512 * 513 // 2
    got = pair.wire.receive(count)
    assert run.until("sent")["count"] == count
    text = differences([program.frame(n, 60 + n % 64) for n in range(count)],
                       got)
    assert text == "", text
    said = ended(run)
    assert said["p0_opackets"] == count and said["p0_oerrors"] == 0


@pytest.mark.parametrize("pools", [1, 2])
def test_one_mbuf_on_two_queues_of_two_ports(lab, app, pools):
    """Each sends it whole, and the last one to complete frees it."""
    pairs, count = [lab.pair(queues=2), lab.pair(queues=2)], 500 * SCALE
    run = app("shared", nb_rx=2, nb_tx=2, pools=pools, count=count)
    for phase, ports in [("both", (0, 1)), ("second_alone", (1,)),
                         ("both_again", (0, 1)), ("first_alone", (0,)),
                         ("both_at_last", (0, 1))]:
        said = run.until(phase)
        assert said["count"] == 2 * len(ports) * count
        want = sorted(expected(said["first"], count) * 2)
        for port in ports:
            got = sorted(pairs[port].wire.receive(2 * count))
            text = differences(want, got)
            assert text == "", f"{phase}, port {port}: {text}"
        run.go()
    said = ended(run)
    for port in 0, 1:
        assert said[f"p{port}_opackets"] == 4 * 2 * count
        assert said[f"p{port}_oerrors"] == 0
        assert pairs[port].wire.drain() == []


def test_what_can_never_be_sent_is_refused(app, pair):
    """Freed and counted each, and the frames around it are sent."""
    run = app("refused")
    said = run.until("sent")
    names = [k.removeprefix("taken_") for k in said if k.startswith("taken_")]
    assert len(names) == said["cases"] > 20
    for name in names:
        assert (said[f"taken_{name}"], said[f"oerrors_{name}"],
                said[f"opackets_{name}"]) == (5, 2, 3), name
    with client(f"afxapp{os.getpid()}") as asked:
        queue = asked.ask("/afx/queues,0")["queue_0"]["tx"]
    reasons = {key.removeprefix("refused_"): value for key, value in queue.items()
               if key.startswith("refused_")}
    # Two of each, and 64 more in turn.
    refused = 2 * names + [names[n % len(names)] for n in range(64)]
    for reason, which in ("short", "too_short|empty"), ("long", "too_long"), \
            ("segments", "nb_segs|chain_|single|loop|.*beyond|pkt_len"):
        assert reasons[reason] == sum(bool(re.match(which, name)) for name in refused) > 9
    assert sum(reasons.values()) == queue["refused"] == len(refused)
    assert said["only_bad_taken"] == 64
    got = pair.wire.receive(said["count"])
    assert differences([program.frame(n, 200) for n in range(said["count"])],
                       got) == ""
    assert pair.wire.drain() == []
    said = ended(run)
    assert said["p0_oerrors"] == 2 * len(names) + 64
    assert said["p0_opackets"] == len(got)


# Start, stop, close

class Flood:
    """Frames from the peer as fast as they go, in the background."""

    def __init__(self, pair, sizes=program.LENS):
        self._frames = made(pair, 500, sizes=sizes)
        self._wire, self._ends = pair.wire, threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self):
        while not self._ends.is_set():
            self._wire.send_lossy(self._frames)

    def __enter__(self):
        self._thread.start()

    def __exit__(self, *_):
        self._ends.set()
        self._thread.join()


def assert_cycled(said, pair):
    assert said["cycles"] == 20
    assert said["wrong_at_stop"] == 0, "a stop kept mbufs"
    assert said["written_after_stop"] == 0, "the kernel has mbufs still"
    assert said["fds_grown"] == 0, "file descriptors pile up"
    assert said["damaged"] == 0
    assert said["received"] == said["ipackets"] >= 20 * 100
    assert said["taken"] == said["opackets"] + said["oerrors"]
    assert said["opackets"] == pair.counters()["rx_packets"] > 1000


def test_twenty_restarts_under_traffic(app, lab, pair):
    """Other ring sizes and another pool each time; the program stays."""
    run = app("restarts", mbufs=4096)
    run.until("ready")
    with Flood(pair):
        said = run.step("stopped")
        assert kernelstate.xdp(lab.dut, pair.iface)
        assert soon(lambda: not kernelstate.xsk_queues(lab.dut, pair.iface))
    assert_cycled(said, pair)
    ended(run)
    lab.assert_clean()


def test_twenty_probes_and_removes_under_traffic(app, lab, pair):
    run = app("reopens", vdevs=[], again=testpmd.vdev(0, pair.iface))
    run.until("ready")
    with Flood(pair):
        said = ended(run)
    assert_cycled(said, pair)
    lab.assert_clean()


def goes_to_kernel(lab, pair, queue):
    """Frames for the queue pass the driver by."""
    part = made(pair, 20, first=1 << 24)
    with lab.dut.entered():
        stack = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        stack.settimeout(2)
        stack.bind((pair.iface, ETHERTYPE))
    with stack:
        pair.steer(queue)
        pair.wire.send(part)
        return [stack.recv(2048) for _ in part] == part


def test_halves_of_a_queue_stop_change_and_start(lab, app):
    """Re-setup while the other half runs is busy; the other queue runs on."""
    pair, number = lab.pair(queues=2), 0
    run = app("halves", workers=1, nb_rx=2, nb_tx=2, mbufs=4096)

    def serves(*queues):
        nonlocal number
        for queue in queues:
            pair.steer(queue)
            reflect(pair, made(pair, 300, number))
            number += 300

    run.until("started")
    serves(0, 1)
    said = run.step("rx_stopped")
    assert said["rx_other_pool"] == said["rx_other_size"] == EBUSY
    assert said["rx_same"] == 0, run.log()
    assert pair.wire.receive(20) == [program.frame(n, 100) for n in range(20)]
    serves(1)
    assert goes_to_kernel(lab, pair, 0)
    run.step("rx_again")
    serves(0, 1)
    said = run.step("tx_stopped")
    assert (said["tx_other_size"], said["tx_same"]) == (EBUSY, 0)
    assert (said["tx_thresh_too_high"], said["tx_thresh"]) == (EINVAL, 0)
    assert said["tx_thresh_is"] == 512 - 1
    serves(1)
    said = run.step("tx_again")
    assert said["tx_unreaped"] <= 1
    assert pair.wire.receive(20) == [program.frame(n, 100) for n in range(20)]
    serves(0, 1)
    assert run.step("other_pool")["both_other"] == 0
    serves(0, 1)
    said = run.step("both_stopped")
    assert said["cleaned"] == 20 == len(pair.wire.receive(20))
    assert said["wrong_other"] == 0, "a stopped queue kept mbufs"
    assert goes_to_kernel(lab, pair, 0)
    serves(1)
    said = ended(run)
    assert said["p0_oerrors"] == said["p0_imissed"] == 0


# The control path

def modes(pair):
    """Whether the interface is promiscuous, and takes all multicast."""
    flags = int(pair.dut.exec("cat", f"/sys/class/net/{pair.iface}/flags"), 16)
    return bool(flags & IFF_PROMISC), bool(flags & IFF_ALLMULTI)


def link(pair):
    """(MTU, MAC) of the driver's interface."""
    text = pair.dut.ip("link", "show", pair.iface)
    return (int(re.search(r"mtu (\d+)", text)[1]),
            re.search(r"link/ether (\S+)", text)[1])


MODE_STEPS = [("promisc_on", (True, False)), ("promisc_off", (False, False)),
              ("allmulti_on", (False, True)), ("allmulti_off", (False, False)),
              ("both_on", (True, True))]


def test_control_operations_reach_the_interface(app, lab, pair):
    before = link(pair)
    run = app("control")
    run.until("started")
    for name, want in MODE_STEPS:
        assert run.step(name)[name] == 0
        assert modes(pair) == want, name
    assert run.step("mtu_set")["mtu_set"] == 0
    assert link(pair) == (1400, before[1])
    assert run.step("mac_set")["mac_set"] == 0
    assert link(pair) == (1400, "02:af:00:00:00:01")
    pair.mac = bytes.fromhex("02af00000001")

    assert run.stats()["link"] == 1
    pair.gen.ip("link", "set", pair.peer, "down")
    assert soon(lambda: run.stats()["link"] == 0)
    pair.gen.ip("link", "set", pair.peer, "up")
    assert soon(lambda: run.stats()["link"] == 1)

    run.step("stopped")
    run.step("closed")
    assert link(pair) == before
    assert modes(pair) == (False, False)
    lab.assert_clean()
    ended(run)


def test_link_notice_before_ethdev_has_started_the_port(app, pair):
    """Such a notice is not to be taken for one of a stopped port."""
    run = app("link")
    assert run.until("started")["link_started"] == 1
    pair.gen.ip("link", "set", pair.peer, "down")
    time.sleep(NOTICED)
    assert run.step("down")["link_down"] == 0
    pair.gen.ip("link", "set", pair.peer, "up")
    time.sleep(NOTICED)
    assert run.step("up")["link_up"] == 1
    assert ended(run)["link_stopped"] == 0


def test_modes_do_not_outlive_a_killed_process(app, lab, pair):
    run = app("control")
    run.until("started")
    for name, _ in MODE_STEPS:
        run.step(name)
    assert modes(pair) == (True, True)
    run.kill()
    assert soon(lambda: modes(pair) == (False, False))
    lab.assert_clean()


@pytest.mark.parametrize("arguments,step,says", [
    ({"rxd": 192}, "setup", r"192 Rx descriptors.*power of two.*64"),
    ({"txd": 192}, "setup", r"192 Tx descriptors.*power of two.*64"),
    ({"rxd": 100}, "setup", r"nb_rx_desc\(=100\)"),
    ({"txd": 32}, "setup", r"nb_tx_desc\(=32\)"),
    ({"rxd": 16384}, "setup", r"nb_rx_desc\(=16384\)"),
    ({"mbufs": 1000, "rxd": 1024}, "setup", r"pool a .*1000.*2048"),
    ({"room": 1728}, "setup", r"1728"),
    ({"room": 1919}, "setup", r"1919 < 1920"),
    ({"nb_rx": 2}, "setup", r"\b2\b.*\b1\b"),
    ({"room": 1920, "mtu": 3000}, "setup", r"3000.*pool a|MTU 3000"),
    ({"room": 1920, "mtu_later": 3000}, "mtu", r"MTU 3000.*pool a"),
    ({"mtu": 20000}, "setup", r"20000"),
    ({"mtu_later": 9000}, "mtu", r"9000"),
], ids=str)
def test_set_up_is_refused(app, lab, pair, arguments, step, says):
    """-EINVAL from the step that can tell, one sentence, nothing left."""
    before = link(pair)
    run = app("setup", **arguments)
    run.until("ready")
    quiet = len(run.log())
    said = run.step("refused")
    assert said[step] == EINVAL and "start" not in said
    lines = run.log()[quiet:].splitlines()
    assert len(lines) == 1 and re.search(says, lines[0]), lines
    ended(run)
    assert link(pair) == before


def test_set_up_is_accepted_at_the_limits(app, pair):
    """What is next to each refusal above."""
    run = app("setup", rxd=64, txd=64, room=1920, mbufs=1100, mtu_later=1518)
    run.until("ready")
    said = run.step("refused")
    assert (said["setup"], said["mtu"], said["start"]) == (0, 0, 0), run.log()
    assert afx_lines(run.log())[-1].startswith(f"AFX: {pair.iface} (veth)")
    ended(run)


# Idle

@contextlib.contextmanager
def metered(tid):
    """A dictionary, at the end of what the thread asked of the kernel meanwhile."""
    calls = {}
    with subprocess.Popen(["strace", "-c", "-p", str(tid)], text=True,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as strace:
        text = strace.stderr.readline()
        assert "attached" in text, text
        try:
            yield calls
        finally:
            strace.send_signal(signal.SIGINT)
            text = strace.stderr.read()
    rows = re.findall(r"^ *[\d.]+ +[\d.]+ +\d+ +(\d+) +(?:\d+ +)?(\w+)$", text,
                      re.M)
    calls.update((name, int(count)) for count, name in rows if name != "total")


def syscalls(tid, seconds=1):
    """What a thread asks of the kernel within that time, as strace counts."""
    with metered(tid) as calls:
        time.sleep(seconds)
    return calls


@pytest.mark.skipif(not shutil.which("strace"),
                    reason="needs strace: apt-get install strace")
@pytest.mark.parametrize("tx_workers", [0, 1])
def test_idle_queue_makes_no_syscalls(lab, app, pair, tx_workers):
    run = app("forward", workers=1 + tx_workers, tx_workers=tx_workers)
    said = run.until("running")
    sent = made(pair, 100)
    reflect(pair, sent)                 # not only before the first frame
    tids = [said[f"tid{w}"] for w in range(1 + tx_workers)]
    for tid in tids:
        assert syscalls(tid) == {}
    with Flood(pair):                   # the meter sees some if there are any
        assert syscalls(tids[-1]).get("sendto", 0) > 0
    said = run.finish()
    assert said["exit"] == 0
    for worker in range(1 + tx_workers):
        assert said[f"polls{worker}"] > 10_000
