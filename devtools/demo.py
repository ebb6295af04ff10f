#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""The demo's second half: namespaces, stock dpdk-testpmd, frames, a verdict.

Started by demo.sh with AFX_PLUGIN set.  Built from the pieces of test/veth.
"""

import os
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "../test/veth"))

# pylint: disable=wrong-import-position
import kernelstate
import lab as labs
import netns
import rawpeer
import testpmd

QUEUES = 2
SIZES = (60, 64, 128, 256, 512, 1024, 1280, 1514)
FRAMES = 50000          # of each size; 400,000 in all, some seconds of work
SLICE = 2000            # frames that are made, sent and compared at a time
IFACE = "x0"


class Failed(Exception):
    """A check said no; the text is the reason."""


class Progress:
    """One line a second: how many frames, how fast."""

    def __init__(self, total):
        self._total, self._sent, self._bits = total, 0, 0
        self._start = self._last = time.monotonic()
        self._last_sent = self._last_bits = 0
        print(f"\n  {'time':>6} {'sent':>9} {'back':>9} "
              f"{'frames/s':>10} {'Mbit/s':>8}   each way, python's speed")

    def add(self, sent):
        self._sent += len(sent)
        self._bits += 8 * labs.total_bytes(sent)
        now = time.monotonic()
        if now - self._last >= 1 or self._sent == self._total:
            self._show(now)

    def _show(self, now):
        passed = max(now - self._last, 1e-9)
        rate = (self._sent - self._last_sent) / passed
        bits = (self._bits - self._last_bits) / passed / 1e6
        print(f"  {now - self._start:5.1f}s {self._sent:9,} {self._sent:9,} "
              f"{rate:10,.0f} {bits:8,.0f}", flush=True)
        self._last, self._last_sent = now, self._sent
        self._last_bits = self._bits


def reflect_slice(pair, sent, size):
    got = pair.wire.exchange(sent)
    text = rawpeer.differences([rawpeer.swapped(f) for f in sent], got)
    if text:
        raise Failed(f"frames of {size} bytes: {text}")


def reflect_all(pair, table):
    """Send every size over both queues; table gets {size: verified}."""
    progress = Progress(FRAMES * len(SIZES))
    number = 0
    for size in SIZES:
        table[size] = 0
        for start in range(0, FRAMES, SLICE):
            pair.steer(start // SLICE % QUEUES)
            sent = [rawpeer.frame(number + i, size, pair.mac, pair.peer_mac)
                    for i in range(SLICE)]
            number += SLICE
            reflect_slice(pair, sent, size)
            table[size] += SLICE
            progress.add(sent)


def print_table(table):
    print(f"\n  {'size':>6} {'sent':>9} {'back and verified':>18}")
    for size, count in table.items():
        print(f"  {size:6} {FRAMES:9,} {count:18,}")
    print(f"  {'all':>6} {FRAMES * len(table):9,} "
          f"{sum(table.values()):18,}\n")


def check(good, text, reason=""):
    print(f"  [{'ok' if good else 'FAILED'}] {text}"
          + (f": {reason}" if reason and not good else ""))
    return good


def judge_counters(pmd, table):
    total, stats = sum(table.values()), pmd.stats()
    size = sum(s * n for s, n in table.items())
    lost = {k: stats[k] for k in ("imissed", "ierrors", "oerrors",
                                  "rx_nombuf") if stats[k]}
    return check(
        (stats["ipackets"], stats["opackets"]) == (total, total)
        and (stats["ibytes"], stats["obytes"]) == (size, size) and not lost,
        "testpmd's port counters say the same, to the byte, and no loss",
        str(stats))


def judge_end(lab, pmd):
    """Stop, close, quit: everything must be back."""
    results = []
    pmd.note_bpf()
    pmd.stop()
    for end in "stop", "close":
        pmd.cmd(f"port {end} all")
        pools, missing = pmd.pools(), pmd.missing_mbufs()
        total = sum(pool.size for pool in pools.values())
        results.append(check(not missing, f"all {total:,} mbufs are back in "
                             f"the pool after port {end}",
                             f"missing {missing}"))
    text = kernelstate.leftovers(lab.dut, IFACE)
    results.append(check(text == "", f"nothing is left on {IFACE}: no XDP "
                         "program, no AF_XDP socket", text))
    code = pmd.quit()
    results.append(check(code == 0, "testpmd left in order",
                         f"exit code {code}"))
    left = kernelstate.bpf_alive(pmd.ids)
    results.append(check(not left, f"its {len(pmd.ids)} BPF objects (program, "
                         "map, link) are gone", str(left)))
    return all(results)


def introduce(lab, pmd):
    hand = testpmd.command(["net_afx0,iface=eth1"], ["--in-memory"],
                           prefix="afx")
    print(f"""
afx demo: stock dpdk-testpmd reflects real frames through net_afx

  {lab.gen.name:<22}                  {lab.dut.name}
  p0, raw socket, python  <-- veth, {QUEUES} queues -->  x0, net_afx0, testpmd

  started: {pmd}

  by hand, on an interface of yours:
           {' '.join(hand)}""")
    for line in labs.afx_lines(pmd.log):
        print(f"\n  the driver says: {line}")


def demo(lab):
    """Run it; True if all is as it must be."""
    pair = lab.pair(queues=QUEUES)
    pmd = lab.start(rxq=QUEUES, mbufs=16384)
    introduce(lab, pmd)
    pmd.start()
    table = {}
    reflect_all(pair, table)
    print_table(table)
    good = check(True, f"{sum(table.values()):,} frames of {len(SIZES)} "
                 "sizes came back swapped, byte for byte, in order")
    good &= judge_counters(pmd, table)
    return judge_end(lab, pmd) and good


def terminated(*_):
    raise KeyboardInterrupt


def main():
    signal.signal(signal.SIGTERM, terminated)
    netns.sweep()
    lab = labs.Lab()
    try:
        good, reason = demo(lab), "see above"
    except (Failed, testpmd.TestpmdError, netns.CommandError) as error:
        good, reason = False, str(error)
    except KeyboardInterrupt:
        print("\ndemo: interrupted; cleaning up")
        return 130
    finally:
        lab.close()
    print("\nPASS" if good else f"\nFAIL: {reason}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
