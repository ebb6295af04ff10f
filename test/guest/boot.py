#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Boot a guest, run pytest files in it, print their TAP, and end.

The guest's root is the host's, read-only, so that it runs this very build.
With several kinds of NIC the files run once on each kind, in one guest; one
given as KIND=FILE runs on that kind only.  FILE may be of another suite: ../veth/test_stats.py.
"""

import argparse
import json
import lzma
import os
import pathlib
import re
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CACHE = pathlib.Path(os.environ.get("AFX_CACHE")
                     or pathlib.Path.home() / ".cache/afx") / "guest"

# Loaded with what they depend on; one that a kernel does not have is built in.
MODULES = ("virtio_pci", "9pnet_virtio", "9p", "virtio_net", "igb", "veth",
           "xsk_diag", "inet_diag", "tcp_diag")
CPUS = 2                # a poll-mode thread, and the kernel beside it
MEMORY = 1536           # MB
HUGEPAGES = 300         # of 2 MB: two testpmd with 256 MB each
# console=ttyS0: the log.  The others speed up the boot or calm the clock; no_timer_check: on a
# loaded host an emulated timer may be too late for the kernel's look at it, which then panics.
CMDLINE = (f"console=ttyS0 panic=-1 tsc=reliable mitigations=off nokaslr "
           "nowatchdog rcupdate.rcu_cpu_stall_suppress=1 "
           "no_timer_check "
           f"hugepages={HUGEPAGES}")
NICS = {
    # The last wire's NICs have no zero-copy, although their driver says so: no DMA device; no reset
    # of a queue, and for its MTU chains of pages.
    "virtio": 4 * ["virtio-net-pci,disable-legacy=on,iommu_platform=on,romfile="]
    + ["virtio-net-pci,disable-legacy=on,romfile=",
       "virtio-net-pci,disable-legacy=on,iommu_platform=on,queue_reset=off,mrg_rxbuf=off,"
       "host_mtu=1501,romfile="],
    "igb": 4 * ["igb,romfile="],
}
# Emulated, an instruction that moves or clears a string does so byte by byte: without these flags
# kernel and C library use others, and 2 MB are cleared in a twelfth of the time.
EMULATED_CPU = "max,erms=off,fsrm=off"
# An emulated timer that is set for one interrupt at a time has stopped on a loaded host: that CPU had
# none any more, RCU's callbacks on it never came, and `ip link set ... netns`, which waits for them,
# hung. A periodic one sets itself anew; sleeps take a tick, 4 ms, at least.
PERIODIC_TICK = "nohz=off highres=off"
# Options of QEMU, and words for the kernel.
ACCELERATORS = {
    "kvm": (["-accel", "kvm", "-cpu", "max"], "earlyprintk=ttyS0,115200"),
    "tcg": (["-accel", "tcg,thread=multi", "-cpu", EMULATED_CPU], f"quiet {PERIODIC_TICK}"),
}
UP = b"guest: up"       # the first line of init
# What the console says of a guest with KVM, and within how many seconds.  Where KVM is there and
# does not work, it is either gone at once or stuck before the first of them, which a working one
# says after half a second.
SIGNS = ((b"Linux version", 2.0), (UP, 15.0))
# What EAL loads of Debian's two hundred drivers: in an emulated machine all of them take it two
# seconds at each start.  Those that a program is linked with are there as well.
PMD_DIR = next(pathlib.Path("/usr/lib").glob(f"{os.uname().machine}-linux-gnu/dpdk/pmds-*"), None)
PMDS = ("bus_vdev", "mempool_ring", "net_af_xdp")
PROGRAMS = ("AFX_APP", "AFX_FAULT", "AFX_RUN", "AFX_TESTPMD")


def modules_of(kernel):
    """{name: data} of the modules, each after those that it depends on."""
    paths = {re.sub(r"\.ko.*", "", path.name).replace("-", "_"): path
             for path in (kernel / "modules").rglob("*.ko*")}
    found = {}

    def add(name):
        path = paths.get(name.replace("-", "_"))
        if path is None or name in found:
            return
        data = path.read_bytes()
        if path.suffix == ".xz":
            data = lzma.decompress(data)
        needs = re.search(rb"\0depends=([^\0]*)\0", data)
        for other in filter(None, needs[1].decode().split(",")):
            add(other)
        found.setdefault(name, data)

    for name in MODULES:
        add(name)
    return found


def cpio(entries):
    """A newc archive of {path: (mode, data)}."""
    out = bytearray()
    for number, (path, (mode, data)) in enumerate(
            [*entries.items(), ("TRAILER!!!", (0, b""))], 1):
        name = path.encode() + b"\0"
        fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0,
                  len(name), 0)
        out += b"070701" + b"".join(b"%08x" % f for f in fields) + name
        out += bytes(-len(out) % 4) + data
        out += bytes(-len(out) % 4)
    return bytes(out)


def initramfs(kernel):
    modules = modules_of(kernel)
    directory, program = (stat.S_IFDIR | 0o755, b""), stat.S_IFREG | 0o755
    entries = {name: directory for name in
               ("bin", "dev", "proc", "sys", "modules")}
    entries["bin/busybox"] = program, (CACHE / "busybox").read_bytes()
    entries["init"] = program, (HERE / "init").read_bytes()
    entries["modules/order"] = program, "".join(
        f"{name}\n" for name in modules).encode()
    entries |= {f"modules/{name}": (program, data)
                for name, data in modules.items()}
    return cpio(entries)


def network(kinds):
    """Two NICs on one hub each: the first two of a kind are a wire, and the next two."""
    args, n = [], 0
    for kind in kinds:
        for device in NICS[kind]:
            bus = ""
            if kind == "igb":       # two on one bus claim one another's functions
                args += ["-device", f"pcie-root-port,id=rp{n},chassis={n},slot={n}"]
                bus = f",bus=rp{n}"
            args += ["-netdev", f"hubport,id=n{n},hubid={n // 2}", "-device",
                     f"{device},netdev=n{n},mac=02:00:00:aa:00:{n:02x}{bus}"]
            n += 1
    return args


def accelerators():
    """What to boot with: AFX_GUEST_ACCEL, or KVM if it is there and works, or emulation."""
    wanted = os.environ.get("AFX_GUEST_ACCEL")
    if wanted:
        return [wanted]
    kvm = os.access("/dev/kvm", os.R_OK | os.W_OK)
    return ["kvm", "tcg"] if kvm else ["tcg"]


def qemu(accelerator, kernel, initrd, share, nics):
    tree, (options, words) = CACHE / "qemu", ACCELERATORS[accelerator]
    arch = f"{os.uname().machine}-linux-gnu"
    return [
        "env", f"LD_LIBRARY_PATH={tree}/usr/lib/{arch}:{tree}/lib/{arch}",
        f"{tree}/usr/bin/qemu-system-x86_64", "-nodefaults", "-no-user-config",
        "-no-reboot", "-display", "none", "-serial", "stdio",
        "-L", f"{tree}/usr/share/qemu", "-L", f"{tree}/usr/share/seabios",
        "-machine", "q35", *options,
        "-smp", str(CPUS), "-m", str(MEMORY),
        "-kernel", f"{kernel}/vmlinuz", "-initrd", initrd,
        "-append", f"{CMDLINE} {words}",
        "-fsdev", "local,id=fs0,path=/,security_model=none,readonly=on,"
        "multidevs=remap",
        "-device", "virtio-9p-pci,fsdev=fs0,mount_tag=host",
        "-fsdev", f"local,id=fs1,path={share},security_model=none,"
        "multidevs=remap",
        "-device", "virtio-9p-pci,fsdev=fs1,mount_tag=share", *nics]


def comes_up(process, console):
    """Whether all signs of life are there, each in its time, before QEMU ends."""
    for sign, limit in SIGNS:
        deadline = time.monotonic() + limit
        while sign not in console.read_bytes():
            if process.poll() is not None or time.monotonic() > deadline:
                return UP in console.read_bytes()
            time.sleep(0.05)
    return True


def power_on(lines, console, timeout):
    """Run the guest by the first of {accelerator: command} that it comes up with.

    /dev/kvm may be there and no guest boot: QEMU aborts, or nothing happens.
    A guest that came up is the one, whatever comes of it; so is the last one.
    """
    for left, (accelerator, line) in zip(reversed(range(len(lines))), lines.items()):
        with open(console, "wb") as log, subprocess.Popen(
                line, stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT) as process:
            try:
                if left and not comes_up(process, console):
                    print(f"guest: no guest comes up with {accelerator}",
                          file=sys.stderr)
                    continue
                print(f"guest: {accelerator}", file=sys.stderr)
                process.wait(timeout)
            except subprocess.TimeoutExpired:
                print("guest: no power-off in time", file=sys.stderr)
            finally:
                process.kill()
        return


def drivers():
    """Those drivers of Debian's DPDK that are needed, as librte_NAME.so."""
    linked = subprocess.run(
        ["ldd", shutil.which("dpdk-testpmd") or "/bin/true",
         *(os.environ[name] for name in PROGRAMS if name in os.environ)],
        stdout=subprocess.PIPE, text=True, check=True).stdout
    real = {pathlib.Path(path).resolve() for path in re.findall(r"=> (/\S+)", linked)}
    return sorted({f"librte_{name}.so" for name in PMDS}
                  | {path.name.partition(".so")[0] + ".so"
                     for path in real if path.parent == PMD_DIR})


