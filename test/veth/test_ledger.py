# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Bugs that net_af_xdp had and fixed, data path: they must not come back here.

The names carry upstream's commit ids (shared/facts/upstream.md, section 5).
Those about set-up and teardown are in test_ledger_setup.py.
"""

import time

import foreign
from lab import SCALE, cross, frames, reflect
from rawpeer import differences

FULL = 1514
HOARD_MS = 1500


def test_ledger_b79ae90c_96d8ae99_full_frames_do_not_overlap(lab, pair):
    """Longest frames in every buffer at once, the smallest room."""
    with lab.testpmd(app=["--mbuf-size=1920"], mbufs=2048, mode="io"):
        sent = frames(pair, 4096, [FULL, FULL - 1, FULL, FULL - 2])
        assert differences(sent, pair.wire.exchange(sent, 500)) == ""


def test_ledger_fb053c35_every_object_of_the_pool_is_accepted(lab, pair):
    with lab.testpmd(app=["--mbuf-size=3000"], mbufs=1536, rxd=256,
                     txd=256) as pmd:
        reflect(pair, frames(pair, 6000), window=128)
        assert pmd.stats()["imissed"] == 0


def test_ledger_97039941_pool_of_several_chunks(lab, pair):
    with lab.testpmd(mbufs=16384, rxd=2048, txd=2048) as pmd:
        reflect(pair, frames(pair, 20000))
        assert pmd.stats()["opackets"] == 20000 * SCALE


def test_ledger_10edf857_f57ea89c_full_tx_ring_loses_nothing(lab, pair):
    """txonly into the smallest ring; finish() counts the mbufs."""
    with lab.testpmd(mode="txonly", txd=64, app=["--burst=512"]) as pmd:
        time.sleep(0.3)
        pmd.stop()
        stats = pmd.stats()
        assert stats["opackets"] == pair.counters()["rx_packets"] > 0
        assert stats["oerrors"] == 0


def test_ledger_bc902974_d96394ea_large_bursts(lab, pair):
    """512 packets in one burst, not silently 32."""
    with lab.testpmd(mode="rxonly", txd=1024, rxd=1024, mbufs=16384,
                     app=["--burst=512"], begin=False) as pmd:
        pmd.start("start tx_first 1")
        pmd.stop()
        assert pmd.stats()["opackets"] == 512
        assert pair.counters()["rx_packets"] == 512


def test_ledger_a63d4fca_no_loss_at_full_rings(lab, pair):
    """As many frames at a time as the Rx ring holds, none is lost."""
    with lab.testpmd(rxd=512, txd=512) as pmd:
        reflect(pair, frames(pair, 10000, [60]), window=512)
        stats = pmd.stats()
        assert stats["imissed"] == stats["oerrors"] == 0


def test_ledger_ab7ed23a_543e64d2_f294405a_pool_runs_empty(lab, pair):
    """It is counted, what had come is delivered, and later all flows again.

    The noisy engine keeps what it gets, for HOARD_MS after the start.
    """
    with lab.testpmd(mode="noisy", mbufs=2048,
                     app=["--noisy-tx-sw-buffer-size=8192",
                          f"--noisy-tx-sw-buffer-flushtime={HOARD_MS}"]
                     ) as pmd:
        sent, stats = [], pmd.stats()
        while not stats["rx_nombuf"] and len(sent) < 8000:
            part = frames(pair, 100, [60], first=len(sent))
            pair.wire.send(part)
            sent += part
            stats = pmd.stats()
        assert stats["rx_nombuf"] > 0
        got = pair.wire.receive(1, 2 * HOARD_MS / 1000) + pair.wire.drain(0.2)
        numbers = [int.from_bytes(f[14:18], "big") for f in got]
        assert numbers == sorted(set(numbers)) and set(got) <= set(sent)
        stats = pmd.stats()
        assert stats["ipackets"] == stats["opackets"] == len(got)
        assert stats["ipackets"] + stats["imissed"] == len(sent)
        more = frames(pair, 200, first=1 << 24)
        assert pair.wire.exchange(more) == more


def test_ledger_0f2ffb49_single_packet_leaves(lab, pair):
    """One packet, no burst after it: it is on the wire at once."""
    with lab.testpmd(mode="rxonly", app=["--burst=1"], begin=False) as pmd:
        for number in 1, 2, 3:
            pmd.start("start tx_first 1")
            pmd.stop()
            assert pair.counters()["rx_packets"] == number
            assert pmd.stats()["opackets"] == number


def test_ledger_0f2ffb49_single_frame_comes_back(lab, pair):
    with lab.testpmd():
        for number in range(50):
            reflect(pair, frames(pair, 1, first=number)[:1])


def test_ledger_10ed2204_a23bf7fd_clones_are_whole(lab, pair):
    """An mbuf with several references is freed when the last one is sent."""
    with lab.testpmd(mode="flowgen", mbufs=4096,
                     app=["--flowgen-clones=31"]) as pmd:
        time.sleep(0.3)
        pmd.stop()
        assert pmd.stats()["opackets"] == pair.counters()["rx_packets"] > 0


def test_ledger_489e0b5b_5b2baff9_rx_and_tx_on_two_lcores(lab):
    """Each port's queue: received on one lcore, sent on the other."""
    left, right = lab.pair(), lab.pair()
    with lab.testpmd(mode="io", cores=2, mbufs=16384) as pmd:
        there = frames(left, 10000)
        back = frames(right, 10000, first=1 << 20)
        for start in range(0, len(there), 200):
            part = slice(start, start + 200)
            cross(left, right, there[part], back[part])
        for port in 0, 1:
            assert pmd.stats(port)["opackets"] == len(there)


def test_ledger_3577b1ee_imissed_is_reset(lab, pair):
    with lab.testpmd(rxd=64, begin=False) as pmd:
        pair.wire.send(frames(pair, 1000))
        assert pmd.stats()["imissed"] > 0
        pmd.cmd("clear port stats 0")
        assert pmd.stats()["imissed"] == 0
        pmd.start()


def test_ledger_9f394004_6f6134c3_custom_program_on_four_queues(lab):
    pair = lab.pair(queues=4)
    with foreign.compiled(foreign.redirect()) as path:
        with lab.testpmd(lab.vdevs(xdp_prog=path), rxq=4):
            for queue in 3, 2, 1, 0:
                pair.steer(queue)
                reflect(pair, frames(pair, 200))
