# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Programs that run as an ordinary user with a few capabilities."""

import contextlib
import os
import resource
import shutil
import tempfile

import netns
import testpmd
from app import program

USER = 65534            # nobody, nogroup
# doc/howto/capabilities.md; FILTER is for keep= and xdp_prog= besides.
NEEDED = ("net_raw", "net_admin", "bpf", "ipc_lock")
FILTER = "perfmon"
KIB = 1024


class User:
    """What the user owns: a run-time folder; what it can read: the programs.

    EAL takes no plugin from a folder that others may write to, and not
    everybody may see the build folder: so copies, in one of root's.
    """

    def __init__(self, stack):
        def folder(where):
            path = tempfile.mkdtemp(prefix="afx-vt-", dir=where)
            stack.callback(shutil.rmtree, path, ignore_errors=True)
            return path

        self.runtime, self.programs = folder("/var/tmp"), folder("/var/lib")
        os.chown(self.runtime, USER, USER)
        os.chmod(self.programs, 0o755)
        self.plugin = shutil.copy(testpmd.PLUGIN, self.programs)
        self.app = shutil.copy(program.PATH, self.programs)

    def command(self, caps=NEEDED, memlock=None):
        """Words that exec what follows as this user, with just these caps.

        memlock is the limit of locked memory in KiB, None the one at hand.
        """
        only = ",".join(["-all"] + [f"+{cap}" for cap in caps])
        limit = [] if memlock is None else [
            "prlimit", f"--memlock={memlock * KIB}:{memlock * KIB}"]
        return ["env", f"XDG_RUNTIME_DIR={self.runtime}", *limit, "setpriv",
                f"--reuid={USER}", f"--regid={USER}", "--clear-groups",
                "--no-new-privs", f"--bounding-set={only}",
                f"--inh-caps={only}", f"--ambient-caps={only}"]


@contextlib.contextmanager
def hugetlbfs():
    """A mount of hugepages that is the user's."""
    with tempfile.TemporaryDirectory(prefix="afx-vt-", dir="/run") as path:
        netns.run("mount", "-t", "hugetlbfs", "-o",
                  f"uid={USER},gid={USER},mode=0700", "none", path)
        try:
            yield path
        finally:
            netns.run("umount", path)


def memlock_limit():
    """KiB that a process may be given; RLIM_INFINITY is huge enough."""
    hard = resource.getrlimit(resource.RLIMIT_MEMLOCK)[1]
    return 1 << 40 if hard == resource.RLIM_INFINITY else hard // KIB