def pytest_args(tests):
    return ["-p", "pytest_tap", "-p", "pytest_timeout", "-p", "no:cacheprovider",
            "-q", "--tb=short", "--durations=0", "--rootdir", str(HERE.parent), *tests]


def tests_of(kind, tests):
    """What runs on NICs of this kind: FILE, and KIND=FILE."""
    split = [test.rpartition("=") for test in tests]
    return [str(HERE / path) for only, _, path in split if only in ("", kind)]


def environment(kernel):
    """What tests look at, in the guest."""
    env = {k: v for k, v in os.environ.items() if k.startswith("AFX_")}
    # Ten times as many frames of everything would take an emulated machine hours.
    return env | {
        "AFX_FULL": "1" if env.get("AFX_SCALE") == "full" else "",
        "AFX_KERNEL": kernel, "AFX_PATIENCE": "4", "AFX_SCALE": "ci",
        "LIBXDP_BPFFS": "/run/bpffs", "HOME": "/tmp",
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPYCACHEPREFIX": str(CACHE / "pyc"),
        "PYTHONPATH": str(ROOT / "test")}


def compile_tests(env, kinds, tests):
    """Here it takes a second, in an emulated machine half a minute."""
    subprocess.run(["/usr/bin/python3", "-m", "pytest", "--collect-only",
                    *pytest_args(tests_of(kinds[-1], tests))],
                   env=env | {"AFX_GUEST": kinds[-1], "PYTHONDONTWRITEBYTECODE": ""},
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def script(env, kinds, tests):
    """What runs in the guest."""
    lines = [f"export {k}={shlex.quote(v)}" for k, v in
             (env | {"PYTHONDONTWRITEBYTECODE": "1"}).items()]
    if PMD_DIR:
        lines += ["mkdir /run/pmds",
                  f"cp -a {' '.join(f'{PMD_DIR}/{name}.*' for name in drivers())} /run/pmds",
                  f"mount --bind /run/pmds {PMD_DIR}"]
    runs = {kind: pytest_args(tests_of(kind, tests)) for kind in kinds}
    lines += ["ip link set lo up", "cd /tmp", shlex.join(
        ["/usr/bin/python3", str(HERE / "inside.py"), json.dumps(runs)])]
    return "\n".join(lines) + "\n"


def run(options):
    subprocess.run([ROOT / "devtools/guest-setup.sh", options.kernel],
                   stdout=subprocess.DEVNULL, check=True)
    kernel, kinds = CACHE / "kernels" / options.kernel, options.nic.split(",")
    env = environment(options.kernel)
    compile_tests(env, kinds, options.tests)
    with tempfile.TemporaryDirectory(prefix="afx-guest-") as home:
        share = pathlib.Path(home, "share")
        share.mkdir()
        initrd = pathlib.Path(home, "initrd")
        initrd.write_bytes(initramfs(kernel))
        (share / "run").write_text(script(env, kinds, options.tests))
        lines = {name: qemu(name, kernel, str(initrd), share, network(kinds))
                 for name in accelerators()}
        power_on(lines, pathlib.Path(home, "console"), options.timeout)
        if options.record and (share / "features").exists():
            shutil.copy(share / "features", options.record)
        return report(pathlib.Path(home), share, kinds)


def text_of(path):
    return path.read_text(errors="replace") if path.exists() else ""


def report(home, share, kinds):
    """Print what came back, numbered as one run; the exit code."""
    count, code = 0, 0
    for kind in kinds:
        for line in text_of(share / f"{kind}.tap").splitlines():
            found = re.fullmatch(r"(ok|not ok) \d+ (.*)", line)
            if found:
                count += 1
                print(f"{found[1]} {count} {kind} {found[2]}")
            elif not line.startswith("1.."):
                print(line)
        sys.stderr.write(text_of(share / f"{kind}.err"))
        exit_code = text_of(share / f"{kind}.exit")
        if not exit_code:
            print(f"Bail out! The guest did not end its tests on {kind}")
            print("\n".join(text_of(home / "console").splitlines()[-60:]),
                  file=sys.stderr)
            return 1
        code = code or int(exit_code)
    print(f"1..{count}")
    return code


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kernel", default="trixie-backports",
                        help="Debian suite it is from")
    parser.add_argument("--nic", default="virtio,igb", help="kinds of NIC")
    parser.add_argument("--timeout", type=int, default=840, help="seconds; five minutes are usual")
    parser.add_argument("--record", help="file for what the tests recorded")
    parser.add_argument("tests", nargs="+", metavar="[KIND=]FILE",
                        help="pytest files")
    return run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
