# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Counters tell the truth when frames are lost, on either side."""

import glob
import os
import time

import pytest

from lab import SCALE, frames, reflect, total_bytes

QUIET = 0.1


def settled(pair):
    """The peer's counters, once they stand still."""
    before = None
    while before != (before := pair.counters()):
        time.sleep(QUIET)
    return before


@pytest.mark.parametrize("mode", ["drv", "skb"])
def test_rx_losses_are_imissed(lab, pair, mode):
    """Nobody polls: what the rings can not hold is imissed, to the frame."""
    with lab.testpmd(lab.vdevs(mode=mode), rxd=64, begin=False,
                     app=["--no-flush-rx"]) as pmd:
        sent = frames(pair, 2000)
        pair.wire.send(sent)
        pmd.start()
        got = pair.wire.drain(0.3)
        stats = pmd.stats()
        assert 0 < stats["ipackets"] < len(sent)
        assert stats["ipackets"] + stats["imissed"] == len(sent)
        assert stats["opackets"] == len(got) == stats["ipackets"]
        assert stats["ierrors"] == 0
        assert pmd.xstats()["rx_xdp_native"] == (mode == "drv")


def test_rx_frames_over_the_room_are_imissed(lab):
    """Longer than the UMEM frame: dropped by the kernel, counted once."""
    pair = lab.pair()
    with lab.testpmd(app=["--mbuf-size=1920"], mbufs=4096) as pmd:
        pair.gen.ip("link", "set", "p0", "mtu", 3000)
        pair.dut.ip("link", "set", "x0", "mtu", 3000)
        reflect(pair, frames(pair, 100))
        long = frames(pair, 50, [2900])
        pair.wire.send_lossy(long)
        reflect(pair, frames(pair, 100))
        stats = pmd.stats()
        assert stats["ipackets"] == 200 * SCALE
        assert stats["imissed"] == len(long)


def test_reset(lab, pair):
    """clear zeroes everything, the kernel's counters (imissed) too."""
    with lab.testpmd(rxd=64, begin=False) as pmd:
        pair.wire.send(frames(pair, 1000))
        pmd.start()
        pair.wire.drain(QUIET)
        assert pmd.stats()["imissed"] > 0
        pmd.cmd("clear port stats 0")
        assert set(pmd.stats().values()) == {0}
        sent = frames(pair, 300)
        reflect(pair, sent, window=32)
        stats = pmd.stats()
        assert stats["ipackets"] == stats["opackets"] == len(sent)
        assert stats["ibytes"] == stats["obytes"] == total_bytes(sent)
        assert stats["imissed"] == 0
        pmd.cmd("clear port xstats 0")
        assert {key for key, value in pmd.xstats().items() if value} == {"rx_xdp_native"}


def test_xstats(lab, pair):
    """What the kernel and the driver count, by queue, over a restart too."""
    with lab.testpmd(rxd=64, begin=False) as pmd:
        pair.wire.send(frames(pair, 1000))
        pmd.start()
        pair.wire.drain(QUIET)
        xstats = pmd.xstats()
        assert xstats["rx_q0_ring_full"] + xstats["rx_q0_dropped"] == \
            pmd.stats()["imissed"] > 0
        assert xstats["rx_q0_fill_ring_empty_descs"] <= pmd.stats()["imissed"]
        assert xstats["rx_q0_zerocopy"] == xstats["tx_q0_zerocopy"] == 0
        assert xstats["rx_xdp_program_lost"] == 0
        for key in "invalid_descs", "dropped", "unsent", "refused", "copied", "linearised", \
                "syscalls_saved", "syscalls_failed", "refused_long":
            assert xstats[f"tx_q0_{key}"] == 0
        pmd.stop()
        pmd.cmd("port stop 0")
        assert pmd.xstats()["rx_q0_ring_full"] == xstats["rx_q0_ring_full"]
        pmd.cmd("clear port xstats 0")
        assert {key for key, value in pmd.xstats().items() if value} == {"rx_xdp_native"}
        pmd.cmd("port start 0")
        pmd.start()
        sent = frames(pair, 300)
        reflect(pair, sent, window=32)
        xstats = pmd.xstats()
        assert len(sent) / 32 <= xstats["tx_q0_syscalls"] <= len(sent)
        assert xstats["rx_q0_syscalls"] == 0


def test_a_queue_set_up_anew_counts_from_0(lab, pair):
    """The kernel's counters and those of system calls too, which are older than the queue."""
    with lab.testpmd(rxd=64, begin=False, app=["--no-flush-rx"]) as pmd:
        pair.wire.send(frames(pair, 1000))
        pmd.start()
        pair.wire.drain(QUIET)
        before = pmd.xstats()
        assert before["rx_q0_ring_full"] > 0 and before["tx_q0_syscalls"] > 0
        pmd.stop()
        for command in "port stop 0", "port config all rxd 128", "port start 0":
            pmd.cmd(command)
        after = pmd.xstats()
        assert {key: after[key] for key in before if "q0" in key and after[key]} == {}


