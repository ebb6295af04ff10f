# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Two ports on one interface, in one process and in two: never in the way."""

import re
import shutil
import signal
import subprocess
import threading
import time

import pytest

import kernelstate
import lab as labs
from lab import SCALE, afx_lines, frames, reflect
from testpmd import vdev

RELEASED = 30           # by a workqueue of the kernel, when it gets to it
WINDOW = 32             # frames under way while the other one comes and goes


class Traffic:
    """Reflected through the first port in the background, each one checked."""

    def __init__(self, pair, queue=0, first=0):
        self._pair, self._queue, self.count = pair, queue, first
        self._first, self._ends, self._error = first, threading.Event(), None
        self._thread = threading.Thread(target=self._run)

    def _run(self):
        try:
            while not self._ends.is_set():
                reflect(self._pair, frames(self._pair, 200, first=self.count),
                        WINDOW)
                self.count += 200 * SCALE
        except BaseException as error:      # pylint: disable=broad-except
            self._error = error

    def __enter__(self):
        self._pair.steer(self._queue)
        self._thread.start()
        return self

    def __exit__(self, kind, *_):
        self._ends.set()
        self._thread.join()
        if kind is None and self._error:
            raise self._error

    def sent(self):
        return self.count - self._first

    def goes_on(self):
        """At least as many frames again have come back."""
        want = self.count + 400 * SCALE
        assert labs.soon(lambda: self._error or self.count >= want, 20)
        if self._error:
            raise self._error


def sentences(text):
    return [line for line in afx_lines(text)
            if not re.match(r"AFX: lib(bpf|xdp):", line)]


def assert_all_counted(pmd, sent, port=0):
    stats = pmd.stats(port)
    assert (stats["ipackets"], stats["opackets"]) == (sent, sent)
    assert stats["imissed"] == stats["oerrors"] == 0


@pytest.mark.parametrize("how", ["quits", "is_killed", "again"])
@pytest.mark.parametrize("same", [True, False], ids=["same", "other"])
def test_second_process(lab, same, how):
    """Refused, on whichever queue: one line names the first, which runs on."""
    pair = lab.pair(queues=2)
    with lab.testpmd([vdev(0, "x0", queue_count=1)]) as first:
        before = kernelstate.xdp(pair.dut, "x0")
        with Traffic(pair) as traffic:
            for _ in range(3 if how == "again" else 1):
                second = lab.start([vdev(0, "x0", start_queue=0 if same else 1)],
                                   mbufs=2048, expect_start=False)
                lines = sentences(second.log)
                assert len(lines) == 1, lines
                assert re.search(rf"x0: already has XDP program .* process "
                                 rf"{first.pid} \(dpdk-testpmd\)", lines[0])
                assert f"kill {first.pid}" in lines[0]
                if how == "is_killed":
                    second.kill(signal.SIGKILL)
                else:
                    second.quit()
                traffic.goes_on()
            assert kernelstate.xdp(pair.dut, "x0") == before
            assert kernelstate.xsk_queues(pair.dut, "x0") == [0]
        assert_all_counted(first, traffic.sent())


def test_second_process_killed_while_it_starts(lab):
    """At any moment of its start."""
    pair = lab.pair(queues=2)
    with lab.testpmd([vdev(0, "x0", queue_count=1)]) as first:
        with Traffic(pair) as traffic:
            for turn in range(6 * SCALE):
                line = [*first.line, "--rxd=512", "--txd=512"]
                line[line.index(f"--file-prefix={first.prefix}")] += "s"
                second = subprocess.Popen(
                    ["ip", "netns", "exec", pair.dut.name, *line],
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL)
                time.sleep(0.05 + 0.07 * (turn % 12))
                second.kill()
                second.wait()
                shutil.rmtree(f"/run/dpdk/{first.prefix}s", ignore_errors=True)
            traffic.goes_on()
        assert kernelstate.xsk_queues(pair.dut, "x0") == [0]
        assert_all_counted(first, traffic.sent())


def test_second_port_comes_and_goes(lab):
    """Of one process: started, stopped, closed, attached; the first runs on."""
    pair = lab.pair(queues=2)
    vdevs = [vdev(0, "x0", queue_count=1),
             vdev(1, "x0", queue_count=1, start_queue=1)]
    with lab.testpmd(vdevs, begin=False,
                     app=["--port-topology=loop"]) as pmd:
        pmd.cmd("set portlist 0")
        pmd.start()
        with Traffic(pair) as traffic:
            turns = 3 * SCALE
            for turn in range(turns):
                assert kernelstate.xsk_queues(pair.dut, "x0") == [0, 1]
                pmd.cmd("port stop 1")
                assert labs.soon(lambda: kernelstate.xsk_queues(
                    pair.dut, "x0") == [0], RELEASED)
                traffic.goes_on()
                # testpmd forwards on an attached port, and stops no such one.
                if turn == turns - 1:
                    pmd.cmd("port close 1")
                    pmd.cmd("device detach net_afx1")
                    traffic.goes_on()
                    assert "Done" in pmd.cmd(f"port attach {vdevs[1]}")
                assert "Fail" not in pmd.cmd("port start 1")
                traffic.goes_on()
        assert_all_counted(pmd, traffic.sent())


def test_second_port_on_the_same_queue(lab, pair):
    """Refused in the same process, three times; the first one's traffic goes on."""
    with lab.testpmd() as pmd:
        with Traffic(pair) as traffic:
            for _ in range(3):
                text = pmd.cmd("port attach net_afx1,iface=x0")
                assert "Done" in text
                text = pmd.cmd("port start 1", timeout=20)
                lines = sentences(text)
                assert len(lines) == 1 and "queue 0" in lines[0], text
                assert re.search(r"x0.*taken by another AF_XDP socket", lines[0])
                pmd.cmd("port detach 1")
                traffic.goes_on()
        assert_all_counted(pmd, traffic.sent())
