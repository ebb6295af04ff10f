# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""One sentence for each thing that can be wrong, and nothing left behind."""

import contextlib
import os
import re

import pytest

import foreign
import kernelstate
import lab as labs
from lab import afx_lines, frames, reflect
from testpmd import DRIVER, vdev

BAD_ARGS = [
    ("", r"iface"),
    ("iface=", r"iface"),
    ("iface=nosuch0", r"nosuch0.*(No such|does not exist|ip link)"),
    ("iface=sixteen-letters-", r"iface.*sixteen-letters-.*15"),
    ("iface=lo", r"lo\b.*(Ethernet|loopback)"),
    ("iface=x0,iface=x0", r"iface"),
    ("iface=x0,foo=1", r"foo"),
    ("iface=x0,queue_count=0", r"queue_count.*0"),
    ("iface=x0,queue_count=-1", r"queue_count.*-1"),
    ("iface=x0,queue_count=abc", r"queue_count.*abc"),
    ("iface=x0,queue_count=4x", r"queue_count.*4x"),
    ("iface=x0,queue_count=99999999999", r"queue_count.*99999999999"),
    ("iface=x0,queue_count=", r"queue_count"),
    ("iface=x0,queue_count=3", r"queues 0 to 2.*has 2.*ethtool -L x0"),
    ("iface=x0,start_queue=2", r"ethtool -L x0"),
    ("iface=x0,start_queue=1,queue_count=2", r"ethtool -L x0"),
    ("iface=x0,start_queue=1x", r"start_queue.*1x"),
    ("iface=x0,busy_budget=65536", r"busy_budget.*65536"),
    ("iface=x0,force_copy=2", r"force_copy.*2"),
    ("iface=x0,shared_umem=yes", r"shared_umem.*yes"),
    ("iface=x0,mode=bogus", r"mode.*bogus.*drv"),
    ("iface=x0,mode=zc,force_copy=1", r"mode.*force_copy|force_copy.*mode"),
    ("iface=x0,mode=skb,mode=zc", r"skb.*zc|zc.*skb|zero-copy"),
    ("iface=x0,keep=bogus", r"keep.*bogus"),
    ("iface=x0,keep=0", r"keep.*0"),
    ("iface=x0,keep=[70000]", r"keep.*70000"),
    ("iface=x0,use_cni=1", r"use_cni.*not yet supported"),
    ("iface=x0,use_pinned_map=1", r"use_pinned_map.*not yet supported"),
    ("iface=x0,dp_path=/tmp/x", r"dp_path"),
    ("iface=x0,queue_count=2,xdp_prog=/nonexistent.o",
     r"/nonexistent\.o"),
    ("iface=x0,queue_count=2,xdp_prog=/etc/hostname", r"/etc/hostname"),
    ("iface=x0,", r"key=value"),
]


@pytest.fixture(scope="module")
def world():
    """One testpmd without ports for the whole table; x0 has two queues."""
    lab = labs.Lab()
    try:
        lab.pair(queues=2)
        lab.pmd = lab.start([])
        lab.pmd.cmd("port attach net_null0")    # loads what attach needs
        lab.pmd.cmd("port detach 0")
        yield lab
        assert lab.pmd.quit() == 0
    finally:
        lab.close()


def attempt(pmd, args):
    """Attach and start; the driver's lines, and whether a port runs."""
    text = pmd.cmd(f"port attach {DRIVER}0{',' if args else ''}{args}")
    started = False
    if "Done" in text:
        text += pmd.cmd("port start 0")
        started = "Fail" not in text
        pmd.cmd("port stop 0")
        pmd.cmd("port detach 0")
    return sentences(text), started


def sentences(text):
    """The driver's lines without what the libraries say on their own."""
    return [line for line in afx_lines(text)
            if not re.match(r"AFX: lib(bpf|xdp):", line)]


def assert_one_sentence(lines, started, says):
    assert not started
    assert len(lines) == 1, f"one line expected: {lines}"
    assert re.search(says, lines[0]), f"{says} not in {lines[0]}"


@pytest.mark.parametrize("args,says", BAD_ARGS)
def test_bad_devargs(world, args, says):
    before = world.pmd.fds()
    lines, started = attempt(world.pmd, args)
    assert_one_sentence(lines, started, says)
    assert world.pmd.fds() == before
    assert world.pmd.missing_mbufs() == {}
    world.assert_clean()


