# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Bugs that net_af_xdp had and fixed, set-up and teardown.

See test_ledger.py for the names.
"""

import re

import foreign
import kernelstate
import lab as labs
import rawpeer
from lab import afx_lines, frames, reflect
from testpmd import DRIVER, vdev

COUNT = 200


def memzones(pmd):
    """Names of the memory zones that exist."""
    return sorted(re.findall(r"name:<?([^,>]+)", pmd.cmd("dump_memzone")))


def test_ledger_fb6c5f2a_1668e87d_985e7673_mtu_and_length_agree(lab, pair):
    with lab.testpmd() as pmd:
        info = pmd.info()
        length = int(re.search(r"length of RX packet: (\d+)", info)[1])
        assert length >= 1514
        pmd.stop()
        pmd.cmd("port stop 0")
        assert not pmd.set_mtu(length + 1)
        assert pmd.set_mtu(1500)
        pmd.cmd("port start 0")


def test_ledger_a5a42cb4_pool_outlives_one_of_its_ports(lab):
    left, right = lab.pair(), lab.pair()
    with lab.testpmd(app=["--port-topology=loop"], mbufs=16384) as pmd:
        reflect(left, frames(left, COUNT))
        pmd.stop()
        pmd.cmd("port stop 0")
        pmd.cmd("port close 0")
        pmd.start()
        reflect(right, frames(right, COUNT))


def test_ledger_bf2644cd_f0ce7af0_close_and_remove_in_any_order(lab, pair):
    with lab.testpmd([], begin=False) as pmd:
        for _ in range(2):
            for last in ("port detach 0", f"device detach {DRIVER}0",
                         "port close 0"):
                pmd.cmd(f"port attach {DRIVER}0,iface=x0")
                pmd.cmd("port start 0")
                pmd.note_bpf()
                pmd.start()
                reflect(pair, frames(pair, COUNT))
                pmd.stop()
                pmd.cmd("port stop 0")
                pmd.cmd(last)
                if last.startswith("port close"):
                    pmd.cmd(f"device detach {DRIVER}0")
                lab.assert_clean()
                assert labs.LEAKS or pmd.missing_mbufs() == {}


def test_ledger_83126802_undersized_pool_fails_setup(lab, pair):
    pmd = lab.start(mbufs=1100, rxd=4096, expect_start=False)
    assert len(afx_lines(pmd.log)) == 1
    pmd.kill()
    lab.assert_clean()


def test_ledger_b26431a6_960775fc_955acb95_failed_start_leaks_nothing(
        lab, pair):
    """Another socket holds the queue: fds, memory zones, mbufs as before."""
    with lab.testpmd([], begin=False) as pmd:
        pmd.cmd(f"port attach {DRIVER}0,iface=x0")
        # In the namespace, where the driver sees us hold it; else each start waits 5 s more.
        with pair.dut.entered(), foreign.xsk_on(pair.dut, "x0"):
            seen = []
            for _ in range(3):
                text = pmd.cmd("port start 0")
                assert "Fail" in text and len(afx_lines(text)) == 1, text
                seen.append((pmd.fds(), memzones(pmd), pmd.missing_mbufs()))
            assert seen[1] == seen[2]
            assert seen[2][2] == {}
        assert "Fail" not in pmd.cmd("port start 0")
        pmd.start()
        reflect(pair, frames(pair, COUNT))


def test_ledger_a164a0bd_four_queues_close_and_rebind(lab):
    pair = lab.pair(queues=4)
    with lab.testpmd(rxq=4) as pmd:
        for _ in range(3):
            for queue in range(4):
                pair.steer(queue)
                reflect(pair, frames(pair, COUNT))
            pmd.stop()
            pmd.cmd("port stop 0")
            pmd.cmd("port detach 0")
            lab.assert_clean()
            pmd.cmd(f"port attach {DRIVER}0,iface=x0,queue_count=4")
            pmd.cmd("port start 0")
            pmd.note_bpf()
            pmd.start()


def test_ledger_9a204f7e_queue_states(lab, pair):
    with lab.testpmd() as pmd:
        for half in "rxq", "txq":
            state = r"[RT]x queue state: (\w+)"
            text = pmd.cmd(f"show {half} info 0 0")
            assert re.search(state, text)[1] == "started"
            pmd.stop()
            pmd.cmd("port stop 0")
            text = pmd.cmd(f"show {half} info 0 0")
            assert re.search(state, text)[1] == "stopped"
            pmd.cmd("port start 0")
            pmd.start()


def test_ledger_06bb59f6_interface_without_channels(lab, pair):
    """ethtool says EOPNOTSUPP: that is one queue, not an error."""
    pair.dut.ip("tuntap", "add", "dev", "t0", "mode", "tap")
    pair.dut.ip("link", "set", "t0", "up")
    pmd = lab.start([vdev(0, "t0")])
    assert re.search(r"Max possible RX queues: 1\b", pmd.info())
    pmd.start()
    lab.finish(pmd)
    assert kernelstate.leftovers(pair.dut, "t0") == ""


def test_ledger_59339431_separate_rx_and_tx_channels(lab):
    """veth has no combined channels; four are four."""
    lab.pair(queues=4)
    with lab.testpmd(rxq=4) as pmd:
        assert re.search(r"Max possible RX queues: 4\b", pmd.info())


def test_ledger_140bc789_clean_log(lab, pair):
    """An ordinary start prints the banner and nothing that looks wrong."""
    with lab.testpmd(app=["--port-topology=loop"]) as pmd:
        reflect(pair, frames(pair, COUNT))
        pmd.stop()
        pmd.start()
        lines = [line for line in pmd.log.splitlines()
                 if not line.startswith("Warning: NUMA")]     # testpmd's own
        bad = re.compile(r"(?i)error|fail|invalid|cannot|warn")
        assert [line for line in lines if bad.search(line)] == []
        assert len(afx_lines(pmd.log)) == 1


def test_ledger_6d3c595d_longest_interface_name(lab):
    name = "fifteen-letters"
    pair = lab.pair(name=name)
    with lab.testpmd():
        reflect(pair, frames(pair, COUNT))


def test_ledger_1d630c95_second_vdev(lab):
    left, right = lab.pair(), lab.pair()
    with lab.testpmd(app=["--port-topology=loop"], mbufs=16384):
        reflect(left, frames(left, COUNT))
        reflect(right, frames(right, COUNT))


def test_ledger_53a73b7b_same_queue_twice_is_a_clean_error(lab, pair):
    vdevs = [vdev(0, "x0", shared_umem=1), vdev(1, "x0", shared_umem=1)]
    pmd = lab.start(vdevs, expect_start=False)
    lines = afx_lines(pmd.log)
    assert any("queue 0" in line and "x0" in line for line in lines), lines
    pmd.kill()
    lab.assert_clean()


def test_ledger_6dd3286f_81fe6720_two_ports_two_queues_shared(lab):
    left, right = lab.pair(queues=2), lab.pair(queues=2)
    with lab.testpmd(lab.vdevs(shared_umem=1), rxq=2, mode="io",
                     mbufs=16384):
        for queue in 0, 1, 0, 1:
            left.steer(queue)
            right.steer(queue)
            sent = frames(left, COUNT)
            # No more at once than a port's fill ring holds: an lcore may be put aside.
            for start in range(0, len(sent), rawpeer.WINDOW):
                part = sent[start:start + rawpeer.WINDOW]
                for source, sink in (left, right), (right, left):
                    source.wire.send(part)
                    assert sink.wire.receive(len(part)) == part


def test_ledger_5ff3dbe6_no_program_after_exit(lab, pair):
    """quit without stop or close."""
    pmd = lab.start()
    pmd.start()
    reflect(pair, frames(pair, COUNT))
    ids = pmd.note_bpf()
    assert pmd.quit() == 0
    assert kernelstate.xdp(pair.dut, "x0") is None
    assert not kernelstate.bpf_alive(ids)


def test_ledger_17ec9678_in_memory(lab, pair):
    """No shared files, hence no multi-process: the probe works all the same."""
    if labs.testpmd.hugepages_free_mb() < 256:
        with lab.testpmd(eal=["--no-huge", "--no-shconf", "-m", "256"]):
            reflect(pair, frames(pair, COUNT))
        return
    with lab.testpmd(eal=["--in-memory", "-m", "200"]):
        reflect(pair, frames(pair, COUNT))
