# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""An Open vSwitch with DPDK of its own: daemons, database, sockets and logs in one folder."""

import glob
import os
import re
import shutil
import signal

import kernelstate
import testpmd
from lab import soon
from netns import run
from programs import OVS, START_TIME, Program

NEEDED = 300            # MB of hugepages: OVS takes 262 here, and never does without
CLI_TIME = 20           # seconds; a port is made and started meanwhile


class Switch:
    """A bridge, br0, in a namespace; its ports are called a0, a1."""

    def __init__(self, namespace, folder):
        self.prefix, self._folder = f"afxovs{os.getpid()}", folder
        self._env = {**os.environ, **{f"OVS_{name}DIR": str(folder)
                                      for name in ("RUN", "LOG", "DB", "SYSCONF")}}
        database = folder / "conf.db"
        self._tool("bin/ovsdb-tool", "create", database,
                   OVS / "usr/share/openvswitch/vswitch.ovsschema")
        self._programs = []
        self._start(namespace, "sbin/ovsdb-server", database, f"--remote=punix:{folder}/db.sock")
        assert soon((folder / "db.sock").exists), self._programs[0].log
        # The thread that polls leaves the first CPU to all others. A pool for each port alone is as
        # large as its rings need; a common one would first try for half a GB.
        config = {"dpdk-init": "true", "dpdk-lcore-mask": "1",
                  "pmd-cpu-mask": "2" if os.cpu_count() > 1 else "1", "per-port-memory": "true",
                  "dpdk-extra": " ".join(["--no-pci", f"--file-prefix={self.prefix}",
                                          *testpmd.plugin_args()])}
        self.vsctl("--no-wait", "init", "--", "set", "Open_vSwitch", ".",
                   *(f'other_config:{key}="{value}"' for key, value in config.items()))
        self.daemon = self._start(namespace, "lib/openvswitch-switch-dpdk/ovs-vswitchd-dpdk",
                                  f"unix:{folder}/db.sock")
        self.daemon.wait("DPDK Enabled - initialized", timeout=START_TIME)
        self.vsctl("add-br", "br0", "--", "set", "bridge", "br0", "datapath_type=netdev")

    def _start(self, namespace, name, *args):
        program = Program(namespace, OVS / "usr" / name, *args, "--no-chdir",
                          f"--unixctl={self._folder}/{os.path.basename(name)}.ctl", env=self._env)
        self._programs.append(program)
        return program

    def _tool(self, name, *args):
        return run("env", *(f"{key}={value}" for key, value in self._env.items()
                            if key.startswith("OVS_")), OVS / "usr" / name, *args)

    def vsctl(self, *args):
        return self._tool("bin/ovs-vsctl", f"--timeout={CLI_TIME}", *args)

    def add_port(self, number, vdev):
        self.vsctl("add-port", "br0", f"a{number}", "--", "set", "Interface", f"a{number}",
                   "type=dpdk", f"options:dpdk-devargs={vdev}", f"ofport_request={number + 1}")
        assert self.vsctl("get", "Interface", f"a{number}", "error").strip() == "[]"

    def del_port(self, number):
        self.vsctl("del-port", "br0", f"a{number}")

    def ports(self):
        """{number: (rx, rx bytes, rx lost, tx, tx bytes, tx lost)} as counted up to now."""
        text = self._tool("bin/ovs-ofctl", "dump-ports", "br0")
        side = r"pkts=(\d+), bytes=(\d+), drop=(\d+), errs=(\d+)"
        found = re.findall(rf"port +(\d+): rx {side}.*\n +tx {side}", text)
        assert found, text
        rows = ([int(number) for number in row] for row in found)
        return {port - 1: (rx, rx_bytes, rx_drop + rx_errs, tx, tx_bytes, tx_drop + tx_errs)
                for port, rx, rx_bytes, rx_drop, rx_errs, tx, tx_bytes, tx_drop, tx_errs in rows}

    def end(self):
        """In the orderly way; everything is given back."""
        self.daemon.ids |= kernelstate.bpf_ids(self.daemon.pid)
        self._tool("bin/ovs-appctl", "-t", f"{self._folder}/ovs-vswitchd-dpdk.ctl", "exit", "--cleanup")
        assert self.daemon.end(sig=None) == 0, self.daemon.log
        assert self._programs[0].end(signal.SIGTERM) == -signal.SIGTERM
        assert glob.glob(f"{testpmd.HUGEDIR}/{self.prefix}*") == []

    def kill(self):
        for program in reversed(self._programs):
            program.kill()
        shutil.rmtree(f"/run/dpdk/{self.prefix}", ignore_errors=True)
