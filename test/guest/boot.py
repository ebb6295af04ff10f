#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Boot a guest, run pytest files in it, print their TAP, and end.

The guest's root is the host's, read-only, so that it runs this very build.
"""

import argparse
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
# console=ttyS0: the log.  The others speed up the boot or calm the clock.
CMDLINE = (f"console=ttyS0 quiet panic=-1 tsc=reliable mitigations=off nokaslr "
           "nowatchdog rcupdate.rcu_cpu_stall_suppress=1 "
           f"hugepages={HUGEPAGES}")
NICS = {
    # The last wire's NICs have no DMA device, hence no zero-copy, although their driver says so.
    "virtio": 4 * ["virtio-net-pci,disable-legacy=on,iommu_platform=on,romfile="]
    + 2 * ["virtio-net-pci,disable-legacy=on,romfile="],
    "igb": 4 * ["igb,romfile="],
    "none": [],
}


class GuestError(Exception):
    """What the guest needs is not there."""


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


def network(kind):
    """Two NICs on one hub each: eth0 and eth1 are a wire, eth2 and eth3."""
    args = []
    for n, device in enumerate(NICS[kind]):
        args += ["-netdev", f"hubport,id=n{n},hubid={n // 2}"]
        bus = ""
        if kind == "igb":       # two on one bus claim one another's functions
            args += ["-device", f"pcie-root-port,id=rp{n},chassis={n},slot={n}"]
            bus = f",bus=rp{n}"
        args += ["-device", f"{device},netdev=n{n},"
                 f"mac=02:00:00:aa:00:{n:02x}{bus}"]
    return args


def qemu(kernel, initrd, share, nics):
    tree = CACHE / "qemu"
    arch = f"{os.uname().machine}-linux-gnu"
    env = dict(os.environ, LD_LIBRARY_PATH=f"{tree}/usr/lib/{arch}:"
               f"{tree}/lib/{arch}")
    line = [
        f"{tree}/usr/bin/qemu-system-x86_64", "-nodefaults", "-no-user-config",
        "-no-reboot", "-display", "none", "-serial", "stdio",
        "-L", f"{tree}/usr/share/qemu", "-L", f"{tree}/usr/share/seabios",
        "-machine", "q35", "-accel", "tcg,thread=multi", "-cpu", "max",
        "-smp", str(CPUS), "-m", str(MEMORY),
        "-kernel", f"{kernel}/vmlinuz", "-initrd", initrd, "-append", CMDLINE,
        "-fsdev", "local,id=fs0,path=/,security_model=none,readonly=on,"
        "multidevs=remap",
        "-device", "virtio-9p-pci,fsdev=fs0,mount_tag=host",
        "-fsdev", f"local,id=fs1,path={share},security_model=none,"
        "multidevs=remap",
        "-device", "virtio-9p-pci,fsdev=fs1,mount_tag=share", *nics]
    return line, env


def script(kernel, nic, tests, extra):
    """What runs in the guest, with the environment that tests look at."""
    env = {k: v for k, v in os.environ.items() if k.startswith("AFX_")}
    # Ten times as many frames of everything would take an emulated machine hours.
    env |= {"AFX_FULL": "1" if env.get("AFX_SCALE") == "full" else "",
            "AFX_GUEST": nic, "AFX_KERNEL": kernel, "AFX_PATIENCE": "4",
            "AFX_SCALE": "ci", "LIBXDP_BPFFS": "/run/bpffs", "HOME": "/tmp",
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(ROOT / "test")}
    lines = [f"export {k}={shlex.quote(v)}" for k, v in env.items()]
    lines += ["ip link set lo up", "cd /tmp",
              shlex.join(["/usr/bin/python3", "-m", "pytest", "-p", "pytest_tap",
                          "-p", "no:cacheprovider", "-q", "--tb=short",
                          "--durations=0",
                          "--rootdir", str(HERE), *extra, *tests])
              + " >/mnt/tap 2>/mnt/err", "echo $? >/mnt/exit"]
    return "\n".join(lines) + "\n"


def run(options):
    subprocess.run([ROOT / "devtools/guest-setup.sh", options.kernel],
                   stdout=subprocess.DEVNULL, check=True)
    kernel = CACHE / "kernels" / options.kernel
    with tempfile.TemporaryDirectory(prefix="afx-guest-") as home:
        share = pathlib.Path(home, "share")
        share.mkdir()
        initrd = pathlib.Path(home, "initrd")
        initrd.write_bytes(initramfs(kernel))
        (share / "run").write_text(script(
            options.kernel, options.nic, options.tests, options.extra))
        line, env = qemu(kernel, str(initrd), share,
                         network(options.nic))
        with open(f"{home}/console", "wb") as console:
            try:
                subprocess.run(line, env=env, stdin=subprocess.DEVNULL,
                               stdout=console, stderr=subprocess.STDOUT,
                               timeout=options.timeout, check=False)
            except subprocess.TimeoutExpired:
                print("guest: no power-off in time", file=sys.stderr)
        if options.record and (share / "features").exists():
            shutil.copy(share / "features", options.record)
        return report(pathlib.Path(home), share)


def report(home, share):
    """Print what came back; the exit code."""
    texts = {name: (share / name).read_text(errors="replace")
             if (share / name).exists() else "" for name in
             ("tap", "err", "exit")}
    sys.stdout.write(texts["tap"])
    sys.stderr.write(texts["err"])
    if texts["exit"]:
        return int(texts["exit"])
    print("Bail out! The guest did not end its tests")
    log = (home / "console").read_text(errors="replace")
    print("\n".join(log.splitlines()[-60:]), file=sys.stderr)
    return 1


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kernel", default="trixie-backports",
                        help="Debian suite it is from")
    parser.add_argument("--nic", default="virtio", choices=NICS)
    parser.add_argument("--timeout", type=int, default=900, help="seconds")
    parser.add_argument("--extra", action="append", default=[],
                        help="an argument for pytest")
    parser.add_argument("--record", help="file for what the tests recorded")
    parser.add_argument("tests", nargs="+", help="pytest files")
    return run(parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
