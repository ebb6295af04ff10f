# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Beside others: the incumbent, secondaries, telemetry, pmdinfo, custom XDP."""

import json
import re

import pytest

import foreign
import kernelstate
import lab as labs
import netns
from lab import cross, frames, reflect
from testpmd import DRIVER, PLUGIN, hugepages_free_mb, plugin_args, vdev

COUNT = 1000
PYTHON = "/usr/bin/python3"     # Debian's, for Debian's scripts


def test_with_net_af_xdp_in_one_process(lab):
    """net_afx0 and Debian's net_af_xdp1: frames cross both ways."""
    left, right = lab.pair(), lab.pair()
    pmd = lab.start([vdev(0, "x0"), vdev(1, "x1", driver="net_af_xdp")],
                    mode="io", mbufs=32768)
    pmd.start()
    there, back = frames(left, COUNT), frames(right, COUNT, first=1 << 20)
    for start in range(0, len(there), 128):
        part = slice(start, start + 128)
        cross(left, right, there[part], back[part])
    for port in 0, 1:
        assert pmd.stats(port)["ipackets"] == len(there)
        assert pmd.stats(port)["opackets"] == len(there)
    pmd.stop()
    pmd.cmd("port stop all")
    pmd.cmd("port close all")
    assert kernelstate.leftovers(left.dut, "x0") == ""
    assert pmd.quit() == 0
    lab.assert_clean()


@pytest.fixture
def shared(lab, pair):
    """A testpmd whose files other processes can use, after 300 frames."""
    if hugepages_free_mb() < 256:
        pytest.skip("needs 256 MB of hugepages: devtools/setup.sh")
    with lab.testpmd(eal=["--huge", "-m", "200"]) as pmd:
        reflect(pair, frames(pair, 300))
        yield pmd


def test_ledger_0668d829_30410493_proc_info_xstats(lab, pair, shared):
    """A secondary process sees the port and its counters, and does no harm."""
    text = lab.dut.exec("dpdk-proc-info", "--no-pci", *plugin_args(),
                        f"--file-prefix={shared.prefix}", "--", "--xstats")
    count = 300 * labs.SCALE
    assert re.search(rf"rx_good_packets: {count}\b", text), text
    assert re.search(rf"tx_good_packets: {count}\b", text), text
    text = lab.dut.exec("dpdk-proc-info", "--no-pci", *plugin_args(),
                        f"--file-prefix={shared.prefix}", "--", "--show-port")
    assert f"{DRIVER}0" in text
    reflect(pair, frames(pair, 300))


def test_telemetry(lab, pair, shared):
    script = netns.run("which", "dpdk-telemetry.py").strip()
    netns.run("sh", "-c",
              f"printf '/ethdev/list\\n/ethdev/xstats,0\\n/ethdev/info,0\\n"
              f"/ethdev/link_status,0\\nquit\\n' | {PYTHON} {script} "
              f"-f {shared.prefix} >/run/dpdk/{shared.prefix}/out")
    with open(f"/run/dpdk/{shared.prefix}/out", encoding="utf-8") as file:
        text = file.read()
    count = 300 * labs.SCALE
    assert re.search(rf'"rx_good_packets": {count}\b', text), text
    assert f'"name": "{DRIVER}0"' in text
    assert re.search(r'"status": "UP"', text)
    reflect(pair, frames(pair, 300))


@pytest.mark.skipif(not PLUGIN, reason="needs AFX_PLUGIN")
def test_pmdinfo():
    script = netns.run("which", "dpdk-pmdinfo.py").strip()
    text = netns.run(PYTHON, script, PLUGIN)
    drivers = json.loads(text[text.index("["):])
    mine, = [d for d in drivers if d["name"] == "net_afx"]
    for key in "iface", "queue_count", "mode", "keep":
        assert key in mine["params"]


@pytest.mark.parametrize("mode", ["drv", "skb"])
@pytest.mark.parametrize("queues", [1, 4])
def test_ledger_ae70cc6e_01fa83c9_custom_program(lab, mode, queues):
    """xdp_prog=: upstream's contract, and it dies with the process too."""
    pair = lab.pair(queues=queues)
    with foreign.compiled(foreign.redirect()) as path:
        with lab.testpmd(lab.vdevs(mode=mode, xdp_prog=path),
                         rxq=queues) as pmd:
            for queue in range(queues):
                pair.steer(queue)
                reflect(pair, frames(pair, 300))
            assert pmd.stats()["imissed"] == 0


def test_custom_program_dies_with_sigkill(lab, pair):
    with foreign.compiled(foreign.redirect()) as path:
        pmd = lab.start(lab.vdevs(xdp_prog=path))
        pmd.start()
        reflect(pair, frames(pair, 100))
        ids = pmd.note_bpf()
        pmd.kill()
    lab.assert_clean()
    assert not kernelstate.bpf_alive(ids)


def test_two_processes_two_interfaces(lab):
    """Two testpmd side by side do not meet."""
    left, right = lab.pair(), lab.pair()
    with lab.testpmd([vdev(0, "x0")], mbufs=4096) as one:
        two = lab.start([vdev(0, "x1")], mbufs=4096)
        two.start()
        reflect(left, frames(left, 300))
        reflect(right, frames(right, 300))
        assert two.quit() == 0
        reflect(left, frames(left, 300))
        assert one.stats()["ipackets"] == 600 * labs.SCALE


def test_idle_costs_no_system_time(lab, pair):
    """Polling an empty port makes no syscalls."""
    with lab.testpmd(mode="rxonly") as pmd:
        user, system = kernelstate.lcore_spends(pmd.pid, 1)
        assert system <= 0.05 * user, (user, system)
