# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""afx-doctor on rights, limits and mounts of the process, and on what only other machines have."""

import os
import shutil

import pytest

import doctor_lab as lab
import netns
import testpmd

NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all"]


@pytest.fixture(name="pair", scope="module")
def _pair():
    with lab.made() as pair:
        yield pair


def without(*caps):
    return ["setpriv", "--bounding-set", ",".join(f"-{c}" for c in caps)]


def mounted(script, *command):
    """The command behind mounts that only it sees."""
    return ["unshare", "--mount", "--", "sh", "-c", f'{script}; exec "$@"', "sh", *command]


@pytest.mark.parametrize("caps, missing", [
    (["net_raw"], "cap_net_raw"),
    (["net_admin"], "cap_net_admin"),
    (["bpf", "sys_admin"], "cap_bpf"),
    (["net_raw", "net_admin", "bpf", "sys_admin"], "cap_net_raw cap_net_admin cap_bpf"),
])
def test_capabilities(pair, caps, missing):
    finding = pair.look(before=without(*caps))["process.capabilities"]
    assert (finding["status"], finding["found"]) == ("fail", f"missing: {missing}")
    assert finding["fix"] == "setcap cap_net_raw,cap_net_admin,cap_bpf,cap_ipc_lock,cap_perfmon+ep PROGRAM"


@pytest.mark.parametrize("caps", [[], ["bpf"], ["sys_admin"], ["sys_ptrace", "dac_override"]])
def test_capabilities_that_are_enough(pair, caps):
    """cap_sys_admin stands for cap_bpf."""
    before = without(*caps) if caps else []
    assert pair.look(before=before)["process.capabilities"]["status"] == "ok"


def test_capability_for_the_filter():
    with lab.made() as pair:
        assert pair.look(before=without("perfmon", "sys_admin"))["process.perfmon"]["status"] == "ok"
        pair.dut.ip("address", "add", "192.0.2.1/24", "dev", pair.iface)
        pair.dut.ip("route", "add", "default", "via", "192.0.2.2")
        assert pair.look(before=without("perfmon"))["process.perfmon"]["status"] == "ok"
        finding = pair.look(before=without("perfmon", "sys_admin"))["process.perfmon"]
        assert (finding["status"], finding["found"]) == ("fail", "missing: cap_perfmon")


@pytest.mark.parametrize("limit, status", [
    ((10 << 20) - 1, "fail"), (10 << 20, "warn"), (64 << 20, "warn"), ((1 << 64) - 1, "ok")])
def test_locked_memory(pair, limit, status):
    finding = pair.look(before=without("ipc_lock"), env=lab.lacking(MEMLOCK=str(limit)))["process.memlock"]
    assert finding["status"] == status
    assert finding["fix"] == (None if status == "ok" else "ulimit -l unlimited")


def test_locked_memory_for_real(pair):
    """No more than the trial itself takes; and with the capability, no limit counts."""
    before = ["prlimit", "--memlock=65536"]
    assert pair.look(before=before)["process.memlock"]["found"] == "no limit, by cap_ipc_lock"
    report = pair.look(before=[*before, *without("ipc_lock")])
    assert (report.status_of("process.memlock"), report.status_of("kernel.unaligned")) == ("fail", "ok")
    report = pair.look(before=["prlimit", "--memlock=4096", *without("ipc_lock")])
    assert report["kernel.unaligned"]["fix"] == "ulimit -l unlimited"


def test_open_files(pair):
    assert pair.look(before=["prlimit", "--nofile=72"])["process.files"]["status"] == "ok"
    finding = pair.look(before=["prlimit", "--nofile=71"])["process.files"]
    assert (finding["status"], finding["fix"]) == ("warn", "ulimit -n 72")


def test_settings_can_not_be_noted(pair):
    assert pair.look()["process.state"]["status"] == "ok"
    finding = pair.look(before=mounted("mount -t tmpfs -o ro none /run"))["process.state"]
    assert (finding["status"], finding["found"]) == ("warn", "Read-only file system")
    assert finding["fix"] == "mount -o remount,rw /run"


def hugepages(free, reserved=700):
    """A /sys/kernel/mm/hugepages with these free pages, by size in KiB."""
    folder = "/sys/kernel/mm/hugepages"
    files = [f"mkdir {folder}/hugepages-{kib}kB; echo {n} >{folder}/hugepages-{kib}kB/free_hugepages; "
             f"echo {reserved} >{folder}/hugepages-{kib}kB/nr_hugepages"
             for kib, n in free.items()]
    return mounted("; ".join([f"mount -t tmpfs none {folder}", *files]))


