# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""What a port shows of itself: telemetry, and the dump of its private data."""

import itertools
import re
import threading

import pytest

from lab import SCALE, frames, reflect
from telemetry import client
from testpmd import hugepages_free_mb, plugin_args

COUNT = 300
RXD, TXD = 256, 512
NOT_XSTATS = {"packets", "bytes", "errors"}     # of a queue: ethdev's own


@pytest.fixture
def two(lab):
    """A testpmd on two queues, after some frames through each, that rests now; and its telemetry."""
    pair = lab.pair(queues=2)
    with lab.testpmd(rxq=2, rxd=RXD, txd=TXD) as pmd:
        for queue in range(2):
            pair.steer(queue)
            reflect(pair, frames(pair, COUNT))
        pmd.stop()
        with client(pmd.prefix) as asked:
            yield pmd, asked.ask


def assert_half(part, half, size, mbufs_out):
    """The half of a queue that COUNT frames went through, and that rests."""
    assert (part["running"], part["deferred"], part["descriptors"]) == (1, 0, size)
    assert part["packets"] == COUNT * SCALE
    ring = part[f"{half}_ring"]
    assert ring["size"] == size
    assert ring["producer"] == ring["consumer"] == COUNT * SCALE
    if half == "rx":
        assert (part["pool"], part["interrupt"]) == ("mb_pool_0", 0)
        assert part["fill_ring"]["size"] == 2 * size
        assert part["fill_ring"]["producer"] - ring["consumer"] == mbufs_out
    else:
        assert (part["longest_frame"], part["kick_waits"]) == (1518, 0)
        assert part["completion_ring"]["producer"] == COUNT * SCALE
        assert COUNT * SCALE - part["completion_ring"]["consumer"] == mbufs_out
        assert part["outstanding"] == mbufs_out


def test_queues_and_umem(two):
    pmd, ask = two
    said, memory = ask("/afx/queues,0"), ask("/afx/umem,0")
    for answer in said, memory:
        assert (answer["interface"], answer["driver"], answer["xdp"]) == ("x0", "veth", "native")
        assert (answer["started"], answer["gone"], answer["mtu"]) == (1, 0, 1500)
        assert (answer["start_queue"], answer["queue_count"]) == (0, 2)
        assert answer["xdp_program_id"] > 0
        assert "next" not in answer and answer["to_restore"] == ""
    xstats = ask("/ethdev/xstats,0")
    out = 0
    for index, (half, size) in itertools.product(range(2), [("rx", RXD), ("tx", TXD)]):
        queue, umem = said[f"queue_{index}"], memory[f"queue_{index}"]
        assert (queue["netdev_queue"], queue["bound"], queue["busy_poll"]) == (index, 1, 0)
        assert_half(queue[half], half, size, umem[f"{half}_mbufs_out"])
        out += umem[f"{half}_mbufs_out"]
        own = {key: value for key, value in xstats.items() if key.startswith(f"{half}_q{index}_")}
        own = {key.split("_", 2)[2]: value for key, value in own.items()}
        own = {key: value for key, value in own.items() if key not in NOT_XSTATS}
        assert own.items() <= queue[half].items() and len(own) > 6
        assert (umem["bound"], umem["pool"], umem["shared"]) == (1, "mb_pool_0", index)
        assert (umem["chunk"], umem["headroom"], umem["frame"]) == (2304, 0, 2048)
        assert umem["address"] % 4096 == 0 and umem["bytes"] > 8192 * 2304
    assert umem["pool_size"] == pmd.pools()["mb_pool_0"].size
    assert umem["pool_size"] - umem["pool_free"] == out
    assert said["queue_0"]["tx"]["syscalls"] > 0


def test_the_rest_of_many_queues_is_asked_for(lab):
    """Eight an answer; what is no queue or no port of ours is refused."""
    lab.pair(queues=9)
    with lab.testpmd(mbufs=4096) as pmd, client(pmd.prefix) as asked:
        first = asked.ask("/afx/queues,0")
        assert [key for key in first if key.startswith("queue_")] == \
            ["queue_count", *(f"queue_{n}" for n in range(8))]
        assert first["next"] == 8
        assert (first["queue_0"]["bound"], first["queue_1"]["bound"]) == (1, 0)
        assert not {"rx", "tx"} & set(first["queue_1"])
        rest = asked.ask("/afx/queues,0,8")
        assert rest["queue_8"]["netdev_queue"] == 8
        assert "queue_7" not in rest and "next" not in rest
        assert asked.ask("/afx/umem,0,7")["queue_8"] == {"bound": 0}
        for wrong in ("", ",", ",x", ",-1", ",0x0", ",0,", ",0,x", ",0,9", ",0,0,0", ",0,99999999999",
                      ",1", ",31", ",32", ",99999999999999999999"):
            for command in "/afx/queues", "/afx/umem":
                assert asked.ask(command + wrong) is None, wrong


