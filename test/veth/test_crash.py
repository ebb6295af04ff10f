# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Death under traffic: nothing stays, and the next start works at once."""

import signal
import threading
import time

import pytest

import kernelstate
from lab import frames, reflect

PROGRAM_GONE = 1.0      # seconds; bpf_link's own time is about 50 ms


class Storm:
    """Sends frames from a thread until the body ends."""

    def __init__(self, pair):
        self._pair, self._stop = pair, threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self):
        sent = frames(self._pair, 500)
        while not self._stop.is_set():
            self._pair.wire.send_lossy(sent)

    def __enter__(self):
        self._thread.start()

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join(10)


def program_gone(pair):
    deadline = time.monotonic() + PROGRAM_GONE
    while kernelstate.xdp(pair.dut, pair.iface):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


@pytest.mark.parametrize("mode", ["drv", "skb"])
@pytest.mark.parametrize("queues", [1, 4])
def test_sigkill_under_traffic(lab, mode, queues):
    pair = lab.pair(queues=queues)
    for _ in range(3):
        pmd = lab.start(lab.vdevs(mode=mode), rxq=queues)
        pmd.start()
        with Storm(pair):
            time.sleep(0.3)
            assert pmd.stats()["opackets"] > 0
            ids = pmd.note_bpf()
            pmd.kill(signal.SIGKILL)
            assert program_gone(pair)
        lab.assert_clean()
        assert not kernelstate.bpf_alive(ids)
        pair.wire.drain(0.05)
    with lab.testpmd(lab.vdevs(mode=mode), rxq=queues):
        reflect(pair, frames(pair, 200))


def test_restart_at_once_after_sigkill(lab, pair):
    """The kernel may still hold the queue: the start waits for it."""
    pmd = lab.start()
    pmd.start()
    for _ in range(5):
        with Storm(pair):
            time.sleep(0.1)
            pmd.kill(signal.SIGKILL)
            pmd = lab.start()
        pmd.start()
        pair.wire.drain(0.1)
        reflect(pair, frames(pair, 100))
    lab.finish(pmd)


def test_restart_at_once_after_quit(lab, pair):
    for _ in range(3):
        pmd = lab.start()
        pmd.start()
        reflect(pair, frames(pair, 100))
        assert pmd.quit() == 0
    lab.assert_clean()


@pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGTERM])
def test_signal_under_traffic(lab, pair, sig):
    """testpmd's own orderly exit, with frames under way."""
    pmd = lab.start()
    pmd.start()
    with Storm(pair):
        time.sleep(0.2)
        assert pmd.terminate(sig) == 0
        assert program_gone(pair)
    lab.assert_clean()


def test_stop_and_close_under_traffic(lab, pair):
    """All mbufs come back although frames keep arriving."""
    for _ in range(3):
        with Storm(pair):
            with lab.testpmd():
                time.sleep(0.2)
