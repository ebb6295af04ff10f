# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Rx and Tx of queues on lcores and threads of every assignment, busy and idle."""

import pytest

from app.program import ended, made
from lab import SCALE, reflect
from rawpeer import swapped
from syscalls import needs_strace, syscalls
from veth_app import Flood, assert_forwarded, needs_app

pytestmark = needs_app


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


@needs_strace
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