def test_a_port_comes_and_goes(two):
    """Stopped, closed, attached anew, detached: at each the answer fits, and at any moment there is one."""
    pmd, ask = two
    stop = threading.Event()

    def nag():
        with client(pmd.prefix) as asked:
            for command in itertools.cycle(["/afx/queues,0", "/afx/umem,0"]):
                if stop.is_set():
                    return
                asked.ask(command)

    nagger = threading.Thread(target=nag)
    nagger.start()
    try:
        pmd.cmd("port stop 0")
        said = ask("/afx/queues,0")
        queue = said["queue_1"]
        assert (said["started"], said["xdp"], queue["bound"]) == (0, "native", 0)
        assert queue["rx"]["packets"] == queue["tx"]["packets"] == COUNT * SCALE
        assert not {"rx_ring", "fill_ring"} & set(queue["rx"])
        assert queue["tx"]["running"] == queue["rx"]["running"] == 0
        assert ask("/afx/umem,0")["queue_1"] == {"bound": 0}
        for _ in range(3):
            pmd.cmd("port start 0")
            assert ask("/afx/queues,0")["queue_1"]["bound"] == 1
            pmd.cmd("port stop 0")
        pmd.cmd("port close 0")
        assert ask("/afx/queues,0") is None and ask("/afx/umem,0") is None
        pmd.cmd("port attach net_afx9,iface=x0")
        said = ask("/afx/queues,0")
        assert (said["queue_count"], said["xdp"], said["queue_0"]["bound"]) == (1, "detached", 0)
        pmd.cmd("port detach 0")
        assert ask("/afx/queues,0") is None
        assert ask("/ethdev/list") == []
    finally:
        stop.set()
        nagger.join()
    assert pmd.running()


def test_ethdev_commands(two):
    """Those that every port has."""
    _, ask = two
    count = 2 * COUNT * SCALE
    stats, xstats = ask("/ethdev/stats,0"), ask("/ethdev/xstats,0")
    assert stats["ipackets"] == stats["opackets"] == xstats["rx_good_packets"] == count
    assert stats["q_ipackets"][:3] == [COUNT * SCALE, COUNT * SCALE, 0]
    assert xstats["tx_q1_packets"] == COUNT * SCALE
    link = ask("/ethdev/link_status,0")
    assert (link["status"], link["duplex"]) == ("UP", "full-duplex")
    info = ask("/ethdev/info,0")
    assert (info["nb_rx_queues"], info["mtu"], info["rxq_state"]) == (2, 1500, [1, 1])
    text = ask("/ethdev/dump_priv,0")
    assert text.startswith("port: net_afx0\ninterface: x0\n")
    assert "\nqueue 1:\n  netdev_queue: 1\n  bound: 1\n" in text
    assert "\n  rx:\n    running: 1\n" in text
    assert f"\n    rx_ring:\n      size: {RXD}\n" in text
    assert re.findall(r"\n    packets: (\d+)", text) == 4 * [str(COUNT * SCALE)]
    assert re.search(r"\n  umem:\n    bound: 1\n    pool: mb_pool_0\n", text)


def test_a_secondary_process_dumps_what_it_sees(lab, pair):
    if hugepages_free_mb() < 256:
        pytest.skip("needs 256 MB of hugepages: devtools/setup.sh")
    with lab.testpmd(eal=["--huge", "-m", "200"]) as pmd:
        reflect(pair, frames(pair, COUNT))
        text = lab.dut.exec("dpdk-proc-info", "--no-pci", *plugin_args(),
                            f"--file-prefix={pmd.prefix}", "--", "--show-port-private")
        assert "port: net_afx0\ninterface: x0\n" in text
        assert re.findall(r"\n    packets: (\d+)", text) == 2 * [str(COUNT * SCALE)]
        for own in "rx_ring", "mbufs_out", "ring_full":
            assert own not in text
        reflect(pair, frames(pair, COUNT))
