# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Things that get in a driver's way: foreign XSKs and foreign XDP programs."""

import contextlib
import ctypes
import mmap
import os
import socket
import struct
import tempfile

import netns

AF_XDP, SOL_XDP = 44, 283
XDP_RX_RING, XDP_UMEM_REG, XDP_FILL, XDP_COMPLETION = 2, 4, 5, 6
FRAMES, FRAME = 64, 2048

DROP = """
__attribute__((section("xdp"), used)) int drop_all(void *ctx) { return 1; }
"""

# Upstream's contract for xdp_prog=: redirect through a map called xsks_map.
REDIRECT = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u32);
} MAPNAME SEC(".maps");
SEC("xdp") int custom_redirect(struct xdp_md *ctx)
{
	return bpf_redirect_map(&MAPNAME, ctx->rx_queue_index, XDP_PASS);
}
"""


@contextlib.contextmanager
def compiled(text):
    """Path of a BPF object made from C text, for as long as the body runs."""
    with tempfile.TemporaryDirectory(prefix="afx-vt-") as folder:
        source, target = f"{folder}/prog.c", f"{folder}/prog.o"
        with open(source, "w", encoding="ascii") as file:
            file.write(text + 'char gpl[] __attribute__(('
                       'section("license"), used)) = "GPL";\n')
        netns.run("clang", "-O2", "-g", "-target", "bpf",
                  f"-I/usr/include/{os.uname().machine}-linux-gnu",
                  "-c", source, "-o", target)
        yield target


def redirect(map_name="xsks_map"):
    return REDIRECT.replace("MAPNAME", map_name)


@contextlib.contextmanager
def program_on(namespace, ifname, mode="xdpdrv"):
    """A foreign program sits on the interface, attached by netlink."""
    with compiled(DROP) as path:
        namespace.ip("link", "set", ifname, mode, "obj", path, "sec", "xdp")
        try:
            yield
        finally:
            namespace.ip("link", "set", ifname, mode, "off", check=False)


@contextlib.contextmanager
def xsk_on(namespace, ifname, queue=0):
    """A foreign AF_XDP socket holds the queue, without any program."""
    libc = ctypes.CDLL(None, use_errno=True)
    memory = mmap.mmap(-1, FRAMES * FRAME)
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    with namespace.entered():
        index = socket.if_nametoindex(ifname)
        sock = socket.socket(AF_XDP, socket.SOCK_RAW, 0)
    with sock:
        sock.setsockopt(SOL_XDP, XDP_UMEM_REG, struct.pack(
            "=QQIII4x", address, FRAMES * FRAME, FRAME, 0, 0))
        for ring in XDP_FILL, XDP_COMPLETION, XDP_RX_RING:
            sock.setsockopt(SOL_XDP, ring, struct.pack("=i", FRAMES))
        name = struct.pack("=HHIII", AF_XDP, 0, index, queue, 0)
        if libc.bind(sock.fileno(), name, len(name)):
            err = ctypes.get_errno()
            raise OSError(err, f"bind {ifname}: {os.strerror(err)}")
        yield sock


def xsk_without_owner(namespace, ifname, queue=0):
    """As xsk_on(), but no descriptor is open: only a mapping of its ring.

    Returns what unmaps it; nobody can see whose the queue is until then.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int,
                          ctypes.c_int, ctypes.c_int, ctypes.c_long]
    libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    with xsk_on(namespace, ifname, queue) as sock:
        ring = libc.mmap(None, mmap.PAGESIZE, mmap.PROT_READ, mmap.MAP_SHARED,
                         sock.fileno(), 0)      # XDP_PGOFF_RX_RING
    assert ring != ctypes.c_void_p(-1).value, os.strerror(ctypes.get_errno())
    return lambda: libc.munmap(ring, mmap.PAGESIZE)
