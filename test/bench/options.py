# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""The command line of bench.sh: what every benchmark knows."""

import argparse
import pathlib


def parser(name, doc, quick, out="folder of the results"):
    """For benchmark name, described by doc; quick and out are the help for those options."""
    made = argparse.ArgumentParser(prog=f"bench.sh {name}", description=doc,
                                   formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--quick", action="store_true", help=quick)
    made.add_argument("--out", metavar="DIR", type=pathlib.Path, help=out)
    return made
