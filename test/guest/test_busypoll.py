# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Busy polling: only where one NAPI serves both directions."""

import pytest

import nics
from lab import frames, reflect

COUNT = 1500
RING = 64               # testpmd's first packets go round it many times
ROUNDS = 30
PAIRED_QUEUES = 6       # from 5 on, igb has Rx and Tx queues share a NAPI


@pytest.mark.parametrize("budget", [None, 64])
def test_separate_napis(lab, pair, budget):
    """The incumbent's devargs stall its Tx here; ours sends every packet."""
    args = {} if budget is None else {"busy_budget": budget}
    with lab.testpmd(lab.vdevs(**args), begin=False, txd=RING) as pmd:
        assert "busy poll off" in pmd.log
        assert ("busy_budget=64 has no effect" in pmd.log) == bool(budget)
        pmd.cmd("set fwd rxonly")
        pmd.start(f"start tx_first {ROUNDS}")
        assert pmd.stats()["opackets"] == 32 * ROUNDS
        pmd.stop()
        pair.wire.drain()
        pmd.cmd("set fwd macswap")
        pmd.start()
        reflect(pair, frames(pair, COUNT), nics.WINDOW)


@pytest.mark.skipif(nics.KIND != "igb", reason="virtio_net never shares NAPIs")
def test_one_napi(lab):
    pair = lab.pair(queues=PAIRED_QUEUES)
    with lab.testpmd(lab.vdevs(busy_budget=64, queue_count=1)) as pmd:
        assert "busy poll on" in pmd.log
        reflect(pair, frames(pair, COUNT), nics.WINDOW)
        stats = pmd.stats()
        assert stats["ipackets"] == stats["opackets"] == COUNT
