# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Mempools of every kind: rooms, chunks, pages, sizes; and those that fail."""

import json
import re

import pytest

import lab as labs
from lab import afx_lines, frames, reflect

COUNT = 1500
ETHER = 14


@pytest.mark.parametrize("room", [1920, 2048, 2176, 2177, 2304, 3000, 3968,
                                  4096, 9728])
def test_room(lab, pair, room):
    """Any data room of at least the kernel's minimum works."""
    with lab.testpmd(app=[f"--mbuf-size={room}"], mbufs=4096) as pmd:
        reflect(pair, frames(pair, COUNT))
        assert pmd.stats()["imissed"] == 0


@pytest.mark.parametrize("eal", [
    ["--no-huge"], ["--no-huge", "--iova-mode=va"], ["--in-memory"],
    ["--huge"],
    ["--in-memory", "--iova-mode=va"], ["--in-memory", "--iova-mode=pa"],
    ["--huge", "--single-file-segments"],
], ids=" ".join)
def test_memory(lab, pair, eal):
    if "--no-huge" not in eal and labs.testpmd.hugepages_free_mb() < 256:
        pytest.skip("needs 256 MB of hugepages: devtools/setup.sh")
    with lab.testpmd(eal=eal + ["-m", "200"], mbufs=16384) as pmd:
        reflect(pair, frames(pair, COUNT))
        assert len(pmd.pools()) == 1


def test_legacy_memory(lab, pair):
    """Chunks far apart leave holes in the span: works, or says just that."""
    if labs.testpmd.hugepages_free_mb() < 256:
        pytest.skip("needs 256 MB of hugepages: devtools/setup.sh")
    pmd = lab.start(eal=["--huge", "--legacy-mem", "-m", "200"],
                    expect_start=False)
    lines = afx_lines(pmd.log)
    assert len(lines) == 1, lines
    if "UMEM mb_pool_0" in lines[0]:
        pmd.start()
        reflect(pair, frames(pair, COUNT))
        lab.finish(pmd)
    else:
        assert re.search(r"hole|span|contiguous|chunk", lines[0]), lines


@pytest.mark.parametrize("kind", ["anon", "xmem", "xmemhuge"])
def test_pool_allocation(lab, pair, kind):
    """testpmd's other ways to get a pool's memory."""
    if kind == "xmemhuge" and labs.testpmd.hugepages_free_mb() < 512:
        pytest.skip("needs 512 MB of hugepages: devtools/setup.sh")
    with lab.testpmd(app=[f"--mp-alloc={kind}"], mbufs=4096):
        reflect(pair, frames(pair, COUNT))


def test_pool_of_many_chunks(lab, pair):
    """IOVA=PA scatters a pool over memory chunks; all of it is served."""
    if labs.testpmd.hugepages_free_mb() < 512:
        pytest.skip("needs 512 MB of hugepages: devtools/setup.sh")
    with lab.testpmd(eal=["--in-memory", "--iova-mode=pa", "-m", "400"],
                     mbufs=65536) as pmd:
        pool, = pmd.pools().values()
        if pool.chunks == 1:
            pytest.skip("this machine's hugepages are contiguous")
        reflect(pair, frames(pair, COUNT))


def test_every_mbuf_of_a_pool_carries_frames(lab, pair):
    """More frames than mbufs, and no cache that hands out the last ones: each object is used."""
    with lab.testpmd(mbufs=2048, rxd=256, txd=256,
                     app=["--mbcache=0"]) as pmd:
        sent = frames(pair, 10000)
        reflect(pair, sent, window=128)
        stats = pmd.stats()
        assert stats["opackets"] == len(sent)
        assert stats["rx_nombuf"] == stats["imissed"] == 0


@pytest.mark.parametrize("room", [1024, 1664, 1919])
def test_room_too_small(lab, pair, room):
    """The refusal says which number it is now and which it must be."""
    pmd = lab.start(app=[f"--mbuf-size={room}"], mbufs=4096,
                    expect_start=False)
    assert re.search(rf"mb_pool_0.*{room}.*1920", pmd.log), pmd.log
    pmd.kill()
    lab.assert_clean()


def test_pool_with_too_few_mbufs(lab, pair):
    """1100 mbufs can not fill a ring of 4096."""
    pmd = lab.start(mbufs=1100, rxd=4096, expect_start=False)
    lines = afx_lines(pmd.log)
    assert len(lines) == 1 and re.search(r"mbuf|pool", lines[0]), lines
    assert "x0" in lines[0]
    pmd.kill()
    lab.assert_clean()


def test_pool_of_external_buffers(lab, pair):
    """Their data lies outside the mempool: refused, with the reason."""
    pmd = lab.start(app=["--mp-alloc=xbuf"], mbufs=4096, expect_start=False)
    lines = afx_lines(pmd.log)
    assert len(lines) == 1 and "external" in lines[0], lines
    pmd.kill()
    lab.assert_clean()


def largest_mtu(pmd, low=68, high=9000):
    """The largest MTU that the port accepts, found by halving."""
    while low < high:
        middle = (low + high + 1) // 2
        if pmd.set_mtu(middle):
            low = middle
        else:
            high = middle - 1
    assert pmd.set_mtu(low)
    return low


def largest_peer_mtu(pair):
    """veth bounds the peer's MTU while a native program is attached."""
    link, = json.loads(pair.gen.ip("-j", "-d", "link", "show", "p0"))
    return link["max_mtu"]


@pytest.mark.parametrize("mode", ["drv", "skb"])
@pytest.mark.parametrize("room", [1920, 2176, 3072, 9728])
def test_traffic_at_max_mtu(lab, pair, mode, room):
    """The largest MTU the pool allows is true: full frames go both ways."""
    with lab.testpmd(lab.vdevs(mode=mode), app=[f"--mbuf-size={room}"],
                     mbufs=4096) as pmd:
        pmd.stop()
        pmd.cmd("port stop 0")
        mtu = largest_mtu(pmd)
        assert mtu >= min(3400, room - 128 - ETHER - 4)
        assert mtu + ETHER <= room
        mtu = min(mtu, largest_peer_mtu(pair))
        assert pmd.set_mtu(mtu)
        pair.gen.ip("link", "set", "p0", "mtu", mtu)
        pmd.cmd("port start 0")
        pmd.start()
        sent = frames(pair, 500, [mtu + ETHER, 60, mtu + ETHER - 1])
        reflect(pair, sent)
        stats = pmd.stats()
        assert stats["ipackets"] == stats["opackets"] == len(sent)
        assert stats["imissed"] == stats["oerrors"] == 0
