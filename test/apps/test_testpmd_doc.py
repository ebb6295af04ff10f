# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""Man page, completion, help and prompt know all options, and only those."""

import pathlib
import re
import subprocess

import tpmd

ROOT = pathlib.Path(__file__).resolve().parents[2]
MAN = ROOT / "doc/man/afx-testpmd.1"
COMPLETION = ROOT / "app/testpmd/completion.bash"
# What getopt gets besides the table.
LETTERS = {"help", "version"}


def options():
    rows = re.findall(r'^\s*\{ "([\w-]+)", [A-Z]', (ROOT / "app/testpmd/cli.c").read_text(), re.M)
    assert len(rows) > 40
    return set(rows) | LETTERS


def engines():
    found = set()
    for path in (ROOT / "app/testpmd").glob("fwd_*.c"):
        found.add(re.search(r'\.name = "(\w+)"', path.read_text())[1])
    assert len(found) == 10
    return found


def test_man_page_is_well_formed():
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", str(MAN)],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stdout == "", done.stdout


def test_man_page_has_every_option():
    text = subprocess.run(["mandoc", "-T", "utf8", str(MAN)], capture_output=True, text=True,
                          check=True).stdout
    text = re.sub(".\x08", "", text).replace("−", "-").replace("‐", "-")
    named = set(re.findall(r"--([a-z][\w-]+)", text))
    assert options() - named == set()
    # EAL's own, and those of the examples.
    assert named - options() <= {"eal-help", "no-pci", "in-memory", "vdev", "file-prefix"}


# Taken, and of no effect: the man page says so, help has no room for it.
IGNORED = {"numa", "no-numa", "no-lsc-interrupt", "no-rmv-interrupt", "no-mlockall", "rss-ip"}
# -i and -a stand for them.
SHORT = {"interactive": "-i", "auto-start": "-a"}


def test_help_has_every_option():
    text = subprocess.run([tpmd.PROGRAM, "--help"], capture_output=True, text=True,
                          check=True).stdout
    named = set(re.findall(r"--([a-z][\w-]+)", text))
    assert named - options() == {"eal-help", "no-pci", "in-memory", "vdev"}
    assert options() - named == IGNORED | set(SHORT) | LETTERS
    assert all(f"{letter} (" in text for letter in SHORT.values())


def test_guide_names_only_options_that_there_are():
    text = (ROOT / "doc/testpmd.rst").read_text()
    named = set(re.findall(r"(?<![\w-])--([a-z][\w-]+)", text))
    assert named - options() <= {"no-pci", "in-memory", "vdev", "file-prefix"}


def prompt_words():
    """The first two words of each command that the program knows."""
    found = set()
    for path in (ROOT / "app/testpmd").glob("prompt_*.c"):
        found |= set(re.findall(r'\.help_str =\s*"(\w+(?: [\w-]+)?)', path.read_text()))
    assert len(found) > 15
    return found


def test_help_and_man_page_have_every_command():
    source = (ROOT / "app/testpmd/prompt_run.c").read_text()
    page = source[source.index("help[]"):source.index(";\n", source.index("help[]"))]
    man = re.sub(r"(?m)^\.It |Ic |Ar |Cm |Op ", "", MAN.read_text())
    for command in prompt_words() - {"help"}:
        # port start|stop: the second word may be one of several.
        found = r"\b[^\n]*\b".join(command.split())
        assert re.search(rf"\b{found}\b", page), command
        assert re.search(rf"\b{found}\b", man), command


def test_man_page_and_prompt_have_every_mode():
    tags = set(re.findall(r"^\.It Cm (\w+)$", MAN.read_text(), re.M))
    assert tags == engines()
    words = re.search(r'"(io#[\w#]+)"', (ROOT / "app/testpmd/prompt_set.c").read_text())[1]
    assert set(words.split("#")) == engines()


def complete(*words):
    """What bash offers for the last one of words."""
    quoted = " ".join(f"'{w}'" for w in words)
    script = (f". {COMPLETION}; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; "
              "_afx_testpmd; printf '%s\\n' \"${COMPREPLY[@]}\"")
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return set(filter(None, done.stdout.split("\n")))


def test_completion():
    offered = {w.strip("-=") for w in complete("afx-testpmd", "--", "--")}
    assert offered == options()
    assert "--vdev=" in complete("afx-testpmd", "--v")
    assert complete("afx-testpmd", "--", "--forward-mode", "=", "") == engines()
    assert complete("afx-testpmd", "--", "--forward-mode", "=", "mac") == {"mac", "macswap"}
    assert complete("afx-testpmd", "--", "--port-topology", "=") == {"paired", "chained", "loop"}
    assert complete("afx-testpmd", "--", "--burst", "=", "") == set()


def test_guide_is_linked():
    assert "<testpmd.rst>`_" in (ROOT / "doc/guide.rst").read_text()


def test_no_driver_headers():
    """Only what DPDK installs for applications."""
    for path in (ROOT / "app/testpmd").glob("*.[ch]"):
        for name in re.findall(r'#include [<"]([^>"]+)', path.read_text()):
            assert not re.search(r"driver|ethdev_|^bus_|vdev", name), f"{path.name}: {name}"
            assert not name.startswith("afx_") or name == "afx_build.h", f"{path.name}: {name}"