@pytest.mark.parametrize("free, status, found", [
    ({2048: 0}, "warn", "0 MiB free"), ({2048: 31}, "warn", "62 MiB free"), ({2048: 32}, "ok", "64 MiB free"),
    ({2048: 0, 1048576: 2}, "ok", "2048 MiB free"), ({}, "warn", "0 MiB free")])
def test_hugepages(pair, free, status, found):
    finding = pair.look(before=hugepages(free))["process.hugepages"]
    assert (finding["status"], finding["found"]) == (status, found)
    if not free:
        assert (finding["fix"], finding["note"]) == (None, "this kernel has no hugepages: EAL's --no-huge")
    elif status == "warn":
        # 1 GiB of free ones: those that others use stay.
        wanted = 700 + 512 - free[2048]
        assert finding["fix"] == f"echo {wanted} >/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages"


def test_hugepages_of_the_size_that_there_is(pair):
    finding = pair.look(before=hugepages({524288: 0}, reserved=1))["process.hugepages"]
    assert finding["fix"] == "echo 3 >/sys/kernel/mm/hugepages/hugepages-524288kB/nr_hugepages"


def test_hugetlbfs_mount(pair):
    """Without one EAL finds no hugepage; the command makes it so, where only we see it."""
    bare = "while umount /dev/hugepages 2>/dev/null; do :; done; ! grep -q ' hugetlbfs ' /proc/mounts"
    enough = hugepages({2048: 512})
    finding = pair.look(before=[*mounted(bare), *enough])["process.hugepages"]
    assert (finding["status"], finding["found"]) == ("warn", "1024 MiB free, no hugetlbfs mounted")
    finding = pair.look(before=[*mounted(f"{bare}; {finding['fix']}"), *enough])["process.hugepages"]
    assert (finding["status"], finding["found"]) == ("ok", "1024 MiB free")


def test_physical_addresses(pair):
    assert "physical addresses are visible" in pair.look()["process.iova"]["found"]
    finding = pair.look(before=without("sys_admin"))["process.iova"]
    assert (finding["status"], finding["found"]) == (
        "ok", "VA is what EAL will choose; physical addresses are hidden, which mbufs on hugepages do without")


def test_plugin(pair, tmp_path):
    plugin = os.path.realpath(testpmd.PLUGIN)
    finding = pair.look(f"--plugin={testpmd.PLUGIN}")["process.plugin"]
    assert (finding["status"], finding["found"]) == ("ok", f"{plugin}, with -d")
    assert plugin in pair.look()["process.plugin"]["found"] or "pmds-" in pair.look()["process.plugin"]["found"]
    finding = pair.look("--plugin=/nonexistent.so")["process.plugin"]
    assert (finding["status"], finding["found"]) == ("fail", "/nonexistent.so: No such file or directory")
    copy = tmp_path / "librte_net_afx.so"
    shutil.copy(plugin, copy)
    finding = pair.look("-p", copy)["process.plugin"]
    assert (finding["status"], finding["found"]) == ("fail", f"{copy}: everybody may write to /tmp")


def test_plugin_that_everybody_may_write_to(pair):
    folder = os.path.dirname(os.path.realpath(testpmd.PLUGIN))
    copy = os.path.join(folder, f"doctor-{os.getpid()}.so")
    shutil.copy(testpmd.PLUGIN, copy)
    try:
        os.chmod(copy, 0o666)
        finding = pair.look("-p", copy)["process.plugin"]
        assert (finding["status"], finding["fix"]) == ("fail", f"chmod o-w {copy}")
        pair.fix(finding)
        assert pair.look("-p", copy)["process.plugin"]["status"] == "ok"
    finally:
        os.remove(copy)


def test_refusals_are_what_eal_says(pair, tmp_path):
    """EAL refuses the plugin where the doctor says so."""
    copy = tmp_path / "librte_net_afx.so"
    shutil.copy(testpmd.PLUGIN, copy)
    text = netns.run("dpdk-testpmd", "--no-pci", "--no-huge", "-m", "64", f"--file-prefix=doctor{os.getpid()}",
                     "-d", copy, "--", "--total-num-mbufs=2048", check=False)
    refused = pair.look("-p", copy)["process.plugin"]["found"].rpartition(" ")[2]
    assert f"directory path {refused} is world-writable" in text


def sysfs(pair, extra):
    """Files below the interface's own folder of sysfs: a NIC instead of a veth."""
    folder = f"/sys/class/net/{pair.iface}"
    keep = "".join(f"cp {folder}/{name} $t/{name}; " for name in ("ifindex", "address", "threaded"))
    return mounted(f"t=$(mktemp -d); {keep} mount -t tmpfs none /sys/class/net; mkdir {folder}; "
                   f"cp $t/* {folder}; rm -r $t; mkdir {folder}/device; {extra.format(folder=folder).rstrip('; ')}")