def test_counters_survive_stop(lab, pair):
    with lab.testpmd() as pmd:
        sent = frames(pair, 300)
        for turn in 1, 2, 3:
            reflect(pair, sent)
            pmd.stop()
            pmd.cmd("port stop 0")
            stats = pmd.stats()
            assert stats["ipackets"] == stats["opackets"] == turn * len(sent)
            pmd.cmd("port start 0")
            pmd.start()


@pytest.mark.parametrize("mode", ["drv", "skb"])
def test_tx_to_peer_that_is_down(lab, pair, mode):
    """Consumed and not sent is oerrors; opackets is what the peer got."""
    with lab.testpmd(lab.vdevs(mode=mode), mode="rxonly",
                     begin=False) as pmd:
        pmd.start("start tx_first 5")
        pmd.stop()
        assert pmd.stats()["opackets"] == settled(pair)["rx_packets"] == 160
        pair.gen.ip("link", "set", "p0", "down")
        pmd.start("start tx_first 5")
        pmd.stop()
        assert pmd.stats()["opackets"] == 160
        assert pmd.stats()["oerrors"] <= 160
        pair.gen.ip("link", "set", "p0", "up")
        pmd.start("start tx_first 5")
        pmd.stop()
        stats, peer = pmd.stats(), settled(pair)
        assert stats["opackets"] == peer["rx_packets"] >= 320
        assert stats["opackets"] + stats["oerrors"] == 480


def test_tx_when_the_peer_flaps(lab, pair):
    """txonly at full speed over a peer that goes down and comes back."""
    with lab.testpmd(mode="txonly") as pmd:
        for _ in range(3):
            time.sleep(0.1)
            pair.gen.ip("link", "set", "p0", "down")
            time.sleep(0.1)
            pair.gen.ip("link", "set", "p0", "up")
        time.sleep(0.1)
        pmd.stop()
        stats, peer = pmd.stats(), settled(pair)
        assert stats["opackets"] == peer["rx_packets"] > 0
        assert stats["oerrors"] > 0


def slow_peer(pair):
    """The peer's NAPI gets its own thread, behind the lcore on its CPU."""
    pair.gen.exec("ethtool", "-K", pair.peer, "gro", "on")
    pair.gen.exec("sh", "-c",
                  f"echo 1 >/sys/class/net/{pair.peer}/threaded")
    for path in glob.glob("/proc/[0-9]*/comm"):
        try:
            with open(path, encoding="ascii") as file:
                if not file.read().startswith(f"napi/{pair.peer}-"):
                    continue
        except OSError:
            continue
        pid = int(path.split("/")[2])
        os.sched_setaffinity(pid, {1 % os.cpu_count()})
        os.setpriority(os.PRIO_PROCESS, pid, 19)


@pytest.mark.parametrize("mode", ["drv", "skb"])
def test_tx_to_peer_that_does_not_keep_up(lab, pair, mode):
    """A full peer ring drops frames inside our send: EBUSY, one oerror each."""
    slow_peer(pair)
    with lab.testpmd(lab.vdevs(mode=mode), mode="txonly") as pmd:
        time.sleep(0.5 * SCALE)
        pmd.stop()
        stats, peer = pmd.stats(), settled(pair)
        assert stats["opackets"] == peer["rx_packets"] > 0
        assert stats["oerrors"] > 0, "the peer kept up: nothing was tested"


def test_tx_full_ring_is_no_error(lab, pair):
    """Refused for lack of room stays the caller's: not an oerror."""
    with lab.testpmd(mode="txonly", txd=64) as pmd:
        time.sleep(0.3)
        text = pmd.stop()
        stats = pmd.stats()
        assert stats["opackets"] == settled(pair)["rx_packets"] > 0
        assert stats["oerrors"] == 0, text


def test_tx_longer_than_the_wire_takes(lab, pair):
    """Above MTU: never handed to the kernel, freed, one oerror each."""
    with lab.testpmd(mode="rxonly", begin=False) as pmd:
        pmd.cmd("set txpkts 1900")
        pmd.start("start tx_first 3")
        pmd.stop()
        stats = pmd.stats()
        assert stats["opackets"] == settled(pair)["rx_packets"] == 0
        assert stats["oerrors"] == 96
        assert pmd.missing_mbufs().keys() == {"mb_pool_0"}
        pmd.cmd("set txpkts 64")
        pmd.start("start tx_first 1")
        pmd.stop()
        assert pmd.stats()["opackets"] == settled(pair)["rx_packets"] == 32
