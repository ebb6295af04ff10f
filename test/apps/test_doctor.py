# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""afx-doctor on an interface: each finding, its cause made for real, and its command run."""

import contextlib
import os
import socket

import pytest

import doctor_lab as lab
import foreign
import testpmd
from doctor_lab import FAIL, OK, WARN


@pytest.fixture(name="pair")
def _pair():
    with lab.made() as pair:
        yield pair


def check(pair, name, status, part="", iface=None):
    """The finding has this status and says this."""
    finding = pair.look(iface=iface)[name]
    assert (finding["status"], finding["looked"]) == (status, True), finding
    assert part in finding["found"], finding
    assert (finding["fix"] is None and finding["note"] is None) == (status == "ok"), finding
    return finding


def check_fixed(pair, name, status, part=""):
    """The same, and what it says to do makes it ok."""
    pair.fix(check(pair, name, status, part))
    check(pair, name, "ok")


def test_all_of_the_kernel_here(pair):
    """This kernel has it all; and the trial leaves nothing."""
    report = pair.look()
    wrong = [f for f in report.findings.values() if f["family"] == "kernel" and f["status"] != "ok"]
    assert wrong == []
    assert report["kernel.arrival"]["found"] == "a frame came through program and socket"
    assert report["kernel.zerocopy"]["found"] == "not on a veth, as expected"
    assert len([f for f in report.findings if f.startswith("kernel.")]) == 18


@pytest.mark.parametrize("missing, name, status", [
    ("af_xdp", "kernel.af_xdp", "fail"),
    ("unaligned", "kernel.unaligned", "fail"),
    ("copy", "kernel.copy", "fail"),
    ("bpf_link", "kernel.generic", "fail"),
    ("bpf_link", "kernel.native", "warn"),
    ("bpf_link", "kernel.keep", "warn"),
    ("shared_umem", "kernel.shared_umem", "warn"),
    ("tx_budget", "kernel.tx_budget", "warn"),
    ("multi_buffer", "kernel.multi_buffer", "ok"),
    ("tx_metadata", "kernel.tx_metadata", "ok"),
    ("metadata_kfuncs", "kernel.metadata_kfuncs", "ok"),
])
def test_an_older_kernel(pair, missing, name, status):
    finding = pair.look(env=lab.lacking(OLD_KERNEL=missing))[name]
    assert finding["status"] == status
    assert finding["found"].startswith("no: ")
    assert finding["fix"] is None
    if status == "ok":
        assert finding["note"] is None
    else:
        assert finding["note"].startswith("boot Linux ")


def test_the_drivers_own_sentence(pair):
    """A refused program is explained as a start would."""
    found = pair.look(env=lab.lacking(OLD_KERNEL="bpf_link"))["kernel.generic"]["found"]
    assert found == "no: afxnear: attaching the XDP program (bpf_link_create) failed: Invalid argument " \
        "(often too large an MTU, here or on a veth's peer: ip link set dev afxnear mtu 1500)"


def test_what_depends_on_something_missing_is_not_judged(pair):
    report = pair.look(env=lab.lacking(OLD_KERNEL="af_xdp"))
    for name in "kernel.copy", "kernel.need_wakeup", "kernel.tx_budget", "kernel.arrival":
        assert not report[name]["looked"]
        assert "something before it was refused" in report[name]["found"]


def test_locked_memory_in_the_trial(pair):
    finding = pair.look(env=lab.lacking(OLD_KERNEL="memlock"))["kernel.unaligned"]
    assert (finding["status"], finding["fix"]) == ("fail", "ulimit -l unlimited")


def test_ready(pair):
    """After every command that it names, the default veth pair has nothing to say against it."""
    report = pair.look()
    assert report.status == WARN
    for finding in report.findings.values():
        if finding["fix"] is not None:
            pair.fix(finding)
    report = pair.look()
    assert report.status == OK, [f for f in report.findings.values() if f["status"] != "ok"]


def test_down(pair):
    pair.dut.ip("link", "set", pair.iface, "down")
    check_fixed(pair, "interface.up", "fail", "down")


def test_no_carrier(pair):
    check(pair, "interface.carrier", "ok", "carrier, 10000 Mbit/s")
    pair.gen.ip("link", "set", pair.peer, "down")
    check(pair, "interface.carrier", "warn", "no carrier")


def test_not_ethernet(pair):
    report = pair.look(iface="lo")
    assert report.status == FAIL
    assert report.status_of("interface.ethernet") == "fail"
    assert report.root["vdev"] is None
    check(pair, "interface.ethernet", "ok")


def test_bridge_and_its_member(pair):
    check(pair, "interface.master", "ok")
    pair.dut.ip("link", "add", "br0", "type", "bridge")
    pair.dut.ip("link", "set", pair.iface, "master", "br0")
    bridge = check(pair, "interface.stacked", "warn", "a bridge of: x0", iface="br0")
    assert bridge["fix"] == "afx-doctor x0"
    check(pair, "interface.native_xdp", "warn", "generic", iface="br0")
    check(pair, "interface.native_xdp", "ok", "yes")
    check_fixed(pair, "interface.master", "warn", "bridge br0")


