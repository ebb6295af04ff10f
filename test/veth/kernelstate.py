# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""What the kernel holds for an interface or a process: XDP, XSKs, BPF, fds."""

import ctypes
import errno
import glob
import json
import os
import re
import socket
import struct
import time

import netns

_libc = ctypes.CDLL(None, use_errno=True)
RECORD_MAX = 8192       # of /dev/kmsg: the kernel's own limit
SYS_BPF, BPF_GET_FD_BY_ID = 321, {"prog": 13, "map": 14, "link": 30}
NLM_REQUEST, NLM_DUMP = 1, 0x300
NLMSG_ERROR, NLMSG_DONE = 2, 3
GENL_CTRL, CTRL_GETFAMILY, CTRL_FAMILY_ID, CTRL_FAMILY_NAME = 16, 3, 1, 2
QUEUE_GET = 10                                  # <linux/netdev.h>, 6.8
Q_ID, Q_IFINDEX, Q_TYPE, Q_XSK = 1, 2, 3, 7     # Q_XSK since 6.15
SO_NETNS_COOKIE = 71
SPEND_TIME = 10.0 * netns.PATIENCE       # on a machine that has other work
RELEASE_TIME = 3.0 * netns.PATIENCE      # the kernel lets go of a queue from a workqueue


def _attr(kind, data):
    pad = -len(data) % 4
    return struct.pack("=HH", 4 + len(data), kind) + data + b"\0" * pad


def _attrs(data):
    found = {}
    while len(data) >= 4:
        size, kind = struct.unpack_from("=HH", data)
        found[kind & 0x3FFF] = data[4:size]
        data = data[(size + 3) & ~3:]
    return found


def _genl(sock, family, command, flags, attrs):
    """One generic netlink request; yields the attributes of each reply."""
    sock.send(struct.pack("=IHHII", 20 + len(attrs), family,
                          NLM_REQUEST | flags, 1, 0)
              + struct.pack("=BBH", command, 1, 0) + attrs)
    while True:
        data = sock.recv(1 << 16)
        while data:
            size, kind = struct.unpack_from("=IH", data)
            if kind == NLMSG_DONE:
                return
            if kind == NLMSG_ERROR:
                err = -struct.unpack_from("=i", data, 16)[0]
                if err:
                    raise OSError(err, os.strerror(err))
                return
            yield _attrs(data[20:size])
            data = data[(size + 3) & ~3:]
        if not flags & NLM_DUMP:
            return


def xsk_queues(namespace, ifname):
    """Queues of the interface that an AF_XDP socket holds.

    Returns None where the kernel cannot tell (before 6.15).
    """
    with namespace.entered():
        sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, GENL_CTRL)
    with sock:
        sock.settimeout(2 * netns.PATIENCE)
        if_index = json.loads(
            namespace.ip("-j", "link", "show", ifname))[0]["ifindex"]
        name = _attr(CTRL_FAMILY_NAME, b"netdev\0")
        try:
            reply = next(_genl(sock, GENL_CTRL, CTRL_GETFAMILY, 0, name))
            family = struct.unpack("=H", reply[CTRL_FAMILY_ID])[0]
            queues = list(_genl(sock, family, QUEUE_GET, NLM_DUMP,
                                _attr(Q_IFINDEX, struct.pack("=I", if_index))))
        except OSError:
            return None
        return sorted({struct.unpack("=I", q[Q_ID])[0]
                       for q in queues if Q_XSK in q})


def xdp(namespace, ifname):
    """The XDP program on the interface: (id, mode) or None."""
    link = json.loads(namespace.ip("-j", "-d", "link", "show", ifname))[0]
    found = link.get("xdp")
    if not found:
        return None
    modes = {1: "drv", 2: "skb", 3: "hw", 4: "multi"}
    return found["prog"]["id"], modes.get(found["mode"], found["mode"])


def redirected(namespace, ifname):
    """Frames that a veth's XDP program redirected: (delivered, dropped)."""
    found = re.findall(r"rx_queue_\d+_(xdp_redirect|drops): (\d+)",
                       namespace.exec("ethtool", "-S", ifname))
    return tuple(sum(int(n) for name, n in found if name == wanted)
                 for wanted in ("xdp_redirect", "drops"))


