# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Installed into EAL's folder, the plugin is found without -d.

The real folder is not touched: testpmd sees a copy with the plugin in it, by a
bind mount in the mount namespace that ip netns exec makes for it.
"""

import glob
import os
import shutil
import subprocess

import pytest

import testpmd
from lab import frames, reflect

BUILD = os.path.abspath(os.path.join(os.path.dirname(testpmd.PLUGIN or "."), "../../.."))


@pytest.fixture
def installed(tmp_path):
    """(copy of EAL's folder with the plugin in it, EAL's folder)."""
    subprocess.run(["meson", "install", "-C", BUILD, "--no-rebuild", "--destdir", tmp_path],
                   check=True, capture_output=True)
    plugin, = glob.glob(f"{tmp_path}/usr/lib/*/dpdk/pmds-*/librte_net_afx.so.*.*")
    folder = os.path.dirname(plugin)[len(str(tmp_path)):]
    copy = tmp_path / "pmds"
    shutil.copytree(folder, copy, symlinks=True)
    shutil.copy(plugin, copy)
    return str(copy), folder


def test_found_in_eals_folder(lab, pair, installed, monkeypatch):
    monkeypatch.setattr(testpmd, "PLUGIN", "")
    command = testpmd.command

    def mounted(*args):
        line = command(*args)
        assert "-d" not in line
        return ["sh", "-c", 'mount --bind "$0" "$1" && shift && exec "$@"', *installed, *line]

    monkeypatch.setattr(testpmd, "command", mounted)
    with lab.testpmd():
        reflect(pair, frames(pair, 100))


def test_name_is_of_the_full_abi(installed):
    """EAL loads *.so and *.so.<full ABI> only."""
    copy, folder = installed
    abi = folder.rsplit("-", 1)[1]
    assert os.path.exists(f"{copy}/librte_net_afx.so.{abi}")