def test_made_of_another(pair):
    check(pair, "interface.stacked", "ok")
    pair.dut.ip("link", "add", "mv0", "link", pair.iface, "type", "macvlan")
    finding = check(pair, "interface.stacked", "warn", "a macvlan on x0", iface="mv0")
    assert finding["fix"] == "afx-doctor x0"


def test_default_route(pair):
    check(pair, "interface.traffic", "ok")
    pair.dut.ip("address", "add", "192.0.2.1/24", "dev", pair.iface)
    pair.dut.ip("route", "add", "default", "via", "192.0.2.2")
    report = pair.look()
    assert report["interface.traffic"]["found"] == "the default route"
    assert report.root["vdev"] == "--vdev=net_afx0,iface=x0,queue_count=1,keep=mgmt"


def test_tcp_session(pair):
    pair.dut.ip("address", "add", "192.0.2.1/24", "dev", pair.iface)
    pair.gen.ip("address", "add", "192.0.2.2/24", "dev", pair.peer)
    with contextlib.ExitStack() as stack:
        with pair.dut.entered():
            server = stack.enter_context(socket.create_server(("192.0.2.1", 22)))
        with pair.gen.entered():
            stack.enter_context(socket.create_connection(("192.0.2.1", 22), timeout=5))
        stack.enter_context(server.accept()[0])
        report = pair.look()
    assert report["interface.traffic"]["found"] == "an established TCP session"
    assert report.root["vdev"].endswith(",keep=mgmt")


@pytest.mark.parametrize("mode, word", [("xdpdrv", "native"), ("xdpgeneric", "generic")])
def test_another_program(pair, mode, word):
    check(pair, "interface.xdp_program", "ok", "none")
    with foreign.program_on(pair.dut, pair.iface, mode):
        check_fixed(pair, "interface.xdp_program", "fail", f'"drop_all", {word}, attached by netlink')


def test_dispatcher_needs_bpffs_only_beside_other_programs(pair):
    """/sys of a namespace that ip netns entered has no bpffs."""
    check(pair, "process.bpffs", "ok", "not needed")
    with foreign.program_on(pair.dut, pair.iface):
        finding = check(pair, "process.bpffs", "warn", "not mounted")
        text = pair.dut.exec("bash", "-c", f"{finding['fix']} && {lab.DOCTOR} --json {pair.iface}", check=False)
        assert '"found": "mounted"' in text


@pytest.mark.parametrize("mtu, status, limit", [
    (2030, "ok", 0), (2031, "warn", 2030), (3822, "warn", 2030), (3823, "fail", 3822)])
def test_mtu(pair, mtu, status, limit):
    pair.dut.ip("link", "set", pair.iface, "mtu", mtu)
    finding = check(pair, "interface.mtu", status, str(mtu))
    if limit:
        pair.fix(finding)
        assert check(pair, "interface.mtu", "ok" if status == "warn" else "warn")["found"].startswith(str(limit))


def test_mbuf_size_that_it_names_is_enough():
    """The guide's table: the longest frame is the data room less 128."""
    for mtu in 2031, 2500, 3000, 3822:
        with lab.made(mtu=mtu) as pair:
            size = int(pair.look()["interface.mtu"]["note"].partition("--mbuf-size=")[2])
            assert size - 128 >= mtu + 18
            assert size - 128 - 512 < mtu + 18


def test_more_rx_than_tx_queues():
    with lab.made(near="numtxqueues 1 numrxqueues 4") as pair:
        check_fixed(pair, "interface.channels", "warn", "4 Rx, 1 Tx")


def test_queues_are_all_recommended():
    with lab.made(near="numtxqueues 4 numrxqueues 4", far="numtxqueues 4 numrxqueues 4") as pair:
        report = pair.look()
        assert report["interface.channels"]["found"] == "4 Rx, 4 Tx"
        assert report.root["vdev"] == "--vdev=net_afx0,iface=x0,queue_count=4"


def test_rss_beyond_what_is_free():
    with lab.made(near="numtxqueues 4 numrxqueues 4", far="numtxqueues 4 numrxqueues 4") as pair:
        spread = lab.lacking(NIC_RSS="4")
        rss = pair.look(env=spread)["interface.rss"]
        assert (rss["status"], rss["found"]) == ("ok", "over 4 of 4 queues")
        with foreign.xsk_on(pair.dut, pair.iface, 3):
            rss = pair.look(env=spread)["interface.rss"]
            assert (rss["status"], rss["found"]) == ("warn", "spreads over 4 queues, 0 to 3")
            assert rss["fix"] == "ethtool -X x0 start 0 equal 3"
            assert pair.look(env=lab.lacking(NIC_RSS="3"))["interface.rss"]["status"] == "ok"
        with foreign.xsk_on(pair.dut, pair.iface, 0):
            rss = pair.look(env=spread)["interface.rss"]
            assert (rss["status"], rss["fix"]) == ("warn", "ethtool -X x0 start 1 equal 3")
            after = lab.lacking(NIC_RSS="3", NIC_RSS_START="1")
            rss = pair.look(env=after)["interface.rss"]
            assert (rss["status"], rss["found"]) == ("ok", "over 3 of 4 queues")


