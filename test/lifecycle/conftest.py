# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The afx authors
"""The veth suite's conditions and fixtures, for this folder too."""

import os
import sys

VETH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "veth")
sys.path.insert(0, VETH)

# pylint: disable=wrong-import-position,unused-import
from fixtures import (     # noqa: F401
    lab, pair, pytest_collection_modifyitems, pytest_report_header,
    pytest_sessionstart)