@pytest.mark.parametrize("cpus, lcores, status, found", [
    ("0-1", "0-1", "ok", "0, as all lcores"), ("0-1", "1", "ok", "0, as all lcores"),
    ("0-1", "1-4", "warn", "0, with CPUs 0-1; 1 of 4 lcores are there"),
    ("4,6-7", "0-1", "warn", "0, with CPUs 4,6-7; 0 of 2 lcores are there")])
def test_numa_node(pair, cpus, lcores, status, found):
    node = ("echo 0 >{folder}/device/numa_node; mount -t tmpfs none /sys/devices/system/node; "
            f"mkdir /sys/devices/system/node/node0; echo {cpus} >/sys/devices/system/node/node0/cpulist")
    finding = pair.look("-l", lcores, before=sysfs(pair, node))["interface.numa"]
    assert (finding["status"], finding["found"]) == (status, found)


@pytest.mark.parametrize("served, device, status, found", [
    ({21: "0", 22: "1"}, "device", "ok", "2 interrupts on CPUs 0-1"),
    ({21: "0", 22: "0"}, "device", "warn", "all 2 interrupts on CPU 0"),
    ({21: "0", 22: "0", 23: "0"}, "device", "warn", "all 3 interrupts on CPU 0"),
    ({21: "1", 22: "1"}, "device/..", "warn", "all 2 interrupts on CPU 1"),
    ({}, "device", "ok", "no interrupts of its own")])
def test_irq_affinity(served, device, status, found):
    irqs = "mkdir {folder}/" + device + "/msi_irqs; mount -t tmpfs none /proc/irq; " + "".join(
        "touch {folder}/" + f"{device}/msi_irqs/{irq}; mkdir /proc/irq/{irq}; "
        f"echo {cpu} >/proc/irq/{irq}/effective_affinity_list; " for irq, cpu in served.items())
    with lab.made(near="numtxqueues 2 numrxqueues 2") as pair:
        finding = pair.look("-l", "0-1", before=sysfs(pair, irqs))["tuning.irq_affinity"]
        assert (finding["status"], finding["found"]) == (status, found)
        if status == "warn":
            script = f"{finding['fix']}; cat /proc/irq/*/smp_affinity_list"
            fixed = lab.run(*lab.inside(pair.dut), *sysfs(pair, irqs), "bash", "-c", script)
            assert fixed == (0, "".join(f"{i % 2}\n" for i in range(len(served))), "")


def test_sysfs_of_another_namespace(pair):
    """nsenter leaves /sys as it was: what it shows is not of this interface."""
    report = lab.look(None, pair.iface, before=["nsenter", f"--net=/run/netns/{pair.dut.name}"])
    for name in "interface.numa", "tuning.threaded_napi", "tuning.deferral", "tuning.irq_affinity":
        assert not report[name]["looked"], name


def test_without_any_right(pair):
    """As nobody it looks at what it can, and says what it can not."""
    report = pair.look(before=NOBODY)
    assert report.status == lab.FAIL
    assert report.status_of("process.capabilities") == "fail"
    looked = {name for name, f in report.findings.items() if f["looked"]}
    assert {"interface.driver", "interface.mtu", "interface.xdp_program", "interface.sockets",
            "interface.native_xdp", "tuning.qdisc", "process.plugin"} <= looked
    unseen = [f for f in report.findings.values() if not f["looked"]]
    assert {"kernel.native", "interface.peer_mtu"} <= {f["id"] for f in unseen}
    assert all(f["status"] == "warn" for f in unseen)
    native = report["kernel.native"]
    assert native["found"] == "not tried: Operation not permitted"
    assert native["fix"] == "sudo afx-doctor x0"


def test_without_namespaces(pair):
    """Where even a user namespace is refused, nothing is tried."""
    counts = "echo 0 >/proc/sys/user/max_net_namespaces"
    old = netns.run("cat", "/proc/sys/user/max_net_namespaces").strip()
    report = pair.look(before=["unshare", "--user", "--map-root-user", "sh", "-c", f'{counts}; exec "$@"', "sh"])
    assert netns.run("cat", "/proc/sys/user/max_net_namespaces").strip() == old
    assert [name for name in report.findings if name.startswith("kernel.")] == ["kernel.release", "kernel.lab"]
    assert not report["kernel.lab"]["looked"]
    assert report["interface.mtu"]["status"] == "ok"