def test_the_only_queue_is_taken(pair):
    check(pair, "interface.sockets", "ok", "none")
    with foreign.xsk_on(pair.dut, pair.iface):
        finding = check(pair, "interface.sockets", "fail", "on 1 of 1 queues: queue 0 by ")
        # Of a kernel that does not list the sockets, no process is named.
        assert finding["fix"] in (f"kill {os.getpid()}", "lsof | grep 'protocol: XDP'")


@pytest.mark.parametrize("taken, start, count", [
    ((0,), 1, 3), ((3,), 0, 3), ((1,), 2, 2), ((2,), 0, 2), ((1, 2), 0, 1), ((0, 1, 2), 3, 1)])
def test_recommends_the_longest_run_of_free_queues(taken, start, count):
    with lab.made(near="numtxqueues 4 numrxqueues 4", far="numtxqueues 4 numrxqueues 4") as pair, \
            contextlib.ExitStack() as stack:
        for queue in taken:
            stack.enter_context(foreign.xsk_on(pair.dut, pair.iface, queue))
        report = pair.look()
        assert report.status_of("interface.sockets") == "warn"
        assert f"on {len(taken)} of 4 queues: queue {taken[0]} " in report["interface.sockets"]["found"]
        first = f",start_queue={start}" if start else ""
        assert report.root["vdev"] == f"--vdev=net_afx0,iface=x0{first},queue_count={count}"


@pytest.mark.parametrize("feature, name, word", [
    ("rx-lro", "interface.lro", "lro"), ("rx-gro-hw", "interface.gro_hw", "rx-gro-hw"),
    ("rx-vlan-hw-parse", "interface.rx_vlan", "rxvlan")])
def test_offloads_of_hardware(pair, feature, name, word):
    """A bridge stands for the NIC: a veth takes no tag out."""
    pair.dut.ip("link", "add", "br0", "type", "bridge")
    assert pair.look(iface="br0").status_of(name) == "ok"
    finding = pair.look(iface="br0", env=lab.lacking(NIC_FEATURE=feature))[name]
    assert (finding["status"], finding["fix"]) == ("warn", f"ethtool -K br0 {word} off")
    finding = pair.look(iface="br0", env=lab.lacking(NIC_FEATURE=feature + "!"))[name]
    assert (finding["status"], finding["fix"], finding["found"]) == ("warn", None, "on, and fixed by the host")


def test_threaded_napi(pair):
    finding = check(pair, "tuning.threaded_napi", "warn", "off")
    one_cpu = pair.look("--lcores=0")["tuning.threaded_napi"]
    assert one_cpu["status"] == "ok"
    pair.fix(finding)
    check(pair, "tuning.threaded_napi", "ok", "on")


def test_qdisc(pair):
    check_fixed(pair, "tuning.qdisc", "warn", "noqueue")
    check(pair, "tuning.qdisc", "ok", "pfifo")


def test_timer_storm(pair):
    check(pair, "tuning.deferral", "ok", "0 polls, 0 ns")
    folder = f"/sys/class/net/{pair.iface}"
    pair.dut.exec("sh", "-c", f"echo 1 >{folder}/napi_defer_hard_irqs; echo 5000 >{folder}/gro_flush_timeout")
    check_fixed(pair, "tuning.deferral", "warn", "1 polls, 5000 ns")
    check(pair, "tuning.deferral", "ok", "2 polls, 100000 ns")


def test_gro_in_generic_mode_only(pair):
    pair.dut.ip("link", "add", "br0", "type", "bridge")
    finding = check(pair, "tuning.gro", "warn", "on", iface="br0")
    pair.fix(finding)
    check(pair, "tuning.gro", "ok", "off", iface="br0")
    pair.dut.exec("ethtool", "-K", pair.iface, "gro", "on")
    check(pair, "tuning.gro", "ok", "behind native XDP")


def test_busy_poll_on_veth(pair):
    check(pair, "tuning.busy_poll", "ok", "the driver names no NAPI")


def test_recommended_argument_starts_and_a_running_port_is_seen():
    """The driver itself: takes the line, and is then what is in the way."""
    with lab.made(near="numtxqueues 2 numrxqueues 2", far="numtxqueues 2 numrxqueues 2") as pair:
        status, vdev, err = lab.run(*lab.inside(pair.dut), lab.DOCTOR, "--devargs", pair.iface)
        assert (status, err) == (0, "")
        assert vdev == "--vdev=net_afx0,iface=x0,queue_count=2\n"
        pmd = testpmd.Testpmd(pair.dut, [vdev.strip().partition("=")[2]], rxq=2, txq=2)
        try:
            pmd.start()
            report = pair.look()
            program = report["interface.xdp_program"]
            assert program["status"] == "fail"
            assert 'attached by a bpf_link of process' in program["found"]
            assert program["fix"].startswith("kill ")
            assert report["interface.sockets"]["found"].startswith("on 2 of 2 queues: queue 0 by ")
            assert report.status_of("interface.sockets") == "fail"
        finally:
            pmd.kill()