def _down(world):
    pair = world.pairs[0]
    pair.dut.ip("link", "set", "x0", "down")
    try:
        yield
    finally:
        pair.dut.ip("link", "set", "x0", "up")


def _no_map(world):
    with foreign.compiled(foreign.redirect("other_map")) as path:
        world.extra = f",xdp_prog={path}"
        yield


OBSTACLES = {
    "down": (_down, r"x0.*ip link set (dev )?x0 up"),
    "program": (lambda world: foreign.program_on(world.dut, "x0"),
                r"x0.*drop_all.*ip link set (dev )?x0 xdp(drv|generic)? off"),
    "program-skb": (
        lambda world: foreign.program_on(world.dut, "x0", "xdpgeneric"),
        r"x0.*drop_all.*ip link set (dev )?x0 xdpgeneric off"),
    "xsk": (lambda world: foreign.xsk_on(world.dut, "x0"),
            r"x0.*queue 0.*(busy|another|other|taken)"),
    "no-xsks_map": (_no_map, r"xsks_map"),
}


@pytest.mark.parametrize("name", OBSTACLES)
def test_obstacle(world, name):
    """In the way: one sentence; out of the way: it works in the same process."""
    maker, says = OBSTACLES[name]
    if not hasattr(maker(world), "__enter__"):
        maker = contextlib.contextmanager(maker)
    world.extra = ""
    before = world.pmd.fds()
    with maker(world):
        lines, started = attempt(world.pmd,
                                 "iface=x0,queue_count=2" + world.extra)
        assert_one_sentence(lines, started, says)
    assert world.pmd.fds() == before
    assert world.pmd.missing_mbufs() == {}
    world.assert_clean()
    lines, started = attempt(world.pmd, "iface=x0,queue_count=2")
    assert started, lines
    world.assert_clean()


def test_nobody_is_named_by_guess(lab, pair):
    """Where the kernel does not say whose a socket is, bystanders are not it."""
    other = lab.pair()
    bystander = lab.start([vdev(0, other.iface)])
    with foreign.xsk_on(pair.dut, pair.iface):
        pmd = lab.start([vdev(0, pair.iface)], expect_start=False)
        lines = sentences(pmd.log)
        pmd.kill()
    assert len(lines) == 1 and str(bystander.pid) not in lines[0], lines
    assert re.search(rf"taken by another AF_XDP socket(, of .*, pid {os.getpid()}: stop it"
                     r"|: stop its program, .*: lsof \| grep 'protocol: XDP'), or",
                     lines[0])
    assert bystander.quit() == 0


def test_foreign_program_survives(lab, pair):
    """Never detach what we did not attach."""
    with foreign.program_on(pair.dut, "x0"):
        before = kernelstate.xdp(pair.dut, "x0")
        pmd = lab.start(expect_start=False)
        pmd.kill()
        assert kernelstate.xdp(pair.dut, "x0") == before


@pytest.mark.parametrize("first", ["net_afx", "net_af_xdp"])
def test_taken_by_another_process(lab, pair, first):
    """The sentence names who has it; the holder's traffic goes on."""
    holder = lab.start([vdev(0, "x0", driver=first)], mbufs=4096)
    holder.start()
    pmd = lab.start([vdev(0, "x0")], expect_start=False, mbufs=4096)
    lines = sentences(pmd.log)
    pmd.kill()
    assert len(lines) == 1 and "x0" in lines[0], lines
    assert re.search(r"process|pid|program|xdp-loader", lines[0])
    reflect(pair, frames(pair, 200))
    assert holder.quit() == 0
    lab.assert_clean()


def test_same_queue_twice_in_one_process(lab, pair):
    """The second vdev on the queue is refused, the first keeps running."""
    with lab.testpmd() as pmd:
        pmd.stop()
        lines, started = [], False
        text = pmd.cmd(f"port attach {DRIVER}1,iface=x0")
        if "Done" in text:
            text += pmd.cmd("port start 1")
            started = "Fail" not in text
            pmd.cmd("port stop 1")
            pmd.cmd("port detach 1")
        lines = sentences(text)
        assert_one_sentence(lines, started, r"x0.*queue 0")
        pmd.start()
        reflect(pair, frames(pair, 200))
