# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Every kind of mbuf that Tx is given: on the wire byte for byte, or refused and counted."""

import os
import re

import pytest

from app import program
from app.program import ended
from lab import SCALE
from rawpeer import differences
from telemetry import client
from veth_app import needs_app

pytestmark = needs_app

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
