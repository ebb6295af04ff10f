# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Mempools that testpmd does not make: private areas, no cache, many chunks, two ports' own, empty."""

import pytest

import testpmd
from app.program import ended, made
from lab import SCALE, cross, reflect, soon
from veth_app import assert_forwarded, needs_app

pytestmark = needs_app


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