def leftovers(namespace, ifname, wait=RELEASE_TIME):
    """What is still on the interface after wait seconds: '' if nothing."""
    deadline = time.monotonic() + wait
    while True:
        program, queues = xdp(namespace, ifname), xsk_queues(namespace, ifname)
        if not program and not queues:
            return ""
        if time.monotonic() > deadline:
            return (f"{ifname}: XDP program {program}, "
                    f"AF_XDP sockets on queues {queues}")
        time.sleep(0.02)


def bpf_ids(pid):
    """{(kind, id)} of the BPF objects a process has open."""
    ids = set()
    for name in os.listdir(f"/proc/{pid}/fdinfo"):
        try:
            with open(f"/proc/{pid}/fdinfo/{name}", encoding="ascii") as file:
                text = file.read()
        except FileNotFoundError:
            continue
        if "link_id" in text:       # a link's fdinfo names its program too
            text = re.sub(r"prog_id:.*", "", text)
        ids |= {(k, int(v)) for k, v in
                re.findall(r"^(map|prog|link)_id:\s*(\d+)", text, re.M)}
    return ids


def _bpf_exists(kind, number):
    attr = ctypes.create_string_buffer(struct.pack("=III", number, 0, 0))
    fd = _libc.syscall(SYS_BPF, BPF_GET_FD_BY_ID[kind], attr, 12)
    if fd >= 0:
        os.close(fd)
        return True
    err = ctypes.get_errno()
    if err != errno.ENOENT:
        raise OSError(err, os.strerror(err))
    return False


def bpf_alive(ids, wait=RELEASE_TIME):
    """Those of the objects that still exist after wait seconds."""
    deadline = time.monotonic() + wait
    while True:
        left = {(kind, number) for kind, number in ids if _bpf_exists(kind, number)}
        if not left or time.monotonic() > deadline:
            return left
        time.sleep(0.05)


def fds(pid):
    """What the file descriptors of a process point at, sorted."""
    found = []
    for fd in os.listdir(f"/proc/{pid}/fd"):
        try:
            found.append(os.readlink(f"/proc/{pid}/fd/{fd}"))
        except FileNotFoundError:
            pass
    return sorted(re.sub(r"\[\d+\]", "", name) for name in found)


def _lcore_stat(pid, lcore):
    """The line of /proc of the thread of a worker lcore."""
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/stat", encoding="ascii") as file:
            line = file.read()
        if re.search(rf"\(\w+-worker-?{lcore}\)", line):
            return line
    raise LookupError(f"no thread of lcore {lcore} in process {pid}")


def lcore_tid(pid, lcore):
    return int(_lcore_stat(pid, lcore).split()[0])


def lcore_times(pid, lcore):
    """(user, system) seconds of the thread of a worker lcore."""
    user, system = _lcore_stat(pid, lcore).rsplit(")", 1)[1].split()[11:13]
    tick = os.sysconf("SC_CLK_TCK")
    return int(user) / tick, int(system) / tick


def lcore_spends(pid, lcore, seconds=0.5):
    """(user, system) seconds of the next so many of CPU time of a worker lcore's thread."""
    before = spent = lcore_times(pid, lcore)
    deadline = time.monotonic() + SPEND_TIME
    while sum(spent) - sum(before) < seconds:
        assert time.monotonic() < deadline, f"only from {before} to {spent}"
        time.sleep(0.05)
        spent = lcore_times(pid, lcore)
    return tuple(now - then for now, then in zip(spent, before))


def records(namespace):
    """Files in which the driver notes what it changed on interfaces there."""
    with namespace.entered(), socket.socket() as sock:
        cookie, = struct.unpack("=Q", sock.getsockopt(socket.SOL_SOCKET, SO_NETNS_COOKIE, 8))
    return glob.glob(f"/run/afx/{cookie}-*")


def kernel_log_marker():
    """Position in the kernel log; see kernel_log_since()."""
    log = open("/dev/kmsg", "rb", buffering=0)
    os.set_blocking(log.fileno(), False)
    log.seek(0, os.SEEK_END)
    return log


def _records(log):
    while True:
        try:
            record = log.read(RECORD_MAX)
        except BrokenPipeError:     # once, where the log was faster than its readers
            continue
        if record is None:
            return
        yield record.decode(errors="replace").partition(";")[2]


def kernel_log_since(marker):
    """Warnings the kernel has logged since the marker."""
    lines = [line for record in _records(marker) for line in record.splitlines()]
    return [line for line in lines if re.search(
        r"WARNING|BUG|Oops|KASAN|refcount|Call Trace|hung task", line)]
