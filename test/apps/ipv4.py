# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""IPv4 frames, and what a router makes of them."""

import struct

from rawpeer import HEADER, payload

ETHERTYPE = 0x0800
TTL = 64
OVERHEAD = 14 + 20 + 8      # Ethernet, IPv4 and UDP


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def _ethernet(dst, src, header, rest):
    return dst + src + struct.pack("!H", ETHERTYPE) + header + rest


def udp(number, size, dst, src, address):
    """A numbered frame of that many bytes, 64 or more, to the four bytes of an address."""
    data = struct.pack("!I", number) + payload(number, size - OVERHEAD - 4 + HEADER)
    ports = struct.pack("!HHHH", 9, 9, 8 + len(data), 0)
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, size - 14, number & 0xFFFF, 0, TTL, 17, 0,
                         bytes([198, 51, 100, 1]), address)
    header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
    return _ethernet(dst, src, header, ports + data)


def routed(frame, dst, src):
    """One hop further; routers adjust the checksum (RFC 1141), and come to 0xffff where a sum is 0."""
    header = bytearray(frame[14:34])
    header[8] -= 1
    adjusted = int.from_bytes(header[10:12], "big") + 0x100
    header[10:12] = struct.pack("!H", (adjusted & 0xFFFF) + (adjusted >> 16))
    return _ethernet(dst, src, bytes(header), frame[34:])
