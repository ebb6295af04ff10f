# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Every system call and allocation of probe, set-up and start fails once.

The program (fault.c) makes them fail, one in each run, and tells what came of
it; here it is judged.  Environment: AFX_FAULT is the path of the program.
"""

import collections
import os
import re

import pytest

from app import program
from lab import SCALE

PATH = os.environ.get("AFX_FAULT", "")
pytestmark = [
    pytest.mark.skipif(not os.path.exists(PATH),
                       reason="needs AFX_FAULT=<path of lifecycle-fault>"),
    pytest.mark.timeout(280)]

RUNS_TIME = 240         # all runs of one port: 300 of 0.1 s, on a loaded machine
EINVAL, ENODEV, ENOMEM, EUCLEAN = 22, 19, 12, 117
AF_UNIX, AF_INET, AF_NETLINK, AF_PACKET, AF_XDP = 1, 2, 16, 17, 44
GETLINK = 18

Run = collections.namedtuple(
    "Run", "label nth where step ret detail errors left again frames closed "
    "end log")


def option(level, name):
    return level << 32 | name


SOL_XDP = 283
XDP_RINGS = {option(SOL_XDP, name) for name in (4, 2, 3, 5, 6)}

# Without these a port works as well, or nearly: (step or None, detail or None).
NETLINK_QUERY = ("start", AF_NETLINK)   # routes, TCP sessions, zero-copy, NAPI
RESTORE_QUERY = ("probe", AF_NETLINK)   # the second one: to restore, if need be
TOLERATED = {
    # ethtool and link state; the namespace's cookie, to restore settings
    "socket": {(None, AF_INET), (None, AF_UNIX), NETLINK_QUERY, RESTORE_QUERY},
    "bind": {NETLINK_QUERY, RESTORE_QUERY},
    "getsockname": {("start", None), ("probe", None)},
    "setsockopt": {(None, option(270, 12)),     # strict checks of dumps
                   ("start", option(270, 11)),  # libbpf: extended errors
                   ("start", option(1, 20)),    # timeout of a query
                   ("probe", option(1, 20)),
                   (None, option(263, 2)),      # membership: nothing to drop
                   ("start", option(SOL_XDP, 9)),       # Tx budget
                   ("start", option(1, 32))},           # sndbuf, forced
    "getsockopt": {("start", option(1, 56)),            # NAPI id
                   (None, option(1, 71))},              # namespace's cookie
    **{name: {("probe", GETLINK)}
       | {("start", kind) for kind in (0x10, 0x14, 0x16, 0x1a)}
       for name in ("sendto", "recvmsg")},
    "ioctl": {(None, request << 32 | command) for request, command in (
        (0x8946, 0x3c), (0x8946, 3), (0x8946, 0x4c), (0x8946, 0x46),
        (0, 0x8913))},
    # libbpf's looks at what the kernel can, its second tries; ours: generic
    # XDP if native fails, and whether the program is still attached.
    "bpf": {("start", command) for command in (5, 18, 0, 35, 28, 15)},
    # What a crash left, and what this port is to restore: without a record.
    **{name: {("probe", None), ("configure", None)} for name in (
        "stat", "open", "flock", "fstat", "mkdir", "pread", "pwrite",
        "ftruncate")},
    "fopen": {(None, None)},
    "opendir": {(None, None)},
    "calloc": {("start", 16), ("probe", 16)},   # libmnl's socket of a query
}

# Without these a port can not be: a run that finds otherwise is no test.
ESSENTIAL = {
    "socket": {("probe", AF_NETLINK), ("configure", AF_NETLINK),
               ("promisc", AF_PACKET), ("start", AF_NETLINK),
               ("start", AF_XDP)},
    "bind": {("probe", AF_NETLINK), ("start", AF_XDP)},
    "setsockopt": {("start", o) for o in XDP_RINGS}
    | {("promisc", option(263, 1))},
    "getsockopt": {("start", option(SOL_XDP, 1)), ("start", option(SOL_XDP, 8))},
    "sendto": {("probe", GETLINK), ("configure", GETLINK), ("start", GETLINK)},
    "recvmsg": {("probe", GETLINK), ("configure", GETLINK), ("start", GETLINK)},
    "mmap": {("start", 0), ("start", 0x80000000), ("start", 0x100000000),
             ("start", 0x180000000)},
    "bpf": {("start", 0), ("start", 15), ("start", 2)},
    "rte_zmalloc_socket": {("probe", 0), ("rx", 0), ("tx", 0), ("start", 0)},
    "rte_zmalloc": {("probe", 0), ("start", 0)},
    "rte_intr_callback_register": {("probe", 0)},
    "malloc": {("start", 56)},
}

# What does not pass the call's own error on.
OTHER_ERRORS = {"madvise": EINVAL, "if_indextoname": ENODEV}
ALLOCATIONS = re.compile(r"(m|c|re)alloc|strdup|rte_")
LIBELF_ERRORS = {(f"{name}-libbpf", -EINVAL)
                 for name in ("malloc", "calloc", "realloc", "strdup")}
REASONS = {EUCLEAN: "Structure needs cleaning",
           ENOMEM: r"Cannot allocate memory|no memory",
           EINVAL: "has holes", ENODEV: "not in this network namespace"}

# ethdev stops a port that it could start but not make promiscuous again; what
# a stopped port keeps is the program.
STOPPED = r"fds\+\d+,malloc\+\d+,prog\+\d+"


def parse(said):
    runs = []
    for key, text in said.items():
        if key.startswith("run."):
            label, nth = key.split(".")[1:]
            words = dict(w.split(":", 1) for w in text.split())
            for word in "ret", "errors", "again", "frames", "closed":
                words[word] = int(words[word])
            runs.append(Run(label, int(nth), words.pop("in"),
                            detail=int(words.pop("detail"), 0),
                            log=said.get(f"log.{label}.{nth}", ""), **words))
    return runs


def holds(table, run):
    return any(where in (None, run.where) and detail in (None, run.detail)
               for where, detail in table.get(run.label, ()))


def expected_error(label):
    if ALLOCATIONS.match(label):
        return ENOMEM
    return OTHER_ERRORS.get(label, EUCLEAN)


def complaints_of_tolerated(run, retried):
    # ethdev ignores that the address was not set again.
    allowed = 1 if "MAC address" in run.log and run.where == "start" else 0
    if run.errors != allowed:
        yield f"{run.errors} log lines of an error, though nothing failed"
    if not allowed and not holds(TOLERATED, run) and not holds(retried, run):
        yield "was not noticed"


def complaints_of_failed(run):
    error = expected_error(run.label)
    if run.step != run.where:
        yield f"a fault in {run.where} let {run.step} fail"
    # libbpf has numbers of its own for what goes wrong in libelf.
    if run.ret != -error and (run.label, run.ret) not in LIBELF_ERRORS:
        yield f"errno {error} came out as {run.ret}"
    if run.errors != 1:
        yield f"{run.errors} log lines of an error"
    elif run.ret == -error and not re.search(REASONS[error], run.log):
        yield "the log line does not give the reason"
    restored = run.where == "start" and "promiscuous mode" in run.log
    if run.left != "nothing" and not (
            restored and re.fullmatch(STOPPED, run.left)):
        yield f"the failed step left {run.left}"


def complaints(run, retried):
    """What is wrong with one run."""
    if run.step == "none":
        yield from complaints_of_tolerated(run, retried)
    else:
        yield from complaints_of_failed(run)
    if run.again:
        yield f"without a fault, it fails too: {run.again}"
    elif run.frames:
        yield f"then, frames do not come through: {run.frames}"
    if run.closed:
        yield f"close failed: {run.closed}"
    if run.end != "nothing":
        yield f"{run.end} was left after close"


def judge(runs, labels, retried):
    """All complaints about all runs, a line each."""
    lines = [f"{run.label} call {run.nth} ({run.where}, {run.detail:#x}): "
             f"{text}; log: {run.log or '-'}"
             for run in runs if run.label != "none"
             for text in complaints(run, retried)]
    for label in labels:
        failed = {(r.where, r.detail) for r in runs
                  if r.label == label and r.step != "none"}
        if missing := ESSENTIAL.get(label, set()) - failed:
            lines.append(f"{label}: never failed: {missing}")
    return lines


# Of two queues, the first is to be undone when the second fails.
SOME = ("socket bind setsockopt getsockopt mmap bpf malloc rte_zmalloc "
        "rte_zmalloc_socket").split()
PORTS = {
    "one_queue": ({}, {}, None),
    "two_queues": ({"shared_umem": 0}, {"nb_rx": 2, "nb_tx": 2}, SOME),
    "shared": ({}, {"nb_rx": 2, "nb_tx": 2}, ["mmap", "malloc"]),
    "only_tx": ({}, {"nb_rx": 0}, ["mmap", "madvise", "rte_zmalloc",
                                   "rte_pktmbuf_pool_create"]),
    "mtu_and_filter": ({"keep": "mgmt"}, {"mtu": 1400},
                       ["ioctl", "bpf", "rte_zmalloc_socket", "stat", "open",
                        "flock", "fstat", "mkdir", "pread", "pwrite",
                        "ftruncate"]),
    "generic": ({"mode": "skb"}, {}, ["bpf", "setsockopt", "sendto"]),
}
NO_RX = "only_tx"        # of what is essential, it lacks some
# What fails on another queue's UMEM is done again on one of its own.
RETRIED = {"mmap": {("start", None)}, "malloc": {("start", 56)},
           **{name: {("start", AF_XDP)} for name in ("socket", "bind")},
           "setsockopt": {("start", o) for o in XDP_RINGS},
           "getsockopt": {("start", option(SOL_XDP, o)) for o in (1, 8)}}


def all_runs(lab, pair, devargs, timeout=RUNS_TIME, **arguments):
    """The program's verdict on each fault of a port on the pair."""
    run = program.Program(
        lab.dut, lab.vdevs(**devargs), "fault", iface=pair.iface,
        netns=lab.gen.name, peer=pair.peer, mbufs=2048, rxd=64, txd=64,
        cache=32, path=PATH, **arguments)
    try:
        said = run.finish(timeout)
        assert (said["exit"], said["ret"]) == (0, 0), run.log()
    finally:
        run.kill()
    return parse(said)


@pytest.mark.parametrize("name", PORTS)
def test_every_call_fails_once(lab, name):
    """errno, one log line, full undo; then a start that works, frames, close."""
    devargs, arguments, labels = PORTS[name]
    queues = arguments.get("nb_rx") or 1
    pair = lab.pair(queues=queues)
    if labels and SCALE == 1:
        arguments = {**arguments, "only": ",".join(labels)}
    runs = all_runs(lab, pair, devargs, **arguments)
    tested = {r.label for r in runs}
    assert tested >= set(labels or ESSENTIAL), "some were never called"
    essential = [] if name == NO_RX else tested
    lines = judge(runs, essential, RETRIED if name == "shared" else {})
    assert not lines, "\n".join(lines)
    lab.assert_clean()
